import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { ZstdReader } from '../../../src/images/xray/zstd';
import { cpuMilliseconds } from './tars';

/** The first 6,000 bytes of these lines, by `zstd -19`. */
const LINES = Array.from(
  { length: 4000 },
  (_, i) => `${i}: the quick brown fox ${(i * 7919) % 1000} jumps over ${(i * i) % 97} lazy dogs\n`,
).join('');
const PACKED =
  'KLUv/QRoxREANi1eGXA5LAdQ+kPpD6WP///VSilTSkmSjk/vHg5sAE8ATwAdji+aCF0lkwUxJGZvkVKTi/KRN+ajabyfKjMtTkmkUrExarHRRqoXk6pk5+x8i8v+Pm+NhyWSrFYDQAEBhAIHDRsENDjEYYKBCxAOFCI4sLDgEIcMEA4cHmCAMGHAgQEBBRYkHAwkqHAIEAH2Ly9rYmgiGqmp0zzhCo/FkY08rE1NR26yadbZfmbSqCzCmo8an+hXqpNI0cYxS9/9ueiVioyQNUWFqKgbiXHQn18kHApzNK0WnfWUV3cbn3ozzWuVGeFIpsiLnSvEQeTiFSN0kvEzdEt/WcrtuxoiS5+0qrJwkDG0tXyp0gjHQ1T/tTkW+ahFU8SdpsQsb4suThOpX4JEJXGEfU9zA6TpnuufTj4lblKy1SYTFZtuVlERCwVJToy6PnpXHdWPG+f4DAtxJLYaLSqiItZR1eQU7GYVeR10ndhvXlqolrPkq8Ymql9NjWSISNdUyoFXqCFUmO//G3FzWsYRfAQaby8HS9vshv9TDDP/nj0+WuqZvsTevL17czD8t7PP3hstGXvRRqnMtU3/+/tdtcAfgP7yvCf5f215em4H9nnXn/13431Jd6zLTll9+vX59/dvfan3r3jr0wd5pPq2Lj3jJTt9Yv7r+Vsfz99fv99623833pd0v39//f6d1UKdf/3pd33/W4+e7cFu/vXGr2sc63dGjgnYvauU9ANzlJJCnw1zSJr2A9TfFDP/q+r10jI=';

function unpack(bytes: Buffer, size = 1000): Buffer {
  const parts: Buffer[] = [];
  const reader = new ZstdReader((part) => parts.push(Buffer.from(part)));
  for (let at = 0; at < bytes.length; at += size) reader.write(bytes.subarray(at, at + size));
  reader.end();
  return Buffer.concat(parts);
}

/** A frame of one kind of block: raw (0) or one byte, repeated (1). */
function frame(blocks: { kind: 0 | 1; body: Buffer; size: number }[], window = 0): Buffer {
  const parts: Buffer[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, window])];
  blocks.forEach(({ kind, body, size }, index) => {
    const word = (size << 3) | (kind << 1) | (index === blocks.length - 1 ? 1 : 0);
    parts.push(Buffer.from([word & 255, (word >> 8) & 255, (word >> 16) & 255]), body);
  });
  return Buffer.concat(parts);
}

const raw = (body: string) => ({ kind: 0 as const, body: Buffer.from(body), size: body.length });
const zeros = (size: number) => ({ kind: 1 as const, body: Buffer.from([0]), size });

describe('Zstandard', () => {
  test.each([1, 2, 3, 7, 100, 10_000])('is decoded in pieces of %d bytes', (size) => {
    const packed = Buffer.from(PACKED, 'base64');
    expect(unpack(packed, size).toString()).toBe(LINES.slice(0, 6000));
    const skipped = Buffer.from([0x52, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9]);
    const several = Buffer.concat([frame([raw('a'), raw('bc')]), skipped, frame([zeros(3)]), packed, frame([raw('')]), frame([raw('z')])]);
    expect(unpack(several, size).toString()).toBe(`abc\0\0\0${LINES.slice(0, 6000)}z`);
  });

  const present = spawnSync('zstd', ['--version']).status === 0;
  (present ? test : test.skip)('is decoded as zstd does', () => {
    const random = Buffer.concat([randomBytes(300_000), Buffer.from(LINES), Buffer.alloc(500_000), Buffer.from(LINES.slice(5))]);
    for (const options of [['-1'], ['-19', '--check'], ['--ultra', '-22', '--long=24'], ['--no-check', '--fast=5']]) {
      const { stdout } = spawnSync('zstd', [...options, '-c'], { input: random, maxBuffer: 64 << 20 });
      expect(unpack(stdout, 65_536).equals(random)).toBe(true);
    }
  });

  test.each<[string, Buffer, string]>([
    ['something else', Buffer.from('(not zstd at all)'), 'image-archive'],
    ['what is cut off', Buffer.from(PACKED, 'base64').subarray(0, 500), 'image-archive'],
    ['a frame without its last block', frame([raw('a'), raw('b')]).subarray(0, 10), 'image-archive'],
    ['a damaged block', Buffer.from(PACKED, 'base64').fill(0xff, 40, 60), 'image-archive'],
    ['a reserved block', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 7, 0, 0]), 'image-archive'],
    ['a window of 3 TB', frame([raw('a')], 0xff), 'image-limit'],
    ['a window of 128 MB', frame([raw('a')], 17 << 3), 'image-limit'],
    [
      'a content of 16 EB in one segment',
      Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xe0]), Buffer.alloc(8, 0xff)]),
      'image-limit',
    ],
    ['a dictionary', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x01, 0, 7, 1, 0, 0]), 'image-unsupported'],
    [
      'a million blocks of a byte with a large window',
      frame(
        Array.from({ length: 200_000 }, () => raw('a')),
        14 << 3,
      ),
      'image-limit',
    ],
    [
      'a million frames that each want a large window',
      Buffer.concat(Array.from({ length: 100_000 }, () => frame([raw('')], 14 << 3))),
      'image-limit',
    ],
  ])('%s is refused', (_what, bytes, code) => {
    const started = process.cpuUsage();
    expect(() => unpack(bytes, 65_536)).toThrow(expect.objectContaining({ code }));
    expect(cpuMilliseconds(started)).toBeLessThan(2000);
  });

  test('many small frames are no harm', () => {
    expect(unpack(Buffer.concat(Array.from({ length: 50_000 }, () => frame([raw('ab')]))), 65_536).length).toBe(100_000);
  });
});
