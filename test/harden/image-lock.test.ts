import { lockKey, readImageLock, writeImageLock } from '../../src/harden/image-lock';

const A = `sha256:${'a'.repeat(64)}`;
const B = `sha256:${'b'.repeat(64)}`;

test('a lock keeps what is in it, in order', () => {
  const first = writeImageLock(undefined, new Map([['docker.io/library/redis:7', A]]));
  const second = writeImageLock(first, new Map([['docker.io/library/postgres:16', B]]));
  expect([...readImageLock(second)]).toEqual([
    ['docker.io/library/postgres:16', B],
    ['docker.io/library/redis:7', A],
  ]);
});

test.each(['', '[]', '{"version":2,"images":{}}', '{"version":1,"images":[]}', `{"version":1,"images":{"a:1":"latest"}}`])(
  '%s gives no digests',
  (text) => {
    expect(readImageLock(text).size).toBe(0);
  },
);

test('an image has one name there, however it is written', () => {
  expect(['redis', 'docker.io/redis:latest', 'library/redis:latest'].map(lockKey)).toEqual(Array(3).fill('docker.io/library/redis:latest'));
  expect([lockKey('redis:${TAG}'), lockKey('redis:${TAG:-7}')]).toEqual([undefined, undefined]);
});
