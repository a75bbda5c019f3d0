import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { processHome } from '../../../src/engine/trial/machine';
import { MAIN } from '../../cli/run';
import { build, tagOf } from '../cases';
import { docker, mustDocker } from '../docker';
import { batten, copyOf, removeAll } from './stacks';

/** Killed at any moment, with no chance to clean up: `prove --cleanup` finds everything, and only that. */
const enabled = process.env.BATTEN_ENGINE === '1' && (process.env.BATTEN_ENGINE_ONLY?.split(',').includes('killed') ?? true);
const TIMES = 10;
const MINE = `batten-test-mine-${process.pid}`;

(enabled ? describe : describe.skip)('prove that is killed', () => {
  let directory: string;
  const temporary = mkdtempSync(path.join(tmpdir(), 'batten-killed-'));
  const env = { TMPDIR: temporary };

  beforeAll(async () => {
    await build('redis');
    await build('nginx');
    directory = copyOf('killed');
    await mustDocker(['volume', 'create', MINE]);
    await mustDocker(['network', 'create', '--subnet', '198.19.255.0/28', MINE]);
    await mustDocker(['run', '--detach', '--name', MINE, '--volume', `${MINE}:/data`, '--network', MINE, tagOf('redis')]);
  }, 900_000);
  afterAll(async () => {
    await docker(['rm', '--force', '--volumes', MINE]);
    await docker(['network', 'rm', MINE]);
    await docker(['volume', 'rm', MINE]);
    rmSync(temporary, { recursive: true, force: true });
    await removeAll();
  });

  test(`${TIMES} times leaves nothing after a clean-up, and touches nothing else`, async () => {
    const before = await state(directory);
    for (let time = 0; time < TIMES; time++) {
      // From the first request to the middle of the second life; no two moments are the same.
      await killAfter(directory, 200 + Math.random() * 9000, temporary);
      const ids = readdirSync(temporary).map((name) => name.slice('batten-trial-'.length).toLowerCase());
      const { code, err } = await batten(['prove', '--cleanup'], directory, env);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(await left(ids, temporary)).toEqual([]);
    }
    expect(await state(directory)).toEqual(before);
  }, 1_500_000);

  test('leaves alone what a run has that is still going on, before it has a container too, and all of another machine', async () => {
    // The name of a run begins with its process: this one is alive, and of the other two there is no such process here.
    const [here, there] = [processHome(), 'elsewhere/0123456789abcdef'];
    const networks = { [`${process.pid}-alive`]: here, '4194305-other': there, '4194305-unknown': undefined };
    const made: string[] = [];
    try {
      for (const [id, home] of Object.entries(networks)) {
        const name = `batten-test-${id}-${process.pid}`;
        made.push(name);
        const labels = ['--label', `batten.trial=${id}`, ...(home === undefined ? [] : ['--label', `batten.trial.home=${home}`])];
        await mustDocker(['network', 'create', ...labels, '--subnet', `198.19.255.${16 * made.length}/28`, name]);
      }
      const { out } = await batten(['prove', '--cleanup'], directory, env);
      expect(out).toContain(`${process.pid}-alive is still going on`);
      expect(out).toContain('4194305-other is of another machine (elsewhere)');
      expect(out).toContain('4194305-unknown does not say on which machine it is');
      for (const name of made) expect(await mustDocker(['network', 'ls', '--quiet', '--filter', `name=${name}`])).not.toBe('');
    } finally {
      for (const name of made) await docker(['network', 'rm', name]);
    }
  }, 180_000);

  test('by Ctrl-C cleans up by itself', async () => {
    const killed = killAfter(directory, 5000, temporary, 'SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const ids = readdirSync(temporary).map((name) => name.slice('batten-trial-'.length).toLowerCase());
    expect(ids).toHaveLength(1);
    expect((await killed).code).toBe(130);
    expect(await left(ids, temporary)).toEqual([]);
  }, 360_000);
});

function killAfter(
  cwd: string,
  milliseconds: number,
  temporary: string,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<{ code: number | null }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, 'prove', '--quiet'], { cwd, stdio: 'ignore', env: { ...process.env, TMPDIR: temporary } });
    setTimeout(() => child.kill(signal), milliseconds);
    child.on('close', (code) => resolve({ code }));
  });
}

/** What these runs have made and is still there: on the Engine, and in the temporary directory. */
async function left(ids: readonly string[], temporary: string): Promise<string[]> {
  const lists = await Promise.all(
    ids.flatMap((id) => {
      const label = ['--filter', `label=batten.trial=${id}`, '--quiet'];
      return [
        ['ps', '--all', ...label],
        ['network', 'ls', ...label],
        ['volume', 'ls', ...label],
        ['images', ...label],
      ].map((words) => docker(words));
    }),
  );
  return [...lists.flatMap(({ stdout }) => stdout.split('\n').filter(Boolean)), ...readdirSync(temporary)];
}

/** All that is there besides, and the project. */
async function state(directory: string): Promise<unknown> {
  const list = async (args: string[]): Promise<string[]> => (await mustDocker(args)).split('\n').sort();
  return {
    container: await mustDocker(['inspect', '--format', '{{.Id}} {{.State.StartedAt}} {{.State.Running}}', MINE]),
    volumes: (await list(['volume', 'ls', '--quiet'])).filter((name) => name === MINE),
    networks: (await list(['network', 'ls', '--format', '{{.Name}}'])).filter((name) => name === MINE),
    file: [readFileSync(path.join(directory, 'compose.yaml'), 'utf8'), statSync(path.join(directory, 'compose.yaml')).mtimeMs],
    files: readdirSync(directory).filter((name) => name !== '.batten'),
    data: existsSync(path.join(directory, 'data')) ? readdirSync(path.join(directory, 'data')) : [],
  };
}
