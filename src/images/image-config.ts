import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { ANYWHERE, type Bounds, Repository } from '../compose/bounds';
import { readInput } from '../compose/read';
import type { Service } from '../compose/types';
import { InputError } from '../errors';
import type { Data } from '../yaml/types';
import { decidingFacts } from './inspected/deciding';
import { parseReference } from './reference';
import type { ImageFacts } from './xray';

/** The configuration an image was saved with: what `docker image inspect` shows under `Config`. */
export interface ImageConfig {
  /** Where it was found, for evidence: the file, and the image's name or digest in it. */
  ref: string;
  /** The file's or layout's own name, without its extension. */
  fileName: string;
  /** Names of the image: `acme/api:1`, `acme/api@sha256:…`. */
  names: readonly string[];
  user: string;
  entrypoint: readonly string[];
  command: readonly string[];
  environment: readonly string[];
  exposed: readonly string[];
  volumes: readonly string[];
  workdir: string;
  /** As in the image: `['CMD-SHELL', 'curl …']`. */
  healthcheck?: readonly string[];
  /** The build steps, where the file has them. */
  history: readonly string[];
  /** What its files say, where somebody looked into it. */
  facts?: ImageFacts;
}

export type ImageConfigs = readonly ImageConfig[];

/** What an Engine says of images: their configurations, and which of them it does not have. */
export interface Inspected {
  configs: ImageConfigs;
  /** Names as they were asked for: not pulled, or not built. */
  missing: readonly string[];
  /** Which image a name stands for there, by the name as it was asked for. */
  ids: ReadonlyMap<string, ImageIdentity>;
  /** Images whose files could not be read, each with the reason, for the person. */
  unread?: readonly string[];
  /** The Engine itself, where there is a proof that could be of another one. */
  engine?: InspectedEngine;
}

export interface ImageIdentity {
  id: string;
  /** `sha256:…` of each repository it came from. */
  digests: readonly string[];
}

export interface InspectedEngine {
  version: string;
  /** `linux/x86_64`. */
  platform: string;
  /** `seccomp`, `apparmor`, … */
  security: readonly string[];
}

type Json = { [key: string]: Data };

/**
 * Reads saved image configurations: the output of `docker image inspect`, an OCI image configuration, an OCI image layout (also what
 * `docker save` writes, unpacked), or a directory with such JSON files. `shown` is how evidence and errors call the path.
 *
 * @throws InputError `image-config` when there is nothing of that kind, and what `readInput` throws.
 */
export function readImageConfigs(wanted: string, shown: string = wanted): ImageConfigs {
  let directory = false;
  try {
    directory = statSync(wanted).isDirectory();
  } catch {
    // readInput says why.
  }
  const configs = !directory
    ? readJsonFile(wanted, shown, ANYWHERE)
    : isLayout(wanted)
      ? readLayout(wanted, shown)
      : readFolder(wanted, shown);
  if (configs.length > 0) return configs;
  throw new InputError('image-config', 'holds no image configuration', {
    file: shown,
    hint: 'save one with "docker image inspect IMAGE > FILE.json"',
  });
}

/**
 * What a path holds that is given as what images are: configurations alone, or images with their files (an archive, a layout).
 *
 * @throws InputError as `readImageConfigs`, for what is neither.
 */
export function imageConfigKind(wanted: string, shown: string): 'configurations' | 'images' {
  if (isLayout(wanted)) return 'images';
  try {
    readImageConfigs(wanted, shown);
    return 'configurations';
  } catch (error) {
    // An archive is no text, and may be of any size.
    if (error instanceof InputError && ['not-utf8', 'not-text', 'too-large'].includes(error.code)) return 'images';
    throw error;
  }
}

/** The configuration of a service's image: by digest or name, else by the name of the file. */
export function configFor(service: Service, configs: ImageConfigs, project?: string): ImageConfig | undefined {
  const image = service.image?.known ? service.image.text : undefined;
  const wanted = new Set<string>();
  if (image !== undefined) wanted.add(normalised(image));
  if (service.build && project) for (const glue of ['-', '_']) wanted.add(normalised(`${project}${glue}${service.name}`));
  const byName = configs.find(({ names }) => names.some((name) => wanted.has(normalised(name))));
  if (byName) return byName;
  const files = new Set([service.name, ...(image === undefined ? [] : [fileNameOf(image)])]);
  return configs.find(({ names, fileName }) => names.length === 0 && files.has(fileName));
}

/** The configurations in what an Engine answered about images, `ref` being what evidence calls it and `names` what was asked for. */
export function imageConfigsIn(data: Data, ref: string, names: readonly string[]): ImageConfigs {
  return (Array.isArray(data) ? data : [data]).flatMap((each) => configOf(each, ref, '', names)).map((config) => ({ ...config, ref }));
}

/** An image that was looked into, as one of the configurations: `names` are those it goes by. */
export function inspectedConfig(whole: ImageFacts, names: readonly string[]): ImageConfig {
  const facts = decidingFacts(whole);
  const { user, entrypoint, command, environment, exposed, volumes, workdir, healthcheck, history } = facts.config;
  const [name = ''] = names;
  return { ref: name, fileName: '', names, user, entrypoint, command, environment, exposed, volumes, workdir, healthcheck, history, facts };
}

