import http from 'node:http';
import https from 'node:https';
import { EngineError } from '../../errors';
import { table } from '../../table';
import type { Endpoint } from './endpoint';

/** An answer that is an error: what the Engine said, and the status of the answer. */
export class EngineAnswer extends EngineError {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(`the Engine says: ${message}`);
  }
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

interface Asked {
  query?: Query;
  body?: unknown;
  /** Seconds. */
  timeout?: number;
  /** No more of the answer than this is read. */
  atMost?: number;
}

/**
 * The Engine's API, as far as batten speaks it: plain requests over its socket. The usual client library brings an SSH client, gRPC and install scripts
 * that compile, for the dozen requests below.
 */
export class EngineClient {
  constructor(private readonly endpoint: Endpoint) {}

  get address(): string {
    return this.endpoint.shown;
  }

  /** Whether the Engine runs on this machine, so that its processes and bridges may be within reach. */
  get local(): boolean {
    return this.endpoint.socketPath !== undefined;
  }

  /** The path of its socket, when it has one here. */
  get socket(): string | undefined {
    return this.endpoint.socketPath;
  }

  get<T>(path: string, query?: Query): Promise<T> {
    return this.json<T>('GET', path, { query });
  }

  async json<T>(method: string, path: string, asked: Asked = {}): Promise<T> {
    const bytes = await this.bytes(method, path, asked);
    return (bytes.length === 0 ? undefined : JSON.parse(bytes.toString('utf8'))) as T;
  }

  /** @throws EngineAnswer when the Engine refuses; EngineError when it cannot be reached or takes too long. */
  bytes(method: string, path: string, { query = {}, body, timeout = 60, atMost }: Asked = {}): Promise<Buffer> {
    const words = Object.entries(query).flatMap(([key, value]): [string, string][] => (value === undefined ? [] : [[key, String(value)]]));
    const target = `${path}${words.length > 0 ? `?${new URLSearchParams(words)}` : ''}`;
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const headers = payload && { 'Content-Type': 'application/json', 'Content-Length': payload.length };
      const request = this.request({ method, path: target, timeout: timeout * 1000, headers }, (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          length += chunk.length;
          if (atMost === undefined || length < atMost) return;
          resolve(Buffer.concat(chunks));
          response.destroy();
        });
        response.on('error', (error) => reject(unreachable(this.endpoint, error)));
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const status = response.statusCode ?? 0;
          if (status >= 400) reject(new EngineAnswer(status, messageOf(bytes)));
          else resolve(bytes);
        });
      });
      request.on('timeout', () => request.destroy(new Error(`no answer within ${timeout} s`)));
      request.on('error', (error) => reject(unreachable(this.endpoint, error)));
      request.end(payload);
    });
  }

  /**
   * Sends the answer of a GET as the body of a PUT, without holding it.
   *
   * @throws RangeError when it is more than `atMost` bytes.
   */
  pipe(from: string, to: string, atMost = Number.POSITIVE_INFINITY): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => reject(unreachable(this.endpoint, error));
      const refused = (response: http.IncomingMessage): void =>
        void response.on('data', (chunk: Buffer) => reject(new EngineAnswer(response.statusCode ?? 0, messageOf(chunk))));
      const put = this.request({ method: 'PUT', path: to, headers: { 'Content-Type': 'application/x-tar' } }, (response) => {
        if ((response.statusCode ?? 0) >= 400) refused(response);
        else response.resume().on('end', () => resolve());
      });
      put.on('error', fail);
      const get = this.request({ method: 'GET', path: from }, (response) => {
        if ((response.statusCode ?? 0) < 400) {
          let length = 0;
          response.on('data', (chunk: Buffer) => {
            length += chunk.length;
            if (length <= atMost) return;
            reject(new RangeError(`more than ${atMost} bytes`));
            response.destroy();
            put.destroy();
          });
          response.pipe(put);
        } else {
          refused(response);
          put.destroy();
        }
      });
      get.on('error', fail);
      get.end();
    });
  }

  private request(options: https.RequestOptions, answered: (response: http.IncomingMessage) => void): http.ClientRequest {
    const { socketPath, host, port, tls } = this.endpoint;
    const where = socketPath ? { socketPath } : { host, port, ...tls };
    return (tls ? https : http).request({ ...where, ...options, headers: { Host: 'docker', ...options.headers } }, answered);
  }
}

function messageOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  try {
    return (JSON.parse(text) as { message: string }).message;
  } catch {
    return text.trim();
  }
}

const HINTS: Record<string, string> = table({
  ENOENT: 'there is no socket there: start Docker, or set DOCKER_HOST',
  ECONNREFUSED: 'nothing listens there: start Docker, or set DOCKER_HOST',
  EACCES: 'your user may not use the socket: run it as a member of the group docker, or as root',
  EPERM: 'your user may not use the socket: run it as a member of the group docker, or as root',
});

function unreachable({ shown }: Endpoint, cause: NodeJS.ErrnoException): EngineError {
  if (cause instanceof EngineError) return cause;
  const hint = HINTS[cause.code ?? ''] ?? 'prove and learn need a running Docker Engine; nothing else of batten does';
  return new EngineError(`cannot reach the Docker Engine at ${shown} (${cause.code ?? cause.message})`, { hint, cause });
}
