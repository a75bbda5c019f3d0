import fc from 'fast-check';
import { compare, type Fact, factKey } from '../../src/compose/reach/compare';
import { edgesOf } from '../../src/compose/reach/edges';
import { eachLost } from '../../src/compose/reach/lost';
import type { Segment, Stack, Station, Topology } from '../../src/compose/reach/types';

const RUNS = Number(process.env.BATTEN_FUZZ_RUNS ?? 400);
const NAMES = ['a', 'b', 'c', 'd', 'e'];
const NETWORKS = ['n1', 'n2', 'n3'];

const segment = (name: string): fc.Arbitrary<Segment> =>
  fc.record({
    name: fc.constant(name),
    internal: fc.constantFrom<Segment['internal'][]>(true, false, 'maybe'),
    external: fc.boolean(),
    kind: fc.constantFrom<Segment['kind'][]>('bridge', 'bridge', 'bridge', 'lan', 'host', 'none', 'other'),
    talk: fc.constantFrom(true, true, false),
    resolves: fc.constantFrom(true, true, false),
  });

const port = fc.constantFrom(
  { target: '80', published: '80', protocol: 'tcp', long: false, raw: '80:80', known: true, path: [] } as const,
  { target: '5432', published: '5432', hostIp: '127.0.0.1', protocol: 'tcp', long: false, raw: '', known: true, path: [] } as const,
);

const station = (name: string): fc.Arbitrary<Station> =>
  fc
    .record({
      stack: fc.oneof(
        { weight: 5, arbitrary: fc.constant<Stack>({ kind: 'own' }) },
        fc.constantFrom<Stack[]>(
          { kind: 'host' },
          { kind: 'none' },
          { kind: 'bridge' },
          { kind: 'unknown' },
          { kind: 'service', of: 'a' },
          { kind: 'service', of: 'b' },
        ),
      ),
      on: fc.uniqueArray(fc.constantFrom(...NETWORKS), { maxLength: 3 }),
      alias: fc.constantFrom(undefined, 'x', 'y'),
      ports: fc.array(port, { maxLength: 2 }),
      link: fc.constantFrom(undefined, ...NAMES),
    })
    .map(({ stack, on, alias, ports, link }) => ({
      name,
      stack,
      attachments:
        stack.kind === 'own' ? on.map((network, index) => ({ network, names: index === 0 && alias ? [name, alias] : [name] })) : [],
      ports,
      links: new Map(link === undefined ? [] : [[link, ['linked']]]),
    }));

const topology: fc.Arbitrary<Topology> = fc
  .tuple(fc.tuple(...NAMES.map(station)), fc.tuple(...NETWORKS.map(segment)))
  .map(([stations, segments]) => ({
    stations: new Map(stations.map((each) => [each.name, each])),
    segments: new Map(segments.map((each) => [each.name, each])),
  }));

/** Some services and networks as in the first topology, the others as in the second. */
const pair = fc.tuple(topology, topology, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 })).map(([one, two, keep]) => ({
  before: one,
  after: {
    stations: new Map([...two.stations].map(([name, each], index) => [name, keep[index] ? one.stations.get(name)! : each])),
    segments: new Map([...two.segments].map(([name, each], index) => [name, keep[5 + index] ? one.segments.get(name)! : each])),
  },
}));

test('tells what a comparison of all edges tells, but for the names of who is not reached at all', () => {
  fc.assert(
    fc.property(pair, ({ before, after }) => {
      const { lost } = compare(edgesOf(before), edgesOf(after));
      const gone = new Set(
        lost.filter(({ name, door }) => name === undefined && door === undefined).map(({ from, to }) => `${from} ${to}`),
      );
      const expected = lost.filter(({ from, to, name }) => name === undefined || !gone.has(`${from} ${to}`));
      const told: Fact[] = [];
      const again: Fact[] = [];
      eachLost(before, after, (fact, back) => {
        told.push(fact);
        if (back) again.push(fact);
      });
      // The way back is told after the way there.
      for (const { from, to } of again) expect(told.some((fact) => fact.from === to && fact.to === from)).toBe(true);
      expect(told.map(factKey).sort()).toEqual(expected.map(factKey).sort());
    }),
    { numRuns: RUNS },
  );
});
