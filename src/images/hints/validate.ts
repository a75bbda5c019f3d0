import { DEFAULT_CAPABILITIES } from '../../compose/capabilities';
import { ConfigError, type Position } from '../../errors';
import type { Data, Path } from '../../yaml/types';
import { type Check, checks, type Fail, isMap, pathText } from '../check';
import { HOST_ACCESS_KINDS } from '../facts';
import type { Sources, Tables } from './tables';
import type { Hint } from './types';

/** What one file of hints holds: its sources, and one or more lists. */
export interface HintFile extends Partial<Omit<Tables['memory'], 'sources'>> {
  sources: Sources;
  hints?: Tables['hints']['hints'];
  ports?: Tables['ports']['ports'];
  packages?: Tables['packages']['packages'];
  programs?: Tables['programs']['programs'];
  exercises?: Tables['exercises']['exercises'];
}

const ROLES = ['datastore', 'cache', 'queue', 'proxy', 'web', 'app', 'admin', 'agent', 'client', 'runtime', 'any'];

/** Keys of a hint that say what follows; a hint without any says nothing. */
export const SAYS = [
  'capabilities',
  'no_new_privileges',
  'user',
  'read_only',
  'tmpfs',
  'exec',
  'privileged',
  'host_access',
  'init',
  'threads',
  'egress',
] as const;

/**
 * Checks a parsed file of hints and returns it typed: every fact names sources of the file, every source is named by one, and an unknown
 * field is an error. Throws `ConfigError` naming the file, the place and the path of the field, e.g. `hints[1].why`.
 */
