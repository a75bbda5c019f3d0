import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isRemote, readsOf } from '../../../src/engine/compose/reads';
import { admit } from '../../../src/engine/prove/admission';

/** What Compose would read or fetch to load a project: looked at before Compose is run. */
const base = realpathSync(mkdtempSync(path.join(tmpdir(), 'batten-admit-')));
const directory = path.join(base, 'project');
afterAll(() => rmSync(base, { recursive: true, force: true }));

function write(files: Record<string, string>): { files: string[]; directory: string; profiles: string[] } {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  for (const [name, text] of Object.entries({
    ...files,
    '../outside/common.yaml': 'services: {a: {image: x}}\n',
    '../outside/env': 'A=1\n',
  })) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), text);
  }
  return { files: [path.join(directory, 'compose.yaml')], directory, profiles: [] };
}

const NOTHING = { allowPrivileged: false };
const refusal = (files: Record<string, string>, env: Record<string, string> = {}, options = NOTHING): string | undefined => {
  try {
    admit(write(files), env, options);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('something remote', () => {
  const places = [
    ...[
      'oci://registry.example/x:1',
      'OCI://registry.example/x',
      'https://example.com/x.git',
      'http://example.com/c.yaml',
      'git://h/x.git',
    ],
    ...['git@example.com:x/y.git', 'user@host:x/y', 'github.com/x/y', 'ssh://git@h/x', 'x/y.git#main', 'git+ssh://h/x', 's3://bucket/x'],
  ];
  const places_ = places.map((place): [string, string] => [place, JSON.stringify(place)]);

  test.each(places_)('%s is refused wherever it stands', (place, quoted) => {
    expect(isRemote(place)).toBe(true);
    const texts = [
      `include: [${quoted}]\nservices: {a: {image: x}}\n`,
      `include: [{path: ${quoted}}]\n`,
      `include: [{path: [local.yaml, ${quoted}]}]\n`,
      `include: [{path: local.yaml, project_directory: ${quoted}}]\n`,
      `include: [{path: local.yaml, env_file: ${quoted}}]\n`,
      `services: {a: {extends: {file: ${quoted}, service: b}}}\n`,
      `services: {a: {image: x, env_file: ${quoted}}}\n`,
      `services: {a: {image: x, env_file: [{path: ${quoted}}]}}\n`,
      `services: {a: {image: x, label_file: [${quoted}]}}\n`,
      `services: {a: {build: ${quoted}}}\n`,
      `services: {a: {build: {context: ${quoted}}}}\n`,
      `services: {a: {build: {context: ., additional_contexts: {b: ${quoted}}}}}\n`,
      `services: {a: {build: {context: ., additional_contexts: [${JSON.stringify(`b=${place}`)}]}}}\n`,
    ];
    for (const text of texts) {
      const files = { 'compose.yaml': text, 'local.yaml': 'services: {}\n' };
      expect([text, refusal(files)]).toEqual([text, expect.stringContaining('it is remote, and a trial fetches nothing')]);
      expect([text, refusal(files, {}, { allowPrivileged: true })]).toEqual([text, expect.any(String)]);
    }
  });

  test('is found through variables, files that are included, extended, or merged, aliases and merge keys', () => {
    const remote = 'oci://registry.example/x';
    expect(refusal({ 'compose.yaml': 'include: ["${FROM}"]\n', '.env': `HOST=registry.example\nFROM=oci://\${HOST}/x\n` })).toContain(
      remote,
    );
    expect(refusal({ 'compose.yaml': 'include: ["${FROM:-oci://registry.example/x}"]\n' })).toContain(remote);
    expect(refusal({ 'compose.yaml': 'include: ["$FROM"]\n' }, { FROM: remote })).toContain(`compose.yaml: include ${remote}`);
    const nested = {
      'compose.yaml': 'include: [sub/one.yaml]\n',
      'sub/one.yaml': 'services: {a: {extends: {file: two.yaml, service: b}}}\n',
    };
    expect(refusal({ ...nested, 'sub/two.yaml': `include: [${remote}]\n` })).toContain(`sub/two.yaml: include ${remote}`);
    expect(refusal({ 'compose.yaml': `x-i: &i [${remote}]\ninclude: *i\n` })).toContain(remote);
    expect(refusal({ 'compose.yaml': `x-b: &b {build: "https://h/x.git"}\nservices: {a: {<<: *b}}\n` })).toContain('https://h/x.git');
    const project = write({ 'compose.yaml': 'services: {}\n', 'more.yaml': `include: [${remote}]\n` });
    expect(() => admit({ ...project, files: [...project.files, path.join(directory, 'more.yaml')] }, {}, NOTHING)).toThrow(remote);
  });

  test('is nothing that is a file here', () => {
    for (const place of ['./x.yaml', 'x.yaml', '/srv/x.yaml', '../x@y/z.yaml', 'a:b.yaml', '.github/compose.yaml', 'C:\\x.yaml'])
      expect([place, isRemote(place)]).toEqual([place, false]);
    const text = 'services: {a: {build: {context: ., additional_contexts: {b: docker-image://alpine, c: ./c}}}}\n';
    expect(refusal({ 'compose.yaml': text })).toBeUndefined();
  });
});

describe('something outside of the project', () => {
  const outside = path.join(base, 'outside');

  test.each([
    ['include: [../outside/common.yaml]\n'],
    ['include: [{path: local.yaml, env_file: ../outside/env}]\n'],
    ['services: {a: {extends: {file: ../outside/common.yaml, service: a}}}\n'],
    ['services: {a: {image: x, env_file: ../outside/env}}\n'],
    [`services: {a: {image: x, env_file: ["${outside}/env"]}}\n`],
    ['services: {a: {image: x, env_file: /proc/self/environ}}\n'],
    ['services: {a: {image: x, label_file: ../outside/env}}\n'],
  ])('is refused: %s', (text) => {
    const files = { 'compose.yaml': text, 'local.yaml': 'services: {}\n' };
    expect(refusal(files)).toContain('it is outside of the project, and a trial does not read it');
    expect(refusal(files, {}, { allowPrivileged: true })).toBeUndefined();
  });

  test('is one where a link leads there, and .env and the .env of what is included are read, too', () => {
    const project = write({
      'compose.yaml': 'include: [sub/c.yaml]\nservices: {a: {image: x, env_file: mine}}\n',
      'sub/c.yaml': 'services: {}\n',
    });
    for (const name of ['mine', '.env', 'sub/.env']) {
      symlinkSync(path.join(outside, 'env'), path.join(directory, name));
      expect(() => admit(project, {}, NOTHING)).toThrow(/outside of the project/);
      rmSync(path.join(directory, name));
    }
    expect(() => admit(project, {}, NOTHING)).not.toThrow();
  });

  test('or no regular file is not opened', () => {
    const project = write({ 'compose.yaml': 'services: {a: {image: x, env_file: mine}}\n' });
    execFileSync('mkfifo', [path.join(directory, 'mine')]);
    expect(() => admit(project, {}, NOTHING)).toThrow('compose.yaml: env_file mine: it is a fifo');
    rmSync(path.join(directory, 'mine'));
    execFileSync('mkfifo', [path.join(directory, '.env')]);
    expect(() => admit(project, {}, NOTHING)).toThrow('.env: it is a fifo');
  });
});

test('files of the project, and those that are not there, are none of its business', () => {
  expect(
    refusal({
      'compose.yaml': 'include: [sub/c.yaml, gone.yaml]\nservices: {a: {image: x, env_file: [a.env, gone.env]}}\n',
      'sub/c.yaml': 'services: {}\n',
      'a.env': 'A=1\n',
    }),
  ).toBeUndefined();
  expect(refusal({ 'compose.yaml': 'include: [compose.yaml]\n' })).toBeUndefined();
  expect(refusal({ 'compose.yaml': ': no yaml {' })).toBeUndefined();
  const chain = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`f${index}.yaml`, `include: [f${index + 1}.yaml]\n`]));
  expect(readsOf(write({ ...chain, 'compose.yaml': 'include: [f0.yaml]\n' }), {}).length).toBeLessThan(500);
});
