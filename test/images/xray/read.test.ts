import { gzipSync } from 'node:zlib';
import { readArchive } from '../../../src/images/xray/archive';
import {
  capability,
  directory,
  type Entry,
  file,
  gzip,
  hardlink,
  image,
  layoutArchive,
  link,
  pieces,
  program,
  saved,
  script,
} from './tars';

const platform = { os: 'linux', architecture: 'amd64' };
const read = (bytes: Buffer, size?: number) => readArchive(pieces(bytes, size), { platform });
const filesOf = async (layers: Entry[][]) => (await read(saved(image(layers)))).files!;

const base: Entry[] = [
  directory('etc'),
  file('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n'),
  directory('data', { uid: 999, gid: 998, mode: 0o1770 }),
  file('data/old', 'x'),
  script('entry.sh', '#!/bin/sh\nexec app\n'),
  program('bin/app', { mode: 0o4755 }),
  hardlink('bin/app2', 'bin/app'),
  link('bin/sh', 'app'),
];

test('an image is read as its layers lie over each other', async () => {
  const files = await filesOf([
    base,
    [file('data/.wh.old'), directory('data', { uid: 5, gid: 5 }), file('data/new', 'y')],
    [file('etc/.wh..wh..opq'), file('etc/group', 'a')],
  ]);
  expect(files.list('/')).toEqual(['bin', 'data', 'entry.sh', 'etc']);
  expect(files.list('/data')).toEqual(['new']);
  expect(files.list('/etc')).toEqual(['group']);
  expect(files.find('/data')).toMatchObject({ path: '/data', node: { uid: 5, mode: 0o755, layer: 1 } });
  expect(files.find('/bin/app2')?.node).toMatchObject({ mode: 0o4755, content: 'elf', kind: 'file' });
  expect(files.find('/bin/sh')?.path).toBe('/bin/app');
  expect(files.text('/entry.sh')).toBe('#!/bin/sh\nexec app\n');
});

test.each([1, 7, 511, 512, 513, 100_000])('in pieces of %d bytes', async (size) => {
  const bytes = saved(image([base]));
  const whole = await read(bytes);
  expect(await read(bytes, size)).toEqual(whole);
});

test('the same image is the same from a layout and from a compressed archive', async () => {
  const made = image([base, [file('etc/group', 'x')]]);
  const whole = await read(saved(made));
  for (const other of [
    layoutArchive(made),
    layoutArchive(made, { compress: gzip }),
    gzipSync(saved(made)),
    gzipSync(layoutArchive(made)),
  ]) {
    expect(await read(other)).toEqual(whole);
  }
});

test('capabilities of files are kept as they are stored', async () => {
  const bytes = capability([7, 10, 38]);
  const files = await filesOf([[program('p', { pax: { 'SCHILY.xattr.security.capability': bytes } })]]);
  expect(files.find('/p')?.node.capability).toEqual(bytes);
});
