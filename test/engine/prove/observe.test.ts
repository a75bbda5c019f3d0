import { compare, habitsOf, isExplained, ownFault, secondFault } from '../../../src/engine/observe/compare';
import { portsOf } from '../../../src/engine/observe/listening';
import { essenceOf, isSameComplaint, symptomOf, symptomsIn } from '../../../src/engine/observe/symptoms';
import type { Life, Lives } from '../../../src/engine/observe/types';

test.each([
  ["chown: changing ownership of '/data': Operation not permitted", { capabilities: ['CHOWN'] }],
  ['nginx: [emerg] setgid(101) failed (1: Operation not permitted)', { capabilities: ['SETGID', 'SETUID'] }],
  ['error: failed switching to "redis": operation not permitted', { capabilities: ['SETGID', 'SETUID'] }],
  ['[crit] (1)Operation not permitted: AH02156: setgid: unable to set group id', { capabilities: ['SETGID', 'SETUID'] }],
  ['chroot("/run/sshd"): Operation not permitted [preauth]', { capabilities: ['SYS_CHROOT'] }],
  ['mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)', { path: '/var/cache/nginx/client_temp' }],
  ["touch: cannot touch '/var/lib/app/x': Read-only file system", { path: '/var/lib/app/x' }],
  ["Error: EROFS: read-only file system, open '/app/cache/a.json'", { path: '/app/cache/a.json' }],
  ['java.lang.UnsatisfiedLinkError: /tmp/jna/x.so: failed to map segment from shared object', { exec: true, path: '/tmp/jna/x.so' }],
  ['[FATAL tini (7)] Unexpected error when forwarding signal: kill: Operation not permitted', { capabilities: ['KILL'] }],
  ["find: '/var/lib/postgresql/data': Permission denied", { capabilities: ['DAC_OVERRIDE', 'DAC_READ_SEARCH'] }],
])('%s', (line, expected) => {
  expect(symptomOf(line)).toMatchObject(expected);
});

test('what does no harm, and what speaks of no refusal, is no symptom', () => {
  expect(symptomsIn('mbind: Operation not permitted\nready to accept connections\n\nListening on 0.0.0.0:80')).toEqual([]);
});

test('the same complaint at another time is the same', () => {
  expect(essenceOf('2026-11-23T10:00:00Z [12] open() "/x" failed')).toBe(essenceOf('2026-11-24T11:30:01Z [7] open() "/x" failed'));
});

test.each([
  [
    'Nov 26 01:33:01 login from 10.4.0.9 permission denied for alice',
    'Nov 27 11:02:59 login from 10.77.0.9 permission denied for bob',
    true,
  ],
  ['worker 7-1f3 Access denied for session ab12', 'worker 31-9c Access denied for session cd7', true],
  ['request 3f2504e0-4f89-11d3-9a0c-0305e82c3301 denied', 'request 7d444840-9dc0-11d1-b245-5ffdce74fad2 denied', true],
  ["touch: cannot touch '/data/a': Permission denied", "touch: cannot touch '/run/a': Permission denied", false],
  ['cannot chown the queue: Permission denied', 'cannot unlink the queue: Permission denied', false],
  ['open failed: Permission denied', 'open failed: Read-only file system', false],
])('%s | %s: the same complaint? %s', (one, other, same) => {
  expect(isSameComplaint(one, other)).toBe(same);
});

test('listening ports are read from the tables of the kernel', () => {
  const table = `  sl  local_address rem_address   st tx_queue
   0: 00000000:0050 00000000:0000 0A 00000000:00000000
   1: 0B00007F:A1B2 00000000:0000 0A 00000000:00000000
   2: 0100007F:1F90 0100007F:C350 01 00000000:00000000
   0: 00000000000000000000000000000000:1538 00000000000000000000000000000000:0000 0A`;
  expect(portsOf(table)).toEqual([80, 5432]);
});

const life = (more: Partial<Life> = {}): Life => ({
  status: 'running',
  exitCode: 0,
  oomKilled: false,
  restarts: 0,
  ready: 2,
  processes: { nginx: [0, 101] },
  listening: [80],
  answers: { 80: 'http 200' },
  steps: [],
  symptoms: [],
  log: 'started',
  stoppedWith: 0,
  ...more,
});
const lives = (more: Partial<Life> = {}, again: Partial<Life> = more): Lives => ({ first: life(more), second: life(again) });
const habits = habitsOf(lives());
const kinds = (of: Lives, user?: number): string[] => compare(habits, of, user).map(({ kind, life: when }) => `${kind} at the ${when}`);

