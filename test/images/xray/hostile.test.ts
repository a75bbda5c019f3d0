import { gzipSync } from 'node:zlib';
import { readArchive } from '../../../src/images/xray/archive';
import type { ImageContents } from '../../../src/images/xray/contents';
import { LIMITS } from '../../../src/images/xray/limits';
import { blocksOf, type Entry, file, gzip, hardlink, image, layoutFiles, link, paxRecord, saved, savedEntries, sha256, tar } from './tars';

/*
 * Images that are made to do harm. Each is refused, or what it does is bounded. Jest runs code several times slower than Node, so the limits
 * are a tenth of the real ones here; test/cli/explain-image.test.ts gives the worst of these to the command itself.
 */
const limits = { ...LIMITS, entries: LIMITS.entries / 10, freely: LIMITS.freely / 10 };

const platform = { os: 'linux', architecture: 'amd64' };
const MB = 1024 ** 2;
const GB = 1024 ** 3;

/** An archive whose one layer comes in pieces, so that none of these tests holds it whole. */
function* withLayer(layer: Iterable<Buffer>, size: number): Generator<Buffer> {
  const config = Buffer.from(JSON.stringify({ os: 'linux', config: {}, rootfs: { diff_ids: [`sha256:${'0'.repeat(64)}`] } }));
  const manifest = JSON.stringify([{ Config: 'config.json', RepoTags: ['a:1'], Layers: ['l/layer.tar'] }]);
  yield* blocksOf({ path: 'config.json', body: config });
  yield blocksOf({ path: 'l/layer.tar', size })[0]!;
  yield* layer;
  yield Buffer.alloc((512 - (size % 512)) % 512);
  yield tar([{ path: 'manifest.json', body: manifest }]);
}

function* times(count: number, part: Buffer): Generator<Buffer> {
  for (let index = 0; index < count; index++) yield part;
}

/** The beginning of a file of so many bytes. */
const big = (size: number): Buffer => blocksOf({ path: 'zeros', size })[0]!;

/** A gzip member of 64 MB of zeros is 64 KB. */
const ZEROS = gzipSync(Buffer.alloc(64 * MB));
/** Blocks of Zstandard, 2 MB each, in four bytes. */
const ZSTD_ZEROS = Buffer.concat(Array.from({ length: 10_000 }, () => Buffer.from([0x02, 0, 0x10, 0])));
const ZSTD_START = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x58]), zstdRaw(big(10 * GB))]);

function zstdRaw(body: Buffer): Buffer {
  const word = body.length << 3;
  return Buffer.concat([Buffer.from([word & 255, (word >> 8) & 255, (word >> 16) & 255]), body]);
}

function* gzipBomb(): Generator<Buffer> {
  const start = gzipSync(big(10 * GB));
  yield* withLayer([start, ...times(160, ZEROS)], start.length + 160 * ZEROS.length);
}

function* zstdBomb(): Generator<Buffer> {
  yield* withLayer([ZSTD_START, ...times(10, ZSTD_ZEROS)], ZSTD_START.length + 10 * ZSTD_ZEROS.length);
}

/** Headers that differ in the seven digits that `NNNNNNN` stands for in the path; made in place, as a million of them take their time. */
function* headers(count: number, path: string): Generator<Buffer> {
  const template = blocksOf(file(path.replace('NNNNNNN', '0000000')))[0]!;
  const at = path.indexOf('NNNNNNN');
  const sum = Number.parseInt(template.toString('latin1', 148, 154), 8);
  for (let start = 0; start < count; start += 1000) {
    const chunk = Buffer.alloc(512_000);
    for (let index = 0; index < 1000; index++) {
      const block = chunk.subarray(index * 512, index * 512 + 512);
      template.copy(block);
      let changed = sum;
      for (let digit = 0, rest = start + index; digit < 7; digit++, rest = Math.floor(rest / 10)) {
        block[at + 6 - digit] = 0x30 + (rest % 10);
        changed += rest % 10;
      }
      block.write(changed.toString(8).padStart(6, '0'), 148, 'latin1');
    }
    yield chunk;
  }
}

const entries = (count: number, path: string): Generator<Buffer> => withLayer(headers(count, path), count * 512);

async function attempt(bytes: Iterable<Buffer>): Promise<{ code: string; contents?: ImageContents }> {
  try {
    const chunks = (async function* () {
      yield* bytes;
    })();
    return { code: 'read', contents: await readArchive(chunks, { platform, limits }) };
  } catch (error) {
    return { code: (error as { code?: string }).code ?? String(error) };
  }
}

