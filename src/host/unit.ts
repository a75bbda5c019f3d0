import path from 'node:path';
import type { HostFiles } from './files';

/** Where systemd looks for units, the first one wins. */
const DIRECTORIES = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];
const MOST_DROP_INS = 200;

/** One assignment of a unit, with its place. */
interface Assignment {
  key: string;
  value: string;
  file: string;
  line: number;
}

/** How systemd starts the daemon. */
export interface Unit {
  /** The files it is made of, the unit itself first. */
  files: readonly string[];
  /** The arguments of dockerd, and where they stand. */
  words: readonly string[];
  place?: { file: string; line: number };
  /** How many files it may open at most: `LimitNOFILE`, as it is written. */
  openFiles?: string;
}

/**
 * Reads `docker.service` with its drop-ins as systemd merges them: of one name the first directory counts, all drop-ins are read in the order of
 * their names, and an empty `ExecStart=` takes back those before.
 *
 * @see systemd.unit(5)
 */
export function readUnit(files: HostFiles, name = 'docker.service'): Unit | undefined {
  const main = DIRECTORIES.map((directory) => `${directory}/${name}`).find((file) => files.stat(file)?.kind === 'file');
  const dropIns = new Map<string, string>();
  for (const directory of DIRECTORIES)
    for (const file of (files.names(`${directory}/${name}.d`) ?? []).slice(0, MOST_DROP_INS))
      if (file.endsWith('.conf') && !dropIns.has(file)) dropIns.set(file, `${directory}/${name}.d/${file}`);
  const read = [...(main ? [main] : []), ...[...dropIns].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file)];
  if (read.length === 0) return undefined;
  let starts: Assignment[] = [];
  const environment = new Map<string, string>();
  let openFiles: string | undefined;
  for (const assignment of read.flatMap((file) => assignments(files.text(file) ?? '', file))) {
    const { key, value } = assignment;
    if (key === 'ExecStart') starts = value === '' ? [] : [...starts, assignment];
    if (key === 'LimitNOFILE') openFiles = value;
    if (key === 'Environment') for (const word of words(value)) setVariable(environment, word);
    if (key === 'EnvironmentFile') readVariables(environment, files.text(value.replace(/^-/, '')) ?? '');
  }
  const start = starts.find(({ value }) => /(?:^|\/)dockerd(?:\s|$)/.test(value));
  if (!start) return { files: read, words: [], openFiles };
  const [, ...rest] = words(start.value).flatMap((word) => expanded(word, environment));
  return { files: read, words: rest, place: { file: start.file, line: start.line }, openFiles };
}

function assignments(text: string, file: string): Assignment[] {
  const found: Assignment[] = [];
  const lines = text.split(/\r?\n/);
  let section = '';
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    let whole = lines[at]!.trim();
    if (/^[#;]/.test(whole)) continue;
    while (whole.endsWith('\\') && at + 1 < lines.length) whole = `${whole.slice(0, -1)} ${lines[++at]!.trim()}`;
    if (whole.startsWith('[')) section = whole;
    const equals = whole.indexOf('=');
    if (section !== '[Service]' || equals < 1) continue;
    found.push({ key: whole.slice(0, equals).trim(), value: whole.slice(equals + 1).trim(), file, line });
  }
  return found;
}

/** A line as systemd splits it: at spaces, with quotes. */
export function words(line: string): string[] {
  return Array.from(line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g), ([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}

/** A variable that is a word of its own becomes words; within a word it is replaced. */
function expanded(word: string, environment: ReadonlyMap<string, string>): string[] {
  const whole = /^\$(\w+)$/.exec(word);
  if (whole) return words(environment.get(whole[1]!) ?? '');
  return [word.replace(/\$\{(\w+)\}/g, (_, name: string) => environment.get(name) ?? '')];
}

function readVariables(environment: Map<string, string>, text: string): void {
  for (const line of text.split(/\r?\n/)) if (!/^\s*[#;]/.test(line)) setVariable(environment, line.trim());
}

function setVariable(environment: Map<string, string>, word: string): void {
  const equals = word.indexOf('=');
  if (equals > 0) environment.set(word.slice(0, equals), word.slice(equals + 1).replace(/^(["'])(.*)\1$/, '$2'));
}

/** Where a unit's file is asked for whether or not it is there. */
export function unitFile(files: HostFiles, name: string): string | undefined {
  return DIRECTORIES.map((directory) => path.posix.join(directory, name)).find((file) => files.stat(file) !== undefined);
}
