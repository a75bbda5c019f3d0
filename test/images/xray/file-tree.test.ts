import fc from 'fast-check';
import { readArchive } from '../../../src/images/xray/archive';
import { directory, type Entry, file, hardlink, image, link, pieces, saved } from './tars';

const RUNS = Number(process.env.BATTEN_FUZZ_RUNS ?? 300);
const platform = { os: 'linux', architecture: 'amd64' };
const filesOf = async (layers: Entry[][]) => (await readArchive(pieces(saved(image(layers))), { platform })).files!;
const listed = async (layers: Entry[][]) =>
  [...(await filesOf(layers)).below('/')].map(({ path, node }) => `${path}${node.kind === 'directory' ? '/' : ''}`);

/** What is done to a layer: put a file or a directory somewhere, or take something away. */
type Op = { op: 'file' | 'directory' | 'whiteout' | 'opaque'; path: string };

/** The same, as plain as it can be said: a set of paths, directories with a slash at their end. */
function plainly(layers: readonly (readonly Op[])[]): string[] {
  let below = new Set<string>();
  for (const ops of layers) {
    for (const { op, path } of ops) {
      if (op === 'whiteout') below = new Set([...below].filter((each) => each !== path && !each.startsWith(`${path}/`)));
      if (op === 'opaque') below = new Set([...below].filter((each) => !each.startsWith(`${path}/`) || each === `${path}/`));
    }
    const own = new Set<string>();
    for (const { op, path } of ops) {
      const steps = path.split('/');
      const parents = steps.slice(0, -1).map((_, index) => steps.slice(0, index + 1).join('/'));
      if (op === 'opaque') parents.push(path);
      for (const parent of parents) {
        own.add(`${parent}/`);
        below.delete(parent);
      }
      if (op === 'directory') {
        own.add(`${path}/`);
        own.delete(path);
        below.delete(path);
      }
      if (op === 'file') {
        for (const each of own) if (each.startsWith(`${path}/`)) own.delete(each);
        own.add(path);
      }
    }
    for (const each of own) for (const hidden of below) if (!each.endsWith('/') && hidden.startsWith(`${each}/`)) below.delete(hidden);
    below = new Set([...below, ...own]);
  }
  return [...below].sort();
}

function entryOf({ op, path }: Op): Entry {
  const at = path.lastIndexOf('/');
  if (op === 'file') return file(path);
  if (op === 'directory') return directory(path);
  return op === 'opaque' ? file(`${path}/.wh..wh..opq`) : file(`${path.slice(0, at + 1)}.wh.${path.slice(at + 1)}`);
}

const name = fc.constantFrom('a', 'b', 'c');
const opOf: fc.Arbitrary<Op> = fc.record({
  op: fc.constantFrom<Op['op']>('file', 'file', 'directory', 'whiteout', 'opaque'),
  path: fc.array(name, { minLength: 1, maxLength: 3 }).map((steps) => steps.join('/')),
});

/** Nothing may be below what the same layer has as a file: that is refused, and tried elsewhere. Nor is a directory made, then replaced. */
function fits(ops: readonly Op[]): boolean {
  const inside = ops.map(({ op, path }) => (op === 'opaque' ? `${path}/x` : path));
  return !ops.some(({ op, path }) => op === 'file' && inside.some((each) => each.startsWith(`${path}/`)));
}

describe('the files of an image', () => {
  test('are what its layers come to, one over the other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(opOf, { maxLength: 5 }).filter(fits), { maxLength: 4 }), async (layers) => {
        const paths = await listed(layers.map((ops) => ops.map(entryOf)));
        expect(paths.map((each) => each.slice(1)).sort()).toEqual(plainly(layers));
      }),
      { numRuns: RUNS },
    );
  });

  test('a directory keeps its owner where a layer only has something in it', async () => {
    const files = await filesOf([[directory('a', { uid: 7, mode: 0o700 })], [file('a/b')]]);
    expect(files.find('/a')?.node).toMatchObject({ uid: 7, mode: 0o700, layer: 0 });
  });

  test('another link of a file has its owner, mode and text', async () => {
    const files = await filesOf([[file('a', '#!/bin/sh\n', { uid: 7, mode: 0o4755 }), hardlink('b', './a')]]);
    expect(files.find('/b')?.node).toEqual(files.find('/a')?.node);
    expect(files.text('/b')).toBe('#!/bin/sh\n');
  });

  test('links lead nowhere but into the image, and not round in circles', async () => {
    const files = await filesOf([
      [
        file('etc/passwd', 'x'),
        link('out', '../../../../etc/passwd'),
        link('abs', '/out'),
        link('loop', 'loop2'),
        link('loop2', '/loop'),
        directory('d'),
        link('d/up', '..'),
        link('self', 'self/x'),
      ],
    ]);
    for (const path of ['/out', '/abs', '/../../etc/passwd', '/d/up/etc/passwd', '/d/up/d/up/abs'])
      expect(files.find(path)?.path).toBe('/etc/passwd');
    for (const path of ['/loop', '/loop/x', '/self', '/nothing', '/etc/passwd/x']) expect(files.find(path)).toBeUndefined();
    expect(files.find('/loop', { follow: false })?.node.kind).toBe('symlink');
  });

  test('the second entry of a path counts', async () => {
    const files = await filesOf([[file('a', '#!/bin/sh\none'), file('a', '#!/bin/sh\ntwo', { uid: 3 })]]);
    expect(files.text('/a')).toBe('#!/bin/sh\ntwo');
    expect(files.find('/a')?.node.uid).toBe(3);
  });

  test('what goes through a link of its layer is where that leads', async () => {
    expect(await listed([[directory('usr/bin'), link('bin', 'usr/bin'), file('bin/sh')]])).toEqual([
      '/bin',
      '/usr/',
      '/usr/bin/',
      '/usr/bin/sh',
    ]);
  });

  test('the same layer may be there twice', async () => {
    const layer = [file('a'), directory('d'), file('d/b')];
    expect(await listed([layer, [file('.wh.d')], layer, [file('d/.wh.b')]])).toEqual(['/a', '/d/']);
  });
});
