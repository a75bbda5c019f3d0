import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { batten } from '../../src';
import { Analysis } from '../../src/lsp/analysis';
import { project, removeProjects } from '../cli/run';
import { Client } from './client';
import { composeFiles, FULL, largeFile, random } from './files';

const EDITS = Number(process.env.BATTEN_FUZZ_RUNS ?? (FULL ? 100_000 : 400));
/** After so many edits somebody stops and looks. */
const BURST = 40;
const today = (): string => '2030-01-01';

afterAll(removeProjects);

/** What people type, and what they do not. */
const TYPED = [
  '\n',
  ' ',
  '  ',
  ':',
  '-',
  '- ',
  '#',
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  '&a ',
  '*a',
  '<<: *a\n',
  '|',
  '>',
  '!reset',
  '\t',
  '\r\n',
  '\r',
  '\0',
  '\uFEFF',
  '🐘',
  '\uD800',
  '${',
  'privileged: true\n',
  '  web:\n    image: nginx\n',
  '# batten: ignore[cap-drop] x\n',
  '---\n',
  'include: [../x.yaml]\n',
  'services:\n',
  'x'.repeat(200),
];

test(`${EDITS} random edits: no crash, and what is said at rest is what holds`, async () => {
  const client = await Client.start({ debounce: 1 });
  const texts = composeFiles(40);
  const cwd = project({});
  const next = random(20_301);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  let ended = false;
  void client.exited.then(() => {
    ended = true;
  });
  const requests: Promise<unknown>[] = [];
  const stale: string[] = [];
  let rests = 0;
  for (let made = 0; made < EDITS; ) {
    const original = pick(texts);
    const uri = await client.open(path.join(cwd, `compose.${rests % 7}.yaml`), original);
    for (let burst = 0; burst < 1 + Math.floor(next() * 4) && made < EDITS; burst++) {
      for (let at = 0; at < BURST && made < EDITS; at++, made++) {
        const text = client.text(uri);
        const start = Math.floor(next() * (text.length + 1));
        const length = next() < 0.5 ? 0 : Math.floor(next() * (next() < 0.1 ? 400 : 8));
        const from = Math.floor(next() * original.length);
        const pasted = next() < 0.2 ? original.slice(from, from + Math.floor(next() * 200)) : next() < 0.3 ? '' : pick(TYPED);
        // A slip that is taken back at once is the commonest of edits.
        if (next() < 0.02) await client.replace(uri, original);
        else await client.edit(uri, { start, end: Math.min(text.length, start + length), text: pasted });
        if (next() < 0.05) {
          const position = client.documents.get(uri)!.positionAt(start);
          requests.push(pick([() => client.hover(uri, position), () => client.complete(uri, position), () => client.actions(uri)])());
        }
      }
      const said = await client.settled(uri, 60_000);
      rests++;
      const fresh = new Analysis(batten, { today });
      const { version, languageId } = client.documents.get(uri)!;
      fresh.documents.set({ uri, version, languageId, text: client.text(uri) });
      const expected = fresh.check(uri)!.diagnostics;
      if (JSON.stringify(said) !== JSON.stringify(expected)) stale.push(client.text(uri));
    }
    await client.close(uri);
  }
  await Promise.all(requests);
  expect({ ended, stale, stderr: client.stderr }).toEqual({ ended: false, stale: [], stderr: '' });
  expect(rests).toBeGreaterThanOrEqual(Math.floor(EDITS / BURST));
  expect(await client.stop()).toBe(0);
}, 3_600_000);

/** The time within which a share of all was done, in milliseconds. */
function percentile(times: readonly number[], share: number): number {
  return [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))]!;
}

test('typing in a file of 2,000 lines: a request behind each key is answered at once, and what is found follows', async () => {
  const client = await Client.start({ debounce: 150 });
  const text = largeFile();
  expect(text.split('\n').length).toBeGreaterThan(1990);
  const cwd = project({ 'compose.yaml': text });
  const uri = await client.open(path.join(cwd, 'compose.yaml'), text);
  await client.settled(uri, 60_000);
  const keys = FULL ? 500 : 15;
  const times: number[] = [];
  let at = text.indexOf('# Service number 50') + '# Service number 50'.length;
  const word = ' is the one that people ask for # batten: ignore[';
  for (let key = 0; key < keys; key++) {
    const character = word[key % word.length]!;
    const begun = performance.now();
    await client.edit(uri, { start: at, end: at, text: character });
    at++;
    await client.complete(uri, client.documents.get(uri)!.positionAt(at));
    times.push(performance.now() - begun);
    // Some pauses are long enough for a check to begin.
    await new Promise((resolve) => setTimeout(resolve, key % 10 === 9 ? 200 : 40));
  }
  const rests: number[] = [];
  for (let rest = 0; rest < (FULL ? 30 : 1); rest++) {
    await client.edit(uri, { start: at, end: at, text: 'x' });
    const begun = performance.now();
    await client.settled(uri, 60_000);
    rests.push(performance.now() - begun);
  }
  expect(await client.stop()).toBe(0);
  const figures = {
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    most: Math.max(...times),
    rest: percentile(rests, 0.5),
    restP95: percentile(rests, 0.95),
  };
  if (FULL) process.stderr.write(`typing in ${text.split('\n').length} lines, ${keys} keys, in ms: ${JSON.stringify(figures)}\n`);
  // A machine that runs other tests beside this one takes its time.
  expect(figures.p95).toBeLessThan(FULL ? 50 : 500);
}, 300_000);

test('a path of a document is its own', () => {
  const analysis = new Analysis(batten, { today });
  expect(analysis.documents.pathOf(pathToFileURL('/a b/ü.yaml').href)).toBe('/a b/ü.yaml');
  expect(analysis.documents.pathOf('untitled:Untitled-1')).toBeUndefined();
});
