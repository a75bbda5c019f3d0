import { isKnownCapability } from '../compose/capabilities';
import { ConfigError } from '../errors';
import type { Data } from '../yaml/types';
import type { Entry, Template } from './template';

/** A check of one value; it throws through `fail` with the path of the field. */
type Check = (value: Data | undefined, path: string) => void;

const ROLES = ['datastore', 'cache', 'queue', 'proxy', 'web', 'app', 'admin', 'agent', 'client', 'runtime', 'unknown'];
const UID_GID = /^\d+(:\d+)?$/;
const VERSION_CONDITION = /^(>=|<|=)\d+(\.\d+)?$/;
const DATA_KINDS = ['volume', 'bind', 'tmpfs', 'none'];
const WHETHER = ['default', 'custom', 'any'];

/**
 * Checks a parsed template and returns it typed. Every value must carry confidence, why, and sources that the template itself defines; an
 * unknown field is an error, so that a misspelt condition cannot silently hold for everything.
 * Throws `ConfigError` naming the file and the path of the field, e.g. `capabilities[1].why`.
 */
export function validateTemplate(data: Data, file: string): Template {
  const fail = (path: string, expected: string): never => {
    throw new ConfigError(`${path === '' ? 'the template' : path}: ${expected}`, { file });
  };

  const test = (matches: (value: Data | undefined) => boolean, expected: string): Check => {
    return (value, path) => {
      if (!matches(value)) fail(path, `expected ${expected}, found ${value === undefined ? 'nothing' : JSON.stringify(value)}`);
    };
  };
  const pattern = (regex: RegExp, expected: string): Check => test((v) => typeof v === 'string' && regex.test(v), expected);
  const oneOf = (words: readonly string[]): Check => test((v) => typeof v === 'string' && words.includes(v), `one of ${words.join(', ')}`);
  const text = pattern(/\S/, 'a text');
  const bool = test((v) => typeof v === 'boolean', 'true or false');
  const uidGid = pattern(UID_GID, '"uid:gid"');
  const absolute = pattern(/^\/\S*[^/]$/, 'an absolute path without trailing slash');
  const regex = test((v) => typeof v === 'string' && isRegex(v), 'a regular expression');
  const list = (item: Check): Check => {
    return (value, path) => {
      if (!Array.isArray(value)) return fail(path, 'expected a list');
      value.forEach((each, index) => {
        item(each, `${path}[${index}]`);
      });
    };
  };
  const oneOrMany =
    (item: Check): Check =>
    (value, path) =>
      Array.isArray(value) ? list(item)(value, path) : item(value, path);
  const either =
    (choice: (value: Data | undefined) => Check): Check =>
    (value, path) =>
      choice(value)(value, path);
  const record = (fields: Record<string, Check>, optional: Record<string, Check> = {}): Check => {
    return (value, path) => {
      if (!isMap(value)) return fail(path, 'expected a map');
      const at = (key: string) => (path === '' ? key : `${path}.${key}`);
      for (const key of Object.keys(value)) if (!(key in fields) && !(key in optional)) fail(at(key), 'unknown field');
      for (const [key, check] of Object.entries(fields)) check(value[key], at(key));
      for (const [key, check] of Object.entries(optional)) if (value[key] !== undefined) check(value[key], at(key));
    };
  };

  const capability = test(
    (v) => typeof v === 'string' && /^[A-Z_]+$/.test(v) && !v.startsWith('CAP_') && isKnownCapability(v),
    'a capability without CAP_',
  );
  const version = pattern(VERSION_CONDITION, 'a version condition such as ">=18"');
  const root = isMap(data) ? data : fail('', 'expected a map');
  const sources = isMap(root.sources) ? Object.keys(root.sources) : [];
  const variants = Array.isArray(root.variants) ? root.variants.map((v) => (isMap(v) ? String(v.id) : '')) : [];
  const sourceNames: Check = (value, path) => {
    list(oneOf(sources))(value, path);
    if (Array.isArray(value) && value.length === 0) fail(path, 'at least one source');
  };
  const when = record(
    {},
    {
      start: oneOf(['root', 'user']),
      variant: oneOrMany(oneOf(variants)),
      major: version,
      data: oneOrMany(oneOf(DATA_KINDS)),
      command: oneOf(WHETHER),
      entrypoint: oneOf(WHETHER),
      init: bool,
      network: oneOf(['host', 'other']),
      env: oneOrMany(text),
      mounts: absolute,
      secrets: oneOf(['file', 'none']),
      user: pattern(/^\d+$/, 'a uid'),
    },
  );
  const entries = (value: Check): Check =>
    list(
      record(
        {
          value,
          confidence: oneOf(['known', 'generic', 'guess']),
          why: pattern(/^\S.*[^.\s]$/s, 'a sentence without a full stop'),
          sources: sourceNames,
        },
        { when, breaks: text },
      ),
    );
  const tmpfs = record(
    { path: absolute },
    {
      owner: oneOf(['service', 'start']),
      mode: pattern(/^[0-7]{3,4}$/, 'octal digits'),
      size: pattern(/^\d+[kmg]$/, 'a size such as 64m'),
      exec: bool,
      optional: bool,
    },
  );
  const command = either((v) => (v === 'args' ? text : record({ server: list(text), flags: bool })));

  record(
    {
      family: pattern(/^[a-z0-9-]+$/, 'a lower-case id'),
      title: text,
      role: oneOf(ROLES),
      match: list(
        record(
          {
            name: pattern(
              /^[a-z0-9.:-]+\.[a-z0-9.:-]+(\/[a-z0-9._-]+)*\/([a-z0-9._-]+|\*)$/,
              'a full name such as docker.io/library/postgres',
            ),
          },
          { version: regex, why: text },
        ),
      ),
      variants: list(
        record({ id: text, start: either((v) => (v === 'root' ? text : uidGid)) }, { tag: regex, major: version, runs_as: uidGid }),
      ),
      command,
      sources: (value, path) => {
        if (!isMap(value)) return fail(path, 'expected a map');
        const source = record({
          kind: oneOf(['template', 'dockerfile', 'image-config', 'engine-run', 'compose-semantics']),
          ref: text,
          detail: text,
        });
        for (const [name, each] of Object.entries(value)) source(each, `${path}.${name}`);
      },
      user: entries(either((v) => (v === null ? () => undefined : v === 'runs_as' ? text : uidGid))),
      capabilities: entries(list(capability)),
      no_new_privileges: entries(bool),
      read_only: entries(either((v) => (v === false ? bool : record({ tmpfs: list(tmpfs) })))),
      egress: entries(oneOf(['none', 'needed', 'unknown'])),
      privileged: entries(oneOf(['needed', 'not-needed', 'unknown'])),
      ports: list(
        record(
          {
            port: test((v) => Number.isInteger(v) && Number(v) > 0 && Number(v) < 65536, 'a port'),
            kind: oneOf(['datastore', 'admin', 'public', 'app']),
            sources: sourceNames,
          },
          { protocol: oneOf(['tcp', 'udp']), why: text },
        ),
      ),
    },
    { account: text, entrypoint: list(text), data: list(absolute) },
  )(root, '');

  const template = root as unknown as Template;
  checkVariants(template, fail);
  return template;
}

/** The last variant is what a tag is when it is nothing else; and a value that names a variant's user needs one. */
function checkVariants(template: Template, fail: (path: string, expected: string) => never): void {
  const last = template.variants.at(-1);
  if (!last || last.tag !== undefined || last.major !== undefined) fail('variants', 'the last one must have neither tag nor major');
  const steppingDown = template.variants.some((variant) => variant.runs_as !== undefined);
  template.user.forEach((entry: Entry<string | null>, index) => {
    if (entry.value === 'runs_as' && !steppingDown) fail(`user[${index}].value`, 'runs_as, but no variant has one');
  });
}

function isMap(value: Data | undefined): value is { [key: string]: Data } {
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
