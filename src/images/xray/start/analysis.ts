import { createHash } from 'node:crypto';
import type { Accounts } from '../accounts';
import type { NotUnderstood, PathFacts, Place, StartFacts, Step, StepOf } from '../facts';
import type { FileNode, FileTree } from '../file-tree';
import { type Condition, type Outcome, shortened } from './condition';
import type { State } from './state';
import type { Value } from './value';

/** Who a process is. Undefined numbers are not known. */
export interface Identity {
  uid?: number;
  gid?: number;
  /** Variables of the container that decide it. */
  from: readonly string[];
}

/** A text of the image that says what happens: a script, or a configuration. */
export interface SourceText {
  path: string;
  /** Where it really is, links followed. */
  realPath: string;
  node: FileNode;
  text: string;
}

/** Commands that are looked at, and programs within programs: scripts of published images have a few hundred, and go ten deep. */
const MAX_WORK = 20_000;
const MAX_DEPTH = 32;
const MAX_STEPS = 2000;
const MAX_ARGUMENT = 200;
const MAX_ARGUMENTS = 64;

/** What is found while the start of an image is followed. */
export class Analysis {
  private readonly steps = new Map<string, Step>();
  private readonly notes = new Map<string, NotUnderstood>();
  private readonly scripts = new Map<string, Place & { digest: string }>();
  /** Texts in the order they were read, for the fingerprint. */
  readonly texts: SourceText[] = [];
  private work = 0;
  private readonly running: string[] = [];

  constructor(
    readonly files: FileTree,
    readonly accounts: Accounts,
    private readonly layers: readonly { digest: string }[],
  ) {}

  /** A text of the image; undefined when there is none. What was too large is said. */
  source(path: string, at: Place, state: State, who: Identity): SourceText | undefined {
    const found = this.files.find(path);
    if (!found) return undefined;
    const { node } = found;
    if (node.text === undefined) {
      if (node.withheld) this.note('unread', path, at, state, who);
      return undefined;
    }
    const text: SourceText = { path, realPath: found.path, node, text: node.text.toString('utf8').replace(/\r\n/g, '\n') };
    if (!this.scripts.has(found.path)) {
      this.scripts.set(found.path, { ...this.place(text), digest: `sha256:${createHash('sha256').update(node.text).digest('hex')}` });
      this.texts.push(text);
    }
    return text;
  }

  place({ realPath, node }: SourceText, line?: number): Place {
    return { layer: this.layerOf(node), path: realPath, ...(line !== undefined && { line }) };
  }

  layerOf(node: FileNode): string {
    return this.layers[node.layer]?.digest ?? '';
  }

  /** Counts a command; false when there have been too many. */
  counts(at: Place, state: State, who: Identity): boolean {
    if (++this.work <= MAX_WORK) return true;
    if (this.work === MAX_WORK + 1) this.note('limit', 'too many commands', at, state, who);
    return false;
  }

  /** Follows something within what is followed; not when that is the same already, or too deep. */
  within(key: string, what: string, at: Place, state: State, who: Identity, follow: () => void): void {
    if (this.running.includes(key)) this.note('cycle', what, at, state, who);
    else if (this.running.length >= MAX_DEPTH) this.note('limit', what, at, state, who);
    else {
      this.running.push(key);
      try {
        follow();
      } finally {
        this.running.pop();
      }
    }
  }

  record(step: StepOf, at: Place, state: State, who: Identity): void {
    if (this.steps.size >= MAX_STEPS) {
      this.note('limit', 'too many steps', at, state, who);
      return;
    }
    const key = JSON.stringify([step, who.uid ?? null, at.path, at.line ?? 0]);
    const made: Step = {
      ...step,
      ...circumstances(state, who),
      ...(state.forgiven && CHANGING.has(step.do) && { mayFail: true as const }),
      at,
    };
    const before = this.steps.get(key);
    // The same thing on two ways happens when either is taken.
    if (before) this.steps.set(key, merged(before, made));
    else this.steps.set(key, made);
  }

  note(why: NotUnderstood['why'], text: string, at: Place, state: State, who: Identity): void {
    const made: NotUnderstood = { why, text: shortened(text), ...circumstances(state, who), at };
    const key = JSON.stringify([why, made.text, at, who.uid ?? null]);
    const before = this.notes.get(key);
    this.notes.set(key, before ? merged(before, made) : made);
  }

