import { splitFile } from '../../src/compose/file-path';
import { closingBraces, evaluate, hasVariables } from '../../src/compose/interpolate';
import type { ComposeProject } from '../../src/compose/project';
import type { ComposeService } from '../../src/compose/service';
import type { Variable } from '../../src/compose/types';
import { credentialsOf, isCredentialName, isWord, looksMade, Occurrences } from '../../src/harden/credentials';
import type { Path } from '../../src/yaml/types';

type Node = Variable['node'];

/** A credential within the text of a variable: from `start` to `end` of `raw`. */
export interface Credential {
  start: number;
  end: number;
  /** As the container gets it. */
  value: string;
  kind: 'literal' | 'part' | 'default';
  /** What to call it; for a default the variable that has it. */
  name: string;
}

/** The text of a variable in which there are credentials, and all services that get it. */
export interface Place {
  variable: string;
  services: ComposeService[];
  path: Path;
  node: Node;
  item: boolean;
  own: boolean;
  /** Whether one of the services has the variable more than once. */
  repeated: boolean;
  /** What is written, without `NAME=`. */
  raw: string;
  credentials: Credential[];
}

/**
 * Every text with a credential once, however many services share it. Where a value is one, its copies in other variables are, too, whatever
 * these are called.
 *
 * @param more values that are known to be credentials, and what they are called.
 */
export function places(project: ComposeProject, more: ReadonlyMap<string, string> = new Map()): Place[] {
  const all = texts(project);
  for (const place of all) place.credentials = credentialsIn(place.variable, place.raw);
  const values = new Map(more);
  for (const { value, name } of all.flatMap(({ credentials }) => credentials)) if (!values.has(value)) values.set(value, name);
  const words = new Occurrences([...values.keys()].filter(isTelling));
  const names = [...values].filter(([value]) => isTelling(value)).map(([, name]) => name);
  for (const place of all) place.credentials = withCopies(place, words, names);
  return all.filter(({ credentials }) => credentials.length > 0);
}

/** Whether a value stands somewhere else because it is the same credential, and not by chance. */
export function isTelling(value: string): boolean {
  return value.length >= 6 && !value.includes('\n') && looksMade(value);
}

/** Every text of a variable that may be changed here. */
function texts(project: ComposeProject): Place[] {
  const found = new Map<Node, Place>();
  for (const service of project.services) {
    if (service.has('provider')) continue;
    const here = new Map<string, Place>();
    for (const { name: variable, node, item, own } of service.variables) {
      const twin = here.get(variable);
      if (twin) twin.repeated = true;
      const known = found.get(node);
      if (known) {
        known.services.push(service);
        known.repeated ||= twin !== undefined;
        here.set(variable, known);
        continue;
      }
      const path = project.pathOf(node);
      const text = textOf(node);
      // What only counts here is not to be changed here.
      if (!path || text === undefined || !project.files[splitFile(path).file]!.editable) continue;
      const raw = item ? text.slice(variable.length + 1) : text;
      const place: Place = { variable, services: [service], path, node, item, own, repeated: twin !== undefined, raw, credentials: [] };
      found.set(node, place);
      here.set(variable, place);
    }
  }
  return [...found.values()];
}

function withCopies({ variable, raw, credentials }: Place, words: Occurrences, names: readonly string[]): Credential[] {
  const copies: Credential[] = [];
  if (raw.includes('\n') || raw.length > LONGEST_VALUE) return [...credentials];
  for (const { word, start, end, whole: complete } of words.in(raw)) {
    if (!complete || isWord(raw[start - 1]) || isWord(raw[end]) || raw[start - 1] === '$') continue;
    // They come by their ends, so that the last copy reaches furthest.
    if ((copies.at(-1)?.end ?? 0) > start || (firstPast(credentials, start)?.start ?? end) < end) continue;
    const whole = start === 0 && end === raw.length;
    const value = evaluate(raw.slice(start, end)).text;
    copies.push({ start, end, value, kind: whole ? 'literal' : 'part', name: names[word] ?? variable });
  }
  return [...credentials, ...copies].sort((a, b) => a.start - b.start);
}

