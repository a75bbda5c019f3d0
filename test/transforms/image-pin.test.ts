import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { batten } from '../../src';

const DIGEST = `sha256:${'1'.repeat(64)}`;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'batten-pin-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** `docker image inspect` of an image that was pulled. */
function inspected(digests: readonly string[]): string {
  const file = path.join(directory, 'inspect.json');
  writeFileSync(file, JSON.stringify([{ RepoTags: ['postgres:16'], RepoDigests: digests, Config: { User: '', Env: [] } }]));
  return file;
}

const TEXT = 'services:\n  db:\n    image: postgres:16\n';

test.each([
  ['its digest', [`postgres@${DIGEST}`], `postgres:16@${DIGEST}`],
  ['the digest it has in another registry', [`registry.example.com/postgres@${DIGEST}`], 'postgres:16'],
  ['no digest, as an image that was only built', [], 'postgres:16'],
])('a saved configuration with %s', (_, digests, image) => {
  const { after } = batten.run(
    { path: 'compose.yaml', text: TEXT, directory },
    { only: ['image-pin'], imageConfigs: [inspected(digests)] },
  );
  expect(after).toBe(TEXT.replace('postgres:16', image));
});
