import { parseDotEnv } from '../../src/compose/dotenv';
import type { ComposeService } from '../../src/compose/service';
import { addToList, isOwn } from '../../src/harden/ops';
import type { TransformContext } from '../../src/harden/transform';
import type { SecretAdvice, Verdict } from '../../src/images/types';
import type { Data, Op, Path } from '../../src/yaml/types';
import type { Place } from './credentials';

/** A credential that its service can read from a file, and by which variable. */
export interface ToFile {
  service: ComposeService;
  variable: string;
  verdict: Verdict<SecretAdvice>;
}

/**
 * Whether a credential can become a file, which takes a text that is this service's alone, an image that reads the file, and nobody who
 * looks for the variable: not its command, not its health check, not a second source that would set it again, which images refuse
 * (`both POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are set (but are exclusive)`).
 */
export function toFile(place: Place, context: TransformContext): ToFile | undefined {
  const { project, advise } = context;
  const [service] = place.services;
  const [credential] = place.credentials;
  if (!service || place.services.length > 1 || credential?.kind !== 'literal' || !place.own || place.node.kind === 'alias')
    return undefined;
  if (
    place.node.anchor !== undefined ||
    !service.complete ||
    service.inherits ||
    project.sharing(service, ['environment', 'secrets']).length > 0
  )
    return undefined;
  if (isOld(context) || service.directory('environment') !== undefined) return undefined;
  if (place.repeated) return undefined;
  const verdict = advise(service).secretFile(place.variable);
  const variable = verdict?.value.file;
  if (!verdict || !variable || verdict.value.private || /[\r\n]$/.test(credential.value)) return undefined;
  const secrets = service.nearest('secrets');
  if (secrets !== undefined && !(isOwn(service, 'secrets') && Array.isArray(secrets) && secrets.length > 0)) return undefined;
  if (service.environment.has(variable) || looksFor(service, place.variable)) return undefined;
  return setAgain(service, [place.variable, variable], context) ? undefined : { service, variable, verdict };
}

/** `secrets:` came with version 3.1 of the file format, which docker-compose 1.x minds. */
function isOld({ project }: TransformContext): boolean {
  return /^(?:2|3(?:\.0)?$)/.test(project.version);
}

/** Whether something of the service runs in the container with the variable in its text. `$$` is a dollar there. */
function looksFor(service: ComposeService, variable: string): boolean {
  const text = ['command', 'entrypoint', 'healthcheck', 'post_start', 'pre_stop', 'develop']
    .map((key) => JSON.stringify(service.data(key) ?? ''))
    .join('\n');
  return new RegExp(`(?<![A-Za-z0-9_])${variable.replace(/\W/g, '\\$&')}(?![A-Za-z0-9_])`).test(text);
}

/** Whether an `env_file` sets one of the variables too, or cannot be read. */
function setAgain(service: ComposeService, variables: readonly string[], { files }: TransformContext): boolean {
  return envFiles(service).some((path) => {
    const file = path === undefined ? undefined : files?.read(path);
    if (!file || !('text' in file)) return true;
    const there = parseDotEnv(file.text);
    return variables.some((variable) => Object.hasOwn(there, variable));
  });
}

/** The files of `env_file:`; undefined for one whose path is not known. */
export function envFiles(service: ComposeService): (string | undefined)[] {
  const data = service.data('env_file');
  const list: Data[] = Array.isArray(data) ? data : data === undefined || data === null ? [] : [data];
  return list.map((item) => {
    const path = typeof item === 'object' && item !== null && !Array.isArray(item) ? item.path : item;
    return typeof path === 'string' && !path.includes('$') ? path : undefined;
  });
}

/** Ops that let the service read the secret from its file, which several secrets may share. */
export function fileOps({ service, variable }: ToFile, place: Place, { secret, name }: { secret: string; name: string }, top: Path): Op[] {
  const target = `/run/secrets/${secret}`;
  const read: Op[] = place.item
    ? [{ op: 'replace', path: place.path, value: `${variable}=${target}` }]
    : [
        { op: 'replace', path: place.path, value: target },
        { op: 'rename', path: place.path, key: variable },
      ];
  return [...read, ...addToList(service, 'secrets', [secret]), { op: 'add', path: top, value: { file: `./secrets/${name}` } }];
}
