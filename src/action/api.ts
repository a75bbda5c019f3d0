/** What is wrong with an answer of the API. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export interface ApiSetup {
  /** Where it is: `https://api.github.com`, or that of an Enterprise Server, or of Gitea. */
  url: string;
  token: string;
  /** Waits; in milliseconds. */
  wait?(time: number): Promise<void>;
}

const TRIES = 4;
const MOST_PAGES = 20;

/** GitHub's API over HTTP: one host, which is never left, and nothing else. Tries again when it is busy. */
export class Api {
  private readonly base: string;

  constructor(private readonly setup: ApiSetup) {
    this.base = setup.url.replace(/\/$/, '');
  }

  /** @throws ApiError for any answer that is no success. */
  async ask<T>(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<T> {
    for (let tried = 1; ; tried++) {
      const answer = await fetch(`${this.base}${path}`, {
        method,
        headers: {
          accept: 'application/vnd.github+json',
          authorization: `Bearer ${this.setup.token}`,
          'x-github-api-version': '2022-11-28',
          'user-agent': 'batten',
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        // The token is for this host.
        redirect: 'error',
        signal: AbortSignal.timeout(30_000),
      });
      if (answer.ok) return (await answer.json()) as T;
      const busy = answer.status === 429 || answer.status >= 500 || answer.headers.get('retry-after') !== null;
      if (!busy || tried === TRIES) {
        const said = (await answer.text()).slice(0, 300);
        throw new ApiError(answer.status, `${method} ${path}: ${answer.status} ${said}`);
      }
      const seconds = Number(answer.headers.get('retry-after') ?? 2 ** tried);
      await (this.setup.wait ?? pause)(Math.min(Number.isFinite(seconds) ? seconds : 2, 60) * 1000);
    }
  }

  /** All items of a list, page by page. */
  async all<T>(path: string): Promise<T[]> {
    const out: T[] = [];
    for (let page = 1; page <= MOST_PAGES; page++) {
      const items = await this.ask<T[]>('GET', `${path}${path.includes('?') ? '&' : '?'}per_page=100&page=${page}`);
      out.push(...items);
      if (items.length < 100) break;
    }
    return out;
  }
}

function pause(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}
