import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { batten } from '../../../src';
import { ComposeProject } from '../../../src/compose/project';
import { readTopology } from '../../../src/compose/reach/topology';
import { YamlDocument } from '../../../src/yaml/document';
import { docker, limiter, mustDocker } from '../docker';
import { HOST_PORT, OUTSIDE_PORT, type Probe, probesOf } from './expected';
import { listener, measure, up } from './measure';

/*
 * The model of who can reach whom (docs/networks.md) against a real Engine: each stack is started as it is, as `fix` leaves it, and as
 * `fix --preset strict` does, and every connection that could be tried is. `eval "$(test/engine/networks/host.sh start)"` turns this on.
 */

const DIRECTORY = path.join(__dirname, 'stacks');
const stacks = readdirSync(DIRECTORY).map((file) => file.replace('.yaml', ''));
const enabled = process.env.BATTEN_NETWORKS !== undefined;
if (!enabled) process.stderr.write('  skipped: networks on a real Engine (test/engine/networks/host.sh turns them on)\n');

type State = 'before' | 'after' | 'strict';
const STATES: readonly State[] = ['before', 'after', 'strict'];

interface Run {
  text: string;
  probes: Probe[];
  measured: boolean[];
}

(enabled ? describe : describe.skip)('networks on a real Engine', () => {
  const runs = new Map<string, Run | Error>();
  const listeners: (() => void)[] = [];

  beforeAll(async () => {
    await mustDocker(['version']);
    listeners.push(listener('lan', OUTSIDE_PORT), listener('host', HOST_PORT));
    await docker(['network', 'create', 'batten-networks-proxy']);
    await docker(['rm', '-f', 'batten-networks-other']);
    await mustDocker(['run', '-d', '--name', 'batten-networks-other', '--network', 'batten-networks-proxy', 'batten-networks/all']);
    const slot = limiter(3);
    // A state after the other: they publish the same ports.
    await Promise.all(
      stacks.map((name) =>
        slot(async () => {
          for (const state of STATES) runs.set(`${name} ${state}`, await run(name, state).catch((error: Error) => error));
        }),
      ),
    );
  }, 30 * 60_000);

  afterAll(async () => {
    for (const end of listeners) end();
    await docker(['rm', '-f', 'batten-networks-other']);
    await docker(['network', 'rm', 'batten-networks-proxy']);
  }, 180_000);

  function runOf(name: string, state: State): Run {
    const found = runs.get(`${name} ${state}`);
    if (found === undefined || found instanceof Error) throw found ?? new Error('it did not run');
    return found;
  }

  describe.each(stacks)('%s', (name) => {
    test.each(STATES)('%s: every connection is as predicted', (state) => {
      const { probes, measured } = runOf(name, state);
      const wrong = probes.flatMap(({ what, works }, index) =>
        measured[index] === works ? [] : [`${what}: predicted ${works}, measured ${measured[index]}`],
      );
      const yes = probes.filter(({ works }) => works).length;
      process.stderr.write(
        `  engine: ${name} ${state}: ${probes.length} connections tried, ${yes} predicted to work, ${wrong.length} otherwise\n`,
      );
      expect(wrong).toEqual([]);
      expect(yes).toBeGreaterThan(0);
    });

    test('something changes, and all that is named goes on working', () => {
      const [before, after, strict] = STATES.map((state) => runOf(name, state)) as [Run, Run, Run];
      expect(after.text).not.toBe(before.text);
      for (const { text, probes, measured } of [after, strict]) {
        const works = new Set(probes.filter((_, index) => measured[index]).map(({ what }) => what));
        const { services } = parse(text) as { services: Record<string, { environment?: Record<string, string> }> };
        for (const [service, { environment = {} }] of Object.entries(services))
          for (const [key, value] of Object.entries(environment))
            if (key !== 'LISTEN') expect(works).toContain(`${service} -> ${value} by the name ${value}`);
      }
    });
  });

  async function run(name: string, state: State): Promise<Run> {
    const text = textOf(name, state);
    const project = ComposeProject.read(YamlDocument.open(text));
    const listens = (service: string): number => Number(project.service(service)!.environment.get('LISTEN')?.text ?? 80);
    const probes = probesOf(readTopology(project), listens);
    const running = await up(`${name}${state}`, text);
    try {
      const measured = await measure(probes, running);
      // A connection that was not made is tried once more: the machine may have been busy.
      const again = probes.filter(({ works }, index) => works !== measured[index]);
      const second = again.length > 0 ? await measure(again, running) : [];
      for (const [index, probe] of again.entries()) measured[probes.indexOf(probe)] = second[index]!;
      return { text, probes, measured };
    } finally {
      await running.stop();
    }
  }
});

function textOf(name: string, state: State): string {
  const text = readFileSync(path.join(DIRECTORY, `${name}.yaml`), 'utf8');
  if (state === 'before') return text;
  const options = state === 'strict' ? ({ preset: 'strict', confidence: 'guess' } as const) : {};
  return batten.run({ path: 'compose.yaml', text }, { only: ['ports', 'segment'], ...options }).after;
}
