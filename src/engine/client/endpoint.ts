import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { EngineError } from '../../errors';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where an Engine listens. */
export interface Endpoint {
  /** As the person would write it: `unix:///var/run/docker.sock`. */
  shown: string;
  socketPath?: string;
  host?: string;
  port?: number;
  tls?: { ca?: Buffer; cert?: Buffer; key?: Buffer };
}

const DEFAULT = process.platform === 'win32' ? 'npipe:////./pipe/docker_engine' : 'unix:///var/run/docker.sock';

/**
 * The Engine the docker command would talk to: DOCKER_HOST, else the context (DOCKER_CONTEXT, else the current one), else the usual socket.
 *
 * @throws EngineError for an address batten cannot speak to, such as `ssh://`.
 */
export function endpointOf(env: Environment): Endpoint {
  const directory = env.DOCKER_CONFIG ?? path.join(env.HOME ?? homedir(), '.docker');
  if (env.DOCKER_HOST) return parse(env.DOCKER_HOST, env.DOCKER_TLS_VERIFY ? (env.DOCKER_CERT_PATH ?? directory) : undefined);
  const context = env.DOCKER_CONTEXT ?? currentContext(directory);
  return parse(context && context !== 'default' ? hostOfContext(directory, context) : DEFAULT, undefined);
}

function parse(address: string, certificates: string | undefined): Endpoint {
  const match = /^(unix|npipe|tcp|http|https):\/\/(.+)$/.exec(address);
  if (!match) {
    const remote = address.startsWith('ssh://');
    throw new EngineError(`cannot talk to an Engine at ${address}`, {
      hint: remote
        ? 'forward its socket: ssh -L /tmp/docker.sock:/var/run/docker.sock HOST, then DOCKER_HOST=unix:///tmp/docker.sock'
        : undefined,
    });
  }
  const [, scheme, rest = ''] = match;
  if (scheme === 'unix' || scheme === 'npipe')
    return { shown: address, socketPath: scheme === 'npipe' ? rest.replaceAll('/', '\\') : rest };
  const url = new URL(`http://${rest}`);
  const secure = scheme === 'https' || certificates !== undefined;
  const read = (name: string): Buffer | undefined => {
    const file = path.join(certificates ?? '', name);
    return certificates !== undefined && existsSync(file) ? readFileSync(file) : undefined;
  };
  return {
    shown: address,
    host: url.hostname,
    port: Number(url.port || (secure ? 2376 : 2375)),
    ...(secure && { tls: { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') } }),
  };
}

function currentContext(directory: string): string | undefined {
  return readJson<{ currentContext?: string }>(path.join(directory, 'config.json'))?.currentContext;
}

/** The docker command keeps a context in a folder named by the hash of its name. */
function hostOfContext(directory: string, name: string): string {
  const id = createHash('sha256').update(name).digest('hex');
  const meta = readJson<{ Endpoints?: { docker?: { Host?: string } } }>(path.join(directory, 'contexts', 'meta', id, 'meta.json'));
  const host = meta?.Endpoints?.docker?.Host;
  if (!host) throw new EngineError(`the docker context "${name}" names no Engine`, { hint: 'docker context ls shows what there is' });
  return host;
}

function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
