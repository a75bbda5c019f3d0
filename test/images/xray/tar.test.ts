import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { Parser } from 'tar';
import { ImageError } from '../../../src/errors';
import { type TarEntry, TarReader } from '../../../src/images/xray/tar';
import { blocksOf, capability, type Entry, paxRecord, sealed, tar } from './tars';

const RUNS = Number(process.env.BATTEN_FUZZ_RUNS ?? 300);

interface Seen {
  path: string;
  kind: string;
  mode: number;
  uid: number;
  gid: number;
  link: string;
  body: string;
}

function read(bytes: Buffer, size = bytes.length || 1): (TarEntry & { body: string })[] {
  const seen: (TarEntry & { body: string })[] = [];
  const reader = new TarReader({
    entry: (entry) => seen.push({ ...entry, body: '' }),
    data: (part) => {
      seen.at(-1)!.body += part.toString('latin1');
    },
    close: () => undefined,
  });
  for (let at = 0; at < bytes.length; at += size) reader.write(bytes.subarray(at, at + size));
  reader.end();
  return seen;
}

const short = (bytes: Buffer): Seen[] =>
  read(bytes).map(({ path, kind, mode, uid, gid, link, body }) => ({ path, kind, mode, uid, gid, link, body }));

/** What npm's own library makes of an archive. */
async function oracle(bytes: Buffer): Promise<Seen[]> {
  const seen: Seen[] = [];
  const kinds: Record<string, string> = {
    File: 'file',
    OldFile: 'file',
    ContiguousFile: 'file',
    Directory: 'directory',
    SymbolicLink: 'symlink',
    Link: 'hardlink',
  };
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      const each: Seen = {
        path: entry.path,
        kind: kinds[entry.type] ?? entry.type,
        mode: (entry.mode ?? 0) & 0o7777,
        uid: entry.uid ?? 0,
        gid: entry.gid ?? 0,
        link: entry.linkpath ?? '',
        body: '',
      };
      seen.push(each);
      entry.on('data', (part) => {
        each.body += part.toString('latin1');
      });
    },
  });
  await new Promise<void>((resolve, reject) => {
    parser.on('end', resolve);
    parser.on('error', reject);
    parser.end(bytes);
  });
  return seen;
}

const step = fc.stringMatching(/^[a-z.äß-]{1,12}$/).filter((name) => name !== '.' && name !== '..');
const pathOf = fc.array(step, { minLength: 1, maxLength: 20 }).map((steps) => steps.join('/'));
const id = fc.oneof(fc.nat({ max: 0o7777777 }), fc.nat({ max: 0x7fffffff }));
const entryOf: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({
    path: pathOf,
    type: fc.constantFrom<'0' | '7'>('0', '7'),
    mode: fc.nat({ max: 0o7777 }),
    uid: id,
    gid: id,
    body: fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
    format: fc.constantFrom<'ustar' | 'gnu' | 'v7'>('ustar', 'gnu', 'v7'),
  }),
  fc.record({ path: pathOf.map((each) => `${each}/`), type: fc.constant<'5'>('5'), mode: fc.nat({ max: 0o7777 }), uid: id, gid: id }),
  fc.record({ path: pathOf, type: fc.constantFrom<'1' | '2'>('1', '2'), link: pathOf, uid: id, gid: id, mode: fc.constant(0o777) }),
);

