import { missingOf, widened } from '../../../src/engine/learn/seccomp';
import type { KernelTrace } from '../../../src/engine/trace/kernel-trace';
import { allowedBy, profileOf, RUNTIME, type SeccompRule } from '../../../src/engine/trace/profile';
import { syscallsOf } from '../../../src/engine/trace/syscalls';

const trace: KernelTrace = {
  capabilities: [],
  syscalls: ['clone', 'personality', 'read', 'socket', '4711'],
  runtime: ['statx'],
  programs: ['/bin/true'],
  sockets: ['inet stream', 'packet raw'],
};
const rules = (name: string, machine = 'x64', admin = false): SeccompRule[] =>
  profileOf(allowedBy(trace), machine, admin).syscalls.filter(({ names }) => names.includes(name));

describe('a seccomp profile', () => {
  test('allows what was seen and what the runtime calls, and refuses the rest as Docker does', () => {
    const profile = profileOf(allowedBy(trace), 'x64', false);
    expect(profile).toMatchObject({ defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 1 });
    const names = profile.syscalls[0]!.names;
    expect(names).toEqual(expect.arrayContaining(['execve', 'futex', 'read', 'statx']));
    expect(names).toEqual([...names].sort());
    for (const never of ['mount', 'ptrace', 'bpf', 'keyctl', '4711']) expect(names).not.toContain(never);
  });

  test('is for the machine it was made on', () => {
    expect(profileOf(allowedBy(trace), 'x64', false).archMap).toEqual([
      { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
    ]);
    expect(profileOf(allowedBy(trace), 'arm64', false).archMap[0]!.architecture).toBe('SCMP_ARCH_AARCH64');
  });

  test('allows no more than the default one by the same name', () => {
    expect(rules('clone')).toEqual([
      { names: ['clone'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 0x7e020000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }] },
    ]);
    expect(rules('clone', 'x64', true)[0]!.args).toBeUndefined();
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
    const any = profileOf(allowedBy({ ...trace, sockets: ['99 stream'] }), 'x64', false);
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
