import { batten } from '../../src';
import type { FixSession } from '../../src/harden/api';

/** Limits, restarts and logs as a person answers for them, and what the presets ask for. */

const STACK = `services:
  app:
    image: registry.example.com/app:1
    mem_reservation: 256m
    restart: always
`;

function session(only: string, text = STACK): FixSession {
  return batten.session({ path: 'compose.yaml', text }, { only: [only] });
}

describe('values at the prompt', () => {
  test('a memory limit is a size, and not below the reservation', () => {
    const asked = session('limits');
    expect(asked.current()?.finding.plan).toBe('limit the memory of "app" to 1g');
    expect(asked.answer({ kind: 'edit', value: 'lots' })).toEqual({ error: '"lots" is not a size: write 512m or 2g' });
    expect(asked.answer({ kind: 'edit', value: '128m' })).toEqual({ error: 'it must be 256m or more, which is reserved' });
    expect(asked.answer({ kind: 'edit', value: '1m' })?.error).toContain('256m or more');
    expect(asked.answer({ kind: 'edit', value: ' 768m ' })).toBeUndefined();
    expect(asked.finish()[0]!.after).toContain('    mem_limit: 768m\n');
  });

  test('a number of processes is a number', () => {
    const asked = session('limits');
    asked.answer({ kind: 'skip' });
    expect(asked.answer({ kind: 'edit', value: '1k' })?.error).toContain('not a number of processes');
    expect(asked.answer({ kind: 'edit', value: '3' })?.error).toContain('10 or more');
    expect(asked.answer({ kind: 'edit', value: '500' })).toBeUndefined();
    expect(asked.finish()[0]!.after).toContain('    pids_limit: 500\n');
  });

  test('a number of tries is one or more', () => {
    const asked = session('restart');
    expect(asked.answer({ kind: 'edit', value: '0' })).toEqual({ error: 'write a number of tries: 5' });
    expect(asked.answer({ kind: 'edit', value: '3' })).toBeUndefined();
    expect(asked.finish()[0]!.after).toContain('    restart: on-failure:3\n');
  });
});

describe('what is reported', () => {
  const text = 'services:\n  db:\n    image: postgres:16\n    restart: always\n  web:\n    image: nginx:1.27\n    depends_on: [db]\n';
  const mine = ['limits', 'ulimits', 'logging', 'healthcheck', 'start-order', 'restart', 'init', 'build-privileges', 'hooks'];
  const reported = (options: Parameters<typeof batten.run>[1]): string[] => {
    const { findings } = batten.run({ path: 'compose.yaml', text }, options);
    return [...new Set(findings.map(({ transform }) => transform))].filter((id) => mine.includes(id)).sort();
  };

  test('recommended says nothing of a file that limits, rotates and checks nothing', () => {
    expect(reported({})).toEqual([]);
  });

  test('strict says everything, an init process excepted', () => {
    expect(reported({ preset: 'strict' })).toEqual(['healthcheck', 'limits', 'logging', 'restart', 'start-order', 'ulimits']);
  });

  test('strict applies what a stack can bear, and no more', () => {
    const { after, findings } = batten.run({ path: 'compose.yaml', text }, { preset: 'strict', only: mine, apply: true });
    expect(findings.filter(({ status, confidence }) => status === 'fixed' && confidence === 'guess')).toEqual([]);
    expect(after).toContain('restart: always');
    expect(after).not.toContain('mem_limit');
    expect(after).not.toContain('cpus');
    expect(after).toContain('pids_limit: 2048');
    expect(after).toContain('pg_isready');
  });

  test('a setting counts as known by the person', () => {
    const settings = { services: { db: { limits: { memory: '3g' } } } };
    const { findings } = batten.run({ path: 'compose.yaml', text }, { settings });
    const limits = findings.filter(({ transform }) => transform === 'limits');
    expect(limits.map(({ plan, status }) => [plan, status])).toEqual([
      ['limit the memory of "db" to 3g', 'would-fix'],
      ['limit the memory of "web" to 1g', 'held'],
    ]);
  });
});
