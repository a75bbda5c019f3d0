import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findCompose, isOld } from '../../../src/engine/compose/cli';
import type { ProvenService } from '../../../src/engine/prove/report';
import { objections } from '../../schema';
import { build, tagOf } from '../cases';
import { docker, mustDocker } from '../docker';
import { batten, copyOf, removeAll } from './stacks';

/** One project of services that are not plain servers: jobs, shared networks, included files, files that changes make. */
const enabled = process.env.BATTEN_ENGINE === '1' && (process.env.BATTEN_ENGINE_ONLY?.split(',').includes('projects') ?? true);
const VOLUME = `batten-test-odd-${process.pid}`;
const env = { VOLUME };

(enabled ? describe : describe.skip)('a project of odd services', () => {
  let directory: string;
  let services: Map<string, ProvenService>;
  let data: { proofs: { services: ProvenService[]; notes: string[] }[] };
  let before: unknown;
  let pid: number;
  let old: boolean;

  beforeAll(async () => {
    await build('python');
    directory = copyOf('odd');
    old = isOld(await findCompose({ cwd: directory, env: process.env }));
    const main = path.join(directory, 'compose.yaml');
    // The old Compose includes nothing.
    if (old) writeFileSync(main, readFileSync(main, 'utf8').replace(/^include:\n.*\n/m, ''));
    await mustDocker(['volume', 'create', VOLUME]);
    await inVolume('echo mine > /vol/mine && chown 1234:1234 /vol/mine');
    before = await state(directory);
    // Capabilities would be searched, which other suites do.
    const only = ['--only', 'user,no-new-privileges,read-only,plaintext-secrets'];
    const { out, err, ...ran } = await batten(['prove', '--volumes', 'copy', '--format', 'json', ...only], directory, env);
    if (out === '') throw new Error(err);
    pid = ran.pid;
    data = JSON.parse(out);
    services = new Map(data.proofs[0]!.services.map((each) => [each.name, each]));
  }, 900_000);
  afterAll(async () => {
    await docker(['volume', 'rm', VOLUME]);
    await removeAll();
  });

  const outcomes = (name: string): Record<string, string> =>
    Object.fromEntries(services.get(name)!.changes.map(({ transform, outcome }) => [transform, outcome]));

  test('is reported as the schema says', () => {
    expect(objections('prove', data)).toEqual([]);
  });

  test('leaves the project, the volume, and what others run as they were', async () => {
    expect(await state(directory)).toEqual(before);
    // Trials of other suites may run beside this one.
    const trials = await mustDocker(['ps', '--all', '--filter', 'label=batten.trial', '--format', '{{.Label "batten.trial"}}']);
    expect(trials.split('\n').filter((id) => id.startsWith(`${pid}-`))).toEqual([]);
  });

  test('works where it did, each in its own way', () => {
    const status = (name: string): string => services.get(name)!.status;
    expect(['migrate', 'app', 'side'].map(status)).toEqual(['proven', 'proven', 'proven']);
    expect(services.get('crash')).toMatchObject({ status: 'own-fault', fault: 'it ends with exit code 7: boom' });
    expect(services.has('tool')).toBe(false);
    expect(services.get('side')!.exercised).toContain('connect to port 9000');
  });

  test('is exercised with every probe, and gets what they need', () => {
    expect(services.get('app')!.exercised).toEqual(expect.arrayContaining(['GET /vol on port 8000', 'POST / on port 8000']));
    const readOnly = services.get('app')!.changes.find(({ transform }) => transform === 'read-only');
    expect(readOnly?.outcome === 'left-out' || readOnly?.value?.includes('/opt')).toBe(true);
  });

  test('has what changes need beside the file, and included files, tried', () => {
    expect(outcomes('app')['plaintext-secrets']).toBe('proven');
    expect(data.proofs[0]!.notes.join()).toContain('the trial had its own .env');
    if (!old) expect(outcomes('inc')).toMatchObject({ user: 'proven', 'no-new-privileges': 'proven' });
  });

  test('is then fixed as it was proven, in all its files', async () => {
    const { code, err } = await batten(['fix', '--yes', '--confidence', 'proven'], directory, env);
    expect({ code, err }).toMatchObject({ code: 0 });
    if (!old) expect(readFileSync(path.join(directory, 'sub/compose.yaml'), 'utf8')).toContain('no-new-privileges:true');
    expect(readFileSync(path.join(directory, '.env'), 'utf8')).toContain('tok-4f9c2ab71e');
    const { out } = await batten(['check', '--format', 'json', '--inspect'], directory, env);
    expect((JSON.parse(out) as { files: { staleProofs?: unknown }[] }).files[0]!.staleProofs).toBeUndefined();
  });
});

async function inVolume(script: string): Promise<string> {
  return mustDocker(['run', '--rm', '--volume', `${VOLUME}:/vol`, '--network', 'none', tagOf('python'), 'sh', '-c', script]);
}

/** All files of the project with their times, and of the volume with their owners. */
async function state(directory: string): Promise<unknown> {
  const names = (readdirSync(directory, { recursive: true }) as string[]).filter(
    (name) => !name.startsWith('.batten/') && name !== '.batten',
  );
  const files = names
    .sort()
    .map((name) => [name, statSync(path.join(directory, name)).isFile() && readFileSync(path.join(directory, name), 'utf8')]);
  return { files, volume: await inVolume('ls -ln /vol; cat /vol/*') };
}
