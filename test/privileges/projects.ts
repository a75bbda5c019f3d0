import path from 'node:path';
import { type EnvFile, envOf } from '../../src/compose/env-file';
import type { FileSource } from '../../src/compose/file-source';
import { InputError } from '../../src/errors';
import type { Input } from '../../src/harden/api';
import type { Data } from '../../src/yaml/types';

/** The same numbers for the same seed. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = (seed * 2654435761 + 1) >>> 0;
  }

  /** From 0 to just below 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  shuffled<T>(from: readonly T[]): T[] {
    const out = [...from];
    for (let at = out.length - 1; at > 0; at--) {
      const other = this.below(at + 1);
      [out[at], out[other]] = [out[other]!, out[at]!];
    }
    return out;
  }
}

/** A value with an anchor, and one that stands for it. */
export class Anchor {
  constructor(
    readonly name: string,
    readonly value: Value,
  ) {}
}
export class Alias {
  constructor(readonly name: string) {}
}

export type Value = Data | Anchor | Alias | Value[] | { [key: string]: Value };
export type Mapping = { [key: string]: Value };

/** A project as data: what each of its files says, by path, and its variables. */
export interface Plan {
  files: { [file: string]: Mapping };
  env: { [name: string]: string };
}

/** How a file is written. */
export interface Style {
  random: Random;
  /** Keys in another order, comments, other quotes, flow style, another indentation, CRLF. */
  loose: boolean;
}

/** The texts of a project. */
export function textsOf({ files, env }: Plan, style: (file: string) => Style): Texts {
  const texts: Texts = {};
  for (const [file, data] of Object.entries(files)) texts[file] = new Writer(style(file)).file(data);
  texts['.env'] = Object.entries(env)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
  return texts;
}

type Texts = { [file: string]: string };

/** A YAML writer of the tests' own: the ways people write the same. */
class Writer {
  private readonly indent: string;

  constructor(private readonly style: Style) {
    this.indent = style.loose ? style.random.pick(['  ', '    ', '   ']) : '  ';
  }

  file(data: Mapping): string {
    const text = `${this.comment('')}${this.block(data, '')}`;
    return this.style.loose && this.style.random.chance(0.2) ? text.replaceAll('\n', '\r\n') : text;
  }

  private comment(indent: string): string {
    const { loose, random } = this.style;
    return loose && random.chance(0.25)
      ? `${indent}# ${random.pick(['privileged: true', 'note', 'ports: ["80:80"]', 'x: [', '---'])}\n`
      : '';
  }

  private block(map: Mapping, indent: string): string {
    const { loose, random } = this.style;
    const entries = Object.entries(map);
    // An anchor has to stand before its aliases, so that only maps without any are put into another order.
    const movable = loose && !/"(?:isAnchor|isAlias)"/.test(JSON.stringify(map, marked));
    const ordered = movable ? random.shuffled(entries) : entries;
    return ordered.map(([key, value]) => `${this.comment(indent)}${indent}${this.key(key)}:${this.value(value, indent)}`).join('');
  }

  private key(key: string): string {
    const { loose, random } = this.style;
    if (key === '<<') return key;
    return loose && random.chance(0.15)
      ? random.chance(0.5)
        ? `"${key}"`
        : `'${key}'`
      : /^[\w.-]+$/.test(key)
        ? key
        : JSON.stringify(key);
  }

  /** What follows a colon, with the end of its line. */
  private value(value: Value, indent: string): string {
    const { loose, random } = this.style;
    const end = loose && random.chance(0.15) ? ' # as it was\n' : '\n';
    if (value instanceof Anchor) {
      const inner = this.value(value.value, indent);
      return ` &${value.name}${inner}`;
    }
    if (value instanceof Alias) return ` *${value.name}${end}`;
    if (value === null || typeof value !== 'object') return ` ${this.scalar(value)}${end}`;
    const empty = Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
    const plain = !/"(?:isAnchor|isAlias)"/.test(JSON.stringify(value, marked));
    if (empty || (plain && random.chance(loose ? 0.4 : 0.2))) return ` ${this.flow(value)}${end}`;
    if (Array.isArray(value)) {
      const inside = indent + (loose && random.chance(0.3) ? '' : this.indent);
      return `\n${value.map((item) => `${this.comment(inside)}${inside}-${this.item(item, inside)}`).join('')}`;
    }
    return `\n${this.block(value as Mapping, indent + this.indent)}`;
  }

  private item(value: Value, indent: string): string {
    if (value instanceof Alias || value === null || typeof value !== 'object') return this.value(value, indent);
    return ` ${this.flow(value)}\n`;
  }

  private flow(value: Value): string {
    const { loose, random } = this.style;
    const pad = loose && random.chance(0.5) ? ' ' : '';
    if (value instanceof Alias) return `*${value.name}`;
    if (Array.isArray(value)) return `[${pad}${value.map((item) => this.flow(item)).join(', ')}${pad}]`;
    if (value !== null && typeof value === 'object') {
      const entries = loose ? random.shuffled(Object.entries(value)) : Object.entries(value);
      return `{${pad}${entries.map(([key, item]) => `${JSON.stringify(key)}: ${this.flow(item)}`).join(', ')}${pad}}`;
    }
    return this.scalar(value, true);
  }

  private scalar(value: Data, flow = false): string {
    const { loose, random } = this.style;
    if (typeof value !== 'string') return String(value);
    const plain =
      /^[A-Za-z_./][\w./@=-]*(?::[A-Za-z/][\w./-]*)*$/.test(value) &&
      !/^(?:y|n|yes|no|on|off|true|false|null|~)$/i.test(value) &&
      !value.endsWith(':');
    const ways = [
      JSON.stringify(value),
      ...(value.includes("'") ? [] : [`'${value}'`]),
      ...(plain && !(flow && value.includes(',')) ? [value] : []),
    ];
    return loose ? random.pick(ways) : ways.at(-1)!;
  }
}

function marked(_: string, value: unknown): unknown {
  if (value instanceof Anchor) return { isAnchor: true, value: value.value };
  return value instanceof Alias ? { isAlias: true } : value;
}

/** A file source of texts that lie nowhere. */
class Shelf implements FileSource {
  constructor(
    private readonly root: string,
    private readonly texts: Readonly<Record<string, string>>,
  ) {}

  place(): void {}

  read(absolute: string, shown: string): string {
    const text = this.texts[path.relative(this.root, absolute)];
    if (text === undefined) throw new InputError('not-found', 'no such file', { file: shown });
    return text;
  }

  env(absolute: string): EnvFile {
    return envOf(this.texts[path.relative(this.root, absolute)] ?? '');
  }
}

/** Texts as an input of the library; the override is merged on top where there is one. */
export function inputOf(texts: Readonly<Record<string, string>>): Input {
  const directory = '/project';
  const override = texts['compose.override.yaml'];
  return {
    path: 'compose.yaml',
    text: texts['compose.yaml']!,
    directory,
    overrides:
      override === undefined ? [] : [{ path: 'compose.override.yaml', absolute: `${directory}/compose.override.yaml`, text: override }],
    files: new Shelf(directory, texts),
  };
}
