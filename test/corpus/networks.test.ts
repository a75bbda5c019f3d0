import { batten } from '../../src';
import { ComposeProject } from '../../src/compose/project';
import type { Fact } from '../../src/compose/reach/compare';
import { edgesOf } from '../../src/compose/reach/edges';
import { exposuresOf } from '../../src/compose/reach/exposure';
import { readTopology } from '../../src/compose/reach/topology';
import { nodeName } from '../../src/compose/reach/types';
import type { RunOptions } from '../../src/harden/api';
import { Intent } from '../../src/harden/intent/intent';
import { explainLosses } from '../../src/harden/intent/losses';
import { Pairs } from '../../src/harden/intent/pairs';
import { storesOf } from '../../src/harden/intent/stores';
import { advise } from '../../src/images';
import { YamlDocument } from '../../src/yaml/document';
import { type CorpusFile, corpus, describeWith, some } from './corpus';

/*
 * The model of who can reach whom, over every file, and changes over a sample: it can be made, and nothing goes from it without a reason. The files are read again
 * after the change, so that what was planned is compared with what was written.
 */

const files = corpus();
const NETWORKS = { only: ['ports', 'segment'], apply: true } as const;

function open(text: string): ComposeProject | undefined {
  try {
    return ComposeProject.read(YamlDocument.open(text));
  } catch {
    return undefined;
  }
}

/** The file alone: what lies beside it in the corpus is of other projects. */
function change({ name, text }: CorpusFile, options: RunOptions): string {
  return batten.run({ path: name, text }, { ...NETWORKS, ...options }).after;
}

/** Connections that went and have no reason to. */
function unexplained(before: ComposeProject, after: ComposeProject, options: RunOptions): string[] {
  const preset = options.preset ?? 'recommended';
  const context = { project: before, advise, preset };
  const intent = new Intent(context);
  const pairs = new Pairs(context, intent);
  // A published port may go in strict, with what made its service one that cannot move.
  const stores = [...storesOf(context, intent), ...(preset === 'strict' ? storesOf({ ...context, project: after }, intent) : [])];
  const gone = (to: string): boolean => preset === 'strict' && after.service(to.replace('service:', ''))?.ports.length === 0;
  const facts: Fact[] = [];
  const unexplained = (fact: Fact): void => void facts.push(fact);
  explainLosses(readTopology(before), readTopology(after), pairs, stores, { bothWays: true, lost: () => undefined, unexplained });
  return facts
    .filter(({ to, door }) => door === undefined || !gone(to))
    .map(({ from, to, name, door }) => `${nodeName(from)} -> ${nodeName(to)} ${name ?? door ?? ''}`);
}

describeWith('who can reach whom, in every file of the corpus', files ? [] : ['BATTEN_CORPUS'], () => {
  const all = (files ?? []).flatMap((file) => {
    const project = open(file.text);
    return project ? [{ file, project }] : [];
  });
  const read = some(all, 320);

  test('can be said for every file that is a Compose file', () => {
    expect(all.length).toBeGreaterThan(files!.length * 0.95);
    const edges = all.map(({ project }) => edgesOf(readTopology(project)).length);
    expect(edges.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(1000);
  });

  test.each<RunOptions>([
    { confidence: 'known' },
    { confidence: 'generic' },
    { confidence: 'guess' },
    { confidence: 'guess', preset: 'strict' },
  ])(
    'loses nothing without a reason at %j',
    (options) => {
      let changed = 0;
      const problems = read.flatMap(({ file, project }) => {
        const text = change(file, options);
        if (text === file.text) return [];
        changed++;
        return unexplained(project, open(text)!, options).map((line) => `${file.name}: ${line}`);
      });
      expect(problems).toEqual([]);
      expect(changed).toBeGreaterThan(0);
    },
    180_000,
  );

  test('has fewer data stores that others reach, or that call out, than before', () => {
    const count = (text: string): Counts => {
      const project = open(text)!;
      const stores = project.services.filter(
        (service) => service.complete && ['datastore', 'cache', 'queue'].includes(advise(service).role),
      );
      const all = [
        ...exposuresOf(
          edgesOf(readTopology(project)),
          stores.map(({ name }) => name),
        ).values(),
      ];
      const reached = all.filter(({ doors, direct }) => doors.length > 0 || direct).length;
      return { stores: all.length, reached, callOut: all.filter(({ egress }) => egress !== false).length };
    };
    const sum = (options?: RunOptions): Counts =>
      read
        .map(({ file }) => count(options ? change(file, options) : file.text))
        .reduce((a, b) => ({
          stores: a.stores + b.stores,
          reached: a.reached + b.reached,
          callOut: a.callOut + b.callOut,
        }));
    const before = sum();
    const rows: [string, Counts][] = [
      ['as they are', before],
      ['known', sum({ confidence: 'known' })],
      ['generic', sum({ confidence: 'generic' })],
      ['guess', sum({ confidence: 'guess' })],
      ['strict, guess', sum({ confidence: 'guess', preset: 'strict' })],
    ];
    for (const [name, { stores, reached, callOut }] of rows)
      process.stderr.write(`  corpus: ${name}: of ${stores} data stores ${reached} are reached from outside, ${callOut} can call out\n`);
    expect(rows[2]![1].reached).toBeLessThan(before.reached);
    expect(rows[1]![1].callOut).toBeLessThan(before.callOut);
  }, 180_000);
});

interface Counts {
  stores: number;
  reached: number;
  callOut: number;
}
