import { ConfigError } from '../../errors';
import type { YamlDocument } from '../../yaml/document';
import { effectiveEntries, type MapNode, type Node, ownEntry, resolve, type ScalarNode, toData } from '../../yaml/tree';
import type { Data } from '../../yaml/types';
import { hintFor } from '../suggest';

/** What a part of a configuration may be. The reader below and the published JSON schema both come from it, so that they say the same. */
export type Shape = { summary?: string /** Under which the schema defines it once. */; name?: string } & (
  | { kind: 'boolean' | 'number' }
  /** With `noun`, what is not one of the choices is called "there is no NOUN". A number counts as the text it is written as. */
  | { kind: 'text'; choices?: readonly string[]; noun?: string }
  | { kind: 'date' }
  | { kind: 'list'; of: Shape }
  /** One, or a list of them; read as a list. */
  | { kind: 'some'; of: Shape }
  /** Of the keys in `one` there must be exactly one. */
  | { kind: 'map'; keys: Readonly<Record<string, Shape>>; required?: readonly string[]; one?: readonly string[]; noun?: string }
  /** A map whose keys are names that are not known beforehand. */
  | { kind: 'named'; of: Shape }
  /** `on`, `off`, a boolean, or more about it. */
  | { kind: 'switch'; of: Shape }
  | { kind: 'scalar' }
);

/**
 * Reads a document by a shape.
 *
 * @param file how errors call it.
 * @throws ConfigError with the place of the first thing that does not fit, and a suggestion where a name is close to a known one.
 */
export function readShape(document: YamlDocument, root: Node, shape: Shape, file: string): Data {
  return new Reader(document, file).read(root, shape, '');
}

class Reader {
  /** The key that was read last: an empty value has no place of its own. */
  private lastKey: number | undefined;

  constructor(
    private readonly document: YamlDocument,
    private readonly file: string,
  ) {}

  /** `where` is the way to the node as people write it, `services.db.skip`; empty at the root. */
  read(written: Node, shape: Shape, where: string): Data {
    const node = resolve(written);
    switch (shape.kind) {
      case 'list':
        if (node.kind !== 'seq') throw this.wrong(written, where, 'a list', 'write each item on a line of its own after "- "');
        return node.items.map((item, index) => this.read(item.value, shape.of, `${where}[${index}]`));
      case 'some':
        return node.kind === 'seq' ? this.read(written, { kind: 'list', of: shape.of }, where) : [this.read(written, shape.of, where)];
      case 'map':
        return this.map(written, node, shape, where);
      case 'named':
        if (node.kind !== 'map') throw this.wrong(written, where, 'a map of names');
        return Object.fromEntries(
          effectiveEntries(node).map(({ key, node: value }) => [key, this.under(node, key, value, shape.of, where)]),
        );
      case 'switch':
        if (node.kind === 'map') return this.read(written, shape.of, where);
        return this.onOrOff(written, node, where);
      default:
        if (node.kind !== 'scalar') throw this.wrong(written, where, WANTED[shape.kind]);
        return this.scalar(written, node, shape, where);
    }
  }

  private map(written: Node, node: Node, { keys, required = [], one, noun }: Shape & { kind: 'map' }, where: string): Data {
    if (node.kind !== 'map') throw this.wrong(written, where, 'a map');
    const out: { [key: string]: Data } = {};
    for (const { key, node: value } of effectiveEntries(node)) {
      const shape = Object.hasOwn(keys, key) ? keys[key] : undefined;
      if (!shape) {
        const message = noun ? `there is no ${noun} "${key}"` : `${where || 'the configuration'} has no key "${key}"`;
        throw this.error(this.keyOf(node, key, value), message, hintFor(key, Object.keys(keys)));
      }
      out[key] = this.under(node, key, value, shape, where);
    }
    const missing = required.find((key) => out[key] === undefined);
    if (missing !== undefined) throw this.error(written, `${where} needs a "${missing}"`, keys[missing]!.summary);
    if (one && one.filter((key) => out[key] !== undefined).length !== 1) {
      throw this.error(written, `${where} needs one of ${one.join(', ')}, and no more`);
    }
    return out;
  }

  private under(map: MapNode, key: string, value: Node, shape: Shape, where: string): Data {
    this.lastKey = this.keyOf(map, key, value).src?.start;
    return this.read(value, shape, join(where, key));
  }

  private onOrOff(written: Node, node: Node, where: string): boolean {
    const data = node.kind === 'scalar' ? toData(node) : undefined;
    if (data === true || data === 'on') return true;
    if (data === false || data === 'off') return false;
    throw this.wrong(written, where, 'on, off, or a map of options');
  }

  private scalar(written: Node, node: ScalarNode, shape: Shape, where: string): Data {
    const data = toData(node);
    switch (shape.kind) {
      case 'boolean':
        if (typeof data !== 'boolean') throw this.wrong(written, where, WANTED.boolean);
        return data;
      case 'number':
        if (typeof data !== 'number') throw this.wrong(written, where, WANTED.number);
        return data;
      case 'date':
        if (!isDate(node.text)) throw this.wrong(written, where, WANTED.date, 'write it as 2027-01-31');
        return node.text;
      case 'text':
        if (typeof data === 'boolean' || data === null) throw this.wrong(written, where, WANTED.text, 'put it in quotes');
        if (shape.choices && !shape.choices.includes(node.text)) {
          const message = shape.noun ? `there is no ${shape.noun} "${node.text}"` : `${where} cannot be "${node.text}"`;
          throw this.error(written, message, hintFor(node.text, shape.choices));
        }
        return node.text;
      default:
        if (data === null) throw this.wrong(written, where, WANTED.scalar);
        return data;
    }
  }

  private wrong(node: Node, where: string, wanted: string, hint?: string): ConfigError {
    return this.error(node, `${where || 'the configuration'} must be ${wanted}, it is ${whatIs(resolve(node))}`, hint);
  }

  private error(node: Node, message: string, hint?: string): ConfigError {
    const at = node.src?.start ?? this.lastKey;
    return new ConfigError(message, { file: this.file, position: at === undefined ? undefined : this.document.source.position(at), hint });
  }

  /** The key itself where it is written on the map, else its value: it came through `<<`. */
  private keyOf(map: MapNode, key: string, value: Node): Node {
    return ownEntry(map, key)?.key ?? value;
  }
}

const WANTED = {
  boolean: 'true or false',
  number: 'a number',
  text: 'a text',
  date: 'a date',
  scalar: 'a single value',
} as const;

/** A day of the calendar: 2027-02-30 is none. */
function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function whatIs(node: ReturnType<typeof resolve>): string {
  if (node.kind === 'map') return 'a map';
  if (node.kind === 'seq') return 'a list';
  return node.text === '' && node.style === 'plain' ? 'empty' : `"${node.text.length > 40 ? `${node.text.slice(0, 40)}…` : node.text}"`;
}

function join(where: string, key: string): string {
  return where === '' ? key : `${where}.${key}`;
}
