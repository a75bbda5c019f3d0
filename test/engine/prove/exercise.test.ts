import { habitsOf } from '../../../src/engine/observe/compare';
import type { Life, Lives } from '../../../src/engine/observe/types';
import { exercisedBy, isExercised, unexercised, unseenOf, withheldFrom, wordsOf } from '../../../src/engine/prove/exercise';
import type { Withheld } from '../../../src/engine/trial/withheld';

const life = (more: Partial<Life> = {}): Life => ({
  ...{ status: 'running', exitCode: 0, oomKilled: false, restarts: 0, ready: 2, processes: {}, listening: [], answers: {} },
  ...{ steps: [], symptoms: [], log: '', stoppedWith: 0, ...more },
});
const lives = (more: Partial<Life> = {}, again: Partial<Life> = more): Lives => ({ first: life(more), second: life(again) });
const exercised = (of: Lives, withheld: Withheld[] = []) => exercisedBy(of, habitsOf(of), withheld);
const step = { step: 'check', what: 'GET /', ok: true, said: '' } as const;
const socket: Withheld = { service: 'app', reach: 'sockets', what: 'the socket /var/run/docker.sock' };

test.each<[string, Lives, boolean]>([
  ['that was only started and stopped', lives(), false],
  ['that listens, and nobody asked', lives({ listening: [1883] }), false],
  ['that answered a probe', lives({ steps: [step] }), true],
  ['that answered a request', lives({ answers: { 80: 'http 404' } }), true],
  ['that answered each with an error of its own', lives({ answers: { 80: 'http 502' } }), false],
  ['whose health check was content', lives({ health: 'healthy' }), true],
  ['whose health check was content once', lives({ health: 'healthy' }, { health: 'starting' }), false],
  ['that is a job, and ended well', lives({ status: 'exited' }), true],
  ['that did not start again', lives({ steps: [step] }, { ready: undefined, status: 'exited', exitCode: 1 }), false],
])('a service %s: seen at work %s', (_, of, expected) => {
  expect(isExercised(exercised(of))).toBe(expected);
});

test('a service that was not given what it works with was not seen at work, whatever it answered', () => {
  const all = exercised(lives({ steps: [step] }), [socket, { ...socket, reach: 'devices', what: 'devices' }]);
  expect(isExercised(all)).toBe(false);
  expect(unexercised('cap-drop', all)).toEqual(['sockets', 'devices']);
  expect(unexercised('init', all)).toEqual(['sockets', 'devices']);
  expect(unseenOf(all)).toEqual([
    'what it does with the socket /var/run/docker.sock, which a trial does not give it',
    'what it does with devices, which a trial does not give it',
  ]);
});

test('a change lacks what it concerns and nobody saw', () => {
  const started = exercised(lives());
  expect(unexercised('init', started)).toEqual([]);
  expect(unexercised('cap-drop', started)).toEqual(['work']);
  expect(unexercised('healthcheck', started)).toEqual(['health']);
  const asked = exercised(lives({ steps: [step] }));
  expect(unexercised('cap-drop', asked)).toEqual([]);
  expect(unexercised('limits', asked)).toEqual(['load']);
  expect(wordsOf(['work'], [])).toEqual([expect.stringContaining('nothing was asked of it but to start and stop')]);
});

test('what was withheld is of the service alone', () => {
  expect(withheldFrom('app', { withheld: [socket] }, { withheld: [{ ...socket, service: 'other' }] })).toEqual([socket]);
});
