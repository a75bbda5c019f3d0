import { ConfigError, type Position } from '../errors';
import type { Data, Path } from '../yaml/types';
import { speaksOf } from './about';
import { type Check, checks, type Fail, isMap, pathText } from './check';
import { type Entry, LOWERED, type Template } from './template';
import { factChecks } from './validate-facts';

const ROLES = ['datastore', 'cache', 'queue', 'proxy', 'web', 'app', 'admin', 'agent', 'client', 'runtime', 'unknown'];
const DATA_KINDS = ['volume', 'bind', 'tmpfs', 'none'];
const WHETHER = ['default', 'custom', 'any'];
const IMAGE_NAME = /^[a-z0-9.:-][a-z0-9:-]*\.[a-z0-9.:-]+(\/[a-z0-9._-]+)*\/([a-z0-9._-]+|\*)$/;

/**
 * Checks a parsed template and returns it typed. Every value must carry confidence, why, and sources that the template itself defines; an
 * unknown field is an error, so that a misspelt condition cannot silently hold for everything. `position` says where a path is written.
 * Throws `ConfigError` naming the file, the place and the path of the field, e.g. `capabilities[1].why`.
 */
export function validateTemplate(data: Data, file: string, position: (path: Path) => Position | undefined = () => undefined): Template {
  const fail: Fail = (path, expected) => {
    throw new ConfigError(`${pathText(path) || 'the template'}: ${expected}`, { file, position: position(path) });
  };
  const check = checks(fail);
  const { absolute, bool, confidence, either, list, oneOf, oneOrMany, pattern, record, regex, sentence, text, uidGid, version } = check;

  const root = isMap(data) ? data : fail([], 'expected a map');
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
      command: oneOrMany(oneOf([...WHETHER, 'shell'])),
      entrypoint: oneOf(WHETHER),
      init: bool,
      network: oneOf(['host', 'other']),
      env: oneOrMany(text),
      mounts: oneOrMany(absolute),
      secrets: oneOf(['file', 'none']),
      user: check.uid,
    },
  );
  const entries = (value: Check): Check =>
    list(record({ value, confidence, why: sentence, sources: sourceNames }, { when, breaks: text, owner: oneOf(['any']) }));
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
  const repository = pattern(/^[\w.-]+\/[\w.*-]+$/, 'owner/repository');
  const lowering = record(
    { when, to: oneOf(['generic', 'guess']), why: sentence, sources: sourceNames },
    { fields: check.some(oneOf(LOWERED)) },
  );
  const match = record(
    { name: pattern(IMAGE_NAME, 'a full name such as docker.io/library/postgres') },
    {
      version: regex,
      why: text,
      repositories: check.some(repository),
      relative: check.test((v) => v === true, 'true'),
      unchanged: oneOf(sources),
    },
  );
  const variant = record(
    { id: text, start: either((v) => (v === 'root' || v === 'user' ? text : uidGid)) },
    { tag: regex, major: version, runs_as: uidGid },
  );
  const names = Array.isArray(root.match) ? root.match.map((each) => (isMap(each) ? String(each.name) : '')) : [];
  const source = check.evidence({ about: check.some(oneOf([...names, 'each'])) });
  const port = record(
    {
      port: check.test((v) => Number.isInteger(v) && Number(v) > 0 && Number(v) < 65536, 'a port'),
      kind: oneOf(['datastore', 'admin', 'public', 'app']),
      sources: sourceNames,
    },
    { protocol: oneOf(['tcp', 'udp']), why: text },
  );

  record(
    {
      family: pattern(/^[a-z0-9-]+$/, 'a lower-case id'),
      title: text,
      role: oneOf(ROLES),
      match: list(match),
      variants: list(variant),
      command: either((v) => (v === 'args' ? text : record({ server: list(text), flags: bool }))),
      sources: (value, path) => {
        if (!isMap(value)) return fail(path, 'expected a map');
        for (const [name, each] of Object.entries(value)) source(each, [...path, name]);
      },
      user: entries(either((v) => (v === null ? () => undefined : v === 'runs_as' ? text : uidGid))),
      capabilities: entries(list(check.capability)),
      no_new_privileges: entries(bool),
      read_only: entries(either((v) => (v === false ? bool : record({ tmpfs: list(tmpfs) })))),
      egress: entries(oneOf(['none', 'needed', 'unknown'])),
      privileged: entries(oneOf(['needed', 'not-needed', 'unknown'])),
      ports: list(port),
    },
    {
      account: text,
      entrypoint: list(text),
      data: list(absolute),
      repositories: check.some(repository),
      lowers: list(lowering),
      ...factChecks(check, entries, sourceNames),
    },
  )(root, []);

  const template = root as unknown as Template;
  checkVariants(template, fail);
  checkKnown(template, fail);
  return template;
}

/** The last variant is what a tag is when it is nothing else; and a value that names a variant's user needs one. */
function checkVariants(template: Template, fail: Fail): void {
  const last = template.variants.at(-1);
  if (!last || last.tag !== undefined || last.major !== undefined) fail(['variants'], 'the last one must have neither tag nor major');
  const steppingDown = template.variants.some((variant) => variant.runs_as !== undefined);
  template.user.forEach((entry: Entry<string | null>, index) => {
    if (entry.value === 'runs_as' && !steppingDown) fail(['user', index, 'value'], 'runs_as, but no variant has one');
  });
}

/**
 * `known` is said of an image by what was seen of it: a value needs a source about one of the template's own images. For those names of which
 * there is none it counts as `generic`.
 */
function checkKnown(template: Template, fail: Fail): void {
  const own = template.match.filter((entry) => !entry.relative);
  const check = (each: { confidence?: string; sources: string[] }, path: Path) => {
    if (each.confidence !== 'known' || own.some((entry) => speaksOf(template, entry, each.sources))) return;
    fail(
      [...path, 'sources'],
      `known needs a source about the image itself (${own
        .map(({ name }) => name)
        .slice(0, 3)
        .join(', ')})`,
    );
  };
  for (const field of KNOWABLE) {
    template[field]?.forEach((each, index) => {
      check(each, [field, index]);
    });
  }
}

/** The fields of a template whose values may say `known`. */
export const KNOWABLE = [
  'user',
  'capabilities',
  'no_new_privileges',
  'read_only',
  'egress',
  'privileged',
  'healthcheck',
  'secrets',
  'docker_socket',
  'host_access',
] as const;
