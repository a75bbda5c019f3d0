import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { YamlDocument } from '../../src/yaml/document';
import type { Op, Path } from '../../src/yaml/types';
import { composeText } from './support/compose-text';
import { randomOp } from './support/ops';
import { bare, commentsOf, dataAfter, dataOf, readable, VERSIONS } from './support/oracle';
import { Tape } from './support/tape';

/*
 * BATTEN_FUZZ_RUNS=50000     more runs than the usual 2,000
 * BATTEN_FUZZ_SEED=...       the seed that a failure prints, to see it again
 * BATTEN_FUZZ_NO_SHRINK=1    stop at the first failure, without looking for a smaller one
 * BATTEN_FUZZ_REPORT=1       how often ops were refused, and why
 * BATTEN_FUZZ_SHOW=text      the documents whose proof failed with a reason that holds the text
 */
const RUNS = Number(process.env.BATTEN_FUZZ_RUNS ?? 2000);
const SEED = process.env.BATTEN_FUZZ_SEED === undefined ? undefined : Number(process.env.BATTEN_FUZZ_SEED);

const tapes = fc.array(fc.nat(0xffff), { maxLength: 400, size: 'max' });

/** How often each way out was taken; printed when asked for, and held against limits below. */
const counts = new Map<string, number>();
function count(what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

describe('any ops on any Compose file', () => {
  test(
    'do what they say to the data, keep everything else, or are refused and change nothing',
    () => {
      fc.assert(
        fc.property(tapes, (numbers) => {
          const tape = new Tape(numbers);
          const text = composeText(tape);
          if (!readable(text)) return count('unreadable');
          check(text, tape);
        }),
        { numRuns: RUNS, seed: SEED, includeErrorInReport: true, endOnFailure: process.env.BATTEN_FUZZ_NO_SHRINK !== undefined },
      );
    },
    RUNS * 100 + 20_000,
  );

  test('and are seldom refused for want of a way to write them', () => {
    if (process.env.BATTEN_FUZZ_REPORT)
      console.log(
        [...counts]
          .sort((a, b) => b[1] - a[1])
          .map(([what, times]) => `${times}\t${what}`)
          .join('\n'),
      );
    const unproven = [...counts].filter(([what]) => what.startsWith('unproven')).reduce((sum, [, times]) => sum + times, 0);
    expect(counts.get('proven')).toBeGreaterThan(RUNS / 2);
    expect(counts.get('unreadable') ?? 0).toBeLessThan(RUNS / 10);
    expect(unproven).toBeLessThan(RUNS / 20);
  });
});

function check(text: string, tape: Tape): void {
  const document = YamlDocument.open(text);
  const accepted: Op[] = [];
  const wanted = 1 + tape.below(3);
  for (let serial = 0; serial < wanted; serial++) {
    const op = randomOp(tape, text, serial);
    const before = written(document);
    const done = document.fork().apply(op);
    must(written(document) === before, 'a fork is apart from its origin', { text, op });
    document.apply(op);
    if ('refusal' in done) {
      count(`refused: ${done.refusal.code}`);
      must(written(document) === before, 'a refused op changes nothing', { text, op });
    } else accepted.push(op);
  }
  const proof = document.prove();
  if ('reason' in proof) {
    count(
      `unproven: ${proof.reason.replace(/(the (anchor|tag) of )?(services|x-|volumes|networks|version)[^ ]*/, 'PATH').replace(/: #.*/, '')} | ${accepted.map((op) => op.op).join('+')}`,
    );
    if (process.env.BATTEN_FUZZ_SHOW && proof.reason.includes(process.env.BATTEN_FUZZ_SHOW))
      console.log(proof.reason, JSON.stringify(accepted), `\n${text}\n=====\n${written(document)}`);
    return;
  }
  count('proven');
  const after = document.toText();
  const context = { text, after, ops: accepted };
  for (const version of VERSIONS) {
    const expected = dataAfter(text, accepted, version);
    must(expected !== undefined, `an op that does not fit was accepted (${version})`, context);
    must(isDeepStrictEqual(dataOf(after, version), expected!.data), `the data is what was asked for (${version})`, context);
  }
  if (accepted.length === 1) does(accepted[0]!, context);
  sameComments(context);
  sameEnds(context);
  onlyTheEdits(document, context);
  again(proof.document, context);
}

interface Context {
  text: string;
  after: string;
  ops: Op[];
}

/** What an op says, said of the data that a reader gets, merge keys and aliases resolved. */
function does(op: Op, context: Context): void {
  const [before, after] = [dataOf(context.text, '1.2'), dataOf(context.after, '1.2')];
  const parent = op.path.slice(0, -1);
  const last = op.path[op.path.length - 1]!;
  const [was, is] = [get(before, op.path), get(after, op.path)];
  if (op.op === 'add' || op.op === 'replace') must(isDeepStrictEqual(is, op.value), 'the value is there', context);
  if (op.op === 'append') {
    const items = Array.isArray(was) ? was : was === undefined || was === null || was === '' ? [] : undefined;
    if (items) must(isDeepStrictEqual(is, [...items, op.value]), 'the item comes after the others', context);
    else must(Array.isArray(is) && is.length === 2 && isDeepStrictEqual(is[1], op.value), 'the item comes after the scalar', context);
  }
  if (op.op === 'remove' && typeof last === 'string') must(is === undefined, 'the key is gone', context);
  if (op.op === 'remove' && typeof last === 'number') {
    const items = get(before, parent) as unknown[];
    must(isDeepStrictEqual(get(after, parent), items.toSpliced(last, 1)), 'the item is gone', context);
  }
  if (op.op === 'rename') {
    must(isDeepStrictEqual(get(after, [...parent, op.key]), was), 'the value has another key', context);
    must(is === undefined, 'the old key is gone', context);
  }
}

function get(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, part) => (at as Record<string | number, unknown> | null | undefined)?.[part], data);
}

