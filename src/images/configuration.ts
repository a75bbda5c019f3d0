import path from 'node:path';
import { cleanContainerPath, covers } from '../compose/container-path';
import type { Service } from '../compose/types';
import { configurationPlaces } from './hints/ask';
import { type PlainLine, plainLines } from './hints/lines';
import type { Match } from './match';
import type { ProjectFiles } from './project-files';

/** A configuration file of the project that a service has mounted. */
export interface ConfigurationFile {
  /** Where it is in the container. */
  place: string;
  /** As evidence calls it. */
  shown: string;
  lines: readonly PlainLine[];
}

/** What of the configuration of a service lies in the project, and what of it was not read. */
export interface Configuration {
  files: readonly ConfigurationFile[];
  /** Container paths of mounts that may hold configuration and could not be read. */
  unseen: readonly string[];
}

/** The most files that are read of one mounted directory: a configuration has few, and data is not looked through. */
const MOST_FILES = 40;

/**
 * Reads the configuration that the project mounts into a service, as far as some hint asks for it: bind-mounted files and directories of the project,
 * and `configs:`. Undefined when there is nothing of that kind. Never throws.
 */
export function readConfiguration(service: Service, match: Match | undefined, files: ProjectFiles): Configuration | undefined {
  const places = configurationPlaces(service, match);
  const wanted = (place: string): boolean => places.some((at) => at === '/' || covers(at, place));
  const found: ConfigurationFile[] = [];
  const unseen: string[] = [];
  const read = (source: string, place: string): boolean => {
    const file = files.read(source);
    if ('text' in file) found.push({ place, shown: file.shown, lines: files.once(`plain ${source}`, () => plainLines(file.text)) });
    return 'text' in file;
  };
  for (const { kind, source, target, known } of service.mounts) {
    if (kind === 'tmpfs' || !(wanted(target) || places.some((at) => covers(target, at)))) continue;
    if (kind !== 'bind' || source === undefined || !known || source.startsWith('~')) {
      unseen.push(target);
      continue;
    }
    const from = path.resolve(service.directory('volumes') ?? files.directory, source);
    const names = files.list(from, MOST_FILES);
    const seen = names
      ? names
          .map((name) => [path.join(from, name), cleanContainerPath(`${target}/${name}`)] as const)
          .every(([each, place]) => !wanted(place) || read(each, place))
      : read(from, target);
    if (!seen) unseen.push(target);
  }
  for (const { name, target, file, content } of service.configs) {
    if (!wanted(target)) continue;
    if (content !== undefined) found.push({ place: target, shown: `configs.${name}`, lines: plainLines(content) });
    else if (file === undefined || !read(file, target)) unseen.push(target);
  }
  return found.length + unseen.length === 0 ? undefined : { files: found, unseen };
}
