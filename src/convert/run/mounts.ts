import { splitOutsideBraces } from '../../compose/interpolate';
import { table } from '../../table';
import type { Data } from '../../yaml/types';
import { append, type Keys, setEntry } from '../stack';
import { type GivenOption, refused } from './command-line';
import { lose, type Reading } from './reading';

/** What Compose takes a source for: of a path one character decides. */
const PATH = /^(?:[./~\\]|[A-Za-z]:[\\/]|\$\{(?:PWD|HOME)\})/;

/** `-v`: what Compose writes the same way. */
export function volume(given: GivenOption, reading: Reading): void {
  const parts = parted(given.value);
  const [first = '', target, options] = parts;
  if (parts.length > 3 || first === '' || target === '')
    throw refused(given.word, `--volume ${given.value}: not a volume`, 'SOURCE:TARGET[:OPTIONS]');
  if (target === undefined) {
    if (reading.volumeDriver !== undefined)
      lose(reading, 'unsupported', '--volume-driver', 'a volume without a name is one of the default driver', given.word);
    append(reading.keys, 'volumes', first);
    return;
  }
  if (PATH.test(first)) {
    const source = placed(first, reading);
    append(reading.keys, 'volumes', [source, target, ...(options === undefined ? [] : [options])].join(':'));
    return;
  }
  const key = ownVolume(first, reading, given);
  // Compose takes a single letter before a colon for a drive.
  if (key.length === 1) append(reading.keys, 'volumes', { type: 'volume', source: key, target, ...longOptions(options) });
  else append(reading.keys, 'volumes', [key, target, ...(options === undefined ? [] : [options])].join(':'));
}

/** Parts at colons, where a drive of Windows has one of its own. */
function parted(value: string): string[] {
  const parts = splitOutsideBraces(value, ':');
  if (/^[A-Za-z]$/.test(parts[0]!) && /^[\\/]/.test(parts[1] ?? '') && /^[\\/]/.test(parts[2] ?? '')) {
    return [`${parts[0]}:${parts[1]}`, ...parts.slice(2)];
  }
  return parts;
}

function longOptions(options: string | undefined): Keys {
  const words = options?.split(',') ?? [];
  return {
    ...(words.includes('ro') && { read_only: true }),
    ...(words.includes('nocopy') && { volume: { nocopy: true } }),
  };
}

/** A path of the host as it is written in the Compose file. */
function placed(path: string, { relocate }: Pick<Reading, 'relocate'>): string {
  const here = /^\$\{PWD\}(?=\/|$)/.exec(path);
  if (here) return relocate(`.${path.slice(here[0].length)}`);
  return /^\.\.?(?:[/\\]|$)/.test(path) ? relocate(path) : path;
}

/** Names a volume on the top level. It is the one of that name, whatever the project is called. */
function ownVolume(name: string, { stack, volumeDriver }: Reading, given: GivenOption): string {
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) {
    const key = `volume-${stack.volumes.size + 1}`;
    if (!name.includes('${')) throw refused(given.word, `${name} is no name of a volume`, 'a path starts with "/" or "./"');
    const known = [...stack.volumes].find(([, keys]) => keys.name === name)?.[0];
    if (known === undefined) stack.volumes.set(key, { name });
    return known ?? key;
  }
  const there = stack.volumes.get(name);
  if (!there) stack.volumes.set(name, { name, ...(volumeDriver !== undefined && { driver: volumeDriver }) });
  return name;
}

