import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Comment {
  id: number;
  body: string;
  path?: string;
  line?: number;
  start_line?: number;
  /** Whether it is somebody else's, which the token cannot change. */
  foreign?: boolean;
}

/** As much of GitHub's API as a review of a pull request asks for. */
export class MockApi {
  readonly comments: Comment[] = [];
  readonly reviewComments: Comment[] = [];
  readonly asked: { method: string; url: string; token: string | undefined; body: string }[] = [];
  pull = { number: 7, state: 'open', head: { sha: 'a'.repeat(40) } };
  files: { filename: string; status: string; patch?: string }[] = [];
  /** Answers to give before any other. */
  first: { status: number; headers?: Record<string, string> }[] = [];
  private server: Server | undefined;
  private next = 1;

  async start(): Promise<string> {
    this.server = createServer((request, response) => {
      void textOf(request).then((body) => {
        const { method = '', url = '' } = request;
        this.asked.push({ method, url, token: request.headers.authorization, body });
        const early = this.first.shift();
        const [status, data] = early ? [early.status, { message: 'busy' }] : this.answer(method, url, body);
        response.writeHead(status, { 'content-type': 'application/json', ...early?.headers });
        response.end(JSON.stringify(data));
      });
    });
    await new Promise<void>((resolve) => this.server!.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  private answer(method: string, url: string, body: string): [number, unknown] {
    const [path = '', query = ''] = url.split('?');
    const page = Number(new URLSearchParams(query).get('page') ?? 1);
    const paged = <T>(all: readonly T[]): [number, unknown] => [200, all.slice((page - 1) * 100, page * 100)];
    const asked = `${method} ${path}`;
    if (asked === 'GET /repos/me/shop/pulls/7') return [200, this.pull];
    if (asked === 'GET /repos/me/shop/pulls') return [200, new URLSearchParams(query).get('head') === 'stranger:patch' ? [this.pull] : []];
    if (asked === 'GET /repos/me/shop/pulls/7/files') return paged(this.files);
    if (asked === 'GET /repos/me/shop/issues/7/comments') return paged(this.comments);
    if (asked === 'GET /repos/me/shop/pulls/7/comments') return paged(this.reviewComments);
    if (asked === 'POST /repos/me/shop/issues/7/comments') {
      this.comments.push({ id: this.next++, body: JSON.parse(body).body });
      return [201, {}];
    }
    if (asked === 'POST /repos/me/shop/pulls/7/reviews') {
      for (const each of JSON.parse(body).comments as Comment[]) this.reviewComments.push({ ...each, id: this.next++ });
      return [200, {}];
    }
    const [, id] = /^PATCH \/repos\/me\/shop\/issues\/comments\/(\d+)$/.exec(asked) ?? [];
    const comment = this.comments.find((each) => each.id === Number(id));
    if (!comment) return [404, { message: 'Not Found' }];
    if (comment.foreign) return [403, { message: 'Resource not accessible' }];
    comment.body = JSON.parse(body).body;
    return [200, {}];
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
