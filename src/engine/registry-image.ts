import { ImageError } from '../errors';
import { parseReference } from '../images';
import {
  type Blobs,
  Budget,
  type Descriptor,
  digestOf,
  type ImageContents,
  type Layer,
  LayerReader,
  otherDigest,
  parseJson,
  type ReadOptions,
  readImage,
} from '../images/xray';
import type { Progress } from './engine-image';
import { baseOf, isLocal, MANIFESTS, token } from './registry';

/** The longest a registry may say nothing, in milliseconds. */
const PATIENCE = 30_000;
const MAX_REDIRECTS = 5;

/**
 * Reads an image from its registry: its manifest and configuration, and its layers where they are not more than `atMost`. Only what it asks is
 * sent: no credentials, no cookies. What comes is verified by its digest.
 *
 * @throws ImageError `image-missing` when there is none or it may not be seen, and as `readImage`.
 */
export async function readRegistryImage(image: string, options: ReadOptions, progress: Progress = () => undefined): Promise<ImageContents> {
  const { registry, path, tag, digest, nameKnown, tagKnown } = parseReference(image);
  const wanted = digest ?? (tagKnown ? tag : undefined);
  if (!nameKnown || wanted === undefined) throw missing(`the name or tag of ${image} is not known`);
  const budget = new Budget(options.limits);
  const repository = new Repository(registry, path, budget, progress);
  const bytes = await repository.whole(`manifests/${wanted}`, MANIFESTS.join(', '));
  if (digest !== undefined && digestOf(bytes) !== digest) throw otherDigest('manifest', digest, digestOf(bytes));
  // Which image it is was said by its name.
  return readImage(parseJson(bytes, 'manifest'), repository, budget, { ...options, name: undefined });
}

class Repository implements Blobs {
  private readonly base: URL;
  private authorization: string | undefined;
  private done = 0;
  private total = 0;

  constructor(
    private readonly registry: string,
    private readonly path: string,
    private readonly budget: Budget,
    private readonly progress: Progress,
  ) {
    this.base = new URL(`${baseOf(registry)}/v2/${path}/`);
  }

  async json({ digest, mediaType, size }: Descriptor): Promise<Buffer> {
    if (size > this.budget.limits.json) throw new ImageError('image-limit', `has a manifest or configuration of ${size} bytes`);
    const where = /manifest|index/.test(mediaType) ? 'manifests' : 'blobs';
    const bytes = await this.whole(`${where}/${digest}`, mediaType || '*/*');
    if (digestOf(bytes) !== digest) throw otherDigest('manifest', digest, digestOf(bytes));
    return bytes;
  }

  begin(bytes: number): void {
    this.total = bytes;
  }

  async layer({ digest, size }: Descriptor): Promise<Layer> {
    const reader = new LayerReader(this.budget);
    let received = 0;
    for await (const chunk of this.chunks(`blobs/${digest}`, '*/*')) {
      received += chunk.length;
      this.done += chunk.length;
      // It would be another one anyway: it need not be read to its end.
      if (received > size) throw new ImageError('image-digest', `has a layer that is larger than its manifest says`);
      this.progress(this.done, this.total > 0 ? this.total : undefined);
      await reader.write(chunk);
    }
    const layer = await reader.end();
    if (layer.digest !== digest) throw otherDigest('layer', digest, layer.digest);
    return layer;
  }

  async whole(route: string, accept: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.chunks(route, accept)) {
      size += chunk.length;
      if (size > this.budget.limits.json) throw new ImageError('image-limit', 'has a manifest or configuration that is larger than any is');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  private async *chunks(route: string, accept: string): AsyncGenerator<Buffer> {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), PATIENCE);
    try {
      const answer = await this.answer(new URL(route, this.base), accept, silence.signal);
      for await (const chunk of answer.body ?? []) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), PATIENCE);
        yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      }
    } catch (error) {
      if (error instanceof ImageError) throw error;
      const cause = (error as Error).cause;
      const detail = silence.signal.aborted
        ? `it said nothing for ${PATIENCE / 1000} s`
        : cause instanceof Error
          ? cause.message
          : (error as Error).message;
      throw missing(`${this.registry} does not answer (${detail})`, error);
    } finally {
      clearTimeout(timer);
      silence.abort();
    }
  }

  /** An answer with the status 200, redirects followed where they may lead. */
  private async answer(start: URL, accept: string, signal: AbortSignal): Promise<Response> {
    let url = start;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const own = url.origin === this.base.origin;
      // What was given by the registry is for the registry.
      const headers: Record<string, string> = {
        accept,
        'accept-encoding': 'identity',
        ...(own && this.authorization && { authorization: this.authorization }),
      };
      const answer = await fetch(url, { headers, redirect: 'manual', signal });
      const { status } = answer;
      if (status === 200) return answer;
      await answer.body?.cancel();
      if (status >= 300 && status < 400) {
        url = this.redirected(url, answer.headers.get('location') ?? '');
        continue;
      }
      if (status === 401 && own && this.authorization === undefined) {
        this.authorization = await token(answer.headers.get('www-authenticate') ?? '', url.href, this.path);
        if (this.authorization !== undefined) continue;
      }
      throw missing(this.refusal(status));
    }
    throw missing(`${this.registry} sends from one place to the next`);
  }

  /** Nobody may send batten from the network to a service of this machine, or to one without TLS. */
  private redirected(from: URL, location: string): URL {
    const to = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
    const allowed = to && (to.protocol === 'https:' || (to.protocol === 'http:' && isLocal(to.host) && isLocal(this.base.host)));
    if (!allowed || (isLocal(to.host) && !isLocal(this.base.host)))
      throw missing(`${this.registry} sends for its parts to ${location.slice(0, 200)}`);
    return to;
  }

  private refusal(status: number): string {
    if (status === 404) return `${this.registry} has no such image`;
    if (status === 401 || status === 403) return `${this.registry} does not let it be seen without a login, and batten has no credentials`;
    if (status === 429) return `${this.registry} has been asked too often: try again later`;
    return `${this.registry} answers ${status}`;
  }
}

function missing(what: string, cause?: unknown): ImageError {
  return new ImageError('image-missing', what, { cause, hint: 'an image that is here is looked at with --inspect' });
}
