import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { MAX_EVIDENCE_BYTES } from '../../src/images/project-files';
import { asNobody, plant } from '../compose/temporary';
import { directoryWith, look, removeProjects } from './own-project';

afterAll(removeProjects);

const DOCKERFILE = 'FROM node:22\nUSER node\n';

/** A project that builds `app` this way, inside a directory that holds other things too. */
function project(build: string, files: Record<string, string> = {}): { directory: string; outside: string } {
  const outside = directoryWith({ 'secret/Dockerfile': DOCKERFILE, Dockerfile: DOCKERFILE, 'start.sh': '#!/bin/sh\nexec gosu app x\n' });
  const directory = path.join(outside, 'stack');
  mkdirSync(directory);
  plant(directory, { 'compose.yaml': `services:\n  app:\n    build: ${build}\n`, ...files });
  return { directory, outside };
}

describe('a Dockerfile is read', () => {
  test.each<[string, string, Record<string, string>]>([
    ['beside the Compose file', '.', { Dockerfile: DOCKERFILE }],
    ['in its context', './api', { 'api/Dockerfile': DOCKERFILE }],
    ['by another name', '{ context: api, dockerfile: dev.Dockerfile }', { 'api/dev.Dockerfile': DOCKERFILE }],
    ['beside its context', '{ context: api, dockerfile: ../docker/Dockerfile }', { 'docker/Dockerfile': DOCKERFILE, 'api/x': '' }],
    ['in a context that hangs on a default', '"${CONTEXT:-./api}"', { 'api/Dockerfile': DOCKERFILE }],
    ['written in place', '{ context: ., dockerfile_inline: "FROM node:22\\nUSER node" }', {}],
    ['written in place, variables doubled', '{ dockerfile_inline: "FROM node:22\\nARG U=node\\nUSER $${U}" }', {}],
    ['with a byte order mark', '.', { Dockerfile: `\uFEFF${DOCKERFILE}` }],
  ])('%s', (_what, build, files) => {
    const { advice, evidence } = look(project(build, files).directory);
    expect(advice.startsAsRoot).toBe(false);
    expect(evidence.notes).toEqual([]);
  });

  test('and its arguments, in both spellings', () => {
    const Dockerfile = 'ARG BASE\nFROM ${BASE}\nARG UID\nUSER ${UID}';
    const { directory } = project('{ context: ., args: { BASE: "node:22", UID: 7 } }', { Dockerfile });
    expect(look(directory).advice).toMatchObject({ family: 'node', imageUser: '7' });
    const list = project('{ context: ., args: ["BASE=node:22", "UID=${UID:-8}"] }', { Dockerfile });
    expect(look(list.directory).advice).toMatchObject({ family: 'node', imageUser: '8' });
    const unset = project('{ context: ., args: [BASE, "UID=${UID}"] }', { Dockerfile });
    expect(look(unset.directory).advice).toMatchObject({ family: undefined, startsAsRoot: undefined });
  });

  test('unless a name is a context of its own', () => {
    const { directory } = project('{ context: ., additional_contexts: { node: ./node } }', { Dockerfile: 'FROM node' });
    expect(look(directory).advice.family).toBeUndefined();
  });
});

describe('nothing outside of the project is read', () => {
  const unread = (directory: string) => {
    const { advice, evidence } = look(directory);
    expect(advice.startsAsRoot).toBeUndefined();
    expect(evidence.images.size).toBe(0);
    return evidence.notes;
  };

  test.each<[string, string]>([
    ['a context above it', '..'],
    ['a context beside it', '../secret'],
    ['a Dockerfile above it', '{ context: ., dockerfile: ../Dockerfile }'],
    ['a way through it', './a/../../secret'],
  ])('%s', (_what, build) => {
    expect(unread(project(build).directory)).toEqual([expect.stringMatching(/^app: its .* outside of the project/)]);
  });

  test('an absolute path', () => {
    const { outside } = project('.');
    expect(unread(project(path.join(outside, 'secret')).directory)).toEqual([expect.stringContaining('outside of the project')]);
    expect(unread(project(`{ context: ., dockerfile: ${path.join(outside, 'Dockerfile')} }`).directory)).toHaveLength(1);
  });

  test('a link that leads out, of the Dockerfile and of its context', () => {
    const file = project('.');
    symlinkSync(path.join(file.outside, 'Dockerfile'), path.join(file.directory, 'Dockerfile'));
    expect(unread(file.directory)).toEqual(['app: its Dockerfile Dockerfile was not read: it is a link out of the project']);
    const folder = project('./api');
    symlinkSync(path.join(folder.outside, 'secret'), path.join(folder.directory, 'api'));
    expect(unread(folder.directory)).toHaveLength(1);
  });

  test('a script', () => {
    const { directory, outside } = project('.', { Dockerfile: 'FROM debian:12\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]' });
    symlinkSync(path.join(outside, 'start.sh'), path.join(directory, 'start.sh'));
    const { evidence } = look(directory);
    expect(evidence.images.get('app')?.scripts).toEqual([]);
    expect(evidence.notes).toEqual(['app: its start script start.sh was not read: it is a link out of the project']);
  });

  test.each(['https://github.com/acme/api.git#main', 'git@github.com:acme/api.git', 'github.com/acme/api', '~/api', '"${CONTEXT}"'])(
    'the context %s',
    (build) => {
      expect(unread(project(build, { Dockerfile: DOCKERFILE }).directory)).toEqual([]);
    },
  );
});

describe('what cannot be read is a note', () => {
  test('a link inside the project is followed', () => {
    const { directory } = project('.', { 'docker/Dockerfile': DOCKERFILE });
    symlinkSync('docker/Dockerfile', path.join(directory, 'Dockerfile'));
    expect(look(directory).advice.startsAsRoot).toBe(false);
  });

  test('a FIFO is not waited for', () => {
    const { directory } = project('.');
    spawnSync('mkfifo', [path.join(directory, 'Dockerfile')]);
    expect(look(directory).evidence.notes).toEqual([expect.stringContaining('is not a regular file')]);
  });

  test.each<[string, string, RegExp]>([
    ['a huge one', `FROM node:22\n${'#'.repeat(MAX_EVIDENCE_BYTES)}`, /larger than 256 KB/],
    ['one with a NUL character', 'FROM node:22\0', /NUL/],
    ['one without a stage', 'RUN x', /no stage/],
  ])('%s', (_what, Dockerfile, note) => {
    expect(look(project('.', { Dockerfile }).directory).evidence.notes).toEqual([expect.stringMatching(note)]);
  });

  test('a target that does not exist', () => {
    const { directory } = project('{ context: ., target: prod }', { Dockerfile: DOCKERFILE });
    expect(look(directory).evidence.notes).toEqual(['app: Dockerfile has no stage prod, so it says nothing']);
  });

  test('a directory', () => {
    const { directory } = project('.');
    mkdirSync(path.join(directory, 'Dockerfile'));
    expect(look(directory).evidence.notes).toEqual([expect.stringContaining('is a directory')]);
  });

  test('one that may not be read', () => {
    const { directory } = project('.', { Dockerfile: DOCKERFILE });
    spawnSync('chmod', ['000', path.join(directory, 'Dockerfile')]);
    expect(asNobody(() => look(directory).evidence.notes)).toEqual([expect.stringContaining('no permission')]);
  });

  test('but not one that is missing: many stacks are published without', () => {
    expect(look(project('./api').directory).evidence.notes).toEqual([]);
  });
});
