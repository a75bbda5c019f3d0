import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { type Entry, ListingError, readListing } from '../../src/ownership/entries';
import { packRecord, unpackRecord } from '../../src/ownership/record';

/** What lists a tree in a worker, here on this machine. */
const LIST = `find "$1" -xdev -exec sh -c 'stat -c "%f %u %g %h %d %i" "$@" && printf "%s\\0" "$@"' sh {} +`;

const line = (entry: Partial<Entry> & { bits?: string }): string =>
  `${entry.bits ?? '81a4'} ${entry.uid ?? 0} ${entry.gid ?? 0} 1 2049 ${entry.inode ?? 7}\n`;

describe('a listing', () => {
  const listed = (names: readonly string[]): Buffer =>
    Buffer.from(
      `${names.map((_, index) => line(index === 0 ? { bits: '41ed' } : {})).join('')}${names.map((name) => `${name}\0`).join('')}`,
      'latin1',
    );

  test('says of each name whose it is, whatever bytes the name has', () => {
    const name = fc.stringMatching(/^[^\0/]{1,20}$/).map((text) => Buffer.from(text, 'utf8').toString('latin1'));
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 20 }), (names) => {
        const { entries } = readListing(listed(['/batten', ...names.map((each) => `/batten/${each}`)]), '/batten');
        expect(entries.map((entry) => entry.path)).toEqual(['', ...names]);
        expect(entries[0]).toMatchObject({ kind: 'directory', mode: 0o755 });
      }),
    );
  });

  test('comes in several parts, the last of which may be cut off', () => {
    const bytes = Buffer.concat([listed(['/batten', '/batten/a']), listed(['/batten/b'])]);
    expect(readListing(bytes, '/batten').entries).toHaveLength(3);
    for (let length = listed(['/batten', '/batten/a']).length; length < bytes.length; length++) {
      expect(readListing(bytes.subarray(0, length), '/batten', false).entries).toHaveLength(2);
    }
    expect(() => readListing(bytes.subarray(0, -3), '/batten')).toThrow(ListingError);
  });

  test.each([
    ['nothing', ''],
    ['another tree', `${line({})}/etc/passwd\0`],
    ['a tree beside it', `${line({ bits: '41ed' })}/batten2\0`],
    ['no numbers', 'rwx root root\n/batten\0'],
    ['a number too large', `41ed 99999999999 0 1 1 1\n/batten\0`],
    ['an unknown kind', `f1ed 0 0 1 1 1\n/batten\0`],
    ['names without numbers', '/batten\0'],
    ['fewer names than numbers', `${line({ bits: '41ed' })}${line({})}/batten\0`],
  ])('that is %s is none', (_, text) => {
    expect(() => readListing(Buffer.from(text, 'latin1'), '/batten')).toThrow(ListingError);
  });

  test('is what find and stat write of a real tree', () => {
    const root = mkdtempSync(path.join(tmpdir(), 'batten-listing-'));
    try {
      mkdirSync(path.join(root, 'new\nline'));
      writeFileSync(Buffer.concat([Buffer.from(`${root}/new\nline/`), Buffer.from([0xff, 0x5c])]), '');
      symlinkSync('/etc', path.join(root, 'link'));
      const { entries } = readListing(execFileSync('sh', ['-c', LIST, 'sh', root]), root);
      expect(entries.map((entry) => [entry.path, entry.kind]).sort()).toEqual([
        ['', 'directory'],
        ['link', 'link'],
        ['new\nline', 'directory'],
        ['new\nline/\xff\\', 'file'],
      ]);
      expect(new Set(entries.map(({ uid }) => uid))).toEqual(new Set([process.getuid!()]));
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

describe('a record of owners', () => {
  const entry = fc.record({
    path: fc.uint8Array({ maxLength: 30, min: 1 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    uid: fc.nat(4294967294),
    gid: fc.nat(4294967294),
    inode: fc.nat().map(String),
  });

  test('gives back what was put in, byte for byte', () => {
    fc.assert(
      fc.property(fc.array(entry), fc.nat(65535), (entries, uid) => {
        const changes = entries.map((each) => ({
          entry: { kind: 'file', mode: 0o644, links: 1, device: '1', ...each } as Entry,
          uid,
          gid: uid,
        }));
        expect(unpackRecord(packRecord(changes))).toEqual(
          entries.map(({ path: name, inode, uid: user, gid }) => ({
            path: name,
            inode,
            before: { uid: user, gid },
            after: { uid, gid: uid },
          })),
        );
      }),
    );
  });

  test('is small: a few bytes a file', () => {
    const changes = Array.from({ length: 10_000 }, (_, index) => ({
      entry: {
        path: `library/artist ${index % 100}/album/track ${index}.flac`,
        kind: 'file',
        uid: 0,
        gid: 0,
        mode: 0o644,
        links: 1,
        device: '1',
        inode: String(index),
      } as Entry,
      uid: 1000,
      gid: 1000,
    }));
    expect(packRecord(changes).length / changes.length).toBeLessThan(15);
  });

  test('that was cut off or edited is none', () => {
    const packed = packRecord([{ entry: { path: 'a', uid: 0, gid: 0, inode: '1' } as Entry, uid: 1, gid: 1 }]);
    expect(() => unpackRecord(packed.subarray(0, -4))).toThrow();
    expect(() => unpackRecord(Buffer.from('0 0 1 1 1 a'))).toThrow();
  });
});
