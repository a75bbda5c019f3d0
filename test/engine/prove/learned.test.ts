import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LearnedService, LearnReport } from '../../../src/engine/learn/report';
import { tracefs } from '../../../src/engine/trace/tracefs';
import { MAIN } from '../../cli/run';
import { build } from '../cases';
import { batten, copyOf, type Ran, removeAll } from './stacks';

/** What `learn` finds with the kernel's help, on services whose needs were found by hand (templates/engine-runs.yaml). */
const enabled = process.env.BATTEN_ENGINE === '1' && (process.env.BATTEN_ENGINE_ONLY?.split(',').includes('learned') ?? true);
const place = tracefs();
const traceable = 'root' in place;
if (enabled && !traceable)
  process.stderr.write(`skipped: what learn finds with the kernel's help, because ${'why' in place && place.why}\n`);

(enabled && traceable ? describe : describe.skip)('learn, with the kernel traced', () => {
  let ran: Ran;
  let report: LearnReport;
  const service = (name: string): LearnedService => report.services.find((each) => each.name === name)!;

  beforeAll(async () => {
    await Promise.all(['redis', 'httpd'].map(build));
    const directory = copyOf('learned');
    ran = await batten(['learn', '--format', 'json'], directory);
    report = (JSON.parse(ran.out || '{"learned":[]}') as { learned: LearnReport[] }).learned[0]!;
  }, 10 * 60_000);
  afterAll(removeAll);

  test('ends well, and loses nothing', () => {
    expect({ code: ran.code, tracing: report?.tracing }).toEqual({ code: 0, tracing: { traced: true, lost: 0 } });
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
  }, 120_000);
});
