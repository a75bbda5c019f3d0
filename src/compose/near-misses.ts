import type { YamlDocument } from '../yaml/document';
import { type Entry, isMergeKey, type MapNode, mergedMaps, type Node, resolve } from '../yaml/tree';
import { editDistance } from './edit-distance';
import { KNOWN_KEYS } from './known-keys';
import { placed, type Unseen } from './unseen';

/** A name that is longer is no slip of anybody's fingers. */
const LONGEST = 40;
/** After as many keys that nobody knows a file is of another kind. */
const MOST_UNKNOWN = 200;

const KEYS = new Map(Object.entries(KNOWN_KEYS).map(([level, names]) => [level, new Set(names.split(' '))]));

/**
 * Keys that Compose does not know and that are close to one it knows, wherever Compose fixes the keys. Those that start with `x-` are
 * anybody's. Text that several services share is looked at once.
 */
export function nearMisses(files: readonly { path: string; document: YamlDocument }[]): Unseen[] {
  return files.flatMap(({ path, document }) => new Walk(path, document).all());
}

class Walk {
  private readonly seen = new Map<string, Set<Node>>();
  private readonly found: Unseen[] = [];
  private unknown = 0;

  constructor(
    private readonly path: string,
    private readonly document: YamlDocument,
  ) {}

  all(): Unseen[] {
    this.visit(this.document.root, '', []);
    return this.found;
  }

  /** `names` are the keys on the way: of what, and of which one. */
  private visit(node: Node, level: string, names: readonly string[]): void {
    const target = resolve(node);
    if (target.kind === 'scalar' || this.wasHere(target, level)) return;
    if (target.kind === 'seq') {
      const items = below(level, '[]');
      if (isFixed(items)) for (const { value } of target.items) this.visit(value, items, names);
      return;
    }
    const known = KEYS.get(level);
    for (const map of this.withMerged(target, level)) {
      for (const entry of map.entries) {
        const { text: key } = entry.key;
        if (entry.complexKey || isMergeKey(entry) || key.startsWith('x-')) continue;
        if (known?.has(key) === false) this.tell(entry, known, names);
        const next = below(level, known ? key : '*');
        if (isFixed(next)) this.visit(entry.value, next, [...names, key]);
      }
    }
  }

  /** A map and those merged into it, each once. */
  private withMerged(map: MapNode, level: string): MapNode[] {
    const out = [map];
    for (let at = 0; at < out.length; at++) {
      out.push(...mergedMaps(out[at]!).flatMap(({ map: merged }) => (this.wasHere(merged, level) ? [] : [merged])));
    }
    return out;
  }

  private wasHere(node: Node, level: string): boolean {
    const here = this.seen.get(level) ?? new Set();
    this.seen.set(level, here);
    return here.has(node) || !here.add(node);
  }

  private tell({ key, src }: Entry, known: ReadonlySet<string>, names: readonly string[]): void {
    if (this.unknown++ >= MOST_UNKNOWN) return;
    const meant = nearest(key.text, known);
    if (meant === undefined) return;
    const [section, name] = names;
    const where = names.length === 0 ? 'at the top level' : `in ${names.join('.')}`;
    this.found.push({
      code: 'near-miss',
      message: `"${key.text}" ${where} is no key of Compose, so it was not looked at`,
      hint: `did you mean ${meant}?`,
      ...placed(this.path, this.document.source.position(src?.keyStart ?? 0)),
      ...(section === 'services' && name !== undefined && { services: [name] }),
    });
  }
}

function below(level: string, key: string): string {
  return level === '' ? key : `${level}.${key}`;
}

const FIXED = new Set([...KEYS.keys()].flatMap((level) => level.split('.').map((_, at, parts) => parts.slice(0, at + 1).join('.'))));

/** Whether there are keys that Compose fixes in what stands there, or below it. */
function isFixed(level: string): boolean {
  return FIXED.has(level);
}

/** The key of a map that a misspelt one stands for, by where the map is (see `KNOWN_KEYS`); undefined for one that is known, or far from all. */
export function nearestKey(written: string, level: string): string | undefined {
  const known = KEYS.get(level);
  return !known || known.has(written) ? undefined : nearest(written, known);
}

/** The key that was meant: one that differs in case or hyphens only, else one that is few letters away for its length. */
function nearest(written: string, known: ReadonlySet<string>): string | undefined {
  if (written.length > LONGEST) return undefined;
  const word = written.toLowerCase().replaceAll('-', '_');
  if (known.has(word)) return word;
  let best: string | undefined;
  let least = allowed(word) + 1;
  for (const name of known) {
    if (Math.abs(name.length - word.length) >= least) continue;
    const distance = editDistance(word, name);
    if (distance < least) [best, least] = [name, distance];
  }
  return best;
}

/** How many letters may differ: of a short word hardly any, or every word would be near every other. */
function allowed({ length }: string): number {
  return length < 3 ? 0 : length < 6 ? 1 : length < 10 ? 2 : 3;
}
