import path from 'node:path';
import { batten } from '../../src';
import type { FileResult } from '../../src/harden/types';
import { project, removeProjects } from '../cli/run';

afterAll(removeProjects);

const FILES = {
  'stacks/blog/compose.yaml':
    'include: [../proxy.yaml]\nservices:\n  web:\n    build: ./web\n  db:\n    extends: { file: base.yaml, service: base }\n    image: postgres:${TAG}\n',
  'stacks/blog/base.yaml': 'services:\n  base:\n    read_only: true\n',
  'stacks/blog/.env': 'TAG=16\n',
  'stacks/blog/web/Dockerfile': 'FROM nginx:1.27\n',
  'stacks/proxy.yaml': 'services:\n  proxy:\n    image: traefik:3\n',
};
const MAIN = 'stacks/blog/compose.yaml';
const { [MAIN]: text, ...texts } = FILES;

const what = (results: readonly FileResult[]) =>
  results.map(({ path: file, after, findings, notes, unseen }) => ({
    file,
    after,
    notes,
    unseen,
    found: findings.map(({ identity, confidence }) => [identity, confidence]),
  }));

test('texts mean what the same files mean on a disk', () => {
  const cwd = project({ ...FILES, '.git/HEAD': '' });
  const before = process.cwd();
  process.chdir(cwd);
  try {
    const onDisk = batten.runProject({ path: MAIN, text, directory: path.join(cwd, 'stacks', 'blog') });
    expect(what(batten.runProject({ path: MAIN, text, texts }))).toEqual(what(onDisk));
    expect(onDisk[0]!.findings.length).toBeGreaterThan(3);
  } finally {
    process.chdir(before);
  }
});

test('a map and an object are the same, and so is a second look', () => {
  const once = what(batten.runProject({ path: MAIN, text, texts }));
  expect(what(batten.runProject({ path: MAIN, text, texts: new Map(Object.entries(texts)) }))).toEqual(once);
});

test('what was not handed over is said, and no disk is asked for it', () => {
  const cwd = project({ 'base.yaml': 'services:\n  base:\n    privileged: true\n' });
  const named = path.join(cwd, 'base.yaml');
  const [result] = batten.runProject({
    path: 'compose.yaml',
    text: `services:\n  db:\n    extends: {file: ${named}, service: base}\n    image: redis\n`,
    texts: {},
  });
  expect(result!.unseen).toMatchObject([{ code: 'unreadable' }]);
  expect(JSON.stringify(result)).not.toContain('privileged');
});

test('with a directory, a text counts in place of the file', () => {
  const cwd = project({ 'base.yaml': 'services:\n  base: {}\n' });
  const input = {
    path: 'compose.yaml',
    text: 'services:\n  db:\n    extends: {file: base.yaml, service: base}\n    image: redis\n',
    directory: cwd,
  };
  const unsaved = { [path.join(cwd, 'base.yaml')]: 'services:\n  base:\n    cap_drop: [ALL]\n' };
  const dropped = (results: FileResult[]) => results[0]!.findings.some(({ transform }) => transform === 'cap-drop');
  expect([dropped(batten.runProject(input)), dropped(batten.runProject({ ...input, texts: unsaved }))]).toEqual([true, false]);
});

describe('the profile of a platform', () => {
  const stack =
    'services:\n  db:\n    # batten: ignore[cap-drop] tenants decide nothing here\n    image: postgres:16\n    ports: ["5432:5432"]\n    volumes: [db:/var/lib/postgresql/data]\n  app:\n    image: example.com/app:1\nvolumes:\n  db:\n';

  test('makes what there is evidence for, and leaves to the platform what is its own', () => {
    const [result] = batten.runProject({ path: 'compose.yaml', text: stack, texts: {} }, { profile: 'platform' });
    expect(result!.after).toContain('cap_drop: [ALL]');
    expect(result!.after).toContain('ports: ["5432:5432"]');
    expect(result!.after.split('  app:')[1]).toBe(stack.split('  app:')[1]);
    expect(result!.findings.every(({ confidence, status }) => status !== 'would-fix' || confidence === 'known')).toBe(true);
  });

  test('every other option counts before it', () => {
    const options = { profile: 'platform', confidence: 'generic', also: ['ports'] } as const;
    const [result] = batten.runProject({ path: 'compose.yaml', text: stack, texts: {} }, options);
    expect(result!.after).toContain('127.0.0.1:5432:5432');
    expect(result!.after.split('  app:')[1]).not.toBe(stack.split('  app:')[1]);
  });
});

test('choose decides about each change, and where it does not the confidence does', () => {
  const input = { path: 'compose.yaml', text: 'services:\n  db:\n    image: postgres:16\n' };
  const seen: string[] = [];
  const [result] = batten.runProject(input, {
    choose: ({ transform, path: place }, file) => {
      seen.push(`${file} ${place.join('.')}`);
      return transform === 'cap-drop' ? { kind: 'ignore', reason: 'of mine' } : transform === 'user' ? { kind: 'skip' } : undefined;
    },
  });
  expect(seen).toContain('compose.yaml services.db.cap_drop');
  expect(result!.after).toContain('# batten: ignore[cap-drop] of mine');
  expect(result!.after).toContain('no-new-privileges:true');
  expect(result!.after).not.toContain('user:');
});
