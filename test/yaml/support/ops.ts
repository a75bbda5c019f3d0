import { isMap, isScalar, isSeq, type Pair, parseDocument } from 'yaml';
import type { Data, Op, Path } from '../../../src/yaml/types';
import { bare } from './oracle';
import type { Tape } from './tape';

const VALUES: readonly Data[] = [
  true,
  'ALL',
  ['ALL'],
  'no',
  '0644',
  '999:999',
  0,
  1.5,
  '',
  'a b # c',
  'it\'s "so" 😀',
  'line\nline',
  { limits: { cpus: '0.5', memory: '1G' } },
  ['/tmp', '/run:size=64m,mode=1777'],
  [{ target: 80, published: '8080' }],
  [],
  {},
  null,
  '*a',
  ': x',
  '1_000',
];
const NEW_KEYS = ['read_only', 'cap_add', 'restart', 'cap_drop', 'security_opt', 'no', 'a b', '0644', 'x:y'];

/** An op on one of the places a text has, or just below one; mostly, but not always, one that fits the place. */
export function randomOp(tape: Tape, text: string, serial: number): Op {
  const places = placesOf(text);
  const place = places[tape.below(places.length)]!;
  const { path } = place;
  const value = tape.pick(VALUES);
  const below = [...path, tape.pick(NEW_KEYS)];
  const fitting = tape.once(8) ? ALL : FITTING[place.kind];
  switch (tape.pick(fitting)) {
    case 'add':
      return { op: 'add', path: below, value, ...(tape.once(2) ? { near: ['image', 'ports'] } : {}) };
    case 'append':
      return { op: 'append', path: place.kind === 'map' ? below : path, value };
    case 'replace':
      return { op: 'replace', path, value };
    case 'remove':
      return { op: 'remove', path };
    case 'rename':
      return { op: 'rename', path, key: tape.pick(NEW_KEYS) };
    case 'comment':
      return { op: 'comment', path, text: `# added ${serial}` };
  }
}

const ALL = ['add', 'append', 'replace', 'remove', 'rename', 'comment'] as const;
const FITTING: Record<Place['kind'], readonly Op['op'][]> = {
  map: ['add', 'add', 'append', 'replace', 'remove', 'rename', 'comment'],
  list: ['append', 'append', 'replace', 'remove', 'comment'],
  null: ['add', 'append', 'replace', 'remove', 'rename'],
  leaf: ['replace', 'replace', 'remove', 'remove', 'append', 'rename', 'comment'],
};

interface Place {
  path: Path;
  kind: 'map' | 'list' | 'null' | 'leaf';
}

/** Every path of a text, as the library sees it, the root aside, and some that only merge keys give. */
function placesOf(text: string): Place[] {
  const out: Place[] = [];
  const visit = (node: unknown, path: Path): void => {
    const empty = node === null || (isScalar(node) && node.value === null);
    if (path.length > 0) out.push({ path, kind: isMap(node) ? 'map' : isSeq(node) ? 'list' : empty ? 'null' : 'leaf' });
    if (isMap(node)) {
      // What a merge key brings in has a path too, at which nothing is written.
      if (node.has('<<')) out.push({ path: [...path, 'restart'], kind: 'leaf' }, { path: [...path, 'cap_add'], kind: 'list' });
      for (const pair of node.items as Pair[]) {
        if (isScalar(pair.key) && pair.key.source !== '<<') visit(pair.value, [...path, String(pair.key.source ?? pair.key.value)]);
      }
    } else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) visit(item, [...path, index]);
    }
  };
  visit(parseDocument(bare(text), { logLevel: 'silent' }).contents, []);
  return out;
}
