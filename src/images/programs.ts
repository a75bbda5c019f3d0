import { evidenceFrom, table } from './hints/load';
import { isOneOf } from './hints/words';
import type { Evidence } from './types';

/** How a program runs another one: what comes before that one's name beside options and assignments. */
export interface Wrapper {
  /** Plain words: `gosu USER`, `timeout 5`. */
  words?: number;
  /** Options whose value is the next word: `-u`, `--signal`. */
  values?: readonly string[];
  /** Options whose value is a line for a shell: `su -c`. */
  line?: readonly string[];
}

/** What a program means for a container, whatever image it is in. */
export interface ProgramFacts {
  /** Without directories; `*` at an end stands for any text. */
  names: readonly string[];
  /** What a root process of it uses. */
  capabilities?: readonly string[];
  /** All that a root process of it needs, in a container of its own, so far as its own work goes. */
  as_root?: readonly string[];
  /** It writes where its configuration or its command says, else to its working directory, and nowhere else. */
  writes_as_told?: true;
  wraps?: Wrapper;
  /** It makes its process that of another user. */
  steps_down?: true;
  /** Only root can run it to any use. */
  root?: true;
  /** A daemon that starts as root; what else it does there is not known. */
  daemon?: true;
  sources: readonly string[];
}

interface Known extends ProgramFacts {
  evidence: Evidence[];
}

let plain: Map<string, Known[]> | undefined;
let patterns: Known[] = [];

/** All that is known of a program, by its name without directory. */
export function factsOf(name: string): readonly Known[] {
  if (!plain) {
    plain = new Map();
    const all = table('programs').programs.map((fact): Known => ({ ...fact, evidence: evidenceFrom('programs', fact.sources) }));
    for (const fact of all) for (const each of fact.names) plain.set(each, [...(plain.get(each) ?? []), fact]);
    patterns = all.filter(({ names }) => names.some((each) => each.includes('*')));
  }
  const known = plain.get(name) ?? [];
  const more = patterns.filter((fact) => !known.includes(fact) && isOneOf(name, fact.names));
  return more.length === 0 ? known : [...known, ...more];
}

/** The capabilities that a program uses as root. */
export function capabilitiesOf(name: string): readonly string[] {
  return factsOf(name).flatMap(({ capabilities }) => capabilities ?? []);
}

/** All that a root process of a program needs, and where that is known from; undefined when it is not. */
export function needsAsRoot(name: string): { value: readonly string[]; evidence: Evidence[] } | undefined {
  const fact = factsOf(name).find(({ as_root }) => as_root);
  return fact && { value: fact.as_root!, evidence: fact.evidence };
}

/** Whether a program writes only where it is told to. */
export function writesAsTold(name: string): boolean {
  return factsOf(name).some(({ writes_as_told }) => writes_as_told);
}

export function stepsDown(name: string): boolean {
  return factsOf(name).some(({ steps_down }) => steps_down);
}

export function wrapperOf(name: string): Wrapper | undefined {
  return factsOf(name).find(({ wraps }) => wraps)?.wraps;
}
