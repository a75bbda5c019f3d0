import type { Data } from '../yaml/types';
import { cleanContainerPath } from './container-path';
import { isMap, isTrue } from './data';
import { evaluate, splitOutsideBraces } from './interpolate';
import type { Evaluated, Mount, MountKind } from './types';

export { cleanContainerPath, covers, samePath } from './container-path';

/** A mount without its place in the document. */
export type ParsedMount = Omit<Mount, 'path' | 'range'>;

type Env = Readonly<Record<string, string>>;

/**
 * Reads an item of `volumes:` in the short syntax, `[SOURCE:]TARGET[:OPTIONS]`, as Compose does after interpolation. A source that starts
 * with `.`, `/`, `~`, `\\` or a drive letter is a host path, any other is a volume name; `/data` alone is an anonymous volume.
 *
 * A source or target that hangs on a variable without a default is given as written, and an unknown source counts as a host path, which
 * is what such variables nearly always hold. Undefined for what Compose refuses (an empty part, too many colons).
 *
 * Rule: https://github.com/compose-spec/compose-go/blob/main/format/volume.go
 */
export function parseShortVolume(raw: string, env?: Env): ParsedMount | undefined {
  const whole = evaluate(raw, env);
  // A default may hold several parts (`${DATA:-./data:/data}`), so what is fully known is split as Compose sees it.
  const written = splitVolume(whole.known ? whole.text : raw);
  if (written.length > 3 || written.includes('')) return undefined;
  const parts = written.map((part) => (whole.known ? plain(part) : evaluate(part, env)));
  const [first, second, third] = parts;
  if (first === undefined) return undefined;
  const options = third === undefined ? [] : third.text.split(',').filter(Boolean);
  const readOnly = options.findLast((option) => option === 'ro' || option === 'rw') === 'ro';
  if (second === undefined) return { kind: 'anonymous', target: target(first), readOnly, options, long: false, raw, known: first.known };
  return {
    kind: shortKind(first),
    source: shown(first),
    target: target(second),
    readOnly,
    options,
    long: false,
    raw,
    known: first.known && second.known,
  };
}

const LONG_KINDS = new Set<string>(['bind', 'volume', 'tmpfs', 'npipe', 'cluster', 'image'] satisfies MountKind[]);

/**
 * Reads an item of `volumes:` in the long syntax. Its settings become the words the short syntax has for them (`ro`, `z`, `rslave`,
 * `nocopy`), or `key=value` where it has none (`size=`, `mode=`, `subpath=`). A volume without a source is anonymous. Undefined when
 * `type` or `target` is missing or unknown.
 */
export function parseLongVolume(map: Data, env?: Env): ParsedMount | undefined {
  if (!isMap(map)) return undefined;
  const kind = scalar(map.type, env).text;
  const source = scalar(map.source ?? map.src, env);
  const where = scalar(map.target ?? map.dst ?? map.destination, env);
  if (!LONG_KINDS.has(kind) || where.raw === '') return undefined;
  const readOnly = isTrue(scalar(map.read_only, env).text);
  const bind = isMap(map.bind) ? map.bind : {};
  const volume = isMap(map.volume) ? map.volume : {};
  const tmpfs = isMap(map.tmpfs) ? map.tmpfs : {};
  const options = [
    readOnly ? 'ro' : '',
    scalar(bind.selinux, env).text,
    scalar(bind.propagation, env).text,
    isTrue(scalar(volume.nocopy, env).text) ? 'nocopy' : '',
    option('subpath', scalar(volume.subpath, env)),
    option('size', scalar(tmpfs.size, env)),
    option('mode', scalar(tmpfs.mode, env)),
  ].filter(Boolean);
  const anonymous = kind === 'volume' && source.raw === '';
  return {
    kind: anonymous ? 'anonymous' : (kind as MountKind),
    source: source.raw === '' ? undefined : shown(source),
    target: target(where),
    readOnly,
    options,
    long: true,
    map,
    known: source.known && where.known,
  };
}

