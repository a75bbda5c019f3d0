import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LearnedService, LearnReport } from '../../../src/engine/learn/report';
import { profilesThatRun } from '../../../src/engine/learn/seccomp';
import { expectedOf, habitsOf } from '../../../src/engine/observe/compare';
import { runStack } from '../../../src/engine/prove/run-stack';
import { type RunningSetup, withRunning } from '../../../src/engine/prove/running';
import type { KernelTrace } from '../../../src/engine/trace/kernel-trace';
import type { SeccompProfile } from '../../../src/engine/trace/profile';
import { Instance, tracefs } from '../../../src/engine/trace/tracefs';
import { MAIN } from '../../cli/run';
import { closed } from '../../report/closed-schema';
import { build } from '../cases';
import { batten, copyOf, type Ran, removeAll } from './stacks';

/** What `learn` finds with the kernel's help, on services whose needs were found by hand (templates/engine-runs.yaml). */
const enabled = process.env.BATTEN_ENGINE === '1' && (process.env.BATTEN_ENGINE_ONLY?.split(',').includes('learned') ?? true);
const place = tracefs();
const refusal = 'why' in place ? place.why : refusedBy(place.root);
if (enabled && refusal) process.stderr.write(`skipped: what learn finds with the kernel's help, because ${refusal}\n`);

