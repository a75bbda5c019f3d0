import { missingOf, type ProfileRun, refine, widened } from '../../../src/engine/learn/refine';
import type { Failure } from '../../../src/engine/observe/types';
import type { KernelTrace } from '../../../src/engine/trace/kernel-trace';
import { type Allowed, allowedBy, profileOf, RUNTIME, type SeccompRule } from '../../../src/engine/trace/profile';
import { syscallsOf } from '../../../src/engine/trace/syscalls';

const trace: KernelTrace = {
  capabilities: [],
  syscalls: ['clone', 'personality', 'read', 'socket', '4711'],
  runtime: ['statx'],
  namespaces: false,
  programs: ['/bin/true'],
  sockets: ['inet stream', 'packet raw'],
};
const rules = (name: string, namespaces = false): SeccompRule[] =>
  profileOf(allowedBy({ ...trace, namespaces }), 'x64').syscalls.filter(({ names }) => names.includes(name));

describe('a seccomp profile', () => {
  test('allows what was seen and what the runtime calls, and refuses the rest as Docker does', () => {
    const profile = profileOf(allowedBy(trace), 'x64');
    expect(profile).toMatchObject({ defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 1 });
    const names = profile.syscalls[0]!.names;
    expect(names).toEqual(expect.arrayContaining(['execve', 'futex', 'read', 'statx']));
    expect(names).toEqual([...names].sort());
    for (const never of ['mount', 'ptrace', 'bpf', 'keyctl', '4711']) expect(names).not.toContain(never);
  });

  test('is for the machine it was made on', () => {
    expect(profileOf(allowedBy(trace), 'x64').archMap).toEqual([
      { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
    ]);
    expect(profileOf(allowedBy(trace), 'arm64').archMap[0]!.architecture).toBe('SCMP_ARCH_AARCH64');
  });

  test('allows no more than the default one by the same name', () => {
    expect(rules('clone')).toEqual([
      { names: ['clone'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 0x7e020000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }] },
    ]);
    expect(rules('clone', true)[0]!.args).toBeUndefined();
    expect(rules('personality').map(({ args }) => args![0]!.value)).toEqual([0, 8, 0x20000, 0x20008, 0xffffffff]);
    expect(rules('clone3')).toEqual([{ names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 }]);
  });

  test('allows the families of sockets that were seen, and those of the C library', () => {
    expect(rules('socket').map(({ args, comment }) => `${args![0]!.value} ${comment}`)).toEqual([
      '1 unix',
      '2 inet',
      '10 inet6',
      '16 netlink',
      '17 packet',
    ]);
    // A family without a name cannot be listed: then any may be.
    const any = profileOf(allowedBy({ ...trace, sockets: ['99 stream'] }), 'x64');
    expect(any.syscalls[0]!.names).toContain('socket');
  });

  test('knows each name it brings along', () => {
    const known = [syscallsOf('x64')!, syscallsOf('arm64')!];
    for (const name of RUNTIME) expect({ name, known: known.some(({ numbers }) => name in numbers) }).toEqual({ name, known: true });
    expect(new Set(RUNTIME).size).toBe(RUNTIME.length);
  });

  test('grows by what a run was refused, and by nothing else', () => {
    const allowed = allowedBy(trace);
    expect(missingOf(allowed, ['read', 'epoll_wait', 'clone3'])).toEqual(['epoll_wait']);
    expect(widened(allowed, ['epoll_wait']).syscalls.has('epoll_wait')).toBe(true);
    // The kernel may refuse what is allowed: another family of sockets is the one thing a profile can add then.
    expect(missingOf(allowed, ['socket'])).toEqual(['socket']);
    expect(widened(allowed, ['socket']).families).toBeUndefined();
    expect(missingOf(widened(allowed, ['socket']), ['socket'])).toEqual([]);
  });
});

describe('runs with profiles', () => {
  const why: Failure = { life: 'start', kind: 'state', how: 'it ends' };
  const start = (...names: string[]): Map<string, Allowed> =>
    new Map(names.map((name) => [name, { syscalls: new Set(['read']), namespaces: false }]));
  /** A stack of services, each with what it calls; a profile without it makes it fail, and so do those it needs. */
  const stack = (calls: Record<string, string[]>, needs: Record<string, string[]> = {}, told = true) => {
    const runs: string[][] = [];
    const run = async (allowed: ReadonlyMap<string, Allowed>): Promise<ProfileRun> => {
      runs.push([...allowed.keys()]);
      const lacks = (name: string): string[] =>
        (calls[name] ?? []).filter((call) => allowed.has(name) && !allowed.get(name)!.syscalls.has(call));
      const fails = (name: string): boolean => lacks(name).length > 0 || (needs[name] ?? []).some(fails);
      return {
        failures: new Map(Object.keys(calls).map((name) => [name, fails(name) ? [why] : []])),
        // A program ends at the first call that is refused.
        refused: new Map(Object.keys(calls).map((name) => [name, told ? lacks(name).slice(0, 1) : []])),
      };
    };
    return { runs, run, needs: new Map(Object.entries(needs).map(([name, others]) => [name, new Set(others)])) };
  };

  test('add what is refused until all of them work together', async () => {
    const { run, runs, needs } = stack({ db: ['read', 'fsync', 'futex'], web: ['read'] });
    const { found, runs: count } = await refine(start('db', 'web'), run, needs, 4);
    expect(found.get('db')).toMatchObject({ added: ['fsync', 'futex'] });
    expect(found.get('db')!.why).toBeUndefined();
    expect(found.get('web')!.added).toEqual([]);
    expect([count, runs]).toEqual([3, Array.from({ length: 3 }, () => ['db', 'web'])]);
  });

  test('give a service that needs a failing one another try', async () => {
    const { run, needs } = stack({ db: ['fsync', 'futex'], web: ['read'] }, { web: ['db'] });
    const { found } = await refine(start('db', 'web'), run, needs, 4);
    expect([...found].map(([name, { why: failed }]) => [name, failed])).toEqual([
      ['db', undefined],
      ['web', undefined],
    ]);
  });

  test('end for a service with nothing to add, after it failed twice, and the others run without its profile', async () => {
    const { run, runs, needs } = stack({ db: ['fsync'], web: ['read'] }, { web: ['db'] }, false);
    const { found } = await refine(start('db', 'web'), run, needs, 4);
    expect(found.get('db')).toMatchObject({ why, added: [] });
    expect(found.get('web')!.why).toBeUndefined();
    expect(runs).toEqual([['db', 'web'], ['db', 'web'], ['web']]);
  });

  test('end at the last round', async () => {
    const { run, needs } = stack({ db: ['a', 'b', 'c', 'd', 'e'] });
    const { found, runs } = await refine(start('db'), run, needs, 3);
    expect(runs).toBe(3);
    expect(found.get('db')).toMatchObject({ why, added: ['a', 'b'] });
  });
});