export function validateHintFile(data: Data, file: string, position: (path: Path) => Position | undefined = () => undefined): HintFile {
  const fail: Fail = (path, expected) => {
    throw new ConfigError(`${pathText(path) || 'the file'}: ${expected}`, { file, position: position(path) });
  };
  const check = checks(fail);
  const { absolute, bool, either, oneOf, pattern, record, sentence, some, test, text } = check;
  const root = isMap(data) ? data : fail([], 'expected a map');
  const known = isMap(root.sources) ? Object.keys(root.sources) : [];
  const used = new Set<string>();
  const sources: Check = (value, path) => {
    some(oneOf(known))(value, path);
    for (const each of value as string[]) used.add(each);
  };
  const names = some(text);
  const word = pattern(/^\*?\/?[a-z0-9][a-z0-9/-]*[*$]?$/, 'a word of an image name, in lower case and with dashes');
  const byWord: Check = (value, path) => {
    if (!isMap(value)) return fail(path, 'expected a map of words to their sources');
    for (const [key, each] of Object.entries(value)) {
      word(key, [...path, key]);
      sources(each, [...path, key]);
    }
  };
  const place = either((v) => (v === '/' ? text : absolute));
  const config = record({ at: some(place) }, { section: text, line: names, unless: names });
  const when = record(
    {},
    {
      image: byWord,
      weak: bool,
      family: some(pattern(/^[a-z0-9-]+$/, 'the family of a template')),
      runs: names,
      checks: names,
      env: names,
      env_words: some(word),
      lacks: names,
      publishes: some(pattern(/^\d+(\/(tcp|udp))?$/, 'a port such as "22" or "53/udp"')),
      device: some(absolute),
      mounts: some(absolute),
      cap_add: some(check.capability),
      network: oneOf(['host']),
      start: oneOf(['root', 'user']),
      config,
    },
  );
  const tmpfs = record(
    { path: absolute },
    { mode: pattern(/^[0-7]{3,4}$/, 'octal digits'), size: pattern(/^\d+[kmg]$/, 'a size'), exec: bool },
  );
  const host = record(
    { kinds: some(oneOf(HOST_ACCESS_KINDS)), need: oneOf(['needed', 'optional']) },
    { what: some(text), read_only: bool },
  );
  const hint: Check = (value, path) => {
    record(
      { id: pattern(/^[a-z0-9-]+$/, 'a lower-case id'), when: some(when), why: sentence },
      {
        confidence: oneOf(['generic', 'guess']),
        breaks: text,
        sources,
        capabilities: some(check.capability),
        no_new_privileges: test((v) => v === false, 'false'),
        user: test((v) => v === null, 'null'),
        read_only: test((v) => v === false, 'false'),
        tmpfs: some(tmpfs),
        exec: some(absolute),
        privileged: oneOf(['needed']),
        host_access: some(host),
        init: oneOf(['refused', 'present']),
        threads: test((v) => v === true, 'true'),
        egress: oneOf(['unknown']),
      },
    )(value, path);
    meaning(value as unknown as Hint, path, fail);
  };
  const probe: Check = record(
    {},
    {
      exec: either((v) => (Array.isArray(v) ? some(text) : text)),
      user: text,
      http: text,
      port: test(Number.isInteger, 'a port'),
      status: test(Number.isInteger, 'a status'),
      method: text,
      body: text,
      tcp: test(Number.isInteger, 'a port'),
      sql: text,
      rows: bool,
    },
  );
  const probes: Check = check.oneOrMany(probe);
  const number = test((v) => typeof v === 'number' && v > 0, 'a number');
  record(
    {
      sources: (value, path) => {
        const source = check.evidence({});
        if (!isMap(value)) return fail(path, 'expected a map');
        for (const [name, each] of Object.entries(value)) source(each, [...path, name]);
      },
    },
    {
      hints: some(hint),
      ports: some(record({ port: pattern(/^\d+(\/(tcp|udp))?$/, 'a port'), kind: oneOf(['datastore', 'public']), what: text, sources })),
      packages: some(record({ names, sources }, { root: text, file_capabilities: some(check.capability), setuid: text })),
      programs: some(
        record(
          { names, sources },
          {
            capabilities: some(check.capability),
            as_root: some(check.capability),
            writes_as_told: test((v) => v === true, 'true'),
            steps_down: test((v) => v === true, 'true'),
            root: test((v) => v === true, 'true'),
            daemon: test((v) => v === true, 'true'),
            wraps: record({}, { words: number, values: names, line: names }),
          },
        ),
      ),
      entrypoints: some(
        record({ family: text, sources }, { scripts: some(pattern(/^[0-9a-f]{16}$/, '16 digits')), programs: some(absolute) }),
      ),
      exercises: some(
        record({
          processes: names,
          sources,
          exercise: record({ own: sentence }, { ready: probes, check: probes, write: probes, read: probes, again: probes }),
        }),
      ),
      memory: some(record({ role: oneOf(ROLES), mebibytes: number, services: number, sources })),
      settings: some(record({ name: text, unit: number, sources })),
    },
  )(root, []);
  const idle = known.find((name) => !used.has(name));
  if (idle !== undefined) fail(['sources', idle], 'no fact names it');
  return withDefaults(root as unknown as HintFile);
}

/** What a hint must say so that it means something and claims no more than it knows. */
function meaning(hint: Hint, path: Path, fail: Fail): void {
  if (!SAYS.some((key) => key in hint)) fail(path, `expected one of ${SAYS.join(', ')}`);
  hint.when.forEach((when, index) => {
    const at = [...path, 'when', index];
    if (Object.keys(when).length === 0) fail(at, 'a condition');
    // Names and numbers tell what an image may be; every word has a source of its own.
    if (!when.image && !hint.sources) fail(at, 'sources of the hint, or an image with them');
    // What Docker does not give by itself is not handed out because of a name: only to who has it already.
    const more = hint.capabilities?.find((name) => !DEFAULT_CAPABILITIES.includes(name) && name !== 'DAC_READ_SEARCH');
    if (more && !when.cap_add?.includes(more) && !when.config && !when.family)
      fail(at, `cap_add: [${more}], which is no capability that Docker gives by itself`);
  });
}

function withDefaults(file: HintFile): HintFile {
  if (!file.hints) return file;
  const hints = file.hints.map((hint): Hint => ({ ...hint, confidence: hint.confidence ?? 'generic', sources: hint.sources ?? [] }));
  return { ...file, hints };
}