/** Reads an item of `tmpfs:`, `PATH[:OPTIONS]`; the path comes back cleaned. */
export function parseTmpfs(raw: string, env?: Env): { target: string; options: string[] } {
  const whole = evaluate(raw, env);
  const [path = '', ...rest] = splitOutsideBraces(whole.known ? whole.text : raw, ':');
  const options = whole.known ? rest.join(':') : evaluate(rest.join(':'), env).text;
  return { target: target(whole.known ? plain(path) : evaluate(path, env)), options: options.split(',').filter(Boolean) };
}

/**
 * An item of the short syntax with other options. Undefined when it is not plain where they are written: a variable may hold them.
 */
export function withOptions(raw: string, change: (options: string[]) => string[]): string | undefined {
  const parts = splitVolume(raw);
  const [source, target, options = ''] = parts;
  if (source === undefined || target === undefined || parts.length > 3 || options.includes('$')) return undefined;
  // What follows the target may be inside of its variable: `${DATA:-/srv:/data:ro}`.
  if (target.startsWith('$') && parts.length < 3) return undefined;
  const wanted = change(options.split(',').filter(Boolean));
  return [source, target, ...(wanted.length > 0 ? [wanted.join(',')] : [])].join(':');
}

/** An item of `tmpfs:` with other options; undefined when a variable holds some of them. */
export function withTmpfsOptions(raw: string, change: (options: string[]) => string[]): string | undefined {
  const [path = '', ...rest] = splitOutsideBraces(raw, ':');
  const options = rest.join(':');
  if (options.includes('$') || (rest.length === 0 && path.startsWith('$'))) return undefined;
  const wanted = change(options.split(',').filter(Boolean));
  return wanted.length > 0 ? `${path}:${wanted.join(',')}` : path;
}

/** Splits at the colons that separate, which is not the one after a drive letter (`C:\data:/data`, and by Compose's rule also `d:/tmp`). */
function splitVolume(raw: string): string[] {
  if (raw.length <= 2) return [raw];
  const parts: string[] = [];
  let drive: string | undefined;
  const pieces = splitOutsideBraces(raw, ':');
  for (const [index, piece] of pieces.entries()) {
    const part = drive === undefined ? piece : `${drive}:${piece}`;
    drive = undefined;
    if (isLetter(part) && index < pieces.length - 1) drive = part;
    else parts.push(part);
  }
  return parts;
}

/** Compose takes a letter of any script for a drive. The pattern for that is large, and hardly ever needed. */
function isLetter(text: string): boolean {
  return text.length > 0 && text.length <= 2 && (/^[a-z]$/i.test(text) || /^\p{L}$/u.test(text));
}

function shortKind(source: Evaluated): MountKind {
  const { text, known } = source;
  if (/^(?:\\\\\.\\pipe\\|\/\/\.\/pipe\/)/.test(text)) return 'npipe';
  if (/^(?:[./~]|\\\\)/.test(text) || isLetter(text.slice(0, Math.max(text.indexOf(':'), 0)))) return 'bind';
  // What follows an unset variable at the start says nothing: `${NAME}_data` is a volume, `${DIR}` hardly ever.
  return !known && text === '' ? 'bind' : 'volume';
}

function target(part: Evaluated): string {
  return part.known ? cleanContainerPath(part.text) : part.raw;
}

function shown(part: Evaluated): string {
  return part.known ? part.text : part.raw;
}

function plain(text: string): Evaluated {
  return { text, raw: text, known: true, interpolated: false };
}

function option(name: string, value: Evaluated): string {
  return value.text === '' ? '' : `${name}=${value.text}`;
}

function scalar(value: Data | undefined, env: Env | undefined): Evaluated {
  return evaluate(value === undefined || value === null || typeof value === 'object' ? '' : String(value), env);
}
