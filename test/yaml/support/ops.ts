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
const NEW_KEYS = ['read_only', 'cap_drop', 'security_opt', 'no', 'a b', '0644', 'x:y'];

/** An op on one of the places a text has, or just below one. */
export function randomOp(tape: Tape, text: string, serial: number): Op {
  const places = placesOf(text);
  const place = places[tape.below(places.length)]!;
  const value = tape.pick(VALUES);
  switch (tape.below(8)) {
    case 0:
    case 1:
      return { op: 'add', path: [...place, tape.pick(NEW_KEYS)], value, ...(tape.once(2) ? { near: ['image', 'ports'] } : {}) };
    case 2:
      return { op: 'append', path: tape.once(3) ? [...place, tape.pick(NEW_KEYS)] : place, value };
    case 3:
      return { op: 'replace', path: place, value };
    case 4:
    case 5:
      return { op: 'remove', path: place };
    case 6:
      return { op: 'rename', path: place, key: tape.pick(NEW_KEYS) };
    default:
      return { op: 'comment', path: place, text: `# added ${serial}` };
  }
}

/** Every path of a text, as the library sees it, the root aside; merge keys are not paths an op is ever given. */
function placesOf(text: string): Path[] {
  const out: Path[] = [];
  const visit = (node: unknown, path: Path): void => {
    if (path.length > 0) out.push(path);
    if (isMap(node)) {
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
