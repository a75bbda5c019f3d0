import { isKnownCapability } from '../compose/capabilities';
import type { Data, Path } from '../yaml/types';
import { EVIDENCE_KINDS, type EvidenceKind, misfit } from './evidence-kind';

/** A check of one value at a path of the template; it throws through `fail` when the value is not as it should be. */
export type Check = (value: Data | undefined, path: Path) => void;

/** How a check fails: never by returning. */
export type Fail = (path: Path, expected: string) => never;

/** The checks that templates are made of; all of them fail through `fail`. */
export function checks(fail: Fail) {
  const test = (matches: (value: Data | undefined) => boolean, expected: string): Check => {
    return (value, path) => {
      if (!matches(value)) fail(path, `expected ${expected}, found ${value === undefined ? 'nothing' : JSON.stringify(value)}`);
    };
  };
  const pattern = (regex: RegExp, expected: string): Check => test((v) => typeof v === 'string' && regex.test(v), expected);
  const oneOf = (words: readonly string[]): Check => test((v) => typeof v === 'string' && words.includes(v), `one of ${words.join(', ')}`);
  const list = (item: Check): Check => {
    return (value, path) => {
      if (!Array.isArray(value)) return fail(path, 'expected a list');
      value.forEach((each, index) => {
        item(each, [...path, index]);
      });
    };
  };
  const some = (item: Check): Check => {
    return (value, path) => {
      list(item)(value, path);
      if (Array.isArray(value) && value.length === 0) fail(path, 'expected at least one');
    };
  };
  const oneOrMany = (item: Check): Check => {
    return (value, path) => (Array.isArray(value) ? list(item)(value, path) : item(value, path));
  };
  const either = (choice: (value: Data | undefined) => Check): Check => {
    return (value, path) => choice(value)(value, path);
  };
  const record = (fields: Record<string, Check>, optional: Record<string, Check> = {}): Check => {
    return (value, path) => {
      if (!isMap(value)) return fail(path, 'expected a map');
      for (const key of Object.keys(value)) if (!(key in fields) && !(key in optional)) fail([...path, key], 'unknown field');
      for (const [key, check] of Object.entries(fields)) check(value[key], [...path, key]);
      for (const [key, check] of Object.entries(optional)) if (value[key] !== undefined) check(value[key], [...path, key]);
    };
  };
  const text = pattern(/\S/, 'a text');
  /** One piece of evidence, whose reference has to be of the kind that it says; `more` are further fields. */
  const evidence = (more: Record<string, Check>): Check => {
    return (value, path) => {
      record({ kind: oneOf(EVIDENCE_KINDS), ref: text, detail: text }, more)(value, path);
      const { kind, ref } = value as { kind: EvidenceKind; ref: string };
      const wanted = misfit(kind, ref);
      if (wanted) fail([...path, 'ref'], `as ${kind} expected ${wanted}, found ${JSON.stringify(ref)}`);
    };
  };
  return {
    test,
    evidence,
    pattern,
    oneOf,
    list,
    some,
    oneOrMany,
    either,
    record,
    text,
    sentence: pattern(/^\S.*[^.\s]$/s, 'a sentence without a full stop'),
    bool: test((v) => typeof v === 'boolean', 'true or false'),
    uidGid: pattern(/^\d+(:\d+)?$/, '"uid:gid" in numbers'),
    uid: pattern(/^\d+$/, 'a uid'),
    version: pattern(/^(>=|<|=)\d+(\.\d+)?$/, 'a version condition such as ">=18"'),
    absolute: pattern(/^\/\S*[^/\s]$/, 'an absolute path without trailing slash'),
    regex: test((v) => typeof v === 'string' && isRegex(v), 'a regular expression'),
    confidence: oneOf(['known', 'generic', 'guess']),
    capability: test(
      (v) => typeof v === 'string' && /^[A-Z_]+$/.test(v) && !v.startsWith('CAP_') && isKnownCapability(v),
      'a capability without CAP_',
    ),
  };
}

export type Checks = ReturnType<typeof checks>;

export function isMap(value: Data | undefined): value is { [key: string]: Data } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRegex(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

/** `capabilities[1].why`, as messages name it. */
export function pathText(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}