describe('a hardened service', () => {
  test('that does the same works', () => {
    expect(compare(habits, lives(), undefined)).toEqual([]);
  });

  test.each<[string, Lives, string[]]>([
    ['whose workers are gone', lives({ processes: { nginx: [0] } }), ['users at the start']],
    ['whose workers stay root', lives({ processes: { nginx: [0, 0] } }), ['users at the start']],
    ['whose workers are silent', lives({ answers: { 80: 'silent' } }), ['answers at the start']],
    ['whose process is missing', lives({ processes: { sh: [0] } }), ['processes at the start']],
    ['that listens no more', lives({ listening: [], answers: {} }), ['listening at the start']],
    ['that ends', lives({ status: 'exited', exitCode: 1 }), ['state at the start']],
    ['that fails the second time only', lives({}, { status: 'exited', exitCode: 1 }), ['state at the second start']],
    ['that is killed at the end', lives({ stoppedWith: 137 }), ['stop at the start']],
    [
      'that lost what was written',
      lives({}, { steps: [{ step: 'again', what: 'get', ok: false, said: '' }] }),
      ['data at the second start'],
    ],
    ['that only complains', lives({ symptoms: ['setgid: Operation not permitted'] }), ['symptom at the start']],
    ['that cannot be made', lives({ createError: 'unable to find user' }), ['create at the start']],
    ['that was restarted', lives({ restarts: 2 }), ['restarts at the start']],
  ])('%s fails', (_, of, expected) => {
    expect(kinds(of)).toEqual(expected);
  });

  test('with a user of its own has all its processes as that one', () => {
    expect(kinds(lives({ processes: { nginx: [1000] } }), 1000)).toEqual([]);
    expect(kinds(lives({ processes: { nginx: [0] } }), 1000)).toEqual(['users at the start']);
  });

  test('may complain as it did before', () => {
    const complained = habitsOf(lives({ symptoms: ['[1] chmod: Operation not permitted'] }));
    expect(compare(complained, lives({ symptoms: ['[9] chmod: Operation not permitted'] }), undefined)).toEqual([]);
  });
});

test('what fails before hardening is not blamed on it', () => {
  expect(ownFault({ first: life({ status: 'exited', exitCode: 3, log: 'no such table' }) })).toBe(
    'it ends with exit code 3: no such table',
  );
  expect(ownFault({ first: life({ ready: undefined, health: 'unhealthy', healthOutput: 'refused' }) })).toContain('refused');
  expect(ownFault({ first: life() })).toBeUndefined();
});

test('what differs between its own two lives is no habit', () => {
  const found = habitsOf({
    first: life({ listening: [80, 40001], processes: { nginx: [0, 101], sleep: [0] } }),
    second: life({ listening: [80, 40002] }),
  });
  expect(found.listening).toEqual([80]);
  expect(Object.keys(found.processes)).toEqual(['nginx']);
});

test('a further run of the service as it is can only make its habits less', () => {
  const one = habitsOf(lives());
  const more = habitsOf(lives(), lives({ answers: { 80: 'http 503' }, symptoms: ['permission denied for bob'], stoppedWith: 1, ready: 9 }));
  expect(one.answers).toEqual({ 80: 'http 200' });
  expect(more).toMatchObject({ answers: {}, listening: [80], ready: 9, twice: true });
  expect(compare(more, lives({ answers: { 80: 'http 503' }, symptoms: ['permission denied for eve'], stoppedWith: 1 }), undefined)).toEqual(
    [],
  );
});

test('a second start that fails as it is is no habit, and is said', () => {
  const broken = lives({}, { status: 'exited', exitCode: 1, ready: undefined, log: 'lock file exists' });
  expect(habitsOf(broken).twice).toBe(false);
  expect(secondFault(broken)).toBe('it ends with exit code 1: lock file exists');
  expect(compare(habitsOf(broken), broken, undefined)).toEqual([]);
});

test('a failure is explained by a refusal in the log, by the Engine, or by whose process it is; not by a mood', () => {
  const failuresOf = (of: Partial<Life>): ReturnType<typeof compare> => compare(habits, lives(of), undefined);
  expect(isExplained(failuresOf({ status: 'exited', exitCode: 1, symptoms: ['setgid: Operation not permitted'] }))).toBe(true);
  expect(isExplained(failuresOf({ createError: 'unable to find user' }))).toBe(true);
  expect(isExplained(failuresOf({ processes: { nginx: [0] } }))).toBe(true);
  expect(isExplained(failuresOf({ status: 'exited', exitCode: 1 }))).toBe(false);
  expect(isExplained(failuresOf({ listening: [], answers: {} }))).toBe(false);
  expect(isExplained(failuresOf({ symptoms: ['permission denied for bob'] }))).toBe(false);
});