/** `--mount`, as the long syntax. */
export function mount(given: GivenOption, reading: Reading): void {
  const { keys, stack } = reading;
  const fields = fieldsOf(given);
  const isOn = (name: string): boolean => fields.has(name) && /^(?:true|1|)$/i.test(fields.get(name)!);
  const type = fields.get('type') ?? 'volume';
  const source = fields.get('source');
  const target = fields.get('target');
  if (target === undefined) throw refused(given.word, '--mount has no target', 'target=/path/in/container');
  const item: Keys = { type, target };
  if (isOn('readonly')) item.read_only = true;
  if (fields.has('consistency')) item.consistency = fields.get('consistency')!;
  const unknown = [...fields.keys()].filter((name) => !KNOWN.has(name));
  for (const name of unknown) lose(reading, 'unknown', `--mount ${name}`, 'no such field is known', given.word);
  if (type === 'bind') {
    item.source = source === undefined ? '' : placed(source, reading);
    const bind: Keys = { create_host_path: false };
    if (fields.has('bind-propagation')) bind.propagation = fields.get('bind-propagation')!;
    if (fields.has('bind-recursive')) bind.recursive = fields.get('bind-recursive')!;
    if (isOn('bind-nonrecursive')) bind.recursive = 'disabled';
    item.bind = bind;
  } else if (type === 'tmpfs') {
    const tmpfs: Keys = {};
    if (fields.has('tmpfs-size')) tmpfs.size = fields.get('tmpfs-size')!;
    if (fields.has('tmpfs-mode')) tmpfs.mode = Number.parseInt(fields.get('tmpfs-mode')!, 8);
    if (Object.keys(tmpfs).length > 0) item.tmpfs = tmpfs;
  } else if (type === 'volume') {
    const options: Keys = {};
    if (isOn('volume-nocopy')) options.nocopy = true;
    if (fields.has('volume-subpath')) options.subpath = fields.get('volume-subpath')!;
    const driver: Keys = { ...(fields.has('volume-driver') && { driver: fields.get('volume-driver')! }) };
    for (const option of given.value.matchAll(/(?:^|,)"?volume-opt=([^=,"]+)=([^,"]*)/g))
      setEntry(driver, 'driver_opts', option[1]!, option[2]!);
    if (source !== undefined) {
      item.source = ownVolume(source, { ...reading, volumeDriver: undefined }, given);
      const top = stack.volumes.get(item.source as string)!;
      for (const [key, value] of Object.entries(driver)) top[key] ??= value;
    } else if (Object.keys(driver).length > 0) {
      lose(reading, 'unsupported', '--mount volume-driver', 'a volume without a name is one of the default driver', given.word);
    }
    for (const label of given.value.matchAll(/(?:^|,)"?volume-label=([^=,"]+)=?([^,"]*)/g))
      setEntry(options, 'labels', label[1]!, label[2]!);
    if (Object.keys(options).length > 0) item.volume = options;
  } else if (type === 'image') {
    if (source !== undefined) item.source = source;
    if (fields.has('image-subpath')) item.image = { subpath: fields.get('image-subpath')! };
  } else {
    if (source !== undefined) item.source = source;
  }
  append(keys, 'volumes', item as Data);
}

const KNOWN = new Set(
  `type source target readonly consistency bind-propagation bind-recursive bind-nonrecursive tmpfs-size tmpfs-mode volume-nocopy
  volume-subpath volume-driver volume-opt volume-label image-subpath`.split(/\s+/),
);
const SAME: Readonly<Record<string, string>> = table({
  src: 'source',
  dst: 'target',
  destination: 'target',
  ro: 'readonly',
  rw: 'readwrite',
});

/** The fields of a line of CSV; one without a value has the empty one. */
function fieldsOf({ value }: GivenOption): Map<string, string> {
  const fields = new Map<string, string>();
  for (const field of csv(value)) {
    const at = field.indexOf('=');
    const name = (at < 0 ? field : field.slice(0, at)).toLowerCase();
    fields.set(Object.hasOwn(SAME, name) ? SAME[name]! : name, at < 0 ? '' : field.slice(at + 1));
  }
  fields.delete('readwrite');
  return fields;
}

/** The fields of one line of CSV, in quotes where they hold a comma. */
export function csv(line: string): string[] {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    if (char === '"' && quoted && line[at + 1] === '"') field += line[++at];
    else if (char === '"') quoted = !quoted;
    else if (char === ',' && !quoted) {
      fields.push(field);
      field = '';
    } else field += char;
  }
  return [...fields, field];
}