function sameComments({ text, after, ops }: Context): void {
  const added = new Set(ops.flatMap((op) => (op.op === 'comment' ? [op.text] : [])));
  const kept = commentsOf(after).filter((comment) => !added.has(comment));
  must(isDeepStrictEqual(kept, commentsOf(text)), 'comments survive in order', { text, after, ops });
}

function sameEnds(context: Context): void {
  const { text, after } = context;
  const ends = (of: string): Set<string> => new Set(of.match(/\r?\n/g) ?? []);
  must(after.startsWith('\uFEFF') === text.startsWith('\uFEFF'), 'the BOM is kept', context);
  must(after.endsWith('\n') === text.endsWith('\n'), 'the final newline is kept', context);
  must(
    !after.includes('\n\uFEFF') && ends(text).size === 0 ? true : [...ends(after)].every((end) => ends(text).has(end)),
    'the line endings are kept',
    context,
  );
}

/** The new text is the old one with nothing but the edits changed, worked out from the end backwards. */
function onlyTheEdits(document: YamlDocument, context: Context): void {
  const old = bare(context.text);
  const ended = old.endsWith('\n');
  let text = ended ? old : old + document.source.eol;
  for (const edit of document.edits().reverse()) text = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
  must((ended ? text : text.replace(/\r?\n$/, '')) === bare(context.after), 'nothing changes but the edits', context);
}

/** What was written can be opened, says it is unchanged, and takes the same op again only where that makes sense. */
function again(document: YamlDocument, context: Context): void {
  must(document.toText() === context.after && document.edits().length === 0, 'the proof is the text', context);
  const last = context.ops[context.ops.length - 1];
  if (last?.op === 'add') must('refusal' in document.apply(last), 'a key is not added twice', context);
  if (last?.op === 'replace') {
    document.apply(last);
    const proof = document.prove();
    // The quotes may follow what is now the style of the file; the data may not change.
    if ('document' in proof)
      must(isDeepStrictEqual(dataOf(document.toText(), '1.1'), dataOf(context.after, '1.1')), 'replacing again changes nothing', context);
  }
}

function written(document: YamlDocument): string {
  try {
    return document.toText();
  } catch (error) {
    return String(error);
  }
}

function must(holds: boolean, claim: string, context: object): void {
  if (holds) return;
  const shown = Object.entries(context).map(
    ([name, value]) => `--- ${name}\n${typeof value === 'string' ? visible(value) : JSON.stringify(value)}`,
  );
  throw new Error(`not true: ${claim}\n${shown.join('\n')}`);
}

function visible(text: string): string {
  return text
    .replaceAll('\uFEFF', '<BOM>')
    .replaceAll('\t', '→')
    .replaceAll('\r', '<CR>')
    .replaceAll(/ +$/gm, (spaces) => '·'.repeat(spaces.length));
}
