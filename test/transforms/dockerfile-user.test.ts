import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { batten } from '../../src';
import type { RunOptions } from '../../src/harden/api';
import type { FileResult } from '../../src/harden/types';

/* Its fixtures show when it has nothing to say; what it changes is not the Compose file. */

const NODE = 'FROM node:22-alpine\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n';
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'batten-dockerfile-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function run(files: Record<string, string>, compose: string, options: RunOptions = {}): FileResult {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), text);
  }
  return batten.run(
    { path: 'compose.yaml', text: compose, directory },
    { only: ['dockerfile-user'], confidence: 'guess', apply: true, ...options },
  );
}

test('the Dockerfile gets the user of its base image; the Compose file stays as it is', () => {
  const compose = 'services:\n  api:\n    build: .\n';
  const { after, files, findings, status } = run({ Dockerfile: NODE }, compose);
  expect(after).toBe(compose);
  expect(status).toBe('fixed');
  expect(files).toEqual([
    { path: 'Dockerfile', before: NODE, after: NODE.replace('CMD', 'USER 1000:1000\nCMD'), mode: undefined, secret: false },
  ]);
  expect(findings).toEqual([expect.objectContaining({ status: 'fixed', confidence: 'guess', plan: 'add USER 1000:1000 to Dockerfile' })]);
  expect(findings[0]!.evidence.length).toBeGreaterThan(0);
});

test('a second run finds nothing', () => {
  const compose = 'services:\n  api:\n    build: .\n';
  const [changed] = run({ Dockerfile: NODE }, compose).files;
  expect(run({ Dockerfile: changed!.after }, compose).findings).toEqual([]);
});

test('context, dockerfile and target say which one; two services of one stage are one change', () => {
  const text = `FROM node:22-alpine AS base\nCOPY . .\n\nFROM base AS dev\nCMD ["npm", "run", "dev"]\n\nFROM base AS prod\nCMD ["node", "a.js"]\n`;
  const build = '    build: { context: ./api, dockerfile: prod.Dockerfile, target: prod }\n';
  const { files, findings } = run({ 'api/prod.Dockerfile': text }, `services:\n  api:\n${build}  worker:\n${build}`);
  expect(findings).toHaveLength(1);
  expect(files.map(({ path: name, after }) => [name, after])).toEqual([
    ['api/prod.Dockerfile', text.replace('FROM base AS prod\n', 'FROM base AS prod\nUSER 1000:1000\n')],
  ]);
});

test('is left to the person where nothing beside the Compose file is written', () => {
  const { files, findings } = run({ Dockerfile: NODE }, 'services:\n  api:\n    build: .\n', { sideFiles: 'none' });
  expect(files).toEqual([]);
  expect(findings[0]).toMatchObject({ status: 'manual', refusal: { code: 'needs-decision' } });
});

test('is part of a patch', () => {
  expect(run({ Dockerfile: NODE }, 'services:\n  api:\n    build: .\n', { sideFiles: 'patch' }).files).toHaveLength(1);
});

test.each([
  ['user: in the Compose file', NODE, '    build: .\n    user: "1000:1000"\n'],
  ['a USER in the Dockerfile', NODE.replace('CMD', 'USER node\nCMD'), '    build: .\n'],
  ['a Dockerfile in the Compose file', NODE, '    build:\n      dockerfile_inline: |\n        FROM node:22\n'],
  ['no Dockerfile', undefined, '    build: ./elsewhere\n'],
  ['an image', NODE, '    image: node:22\n'],
  ['a Dockerfile outside of the project', NODE, '    build: { context: ., dockerfile: ../Dockerfile }\n'],
])('has nothing to do with %s', (_, dockerfile, service) => {
  const result = run(dockerfile === undefined ? {} : { Dockerfile: dockerfile }, `services:\n  api:\n${service}`);
  expect(result.findings).toEqual([]);
  expect(result.files).toEqual([]);
});