/** The first of credentials in order that ends behind a place. */
function firstPast(credentials: readonly Credential[], place: number): Credential | undefined {
  let low = 0;
  let high = credentials.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (credentials[middle]!.end <= place) low = middle + 1;
    else high = middle;
  }
  return credentials[low];
}

function textOf(node: Node): string | undefined {
  const scalar = node.kind === 'alias' ? node.target : node;
  return scalar.kind === 'scalar' ? scalar.text : undefined;
}

/** In a longer value of another name nothing is moved: no string of a connection is so long. What looks like a credential in it is masked all the same. */
const LONGEST_VALUE = 50_000;

/** Names of variables are looked back over so far. */
const LONGEST_NAME = 200;

/** A default whose word holds no variable: `${NAME:-word}`, `${NAME-word}`. */
const DEFAULT = /^\$\{([A-Za-z_]\w*):?-([^${}]+)\}$/;

/** The credentials in a variable's value: all of it, a part such as the password of a URL, or the default of a variable. */
export function credentialsIn(variable: string, raw: string): Credential[] {
  if (raw.length > LONGEST_VALUE && !isCredentialName(variable)) return [];
  const spans = credentialsOf(variable, raw);
  // A private key, or a value in a block: what its lines hold is one.
  if (raw.includes('\n') && spans.length > 0) {
    const whole = isCredentialName(variable) || raw.trimStart().startsWith('-----BEGIN ');
    return whole && !hasVariables(raw) ? [{ start: 0, end: raw.length, value: evaluate(raw).text, kind: 'literal', name: variable }] : [];
  }
  const variables = new References(raw);
  return spans.flatMap(({ start, end }): Credential[] => {
    const around = defaultAround(raw, variables.endingAt(end), start, end);
    if (around) return [around];
    const written = raw.slice(start, end);
    if (variables.cutBy(start, end) || hasVariables(written)) return [];
    const whole = start === 0 && end === raw.length;
    return [
      { start, end, value: evaluate(written).text, kind: whole ? 'literal' : 'part', name: whole ? variable : `${variable}_PASSWORD` },
    ];
  });
}

/** The variable that a credential is the default of; `open` is where the one begins that ends at `end`. */
function defaultAround(raw: string, open: number | undefined, start: number, end: number): Credential | undefined {
  if (open === undefined || open > start) return undefined;
  const [, name, word] = DEFAULT.exec(raw.slice(open, end + 1)) ?? [];
  return name === undefined ? undefined : { start: open, end: end + 1, value: word!, kind: 'default', name };
}

/** Where a value refers to variables, `${…}`: what stands in the place of a part of it must leave these whole. */
class References {
  private readonly closings: ReadonlyMap<number, number>;
  private readonly openings: ReadonlyMap<number, number>;

  constructor(private readonly raw: string) {
    this.closings = raw.includes('${') ? closingBraces(raw) : new Map();
    this.openings = new Map([...this.closings].map(([open, close]) => [close, open]));
  }

  /** Where the one begins whose `}` is at a place. */
  endingAt(close: number): number | undefined {
    return this.openings.get(close);
  }

  /** Whether some are partly within a stretch, or it begins in what names one. */
  cutBy(start: number, end: number): boolean {
    if (this.closings.size === 0) return false;
    for (let at = start; at < end; at++) {
      if ((this.closings.get(at) ?? 0) >= end || (this.openings.get(at) ?? start) < start) return true;
    }
    return this.isInHead(start);
  }

  /** Whether a place is in what comes before a default: `NAME:-`. */
  private isInHead(place: number): boolean {
    let at = this.raw[place - 1] === ':' ? place - 1 : place;
    while (at > 0 && place - at < LONGEST_NAME && isWord(this.raw[at - 1])) at--;
    return this.closings.has(at - 2) || this.closings.has(at - 1);
  }
}
