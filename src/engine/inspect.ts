import { existsSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { isMap } from '../compose/data';
import { InputError } from '../errors';
import { type ImageConfigs, type ImageIdentity, type Inspected, type InspectedEngine, imageConfigsIn } from '../images';
import type { Data } from '../yaml/types';

type Env = Readonly<Record<string, string | undefined>>;

/** The most the answer about one image may be, in bytes, and the longest it may take, in milliseconds. */
const MAX_ANSWER = 4 * 1024 * 1024;
const PATIENCE = 5000;

/** The grammar of https://pkg.go.dev/github.com/distribution/reference: what is no name of an image is not put into a path. */
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
export const NAME: RegExp = new RegExp(
  `^(?:[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*(?::\\d+)?/)?${COMPONENT}(?:/${COMPONENT})*(?::\\w[\\w.-]{0,127})?(?:@[a-z0-9+._-]+:[0-9a-f]{32,})?$`,
);

const HINT = 'or save "docker image inspect IMAGE > FILE.json" elsewhere and give it with --image-config';

/**
 * Asks the local Engine about images, as `docker image inspect` does: it reads, and neither pulls nor starts anything. Only a Unix socket is
 * spoken to, the one of DOCKER_HOST or the usual ones. `engine`: also what it is itself.
 *
 * @throws InputError `engine` when there is no Engine, it may not be asked, or it answers something else.
 */
export async function inspectImages(
  images: readonly string[],
  env: Env = process.env,
  { engine = false }: { engine?: boolean } = {},
): Promise<Inspected> {
  const socket = socketOf(env);
  // An Engine that is not there is said to be so even when no image has a name to ask for.
  await ask(socket, '/_ping');
  const configs: ImageConfigs[number][] = [];
  const missing: string[] = [];
  const ids = new Map<string, ImageIdentity>();
  for (const image of new Set(images.filter((name) => NAME.test(name)))) {
    const { status, text } = await ask(socket, `/images/${image}/json`);
    if (status === 404) missing.push(image);
    else if (status !== 200) throw strange(socket, `answers ${status} when asked for ${image}`);
    else {
      const data = parsed(text, socket);
      configs.push(...imageConfigsIn(data, `docker image inspect ${image}`, [image]));
      if (isMap(data) && typeof data.Id === 'string') ids.set(image, { id: data.Id, digests: digestsOf(data.RepoDigests) });
    }
  }
  return { configs, missing, ids, ...(engine && { engine: await engineAt(socket) }) };
}

function digestsOf(repoDigests: Data | undefined): string[] {
  return Array.isArray(repoDigests) ? repoDigests.map((each) => String(each).split('@')[1] ?? '').filter(Boolean) : [];
}

async function engineAt(socket: string): Promise<InspectedEngine> {
  const { status, text } = await ask(socket, '/info');
  const info = status === 200 ? parsed(text, socket) : undefined;
  if (!isMap(info)) throw strange(socket, `answers ${status} when asked what it is`);
  return { version: String(info.ServerVersion), platform: platformOf(info), security: securityOf(info.SecurityOptions) };
}

/** `linux/x86_64`, from what an Engine says of itself. */
export function platformOf({ OSType, Architecture }: { OSType?: Data; Architecture?: Data }): string {
  return `${String(OSType ?? 'linux')}/${String(Architecture ?? '')}`;
}

/** `seccomp`, `apparmor`, …, without what is said of each. */
export function securityOf(options: Data | undefined): string[] {
  return Array.isArray(options)
    ? options.map(
        (option) =>
          String(option)
            .replace(/^name=/, '')
            .split(',')[0]!,
      )
    : [];
}

export function socketOf(env: Env): string {
  const host = env.DOCKER_HOST;
  if (host) {
    const socket = /^unix:\/\/(\/.+)$/.exec(host)?.[1];
    if (socket) return socket;
    throw new InputError('engine', `--inspect speaks to a local Engine only, and DOCKER_HOST is ${host}`, {
      hint: `set DOCKER_HOST to unix:///…, ${HINT}`,
    });
  }
  const usual = [
    '/var/run/docker.sock',
    env.XDG_RUNTIME_DIR && path.join(env.XDG_RUNTIME_DIR, 'docker.sock'),
    env.HOME && path.join(env.HOME, '.docker', 'run', 'docker.sock'),
  ].filter((each): each is string => Boolean(each));
  return usual.find((each) => existsSync(each)) ?? usual[0]!;
}

interface Answer {
  status: number;
  text: string;
}

function ask(socketPath: string, route: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(unreachable(socketPath, error));
    const asked = request({ socketPath, path: route, headers: { host: 'docker' }, timeout: PATIENCE }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > MAX_ANSWER) asked.destroy(strange(socketPath, 'answers more than an image has to say'));
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
      response.on('error', fail);
    });
    asked.on('timeout', () => asked.destroy(strange(socketPath, `did not answer within ${PATIENCE / 1000} s`)));
    asked.on('error', fail);
    asked.end();
  });
}

function parsed(text: string, socket: string): Data {
  try {
    return JSON.parse(text) as Data;
  } catch {
    throw strange(socket, 'answers something that is not JSON');
  }
}

export function strange(socket: string, what: string): InputError {
  return new InputError('engine', `what listens at ${socket} ${what}`, { hint: `set DOCKER_HOST to the socket of an Engine, ${HINT}` });
}

export function unreachable(socket: string, error: NodeJS.ErrnoException): InputError {
  if (error instanceof InputError) return error;
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    const hint = `run it as a user who may use docker, ${HINT}`;
    return new InputError('engine', `this user may not ask the Engine at ${socket}`, { hint, cause: error });
  }
  if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || error.code === 'ENOTSOCK') {
    return new InputError('engine', `no Engine listens at ${socket}`, { hint: `start it, set DOCKER_HOST, ${HINT}`, cause: error });
  }
  return strange(socket, `does not answer like an Engine (${error.code ?? error.message})`);
}
