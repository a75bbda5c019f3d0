import path from 'node:path';
import { cleanContainerPath } from '../compose/container-path';
import type { Service } from '../compose/types';
import type { CopiedFiles } from './dockerfile';
import type { OwnImage } from './own-image';
import type { ProjectFile, ProjectFiles } from './project-files';
import { readScript, type ScriptFacts } from './script';
import { simpleCommands } from './shell';
import { isShell, isWrapper, shellLine } from './shell-line';
import type { Evidence } from './types';
import { matches } from './xray/start/pattern';

/** Where a shell looks for a program that is named without a path. */
const PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** What starts in the container: what the Compose file says, else what the image does. */
export function startWords(
  service: Service,
  image: Pick<OwnImage, 'entrypoint' | 'command'> | undefined,
): {
  entrypoint: readonly string[];
  command: readonly string[];
} {
  return {
    entrypoint: service.entrypoint ?? image?.entrypoint?.value ?? [],
    // An entrypoint of the Compose file takes the image's command away.
    command: service.command ?? (service.entrypoint ? [] : (image?.command?.value ?? [])),
  };
}

/** A file, and the line it starts on when it is a part of another one. */
type StartFile = ProjectFile & { firstLine?: number };

/**
 * The scripts a service starts with, as far as they are files of the project: put into the image by its Dockerfile, or bind-mounted.
 * A script that is written out (`sh -c "…"`) is one too.
 */
export function scriptsOf(
  service: Service,
  image: OwnImage | undefined,
  copies: readonly CopiedFiles[],
  context: string | undefined,
  files: ProjectFiles,
  note: (text: string) => void,
  baseEntrypoint: readonly string[],
): { found: ScriptFacts[]; unknown: string[]; ownEntrypoint?: Evidence } {
  const found: ScriptFacts[] = [];
  const unknown: string[] = [];
  let ownEntrypoint: Evidence | undefined;
  const start = startWords(service, image);
  const { command } = start;
  // A file may take the place of the base image's script without a word about it.
  const entrypoint = service.entrypoint || image?.entrypoint ? start.entrypoint : baseEntrypoint;
  for (const words of [entrypoint, command]) {
    const inline = shellLine(words)?.text;
    if (inline !== undefined) {
      const fact = words === image?.entrypoint?.value ? image.entrypoint : words === image?.command?.value ? image.command : undefined;
      const [, ref = 'command', line] = /^(.*?)(?::(\d+))?$/.exec(fact?.evidence.ref ?? service.name) ?? [];
      found.push(readScript(inline, { kind: fact?.evidence.kind ?? 'compose-semantics', ref, firstLine: line ? Number(line) : 1 }));
    }
    const name = inline === undefined ? words.find((word) => !isWrapper(word)) : undefined;
    if (name === undefined || /[\s$]/.test(name)) continue;
    const toShell = words.slice(0, words.indexOf(name)).some(isShell);
    for (const place of placesOf(name, image?.workdir ?? '/', toShell)) {
      const file: StartFile | undefined = mounted(place, service, files) ?? copied(place, copies, context, files);
      if (!file) continue;
      if (words === entrypoint) ownEntrypoint = { kind: 'dockerfile', ref: file.shown, detail: `is put into the image as ${place}` };
      if ('text' in file && isScript(file)) {
        found.push(readScript(file.text, { kind: 'dockerfile', ref: file.shown, firstLine: file.firstLine }));
      }
      if ('refused' in file) {
        note(`its start script ${file.shown} was not read: ${file.refused}`);
        unknown.push(`${file.shown} was not read: ${file.refused}`);
      }
      break;
    }
  }
  return { found, unknown, ownEntrypoint };
}

/** Commands of a shell that change nothing outside of it. */
const HARMLESS = new Set(['echo', 'printf', 'sleep', 'true', 'set', 'export', 'test', '[']);

/** The commands that `sh -c` runs, but for those that change nothing; undefined when it writes a file, or is no shell. */
export function shellCommands(words: readonly string[]): (readonly string[])[] | undefined {
  const line = shellLine(words)?.text;
  const commands = line === undefined ? undefined : simpleCommands(line);
  if (!commands || commands.some(({ writesTo }) => writesTo.some((file) => !file.startsWith('/dev/')))) return undefined;
  return commands.map((command) => command.words).filter(([program = '']) => !HARMLESS.has(program));
}

function isScript({ text, shown }: { text: string; shown: string }): boolean {
  return text.startsWith('#!') ? /^#!.*\b(sh|bash|ash|dash|with-contenv)\b/.test(text) : /\.(sh|bash)$/.test(shown);
}

/** A program is looked up in PATH, the argument of a shell in the working directory. */
function placesOf(name: string, workdir: string, toShell: boolean): string[] {
  if (name.startsWith('/')) return [cleanContainerPath(name)];
  if (toShell || name.includes('/')) return [cleanContainerPath(`${workdir}/${name}`)];
  return PATH.map((directory) => `${directory}/${name}`);
}

function mounted(place: string, service: Service, files: ProjectFiles): ProjectFile | undefined {
  for (const { kind, source, target, known } of service.mounts) {
    if (kind !== 'bind' || !known || source === undefined || source.startsWith('~')) continue;
    if (target !== place && !place.startsWith(`${target}/`)) continue;
    const file = files.read(path.join(path.isAbsolute(source) ? '' : '.', source, place.slice(target.length)));
    if (!('missing' in file)) return file;
  }
  return undefined;
}

/** The last COPY that put a file there. */
function copied(place: string, copies: readonly CopiedFiles[], context: string | undefined, files: ProjectFiles): StartFile | undefined {
  for (const { sources, target, intoDirectory, heredocs, ref } of copies.toReversed()) {
    const [heredoc] = heredocs;
    if (heredoc && (target === place || cleanContainerPath(`${target}/${heredoc.name}`) === place)) {
      return { text: heredoc.content, shown: ref, firstLine: heredoc.line };
    }
    if (context === undefined || context === '') continue;
    for (const source of sources) {
      const rest =
        place === target
          ? ''
          : place.startsWith(target === '/' ? '/' : `${target}/`)
            ? place.slice(target.length).replace(/^\//, '')
            : undefined;
      if (rest === undefined) continue;
      const candidates = rest === '' ? (intoDirectory ? [] : [source]) : fromDirectory(source, rest);
      for (const candidate of candidates) {
        const file = files.read(path.join(path.isAbsolute(context) ? '' : '.', context, candidate));
        if (!('missing' in file) && !('refused' in file && file.refused.includes('directory'))) return file;
      }
    }
  }
  return undefined;
}

/** `COPY a.sh /bin/` puts a.sh there, `COPY bin /bin` what is in bin, and `COPY *.sh /bin/` what matches. */
function fromDirectory(source: string, rest: string): string[] {
  const base = path.posix.basename(source);
  if (/[*?[]/.test(base)) {
    return matches(base, rest) === true ? [path.posix.join(path.posix.dirname(source), rest)] : [];
  }
  return base === rest ? [source, path.posix.join(source, rest)] : [path.posix.join(source, rest)];
}
