import path from 'node:path';
import { inService } from '../compose/in-service';
import { evaluate } from '../compose/interpolate';
import { projectRoot } from '../compose/project-root';
import type { Service } from '../compose/types';
import type { Data } from '../yaml/types';
import { imageFromConfig } from './config-image';
import { type Configuration, readConfiguration } from './configuration';
import { type BuildSetting, type DockerfileFacts, readDockerfile } from './dockerfile';
import { configFor, type ImageConfig, type ImageConfigs } from './image-config';
import { imageFromFacts } from './inspected/image';
import { matchImage, matchService } from './match';
import type { OwnImage, ProjectEvidence } from './own-image';
import { ProjectFiles } from './project-files';
import { seenWith } from './seen';
import { scriptsOf } from './start-scripts';

export interface EvidenceOptions {
  /** What `readImageConfigs` gave. */
  configs?: ImageConfigs;
  /** Remembers what was read; one per run. */
  files?: ProjectFiles;
}

/**
 * Looks at what the project itself says about its images: the Dockerfile of a built service and the scripts it starts with, and saved
 * image configurations. Only files of the project of `directory` are read (see `projectRoot`), each once and up to a limit; nothing is when it is undefined. What cannot
 * be read becomes a note. Never throws for anything a project may hold.
 */
export function gatherEvidence(
  directory: string | undefined,
  services: readonly Service[],
  options: EvidenceOptions = {},
): ProjectEvidence {
  const files = options.files ?? (directory === undefined ? undefined : new ProjectFiles(directory, projectRoot(directory)));
  const images = new Map<string, OwnImage>();
  const configurations = new Map<string, Configuration>();
  const absent = new Map<string, ReadonlySet<string>>();
  const notes = new Set<string>();
  for (const service of services) {
    const note = (text: string) => notes.add(inService(service.name, text));
    let image: OwnImage | undefined;
    try {
      image = imageOf(service, files, options.configs ?? [], note);
    } catch (error) {
      note(`what its image is made of could not be understood (${error instanceof Error ? error.message : String(error)})`);
    }
    if (image) images.set(service.name, image);
    const configuration = files && configurationOf(service, image, files);
    if (configuration) configurations.set(service.name, configuration);
    const missing = files && absentSources(service, files);
    if (missing?.size) absent.set(service.name, missing);
  }
  return { images, configurations, absent, notes: [...notes] };
}

function absentSources(service: Service, files: ProjectFiles): Set<string> {
  const relative = service.mounts.filter(
    ({ kind, source, known }) => kind === 'bind' && known && source !== undefined && !source.startsWith('~'),
  );
  const missing = relative.filter(({ source }) => files.isAbsent(path.resolve(service.directory('volumes') ?? files.directory, source!)));
  return new Set(missing.map(({ target }) => target));
}

function configurationOf(service: Service, image: OwnImage | undefined, files: ProjectFiles): Configuration | undefined {
  const match = matchService(service, image);
  return readConfiguration(image ? seenWith(service, image, match) : service, match, files);
}

type Note = (text: string) => void;

function imageOf(service: Service, files: ProjectFiles | undefined, configs: ImageConfigs, note: Note): OwnImage | undefined {
  const project =
    files &&
    path
      .basename(path.resolve(files.directory))
      .toLowerCase()
      .replace(/[^a-z0-9_-]/g, '');
  const config = configFor(service, configs, project);
  const built = files && service.build ? dockerfileOf(service, files, note) : undefined;
  const saved = config && imageOfConfig(config, service);
  const image = built ? completed(built.image, saved) : saved;
  if (!files) return image;
  if (!image) return undefined;
  const base =
    image.tags
      .map(matchImage)
      .find((match) => match !== undefined)
      ?.template.entrypoint?.slice(0, 1) ?? [];
  const { found, unknown, ownEntrypoint } = scriptsOf(service, image, built?.copies ?? [], built?.context, files, note, base);
  return { ...image, scripts: found, ownEntrypoint, unknown: [...image.unknown, ...unknown] };
}