  result({ uid, gid }: Identity, argv: readonly string[]): StartFacts {
    return {
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
      argv: [...argv],
      scripts: [...this.scripts.values()],
      steps: [...this.steps.values()],
      notUnderstood: [...this.notes.values()],
    };
  }
}

/** What is done to files. */
const CHANGING: ReadonlySet<string> = new Set(['chown', 'chmod', 'write', 'remove', 'link']);

interface Circumstances {
  as?: number;
  when?: Step['when'];
  usual?: boolean;
}

function circumstances(state: State, { uid }: Identity): Circumstances {
  const when = distinct(state.guards.flatMap(({ condition }: Outcome) => (condition ? conditionsIn(condition) : [])));
  const { usual } = state;
  return {
    ...(uid !== undefined && { as: uid }),
    ...(when.length > 0 && { when }),
    ...(usual !== undefined && { usual }),
  };
}

/** All that has to hold for a condition to, one by one. */
function conditionsIn(condition: Condition): Condition[] {
  if (condition.if === 'all') return condition.of.flatMap(conditionsIn);
  if (condition.if !== 'not') return [condition];
  const { of } = condition;
  if (of.if === 'not') return conditionsIn(of.of);
  return of.if === 'any' ? of.of.flatMap((each) => conditionsIn({ if: 'not', of: each })) : [condition];
}

function distinct(conditions: readonly Condition[]): Condition[] {
  return [...new Map(conditions.map((each) => [JSON.stringify(each), each])).values()];
}

/** The same thing on two ways: what both ask for, and one of what each asks for beside it. */
function merged<T extends Circumstances>(a: T, b: T): T {
  const keys = (conditions: readonly Condition[] = []): Map<string, Condition> =>
    new Map(conditions.map((each) => [JSON.stringify(each), each]));
  const [first, second] = [keys(a.when), keys(b.when)];
  const common = [...first].filter(([key]) => second.has(key)).map(([, condition]) => condition);
  const ways = [first, second].map((way, index) =>
    [...way].filter(([key]) => !(index === 0 ? second : first).has(key)).map(([, each]) => each),
  );
  const usual = a.usual || b.usual ? true : a.usual === undefined || b.usual === undefined ? undefined : false;
  const when = ways.some((way) => way.length === 0) ? common : [...common, oneOfWays(ways)];
  const { usual: _usual, when: _when, ...rest } = a;
  const mayFail = 'mayFail' in a && !('mayFail' in b) ? { mayFail: undefined } : {};
  return { ...rest, ...mayFail, ...(when.length > 0 && { when }), ...(usual !== undefined && { usual }) } as T;
}

/** Of many ways it says no more than that there are some. */
const MAX_WAYS = 4;

function oneOfWays(ways: readonly Condition[][]): Condition {
  const of = distinct(ways.flatMap((way) => (way.length === 1 && way[0]!.if === 'any' ? way[0]!.of : [all(way)])));
  return of.length > MAX_WAYS || of.some((each) => each.if === 'unknown' && each.text === MANY)
    ? { if: 'unknown', text: MANY, on: [] }
    : { if: 'any', of };
}

const MANY = 'one of many ways through the script';

function all(conditions: readonly Condition[]): Condition {
  return conditions.length === 1 ? conditions[0]! : { if: 'all', of: [...conditions] };
}

/** A value as a path of the container; relative ones are below the directory the process is in. */
export function pathFacts(value: Value, cwd: Value, written: string, clean: (path: string) => string): PathFacts {
  const absolute = (text: string): string | undefined => {
    if (text.startsWith('/')) return clean(text);
    return cwd.text === undefined || text === '' ? undefined : clean(`${cwd.text}/${text}`);
  };
  const path = value.text === undefined ? undefined : absolute(value.text);
  const others = value.others.flatMap((text) => absolute(text) ?? []).filter((each) => each !== path);
  return {
    ...(path !== undefined && { path }),
    ...((path === undefined || value.from.length > 0 || others.length > 0) && { written: shortened(written) }),
    ...(others.length > 0 && { others: [...new Set(others)].sort() }),
    ...(value.from.length > 0 && { variables: [...value.from] }),
  };
}

/** Arguments as they are shown: what is not known as it is written. */
export function shownArgv(words: readonly { value: Value; written: string }[]): string[] {
  const shown = words.slice(0, MAX_ARGUMENTS).map(({ value, written }) => value.text ?? shortened(written));
  return shown.map((text) => (text.length > MAX_ARGUMENT ? `${text.slice(0, MAX_ARGUMENT - 1)}…` : text));
}