/** By digest where there is one: the tag beside it is a comment. */
function normalised(name: string): string {
  const { name: full, tag, digest } = parseReference(name);
  return digest === undefined ? `${full}:${tag}` : `${full}@${digest}`;
}

function fileNameOf(image: string): string {
  return image.replace(/[^A-Za-z0-9.-]+/g, '_');
}

function readFolder(directory: string, shown: string): ImageConfig[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.json'));
  return names.sort().flatMap((name) => readJsonFile(path.join(directory, name), `${shown}/${name}`, Repository.of(directory)));
}

function readJsonFile(file: string, shown: string, bounds: Bounds): ImageConfig[] {
  const data = readJson(file, shown, bounds);
  const fileName = path.basename(file).replace(/\.json$/, '');
  return (Array.isArray(data) ? data : [data]).flatMap((each) => configOf(each, shown, fileName, []));
}

function readJson(file: string, shown: string, bounds: Bounds): Data {
  try {
    return JSON.parse(readInput(file, shown, bounds).text) as Data;
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError('image-config', 'is not JSON', {
      file: shown,
      hint: 'save it with "docker image inspect IMAGE > FILE.json"',
      cause,
    });
  }
}

/** One configuration in any of its spellings; none when the data is something else. */
function configOf(data: Data | undefined, shown: string, fileName: string, extraNames: readonly string[]): ImageConfig[] {
  if (!isMap(data)) return [];
  const config = isMap(data.Config) ? data.Config : isMap(data.config) ? data.config : undefined;
  if (!config) return [];
  const names = [...new Set([...strings(data.RepoTags), ...strings(data.RepoDigests), ...extraNames])].filter(
    (name) => !name.startsWith('<none>'),
  );
  const health = isMap(config.Healthcheck) ? strings(config.Healthcheck.Test) : [];
  const history = Array.isArray(data.history) ? data.history : [];
  return [
    {
      ref: names[0] === undefined ? shown : `${shown}#${names[0]}`,
      fileName,
      names,
      user: typeof config.User === 'string' ? config.User : '',
      entrypoint: strings(config.Entrypoint),
      command: strings(config.Cmd),
      environment: strings(config.Env),
      exposed: isMap(config.ExposedPorts) ? Object.keys(config.ExposedPorts) : [],
      volumes: isMap(config.Volumes) ? Object.keys(config.Volumes) : [],
      workdir: typeof config.WorkingDir === 'string' && config.WorkingDir !== '' ? config.WorkingDir : '/',
      healthcheck: health.length > 0 ? health : undefined,
      history: history.flatMap((each) => (isMap(each) && typeof each.created_by === 'string' ? [each.created_by] : [])),
    },
  ];
}

function strings(data: Data | undefined): string[] {
  if (typeof data === 'string') return [data];
  return Array.isArray(data) ? data.filter((each): each is string => typeof each === 'string') : [];
}

function isMap(data: Data | undefined): data is Json {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

function isLayout(directory: string): boolean {
  try {
    return statSync(path.join(directory, 'index.json')).isFile() && statSync(path.join(directory, 'blobs')).isDirectory();
  } catch {
    return false;
  }
}

/** https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
function readLayout(directory: string, shown: string): ImageConfig[] {
  const bounds = Repository.of(directory);
  const blob = (digest: Data | undefined): Data | undefined => {
    // A digest is a file name here, so it must not be able to be a path.
    const parts = typeof digest === 'string' ? /^(sha\d+):([0-9a-f]+)$/.exec(digest) : null;
    return parts
      ? readJson(path.join(directory, 'blobs', parts[1]!, parts[2]!), `${shown}/blobs/${parts[1]}/${parts[2]}`, bounds)
      : undefined;
  };
  const found: ImageConfig[] = [];
  const visit = (data: Data | undefined, names: readonly string[], depth: number): void => {
    if (!isMap(data) || depth > 3) return;
    if (Array.isArray(data.manifests)) {
      for (const each of data.manifests) {
        // Attestations beside the images say so by their platform.
        if (!isMap(each) || (isMap(each.platform) && each.platform.os === 'unknown')) continue;
        visit(blob(each.digest), [...names, ...namesIn(each.annotations)], depth + 1);
      }
    } else if (isMap(data.config)) {
      const config = blob(data.config.digest);
      found.push(...configOf(config, shown, path.basename(directory), names));
    }
  };
  visit(readJson(path.join(directory, 'index.json'), `${shown}/index.json`, bounds), [], 0);
  // Several platforms of one image are one image to Compose.
  return found.filter((each, index) => found.findIndex((other) => other.names.join() === each.names.join()) === index);
}

/** `org.opencontainers.image.ref.name` may be a tag alone, which names no image. */
function namesIn(annotations: Data | undefined): string[] {
  if (!isMap(annotations)) return [];
  const full = annotations['io.containerd.image.name'];
  const name = annotations['org.opencontainers.image.ref.name'];
  if (typeof full === 'string') return [full];
  return typeof name === 'string' && /[/:]/.test(name) ? [name] : [];
}
