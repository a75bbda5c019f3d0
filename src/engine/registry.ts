import { createHash } from 'node:crypto';
import { parseReference } from '../images';

/*
 * Asks a registry which digest a tag has now. Only --resolve does so, and only what it asks is sent: no credentials, no cookies.
 * Protocol: https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */

/**
 * What a tag may be: an index of several platforms comes first. Without these a registry answers with the old single-platform form, whose
 * digest would pin one architecture.
 */
export const MANIFESTS: readonly string[] = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const TIMEOUT_MS = 15_000;
const MAX_BYTES = 4 * 1024 * 1024;

/** The digest of a tag, or why it is not known. */
export type Resolved = { digest: string } | { reason: string };

/** Asks the registry of an image (`postgres:16`, `ghcr.io/acme/api:1`) for the digest of its tag. Never throws. */
export async function resolveDigest(image: string): Promise<Resolved> {
  const { registry, path, tag, nameKnown, tagKnown } = parseReference(image);
  if (!nameKnown || !tagKnown) return { reason: 'its name or tag is not known' };
  const url = `${baseOf(registry)}/v2/${path}/manifests/${tag}`;
  try {
    return await ask(url, path);
  } catch (error) {
    const cause = (error as Error).cause;
    const detail = cause instanceof Error ? cause.message : (error as Error).message;
    return { reason: `${registry} does not answer (${detail})` };
  }
}

/** Where the API of a registry is. */
export function baseOf(registry: string): string {
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
  return `${isLocal(host) ? 'http' : 'https'}://${host}`;
}

/** As the Engine does: without TLS only on the machine itself. */
export function isLocal(host: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(host);
}

async function ask(url: string, path: string): Promise<Resolved> {
  let authorization: string | undefined;
  let answer = await send(url, 'HEAD');
  if (answer.status === 401) {
    authorization = await token(answer.headers.get('www-authenticate') ?? '', url, path);
    if (authorization === undefined) return { reason: 'the registry wants to know who asks, and batten has no credentials' };
    answer = await send(url, 'HEAD', authorization);
  }
  if (answer.status === 404) return { reason: 'the registry has no such tag' };
  if (answer.status === 401 || answer.status === 403) return { reason: 'the registry does not let it be seen without a login' };
  if (answer.status === 429) return { reason: 'the registry has been asked too often: try again later' };
  if (!answer.ok) return { reason: `the registry answers ${answer.status}` };
  const said = answer.headers.get('docker-content-digest') ?? '';
  if (DIGEST.test(said)) return { digest: said };
  // A registry need not say it on HEAD: then it is what the text comes to.
  return {
    digest: `sha256:${createHash('sha256')
      .update(await body(await send(url, 'GET', authorization)))
      .digest('hex')}`,
  };
}

function send(url: string, method: 'HEAD' | 'GET', authorization?: string): Promise<Response> {
  const headers: Record<string, string> = { accept: MANIFESTS.join(', ') };
  if (authorization !== undefined) headers.authorization = authorization;
  return fetch(url, { method, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
}

/** A token for everybody, from where the registry says that there are some. */
export async function token(challenge: string, url: string, path: string): Promise<string | undefined> {
  if (!/^bearer /i.test(challenge)) return undefined;
  const parts = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]));
  const realm = parts.get('realm');
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  const at = new URL(realm);
  // Nobody may send batten from the network to a plain-text service of this machine.
  if (at.protocol !== 'https:' && !(at.protocol === 'http:' && isLocal(at.host) && isLocal(new URL(url).host))) return undefined;
  const service = parts.get('service');
  if (service !== undefined) at.searchParams.set('service', service);
  at.searchParams.set('scope', `repository:${path}:pull`);
  const answer = await fetch(at, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!answer.ok) return undefined;
  const given = JSON.parse((await body(answer)).toString('utf8')) as { token?: unknown; access_token?: unknown };
  const text = given.token ?? given.access_token;
  return typeof text === 'string' ? `Bearer ${text}` : undefined;
}

export async function body(answer: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error('it sends more than a manifest');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
