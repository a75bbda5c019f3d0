import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolveDigest } from '../../src/engine/registry';

const DIGEST = `sha256:${'d'.repeat(64)}`;
const INDEX = 'application/vnd.oci.image.index.v1+json';
let server: Server;
let host: string;
const seen: string[] = [];

/** A registry that wants a token for everything but /v2/open, and that leaves the digest out of HEAD for `quiet`. */
beforeAll(async () => {
  server = createServer((request: IncomingMessage, response) => {
    seen.push(`${request.method} ${request.url}`);
    const url = new URL(request.url!, `http://${request.headers.host}`);
    if (url.pathname === '/token') return response.end(JSON.stringify({ token: `for ${url.searchParams.get('scope')}` }));
    const [, name, tag] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(url.pathname)!;
    if (name === 'private/x' || (name !== 'open/x' && request.headers.authorization !== `Bearer for repository:${name}:pull`)) {
      const realm = name === 'elsewhere/x' ? 'http://169.254.169.254/token' : `http://${request.headers.host}/token`;
      response.setHeader('www-authenticate', `Bearer realm="${realm}",service="r"`);
      return response.writeHead(401).end();
    }
    if (tag !== '1') return response.writeHead(404).end();
    // An old client gets another manifest, and so another digest.
    if (!request.headers.accept?.includes(INDEX)) response.setHeader('docker-content-digest', `sha256:${'0'.repeat(64)}`);
    else if (name !== 'quiet/x') response.setHeader('docker-content-digest', DIGEST);
    return response.end(request.method === 'HEAD' ? undefined : '{"index":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

test.each([
  ['open/x:1', { digest: DIGEST }],
  ['team/x:1', { digest: DIGEST }],
  ['quiet/x:1', { digest: `sha256:${createHash('sha256').update('{"index":true}').digest('hex')}` }],
  ['open/x:2', { reason: 'the registry has no such tag' }],
  ['private/x:1', { reason: 'the registry does not let it be seen without a login' }],
])('%s', async (image, expected) => expect(await resolveDigest(`${host}/${image}`)).toEqual(expected));

test('a registry cannot send it for a token to where it should not go', async () => {
  expect(await resolveDigest(`${host}/elsewhere/x:1`)).toEqual({ reason: expect.stringContaining('no credentials') });
});

test('no answer is a reason', async () => {
  expect(await resolveDigest('127.0.0.1:1/x:1')).toEqual({ reason: expect.stringContaining('does not answer') });
  expect(await resolveDigest('127.0.0.1:1/x:${TAG}')).toEqual({ reason: 'its name or tag is not known' });
});

test('nothing is asked twice for no reason', () => {
  expect(seen.filter((line) => line.includes('open/x/manifests/1'))).toEqual(['HEAD /v2/open/x/manifests/1']);
});
