import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readArchive } from '../../../src/images/xray/archive';
import { isImageLayout, readImageLayout } from '../../../src/images/xray/layout';
import { file, gzip, image, layoutFiles, pieces, saved, sha256 } from './tars';

const platform = { os: 'linux', architecture: 'amd64' };
const made = image([[file('etc/passwd', 'root:x:0:0::/root:/bin/sh\n')], [file('a')]], { User: 'app' });
const directories: string[] = [];
afterAll(() => {
  for (const each of directories) rmSync(each, { recursive: true });
});

function written(files: ReadonlyMap<string, Buffer>): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'batten-layout-'));
  directories.push(directory);
  for (const [name, body] of files) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), body);
  }
  return directory;
}

/** An index of an image for each platform, in an index. */
function manyPlatforms(images: Record<string, ReturnType<typeof image>>): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const manifests = Object.entries(images).map(([name, each]) => {
    const own = layoutFiles(each);
    for (const [at, body] of own) files.set(at, body);
    const [os, architecture, variant] = name.split('/');
    const { digest, size } = JSON.parse(own.get('index.json')!.toString()).manifests[0];
    return { digest, size, platform: { os, architecture, variant } };
  });
  const inner = Buffer.from(JSON.stringify({ manifests }));
  files.set(`blobs/${sha256(inner).replace(':', '/')}`, inner);
  files.set('index.json', Buffer.from(JSON.stringify({ manifests: [{ digest: sha256(inner), size: inner.length }] })));
  return files;
}

test('a layout is read as its archive is', async () => {
  const directory = written(layoutFiles(made, { compress: gzip }));
  expect(isImageLayout(directory)).toBe(true);
  expect(await readImageLayout(directory, { platform })).toEqual(await readArchive(pieces(saved(made)), { platform }));
});

test('the image of the platform is read', async () => {
  const of = (name: string) => image([[file(name)]], {}, { name });
  const directory = written(
    manyPlatforms({
      'unknown/unknown': of('sbom'),
      'linux/amd64': of('a'),
      'linux/arm/v6': of('b'),
      'linux/arm/v7': of('c'),
      'windows/amd64': of('d'),
    }),
  );
  const names = async (architecture: string, variant?: string) =>
    (await readImageLayout(directory, { platform: { os: 'linux', architecture, variant } })).files!.list('/');
  expect(await names('amd64')).toEqual(['a']);
  expect(await names('arm', 'v7')).toEqual(['c']);
  expect(await names('arm')).toEqual(['b']);
  await expect(names('s390x')).rejects.toMatchObject({ code: 'image-missing', hint: expect.stringContaining('linux/arm/v7') });
});

test('only the configuration is read of what is too large', async () => {
  const directory = written(layoutFiles(made));
  expect(await readImageLayout(directory, { platform, atMost: 1000 })).toMatchObject({
    id: sha256(made.config),
    withoutFiles: expect.stringContaining('3.5 KB'),
    layers: made.layers.map((layer) => ({ digest: sha256(layer) })),
  });
});

test.each(['acme/api:2', 'other'])('an image that is not in it is not there: %s', async (name) => {
  const directory = written(layoutFiles(made));
  expect(await readImageLayout(directory, { platform, name: 'docker.io/acme/api:1' })).toMatchObject({ id: sha256(made.config) });
  await expect(readImageLayout(directory, { platform, name })).rejects.toMatchObject({
    code: 'image-missing',
    hint: expect.stringContaining('acme/api:1'),
  });
});

test('a blob that leads out is none', async () => {
  const outside = written(new Map([['blob', made.config]]));
  const files = layoutFiles(made);
  files.delete(`blobs/${sha256(made.config).replace(':', '/')}`);
  const directory = written(files);
  symlinkSync(path.join(outside, 'blob'), path.join(directory, 'blobs', 'sha256', sha256(made.config).slice(7)));
  await expect(readImageLayout(directory, { platform })).rejects.toMatchObject({ code: 'outside' });
});