const whole = (layers: Entry[][]) => [saved(image(layers))];
const repeated = (() => {
  const made = image([Array.from({ length: 1000 }, (_, index) => file(`f${index}`))]);
  const config = JSON.parse(made.config.toString());
  config.rootfs.diff_ids = Array.from({ length: 400 }, () => config.rootfs.diff_ids[0]);
  return { layers: made.layers, config: Buffer.from(JSON.stringify(config)) };
})();

const changedLayout = (change: (files: Map<string, Buffer>) => void): Buffer[] => {
  const files = layoutFiles(image([[file('a')]]));
  change(files);
  return [tar([...files].map(([path, body]) => ({ path, body })))];
};

const HOSTILE: [what: string, bytes: () => Iterable<Buffer>, code: string][] = [
  ['10 GB of zeros in 10 MB of gzip', gzipBomb, 'image-limit'],
  ['20 GB of zeros in 400 KB of Zstandard', zstdBomb, 'image-limit'],
  ['a bomb in a compressed archive', () => [gzipSync(Buffer.concat([...gzipBomb()]))], 'image-limit'],
  ['an archive that is a bomb itself', () => [gzipSync(big(GB)), ...times(16, ZEROS)], 'image-limit'],
  ['100,000 files', () => entries(100_000, 'd/NNNNNNN'), 'image-limit'],
  ['100,000 files with directories nobody listed', () => entries(100_000, 'NNNNNNN/d/e/f'), 'image-limit'],
  ['100,000 whiteouts', () => entries(100_000, '.wh.NNNNNNN'), 'image-limit'],
  ['100,000 files in the archive itself', () => headers(100_000, 'NNNNNNN'), 'image-limit'],
  [
    '20 GB of PAX headers',
    () => {
      const header = gzipSync(
        Buffer.concat(
          Array.from({ length: 60 }, () => blocksOf({ path: 'x', type: 'x', body: paxRecord('comment', '\0'.repeat(MB - 100)) })).flat(),
        ),
      );
      return withLayer(times(340, header), 340 * header.length);
    },
    'image-limit',
  ],
  [
    'a PAX header of 100,000 records, again and again',
    () => {
      const records = Buffer.concat(Array.from({ length: 100_000 }, (_, index) => paxRecord(`k${index % 1000}`, '')));
      return whole([Array.from({ length: 5 }, (_, index): Entry => ({ path: `PaxHeaders/${index}`, type: 'x', body: records }))]);
    },
    'image-limit',
  ],
  ['a file that leads out', () => whole([[file('../../etc/cron.d/x')]]), 'image-path'],
  ['a file that leads out from below', () => whole([[file('a/../../x')]]), 'image-path'],
  ['a file below a file', () => whole([[file('a'), file('a/b')]]), 'image-path'],
  ['a file below a link to nowhere', () => whole([[link('a', '/etc'), file('a/passwd')]]), 'image-path'],
  ['a file below a link to itself', () => whole([[link('a', 'a'), file('a/passwd')]]), 'image-path'],
  ['a hard link out', () => whole([[hardlink('a', '../../etc/shadow')]]), 'image-path'],
  ['a hard link to nothing', () => whole([[hardlink('a', 'etc/shadow')]]), 'image-path'],
  ['a hard link to itself', () => whole([[hardlink('a', 'a')]]), 'image-path'],
  [
    'a path of 2,000 directories, 200 times',
    () => whole([Array.from({ length: 200 }, (_, index) => file(`${'d/'.repeat(2000)}${index}`))]),
    'read',
  ],
  ['1,000 files in 400 layers that are the same', () => [tar(savedTimes())], 'image-limit'],
  ['600 layers', () => [saved(image(Array.from({ length: 600 }, () => [])))], 'image-limit'],
  [
    'a layer that is another one',
    () => [
      tar(savedEntries(image([[file('a')]])).map((each) => (each.path.endsWith('.tar') ? { ...each, body: tar([file('b')]) } : each))),
    ],
    'image-digest',
  ],
  [
    'a configuration that is another one',
    () => [
      tar(
        savedEntries(image([[file('a')]])).map((each) =>
          /^[0-9a-f]{64}/.test(each.path) ? { ...each, body: '{"rootfs":{"diff_ids":[]}}' } : each,
        ),
      ),
    ],
    'image-digest',
  ],
  [
    'a manifest that is another one',
    () =>
      changedLayout((files) => {
        const [path] = [...files.entries()].find(([, body]) => body.includes('"layers":['))!;
        files.set(path, Buffer.from('{"config":{},"layers":[]}'));
      }),
    'image-digest',
  ],
  [
    'a layer of a layout that is another one',
    () =>
      changedLayout((files) => {
        const [path] = [...files.entries()].find(([, body]) => body.length > 600)!;
        files.set(path, gzip(tar([file('b')])));
      }),
    'image-digest',
  ],
  [
    'a digest that is a path',
    () => [tar([{ path: 'index.json', body: JSON.stringify({ manifests: [{ digest: 'sha256:../../../etc/passwd', size: 1 }] }) }])],
    'image-archive',
  ],
  [
    'an index in an index in an index',
    () => {
      const files = new Map<string, Buffer>();
      let bytes = Buffer.from('{"manifests":[]}');
      for (let depth = 0; depth < 6; depth++) {
        files.set(`blobs/${sha256(bytes).replace(':', '/')}`, bytes);
        bytes = Buffer.from(JSON.stringify({ manifests: [{ digest: sha256(bytes), size: bytes.length }] }));
      }
      files.set('index.json', bytes);
      return [tar([...files].map(([path, body]) => ({ path, body })))];
    },
    'image-archive',
  ],
  [
    'links to links of a layer',
    () => [
      tar([
        link('l/layer.tar', '../m/layer.tar'),
        link('m/layer.tar', '../l/layer.tar'),
        ...savedEntries(image([[]])).map((each) =>
          each.path === 'manifest.json'
            ? { ...each, body: String(each.body).replace(/"Layers":\["[^"]+"\]/, '"Layers":["l/layer.tar"]') }
            : each,
        ),
      ]),
    ],
    'image-archive',
  ],
  ['a manifest of brackets', () => [tar([{ path: 'manifest.json', body: '['.repeat(3 * MB) }])], 'image-archive'],
  [
    '100 manifests of 3 MB',
    () => [tar(Array.from({ length: 100 }, (_, index) => ({ path: `${index}.json`, body: `[${' '.repeat(3 * MB)}]` })))],
    'image-limit',
  ],
  ['nothing at all', () => [], 'image-archive'],
  ['an empty archive', () => [tar([])], 'image-archive'],
  ['a text', () => [Buffer.from('FROM debian\n'.repeat(100))], 'image-archive'],
  ['an image for Windows', () => [saved(image([[]], {}, { os: 'windows' }))], 'image-unsupported'],
];

/** The image of `repeated`, as an archive: one layer, named many times. */
function savedTimes(): Entry[] {
  return savedEntries(repeated).map((each) => {
    if (each.path !== 'manifest.json') return each;
    const [manifest] = JSON.parse(String(each.body));
    manifest.Layers = Array.from({ length: 400 }, () => manifest.Layers[0]);
    return { ...each, body: JSON.stringify([manifest]) };
  });
}

describe('an image that is made to do harm', () => {
  test.each(HOSTILE)(
    '%s',
    async (_what, bytes, code) => {
      const made = bytes();
      const before = process.memoryUsage().rss;
      let peak = before;
      const watch = setInterval(() => {
        peak = Math.max(peak, process.memoryUsage().rss);
      }, 10);
      const started = performance.now();
      const answer = await attempt(made);
      const took = performance.now() - started;
      clearInterval(watch);
      expect(answer.code).toBe(code);
      // Jest runs code several times slower than Node: the command itself is measured in test/cli/explain-image.test.ts.
      expect(took).toBeLessThan(15_000);
      expect(peak - before).toBeLessThan(300 * MB);
      if (process.env.BATTEN_VERBOSE)
        process.stdout.write(`${_what}: ${code}, ${Math.round(took)} ms, ${Math.round((peak - before) / MB)} MB\n`);
    },
    30_000,
  );

  test('a log of 10 MB of zeros is none', async () => {
    const layer = Buffer.concat([...blocksOf({ path: 'log', body: Buffer.alloc(10 * MB) }), tar([file('a')])]);
    const made = {
      config: Buffer.from(JSON.stringify({ os: 'linux', config: {}, rootfs: { diff_ids: [sha256(layer)] } })),
      layers: [gzipSync(layer)],
    };
    expect(await attempt([saved(made)])).toMatchObject({ code: 'read' });
  });
});
