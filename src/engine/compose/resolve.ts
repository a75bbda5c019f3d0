import path from 'node:path';
import { ANYWHERE } from '../../compose/bounds';
import { readEnvFile } from '../../compose/env-file';
import { ComposeProject } from '../../compose/project';
import { EngineError } from '../../errors';
import { YamlDocument } from '../../yaml/document';
import { toData } from '../../yaml/tree';
import { type ComposeCommand, isOld, type RunSetup, run } from './cli';
import { listOf, type Model } from './model';
import { normalise } from './normalise';

/** A project of the person's: the files Compose merges, in order, and the directory their paths are relative to. */
export interface ProjectFilesOnDisk {
  files: readonly string[];
  directory: string;
  profiles: readonly string[];
  /** Read instead of the `.env` of the directory. */
  envFile?: string;
}

/** The words that make Compose take exactly these files. */
export function projectWords({ files, directory, profiles, envFile }: ProjectFilesOnDisk): string[] {
  return [
    ...profiles.flatMap((name) => ['--profile', name]),
    ...(envFile === undefined ? [] : ['--env-file', envFile]),
    ...['--project-directory', directory],
    ...files.flatMap((file) => ['-f', file]),
  ];
}

/**
 * What Compose itself makes of a project: variables from the environment and `.env` replaced, files merged, paths absolute. Nothing is
 * built, pulled or started.
 *
 * @throws EngineError with what Compose says when it cannot load it.
 */
export async function resolveProject(compose: ComposeCommand, project: ProjectFilesOnDisk, setup: RunSetup): Promise<Model> {
  const { files, directory } = project;
  const format = isOld(compose) ? [] : ['--format', 'json'];
  const answer = await run(compose.words, [...projectWords(project), 'config', ...format], { ...setup, timeout: 60 });
  if (answer.code !== 0) {
    throw new EngineError(`Compose cannot load ${files.map((file) => path.basename(file)).join(', ')}: ${said(answer.stderr)}`, {
      hint: 'what "docker compose config" does not load cannot be tried',
    });
  }
  const model = normalise(isOld(compose) ? chosen(fromYaml(answer.stdout), project, setup) : (JSON.parse(answer.stdout) as Model));
  return { ...model, name: model.name ?? oldName(directory, setup) };
}

/** The old Compose lists services whose profiles are not asked for, and does not start them. */
function chosen(model: Model, { profiles, directory, envFile }: ProjectFilesOnDisk, { env }: RunSetup): Model {
  // Another one is batten's own, in its scratch folder.
  const { variables } = envFile === undefined ? readEnvFile(directory) : readEnvFile(directory, envFile, ANYWHERE);
  const written = env.COMPOSE_PROFILES ?? variables.COMPOSE_PROFILES;
  return withProfiles(model, [...profiles, ...(written ?? '').split(',')]);
}

/** The services without a profile, and those of these. */
export function withProfiles(model: Model, active: readonly string[]): Model {
  const services = Object.entries(model.services ?? {}).filter(([, { profiles }]) => {
    const own = listOf(profiles).map(String);
    return own.length === 0 || own.some((name) => active.includes(name));
  });
  return { ...model, services: Object.fromEntries(services) };
}

/** What the old Compose calls a project: it does not say. */
function oldName(directory: string, { env }: RunSetup): string {
  return (env.COMPOSE_PROJECT_NAME || path.basename(directory)).toLowerCase().replace(/[^-_a-z0-9]/g, '');
}

function fromYaml(text: string): Model {
  const document = YamlDocument.open(text);
  // Its shape is checked like that of any Compose file.
  ComposeProject.read(document);
  return toData(document.root) as unknown as Model;
}

/** The last thing that was said, without time stamps. */
export function said(text: string): string {
  const lines = text
    .trim()
    .split('\n')
    .filter((line) => !/level=warning|the attribute `version` is obsolete/.test(line));
  return (lines.at(-1) ?? 'nothing').trim();
}
