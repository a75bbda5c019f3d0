import { type IncomingMessage, request } from 'node:http';
import { isMap } from '../compose/data';
import { ImageError } from '../errors';
import { type ImageContents, type ReadOptions, readArchive } from '../images/xray';
import type { Data } from '../yaml/types';
import { NAME, socketOf, strange, unreachable } from './inspect';

type Env = Readonly<Record<string, string | undefined>>;

/** Told how many bytes have come, of about how many. */
export type Progress = (done: number, total: number | undefined) => void;

/** The longest the Engine may say nothing, in milliseconds: it puts an image together before it sends it. */
const PATIENCE = 120_000;
const MAX_JSON = 4 * 1024 * 1024;

/**
 * Reads an image of the local Engine, as `docker save` would: nothing is pulled or started, and no container is made.
 *
 * @throws ImageError `image-missing` when the Engine does not have it, and as `readArchive`; InputError `engine` when there is no Engine.
 */
export async function readEngineImage(
  name: string,
  env: Env,
  options: ReadOptions,
  progress: Progress = () => undefined,
): Promise<ImageContents> {
  if (!NAME.test(name)) throw new ImageError('image-missing', `"${name}" is no name of an image`);
  const socket = socketOf(env);
  const described = JSON.parse((await whole(await ask(socket, `/images/${name}/json`), socket)).toString('utf8')) as Data;
  const size = isMap(described) && typeof described.Size === 'number' ? described.Size : undefined;
  const answer = await ask(socket, `/images/${name}/get`);
  try {
    // The archive has this image and no other.
    return await readArchive(counted(answer, size, progress), { ...options, name: undefined });
  } finally {
    answer.destroy();
  }

  function ask(socketPath: string, route: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath, path: route, headers: { host: 'docker' }, timeout: PATIENCE }, (response) => {
        const status = response.statusCode ?? 0;
        if (status === 200) resolve(response);
        else {
          response.destroy();
          reject(
            status === 404
              ? new ImageError('image-missing', `the Engine at ${socketPath} does not have the image ${name}`, {
                  hint: 'pull or build it, or look at it in its registry with --resolve',
                })
              : strange(socketPath, `answers ${status} when asked for ${name}`),
          );
        }
      });
      asked.on('timeout', () => asked.destroy(strange(socketPath, `said nothing for ${PATIENCE / 1000} s`)));
      asked.on('error', (error: NodeJS.ErrnoException) => reject(unreachable(socketPath, error)));
      asked.end();
    });
  }
}

async function whole(answer: IncomingMessage, socket: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_JSON) throw strange(socket, 'answers more than an image has to say');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function* counted(chunks: AsyncIterable<Buffer>, total: number | undefined, progress: Progress): AsyncGenerator<Buffer> {
  let done = 0;
  for await (const chunk of chunks) {
    done += chunk.length;
    progress(done, total);
    yield chunk;
  }
}