/** Evidence calls an image as the service does, wherever it was looked into. */
function imageOfConfig(config: ImageConfig, { image }: Service): OwnImage {
  const name = image?.known ? image.text : (config.names[0] ?? config.ref);
  return config.facts ? imageFromFacts({ name, facts: config.facts }, config.names) : imageFromConfig(config);
}

/** The Dockerfile is what will be built, the configuration what once was: it fills the gaps. */
function completed(image: OwnImage, config: OwnImage | undefined): OwnImage {
  if (!config) return image;
  return {
    ...image,
    user: image.user ?? config.user,
    entrypoint: image.entrypoint ?? config.entrypoint,
    command: image.command ?? (image.entrypoint ? undefined : config.command),
    healthcheck: image.healthcheck ?? config.healthcheck,
    volumes: [...image.volumes, ...config.volumes],
    exposed: [...image.exposed, ...config.exposed],
  };
}

function dockerfileOf(service: Service, files: ProjectFiles, note: Note): (DockerfileFacts & { context: string }) | undefined {
  const { context, dockerfile, target, inline } = service.build!;
  const folder = context?.text ?? '.';
  if (context?.known === false || dockerfile?.known === false || target?.known === false) return undefined;
  // A remote context, and `~`, are not in the project.
  const remote = /^([a-z][a-z0-9+.-]*:\/\/|git@|github\.com\/|~)/i.test(folder);
  const build = service.data('build');
  const data: { [key: string]: Data } = typeof build === 'object' && build !== null && !Array.isArray(build) ? build : {};
  const setting = (ref: string): BuildSetting => ({
    ref,
    target: target?.text === '' ? undefined : target?.text,
    args: buildArgs(data.args),
    contexts: contextNames(data.additional_contexts),
  });
  if (inline) {
    const text = typeof data.dockerfile_inline === 'string' ? data.dockerfile_inline : '';
    const facts = readOnce(files, evaluateLines(text), setting(`${service.name}.build.dockerfile_inline`));
    return facts && { ...facts, context: remote ? '' : folder };
  }
  if (remote) return undefined;
  if (files.leavesProject(folder)) {
    note(`its build context ${folder} is outside of the project, so its Dockerfile was not read`);
    return undefined;
  }
  const named = dockerfile?.text ?? 'Dockerfile';
  const file = files.read(path.join(path.isAbsolute(named) ? '' : folder, named));
  if ('refused' in file) note(`its Dockerfile ${file.shown} was not read: ${file.refused}`);
  if (!('text' in file)) return undefined;
  const facts = readOnce(files, file.text, setting(file.shown));
  if (!facts) note(`${file.shown} has no stage ${target?.text ?? 'at all'}, so it says nothing`);
  return facts && { ...facts, context: folder };
}

/** A service is asked about several times in a run, and several services may share a Dockerfile. */
function readOnce(files: ProjectFiles, text: string, setting: BuildSetting): DockerfileFacts | undefined {
  const { ref, target, args, contexts } = setting;
  const key = JSON.stringify([ref, target, [...args], [...contexts], text]);
  return files.once(key, () => readDockerfile(text, setting));
}

/** Compose replaces its own variables first; `$$` is how a Dockerfile's are written. */
function evaluateLines(text: string): string {
  return text
    .split('\n')
    .map((line) => evaluate(line).text)
    .join('\n');
}

function buildArgs(data: Data | undefined): Map<string, string | undefined> {
  const pairs: [string, Data | undefined][] = Array.isArray(data)
    ? data.map((each) => {
        const text = String(each);
        const at = text.indexOf('=');
        return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
      })
    : typeof data === 'object' && data !== null
      ? Object.entries(data)
      : [];
  return new Map(
    pairs.map(([name, value]) => {
      if (value === undefined || value === null) return [name, undefined];
      const { text, known } = evaluate(String(value));
      return [name, known ? text : undefined];
    }),
  );
}

function contextNames(data: Data | undefined): Set<string> {
  if (Array.isArray(data)) return new Set(data.map((each) => String(each).split('=')[0] ?? ''));
  return new Set(typeof data === 'object' && data !== null ? Object.keys(data) : []);
}