(enabled && !refusal ? describe : describe.skip)('learn, with the kernel traced', () => {
  let directory: string;
  let ran: Ran;
  let report: LearnReport;
  const service = (name: string): LearnedService => report.services.find((each) => each.name === name)!;

  beforeAll(async () => {
    await Promise.all(['redis', 'httpd'].map(build));
    directory = copyOf('learned');
    ran = await batten(['learn', '--seccomp', 'profiles', '--apparmor', 'profiles', '--format', 'json'], directory);
    report = (JSON.parse(ran.out || '{"learned":[]}') as { learned: LearnReport[] }).learned[0]!;
  }, 20 * 60_000);
  afterAll(removeAll);

  test('ends well, and loses nothing', () => {
    expect({ code: ran.code, tracing: report?.tracing }).toEqual({ code: 0, tracing: { traced: true, lost: 0 } });
  });

  test('says all of it in JSON that the published schema describes', () => {
    const schema = JSON.parse(readFileSync(path.join(__dirname, '../../../schemas/learn.schema.json'), 'utf8'));
    const validate = closed(schema);
    expect([validate(JSON.parse(ran.out)), validate.errors]).toEqual([true, null]);
  });

  test('finds the capabilities that were found by hand', () => {
    expect(service('cache').capabilities).toEqual(['DAC_READ_SEARCH', 'SETGID', 'SETUID']);
    expect(service('front').capabilities).toEqual(['SETGID', 'SETUID']);
  });

  test('sees what was asked for from the first program on, of each service its own', () => {
    const { trace: cache } = service('cache');
    const { trace: front } = service('front');
    expect(cache!.programs).toEqual(expect.arrayContaining(['/entrypoint.sh', '/usr/bin/redis-server']));
    expect(cache!.programs.some((program) => /httpd|runc|containerd/.test(program))).toBe(false);
    expect(front!.programs).toContain('/usr/local/bin/httpd');
    // Redis forks to save; the server's own children are threads and processes of apache.
    expect(cache!.syscalls).toEqual(expect.arrayContaining(['execve', 'epoll_wait', 'fdatasync', 'setuid']));
    expect(front!.syscalls).not.toContain('fdatasync');
    for (const { syscalls } of [cache!, front!]) expect(syscalls).not.toContain('mount');
  });

  test('runs all of it together, with limits', () => {
    for (const each of report.services) expect(each.confirmed).toEqual({ held: ['capabilities', 'read_only', 'limits'], failed: [] });
  });

  test('writes a seccomp profile of each, with which all of it ran', () => {
    for (const { name, seccomp, trace } of report.services) {
      expect(seccomp).toMatchObject({ file: `./profiles/${name}.seccomp.json` });
      expect(seccomp!.why).toBeUndefined();
      const written = JSON.parse(readFileSync(path.join(directory, seccomp!.file!), 'utf8')) as SeccompProfile;
      expect(written).toEqual(seccomp!.profile);
      const names = written.syscalls.flatMap((rule) => rule.names);
      for (const call of trace!.syscalls) expect(names).toContain(call);
      for (const never of ['mount', 'pivot_root', 'ptrace', 'keyctl', 'unshare']) expect(names).not.toContain(never);
    }
  });

  test('writes an AppArmor profile of each, of what was seen, that apparmor_parser reads', () => {
    const { apparmor } = service('cache');
    expect(apparmor!.name).toMatch(/^batten-.*-cache$/);
    const text = readFileSync(path.join(directory, apparmor!.file!), 'utf8');
    expect(text).toBe(apparmor!.text);
    for (const rule of ['capability setgid,', '/usr/bin/redis-cli ix,', '/entrypoint.sh ix,', '/data{,/**} rwkl,', 'network inet stream,'])
      expect(text).toContain(`  ${rule}\n`);
    // The interpreter of a script, where its links lead.
    expect(text).toContain('  /usr/bin/dash ix,\n');
    expect(text).not.toContain('httpd');
    const there = spawnSync('apparmor_parser', ['--version']).error === undefined;
    expect(apparmor!.syntax).toBe(there ? 'ok' : undefined);
  });

  test('does without a profile that lacks what is needed: the run shows it, and what the kernel refused comes back', async () => {
    const { trace } = service('cache');
    const lacking: KernelTrace = { ...trace!, syscalls: trace!.syscalls.filter((name) => name !== 'epoll_wait') };
    const rounds: number[] = [];
    const { profiles, runs } = await withRunning(setupFor(copyOf('learned')), async (running) => {
      const { lives } = await runStack(running, new Map());
      const habits = new Map([...lives].map(([name, each]) => [name, habitsOf(each)]));
      for (const [name, own] of habits) running.expected.set(name, expectedOf(own, 60));
      const nothing = { settings: new Map(), confirmed: new Map(), needs: new Map() };
      const setup = { running, habits, ...nothing, begins: (round: number) => void rounds.push(round) };
      return profilesThatRun(setup, new Map([['cache', lacking]]));
    });
    expect(runs).toBeGreaterThan(1);
    expect(rounds).toHaveLength(runs);
    expect(profiles.get('cache')).toMatchObject({ added: expect.arrayContaining(['epoll_wait']) });
    expect(profiles.get('cache')!.profile!.syscalls[0]!.names).toContain('epoll_wait');
  }, 480_000);

  test('is refused where a profile is asked for and the kernel may not be', async () => {
    const { code, err } = await batten(['learn', '--seccomp', 'profiles', '--no-trace'], copyOf('learned'));
    expect(code).toBe(2);
    expect(err).toContain('a seccomp profile takes a trace of the kernel: --no-trace forbids it');
  });

  test('killed at once leaves a trace that --cleanup removes', async () => {
    const directory = copyOf('learned');
    const temporary = mkdtempSync(path.join(tmpdir(), 'batten-learned-'));
    const env = { TMPDIR: temporary };
    const instances = path.join('root' in place ? place.root : '', 'instances');
    const child = spawn(process.execPath, [MAIN, 'learn', '--quiet'], { cwd: directory, stdio: 'ignore', env: { ...process.env, ...env } });
    const mine = (): string[] => readdirSync(instances).filter((name) => name.startsWith(`batten-${child.pid}-`));
    for (let left = 200; left > 0 && mine().length === 0; left--) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(mine()).toHaveLength(1);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('close', resolve));
    expect(mine()).toHaveLength(1);
    const { code, out, err } = await batten(['prove', '--cleanup', '--format', 'json'], directory, env);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({ traces: 1, folders: 1 });
    expect(mine()).toEqual([]);
    expect(existsSync(temporary) && readdirSync(temporary)).toEqual([]);
    rmSync(temporary, { recursive: true, force: true });
  }, 360_000);
});

/** How the command would run it. */
function setupFor(directory: string): RunningSetup {
  return {
    project: { files: [path.join(directory, 'cache.yaml')], directory, profiles: [] },
    env: process.env,
    trial: { volumes: 'fresh', binds: 'copy', allowPrivileged: false },
    exercises: new Map(),
    timeout: 60,
    keep: false,
    listener: () => undefined,
    signal: new AbortController().signal,
  };
}

/** Whether an instance can be made, as `learn` does: tracefs may be there and closed. */
function refusedBy(root: string): string | undefined {
  try {
    Instance.create(root, `${process.pid}-test`).remove();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
