import { sorted } from '../../compose/data';
import type { Data, Path } from '../../yaml/types';
import { type Check, checks, isMap } from '../check';
import type { ImageFacts } from '../xray';

/*
 * Facts as a lock file has them: a layer is a number there, 0 for the configuration. What comes from a file is checked, field by field, before anything
 * is made of it.
 */

/** The most of one list, of a text, and of conditions within conditions. */
const MAX_ITEMS = 5000;
const MAX_TEXT = 10_000;
const MAX_DEPTH = 24;

type Map = { [key: string]: Data };

/** Facts as plain data for a lock file, keys in order. */
export function lockedFacts(facts: ImageFacts): Map {
  const layers: string[] = [];
  const number = (digest: string): number => {
    if (digest === facts.id) return 0;
    if (!layers.includes(digest)) layers.push(digest);
    return layers.indexOf(digest) + 1;
  };
  const { layers: _, ...rest } = facts;
  const numbered = withLayers(sorted(rest as unknown as Data), (layer) => (typeof layer === 'string' ? number(layer) : layer));
  return sorted({ ...(numbered as Map), layers }) as Map;
}

/**
 * The facts in what a lock file has; `fail` is called, and must throw, where it is no such thing.
 */
export function factsFromLock(data: Data, path: Path, fail: (path: Path, expected: string) => never): ImageFacts {
  shape(fail)(data, path);
  const { id, layers, ...rest } = data as Map & { id: string; layers: string[] };
  const digests = [id, ...layers];
  const named = withLayers(rest, (layer) => {
    const digest = digests[layer as number];
    return digest ?? fail(path, `a layer of its ${layers.length}, found ${String(layer)}`);
  });
  return { ...(named as object), id, layers: layers.map((digest) => ({ digest })) } as unknown as ImageFacts;
}

/** Wherever a place says its layer. */
function withLayers(data: Data, change: (layer: Data) => Data): Data {
  if (Array.isArray(data)) return data.map((each) => withLayers(each, change));
  if (!isMap(data)) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, key === 'layer' ? change(value) : withLayers(value, change)]));
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** What facts look like. An unknown field is refused, so that nothing goes by unchecked. */
function shape(fail: (path: Path, expected: string) => never): Check {
  const { test, pattern, oneOf, record, list: unbounded } = checks(fail);
  const list = (item: Check): Check => {
    return (value, path) => {
      if (Array.isArray(value) && value.length > MAX_ITEMS) fail(path, `no more than ${MAX_ITEMS} items`);
      unbounded(item)(value, path);
    };
  };
  const ofKind = (key: string, kinds: Record<string, Check>): Check => {
    const known = oneOf(Object.keys(kinds));
    return (value, path) => {
      const kind = isMap(value) ? value[key] : undefined;
      known(kind, [...path, key]);
      kinds[kind as string]!(value, path);
    };
  };
  const text = test((v) => typeof v === 'string' && v.length <= MAX_TEXT, 'a text that is not too long');
  const number = test((v) => typeof v === 'number' && Number.isInteger(v) && v >= 0 && v <= 0xffffffff, 'a number');
  const yes = test((v) => v === true, 'true');
  const truth = test((v) => typeof v === 'boolean', 'true or false');
  const digest = pattern(DIGEST, 'a digest');
  const mode = pattern(/^[0-7]{4,5}$/, 'a mode');
  const place = record({ layer: number, path: text }, { line: number });
  const where = { path: text, written: text, others: list(text), variables: list(text) };
  const owner = record({ written: text }, { uid: number, gid: number, variables: list(text) });
  // Made once a depth: there are hundreds of conditions in a lock.
  const conditions: Check[] = [];
  const condition = (depth: number): Check => {
    if (depth > MAX_DEPTH) return (_, path) => fail(path, `conditions within no more than ${MAX_DEPTH} others`);
    const inner: Check = (value, path) => {
      conditions[depth + 1] ??= condition(depth + 1);
      conditions[depth + 1]!(value, path);
    };
    const kinds: Record<string, Check> = {
      variable: record({ if: text, name: text, is: text }, { value: text }),
      argument: record(
        { if: text, which: test((v) => v === '#' || (typeof v === 'number' && v > 0), 'a number of a word'), is: text },
        { value: text },
      ),
      file: record({ if: text, path: text, is: text }),
      command: record({ if: text, words: list(text) }),
      signal: record({ if: text, names: list(text) }),
      time: record({ if: text, when: text }),
      all: record({ if: text, of: list(inner) }),
      any: record({ if: text, of: list(inner) }),
      not: record({ if: text, of: inner }),
      unknown: record({ if: text, text, on: list(text) }),
    };
    return ofKind('if', kinds);
  };
  const circumstances = { as: number, when: list(condition(0)), usual: truth };
  const changes = { ...circumstances, ...where, mayFail: yes };
  const step = ofKind('do', {
    run: record(
      { do: text, at: place, program: text, argv: list(text) },
      { ...circumstances, path: text, replaces: yes, background: yes, script: yes, command: yes, server: text },
    ),
    become: record({ do: text, at: place, by: text, owner }, circumstances),
    chown: record({ do: text, at: place, by: text, owner }, { ...changes, recursive: yes }),
    chmod: record({ do: text, at: place, by: text, mode: text }, { ...changes, recursive: yes }),
    write: record({ do: text, at: place, by: text, what: oneOf(['file', 'directory']) }, { ...changes, keepsOwner: yes }),
    remove: record({ do: text, at: place, by: text }, changes),
    link: record({ do: text, at: place, by: text, to: text }, changes),
    look: record({ do: text, at: place, by: text }, { ...circumstances, ...where, recursive: yes }),
  });
  const start = record(
    {
      argv: list(text),
      scripts: list(record({ layer: number, path: text, digest }, { line: number })),
      steps: list(step),
      notUnderstood: list(record({ why: text, text, at: place }, circumstances)),
    },
    { uid: number, gid: number },
  );
  const directory = record(
    { path: text, there: truth, why: list(oneOf(['volume', 'workdir', 'home', 'written', 'owned'])) },
    { realPath: text, uid: number, gid: number, mode, files: number, streams: yes, layer: number },
  );
  const capabilities = list(pattern(/^[A-Z_]+$/, 'a capability'));
  const none = test((v) => Array.isArray(v) && v.length === 0, 'an empty list');
  return record(
    {
      version: test((v) => v === 1, '1'),
      id: digest,
      platform: text,
      layers: list(digest),
      config: record(
        {
          user: text,
          entrypoint: list(text),
          command: list(text),
          environment: list(text),
          exposed: list(text),
          volumes: list(text),
          workdir: text,
          labels: record({}),
          history: none,
        },
        { stopSignal: text, healthcheck: list(text), base: record({}, { name: text, digest: text }) },
      ),
      user: record({ written: text }, { uid: number, gid: number, name: text, home: text, at: place }),
      accounts: list(record({ name: text, uid: number, gid: number, home: text, shell: text, at: place })),
      groups: none,
      fileCapabilities: list(
        record({ permitted: capabilities, inheritable: capabilities, effective: truth, at: place, named: list(place) }, { rootid: number }),
      ),
      setuid: list(record({ at: place, named: list(place) }, { uid: number, gid: number })),
      start,
      directories: list(directory),
      worldWritable: list(directory),
      tools: none,
      servers: none,
      unread: none,
      fingerprint: record({ config: digest }, { entrypoint: digest, scripts: digest }),
    },
    { withoutFiles: text, startAsUser: start },
  );
}