describe('a tar archive', () => {
  test('is read as npm reads it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(entryOf, { minLength: 1, maxLength: 12 }), async (entries) => {
        const bytes = tar(entries);
        expect(short(bytes)).toEqual(await oracle(bytes));
      }),
      { numRuns: RUNS },
    );
  });

  test('is read the same in pieces of any size', () => {
    fc.assert(
      fc.property(fc.array(entryOf, { maxLength: 6 }), fc.integer({ min: 1, max: 1500 }), (entries, size) => {
        const bytes = tar(entries);
        expect(read(bytes, size)).toEqual(read(bytes));
      }),
      { numRuns: RUNS },
    );
  });

  test.each(['v7', 'ustar', 'gnu', 'posix'])('of GNU tar, as %s', (format) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'batten-tar-'));
    try {
      const long = format === 'gnu' || format === 'posix';
      const name = long ? `${'long-'.repeat(30)}name` : 'name';
      const to = long ? `${'elsewhere/'.repeat(20)}x` : 'elsewhere';
      writeFileSync(path.join(directory, name), 'body');
      symlinkSync(to, path.join(directory, 'link'));
      const out = execFileSync('tar', ['--format', format, '-C', directory, '--owner=app:70000', '--group=app:70001', '-c', name, 'link']);
      expect(read(out)).toMatchObject([
        { path: name, kind: 'file', uid: 70000, gid: 70001, body: 'body' },
        { path: 'link', kind: 'symlink', link: to, uid: 70000, gid: 70001 },
      ]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('keeps the bytes of an extended attribute, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
        const [entry] = read(tar([{ path: 'p', pax: { 'SCHILY.xattr.security.capability': Buffer.from(bytes), comment: 'a=b\nc' } }]));
        expect(entry!.capability).toEqual(Buffer.from(bytes));
      }),
    );
    expect(
      read(tar([{ path: 'p', pax: { 'SCHILY.xattr.security.capability': capability([7]) } }, { path: 'q' }]))[1]!.capability,
    ).toBeUndefined();
  });

  test('says nothing of the next entry in a global header, and everything in one of its own', () => {
    const globally = { path: 'g', type: 'g' as const, body: paxRecord('path', 'elsewhere') };
    expect(read(tar([globally, { path: 'a', pax: { path: 'b', uid: '4000000000', size: '3' }, body: 'xyz', size: 0 }]))).toMatchObject([
      { path: 'b', uid: 4_000_000_000, body: 'xyz' },
    ]);
  });

  test('has no content in a link, whatever its header says', () => {
    expect(read(tar([{ path: 'a', type: '1', link: 'b', size: 4096 }, { path: 'c' }])).map(({ path }) => path)).toEqual(['a', 'c']);
  });

  test('has signed sums and directories without a flag, as the oldest do', () => {
    const block = blocksOf({ path: 'ä/', type: '\0', format: 'v7' })[0]!;
    block.fill(0x20, 148, 156);
    const signed = block.reduce((total, byte) => total + (byte > 127 ? byte - 256 : byte), 0);
    block.write(`${signed.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    expect(read(Buffer.concat([block, Buffer.alloc(1024)]))).toMatchObject([{ path: 'ä/', kind: 'directory' }]);
  });

  const header = (change: (block: Buffer) => void): Buffer => {
    const block = blocksOf({ path: 'a' })[0]!;
    change(block);
    return Buffer.concat([sealed(block), Buffer.alloc(1024)]);
  };
  test.each<[string, Buffer, string]>([
    ['no archive', Buffer.alloc(1024, 'x'), 'image-archive'],
    ['a wrong sum', Buffer.concat([Buffer.alloc(512, 1), tar([])]), 'image-archive'],
    ['a part of a header', tar([{ path: 'a' }]).subarray(0, 100), 'image-archive'],
    ['a body that is cut off', tar([{ path: 'a', body: 'x'.repeat(600) }]).subarray(0, 700), 'image-archive'],
    ['a size of letters', header((block) => block.write('zzz', 124)), 'image-archive'],
    ['a negative size', header((block) => block.fill(0xff, 124, 136)), 'image-archive'],
    ['a size of 2^80', header((block) => block.fill(0x80, 124, 136)), 'image-archive'],
    ['a PAX size of letters', tar([{ path: 'a', pax: { size: 'many' } }]), 'image-archive'],
    ['a PAX size that is negative', tar([{ path: 'a', pax: { size: '-1' } }]), 'image-archive'],
    ['a user beyond 32 bits', tar([{ path: 'a', pax: { uid: '99999999999' } }]), 'image-archive'],
    ['a PAX record of length 0', tar([{ path: 'x', type: 'x', body: '0 a=b\n' }]), 'image-archive'],
    ['a PAX record that is longer than the header', tar([{ path: 'x', type: 'x', body: '999 a=b\n' }]), 'image-archive'],
    ['a PAX record without an end', tar([{ path: 'x', type: 'x', body: '7 a=bcd' }]), 'image-archive'],
    ['a PAX record without a key', tar([{ path: 'x', type: 'x', body: '5 ab\n' }]), 'image-archive'],
    ['a PAX header of 2 MB', tar([{ path: 'x', type: 'x', body: paxRecord('comment', 'x'.repeat(2 << 20)) }]), 'image-limit'],
    ['a PAX header that says it is 8 GB', tar([{ path: 'x', type: 'x', size: 8 * 1024 ** 3 }]), 'image-limit'],
    ['a long name of 5,000 characters', tar([{ path: 'x', type: 'L', body: 'a'.repeat(5000) }, { path: 'a' }]), 'image-limit'],
    ['a sparse file', tar([{ path: 'a', type: 'S' }]), 'image-unsupported'],
    ['a sparse file of PAX', tar([{ path: 'a', pax: { 'GNU.sparse.major': '1' } }]), 'image-unsupported'],
    ['an end in the middle', Buffer.concat([blocksOf({ path: 'a' })[0]!, Buffer.alloc(512), blocksOf({ path: 'b' })[0]!]), 'image-archive'],
  ])('%s is refused', (_what, bytes, code) => {
    expect(() => read(bytes)).toThrow(expect.objectContaining({ code }));
  });

  test('that was tampered with is refused, or read', () => {
    fc.assert(
      fc.property(
        fc.array(entryOf, { minLength: 1, maxLength: 4 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }),
        (entries, changes) => {
          const bytes = tar(entries);
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          try {
            read(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(ImageError);
          }
        },
      ),
      { numRuns: RUNS },
    );
  });
});
