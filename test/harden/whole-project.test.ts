import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { batten } from '../../src';
import type { Input, RunOptions } from '../../src/harden/api';
import type { FileResult } from '../../src/harden/types';
import { YamlDocument } from '../../src/yaml/document';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'batten-project-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function plant(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), text);
  }
}

/** The main file and those merged on top of it, as `-f` names them. */
function project(files: Record<string, string>, overrides: readonly string[] = []): Input {
  plant(files);
  const [main] = Object.keys(files) as [string];
  return {
    path: main,
    text: files[main]!,
    directory,
    overrides: overrides.map((name) => ({ path: name, absolute: path.join(directory, name), text: files[name]! })),
  };
}

function run(input: Input, only: string[], options: RunOptions = {}): Record<string, FileResult> {
  const results = batten.runProject(input, { confidence: 'guess', apply: true, only, ...options });
  return Object.fromEntries(results.map((result) => [result.path, result]));
}

/** Nothing is left to do: a second run over what came out changes nothing. */
function expectSettled(input: Input, results: Record<string, FileResult>, only: string[]): void {
  const overrides = input.overrides?.map((file) => ({ ...file, text: results[file.path]?.after ?? file.text }));
  for (const [name, { after }] of Object.entries(results)) writeFileSync(path.join(directory, name), after);
  const again = run({ ...input, text: results[input.path]!.after, overrides }, only);
  for (const { before, after } of Object.values(again)) expect(after).toBe(before);
}

describe('files that Compose merges', () => {
  test('a value is changed in the file that sets it, a new one goes where the service is defined', () => {
    const input = project(
      {
        'compose.yaml': 'services:\n  db:\n    image: postgres:16\n    ports:\n      - "9000:9000"\n',
        'compose.prod.yaml': 'services:\n  db:\n    privileged: true\n    ports:\n      - "5432:5432"\n',
      },
      ['compose.prod.yaml'],
    );
    const only = ['privileged', 'cap-drop', 'ports'];
    const results = run(input, only);
    expect(results['compose.prod.yaml']!.after).toBe('services:\n  db:\n    ports:\n      - "127.0.0.1:5432:5432"\n');
    expect(results['compose.yaml']!.after).toContain('    cap_drop:\n      - ALL\n');
    expect(results['compose.prod.yaml']!.findings.map(({ transform, path: at }) => [transform, at[0]])).toEqual([
      ['privileged', 'services'],
      ['ports', 'services'],
    ]);
    expect(results['compose.prod.yaml']!.findings[0]!.range.start.line).toBe(3);
    expectSettled(input, results, only);
  });

  test('what another file sets already is not asked for again', () => {
    const input = project(
      {
        'a.yaml': 'services:\n  web:\n    image: acme/app:1\n',
        'b.yaml': 'services:\n  web:\n    security_opt:\n      - no-new-privileges:true\n    cap_drop: [ALL]\n',
      },
      ['b.yaml'],
    );
    const results = run(input, ['no-new-privileges', 'cap-drop']);
    expect(Object.values(results).flatMap(({ findings }) => findings)).toEqual([]);
  });

  test('the values of a service are judged merged: a user in one file decides on capabilities in the other', () => {
    const files = { 'a.yaml': 'services:\n  db:\n    image: postgres:16\n', 'b.yaml': 'services:\n  db:\n    user: "999:999"\n' };
    const alone = run(project({ 'a.yaml': files['a.yaml'] }), ['cap-drop'])['a.yaml']!.after;
    const merged = run(project(files, ['b.yaml']), ['cap-drop'])['a.yaml']!.after;
    expect(alone).toContain('cap_add');
    expect(merged).toContain('cap_drop');
    expect(merged).not.toContain('cap_add');
  });

  test('a service of the second file is hardened there', () => {
    const input = project(
      { 'a.yaml': 'services:\n  web:\n    image: acme/app:1\n', 'b.yaml': 'services:\n  db:\n    image: postgres:16\n' },
      ['b.yaml'],
    );
    const results = run(input, ['cap-drop']);
    expect(results['b.yaml']!.after).toContain('cap_drop');
    expectSettled(input, results, ['cap-drop']);
  });

  test('a network is split over both files at once, and its report names the other file', () => {
    const input = project(
      {
        'a.yaml': 'services:\n  db:\n    image: postgres:16\n    networks: [back]\nnetworks:\n  back:\n',
        'b.yaml': 'services:\n  web:\n    image: acme/app:1\n    ports: ["8080:80"]\n    networks:\n      - back\n',
      },
      ['b.yaml'],
    );
    const results = run(input, ['segment']);
    expect(results['a.yaml']!.after).toContain('internal: true');
    expect(results['b.yaml']!.after).not.toBe(results['b.yaml']!.before);
    const ops = results['a.yaml']!.findings.flatMap(({ reportedOps }) => reportedOps);
    expect(ops.some(({ file }) => file === 'b.yaml')).toBe(true);
    expect(results['b.yaml']!.status).toBe('fixed');
  });

  test('`!reset` in a later file takes a value away', () => {
    const input = project(
      {
        'a.yaml': 'services:\n  web:\n    image: acme/app:1\n    privileged: true\n',
        'b.yaml': 'services:\n  web:\n    privileged: !reset null\n',
      },
      ['b.yaml'],
    );
    expect(Object.values(run(input, ['privileged'])).flatMap(({ findings }) => findings)).toEqual([]);
  });

  test('an ignore comment counts in the file it is in', () => {
    const input = project(
      {
        'a.yaml': 'services:\n  db:\n    image: postgres:16\n    # batten: ignore[ports] for the laptop\n    ports: ["5433:5432"]\n',
        'b.yaml': 'services:\n  db:\n    ports:\n      - "5432:5432"\n',
      },
      ['b.yaml'],
    );
    const results = run(input, ['ports']);
    expect(results['a.yaml']!.findings.map(({ status }) => status)).toEqual(['suppressed']);
    expect(results['b.yaml']!.findings.map(({ status }) => status)).toEqual(['fixed']);
  });
});

describe('a file that is named alone', () => {
  test('is judged with the override beside it, which is not changed', () => {
    plant({ 'compose.override.yaml': 'services:\n  web:\n    security_opt: [no-new-privileges:true]\n    privileged: true\n' });
    const text = 'services:\n  web:\n    image: acme/app:1\n';
    const results = run({ path: 'compose.yaml', text, directory }, ['no-new-privileges', 'privileged']);
    expect(results['compose.yaml']!.after).toBe(text);
    const override = results['compose.override.yaml']!;
    expect(override.after).toBe(override.before);
    expect(override.findings[0]).toMatchObject({ transform: 'privileged', status: 'manual', refusal: { code: 'needs-decision' } });
    expect(results['compose.yaml']!.notes.join()).toContain('compose.override.yaml');
  });

  test('an override that cannot be read does not stop it', () => {
    plant({ 'compose.override.yaml': 'services: [\n' });
    const results = run({ path: 'compose.yaml', text: 'services:\n  web:\n    image: acme/app:1\n', directory }, ['no-new-privileges']);
    expect(results['compose.yaml']!.status).toBe('fixed');
    expect(results['compose.yaml']!.notes.join()).toMatch(/compose\.override\.yaml.*not read/);
  });
});

describe('networks over several files', () => {
  test('a new network is written in the included file that has the services which move to it', () => {
    const input = project({
      'compose.yaml':
        'include:\n  - db.yaml\nservices:\n  web:\n    image: acme/web:1\n    ports: ["80:80"]\n    networks: [front]\nnetworks:\n  front:\n',
      'db.yaml':
        'services:\n  app:\n    image: acme/app:1\n    networks: [stack]\n    environment: [DB=db]\n  db:\n    image: postgres:16\n    networks: [stack]\nnetworks:\n  stack:\n',
    });
    const results = run(input, ['segment']);
    expect(results['compose.yaml']!.after).toBe(input.text);
    expect(results['db.yaml']!.after).toContain('    networks: [stack, backend]\n');
    expect(results['db.yaml']!.after).toContain('    networks: [backend]\nnetworks:\n  stack:\n  backend:\n    internal: true\n');
    expectSettled(input, results, ['segment']);
  });

  test('a service whose networks two files set is left to the person', () => {
    const input = project(
      {
        'a.yaml':
          'services:\n  web:\n    image: acme/web:1\n    networks: [one]\n  db:\n    image: postgres:16\n    networks: [one]\nnetworks:\n  one:\n  two:\n    internal: true\n',
        'b.yaml': 'services:\n  web:\n    networks: [two]\n',
      },
      ['b.yaml'],
    );
    const results = Object.values(run(input, ['segment']));
    expect(results.flatMap(({ findings }) => findings).map(({ status, refusal }) => [status, refusal?.code])).toEqual([
      ['manual', 'needs-decision'],
    ]);
    for (const { before, after } of results) expect(after).toBe(before);
  });
});

describe('include and extends', () => {
  const WITH_INCLUDE = {
    'compose.yaml': 'include:\n  - db/compose.yaml\nservices:\n  web:\n    image: acme/app:1\n    depends_on: [db]\n',
    'db/compose.yaml': 'services:\n  db:\n    image: postgres:16\n    build: .\n',
    'db/Dockerfile': 'FROM postgres:16\nUSER 999:999\n',
  };

  test('an included file is changed where it owns the service, with its own Dockerfile as evidence', () => {
    const input = project(WITH_INCLUDE);
    const results = run(input, ['cap-drop']);
    expect(results['db/compose.yaml']!.after).toContain('cap_drop');
    const [finding] = results['db/compose.yaml']!.findings;
    expect(finding!.evidence.some(({ kind }) => kind === 'dockerfile')).toBe(true);
    expectSettled(input, results, ['cap-drop']);
  });

  test('is left alone when only one file may be changed', () => {
    const input = project(WITH_INCLUDE);
    const [result] = [batten.run(input, { only: ['cap-drop'], apply: true })];
    expect(result.path).toBe('compose.yaml');
    expect(result.notes.join()).toContain('db/compose.yaml');
  });

  test('a remote include is never fetched, and said to be missing', () => {
    const text = 'include:\n  - https://github.com/acme/stack.git\n  - oci://docker.io/acme/stack:1\nservices:\n  web:\n    image: a/b:1\n';
    const { notes } = run(project({ 'compose.yaml': text }), ['cap-drop'])['compose.yaml']!;
    expect(notes.filter((note) => note.includes('remote'))).toHaveLength(2);
  });

  test('a file outside of the project is not read', () => {
    const outside = mkdtempSync(path.join(tmpdir(), 'batten-outside-'));
    try {
      writeFileSync(path.join(outside, 'c.yaml'), 'services:\n  db:\n    image: postgres:16\n');
      const text = `include: [${path.join(outside, 'c.yaml')}]\nservices:\n  web:\n    image: a/b:1\n`;
      const results = run(project({ 'compose.yaml': text }), ['cap-drop']);
      expect(Object.keys(results)).toEqual(['compose.yaml']);
      expect(results['compose.yaml']!.notes.join()).toContain('outside of the project');
    } finally {
      rmSync(outside, { recursive: true });
    }
  });

  test('files that include each other are read once', () => {
    const input = project({
      'a.yaml': 'include: [b.yaml]\nservices:\n  a:\n    image: x/a:1\n',
      'b.yaml': 'include: [a.yaml]\nservices:\n  b:\n    image: x/b:1\n',
    });
    expect(Object.keys(run(input, ['cap-drop']))).toEqual(['a.yaml', 'b.yaml']);
  });

  test('what a service extends from another file counts, and is never changed there', () => {
    const base = 'services:\n  base:\n    image: postgres:16\n    user: "999:999"\n    security_opt:\n      - no-new-privileges:true\n';
    const input = project({
      'compose.yaml': 'services:\n  db:\n    extends:\n      file: common.yaml\n      service: base\n',
      'common.yaml': base,
    });
    const only = ['cap-drop', 'no-new-privileges'];
    const results = run(input, only);
    expect(Object.keys(results)).toEqual(['compose.yaml']);
    expect(results['compose.yaml']!.after).toContain('cap_drop');
    expect(results['compose.yaml']!.after).not.toContain('cap_add');
    expect(results['compose.yaml']!.after).not.toContain('no-new-privileges');
    expect(results['compose.yaml']!.notes).toEqual([]);
    expectSettled(input, results, only);
  });
});

describe('variables of .env', () => {
  test('decide what a value is, and stay in the file', () => {
    const text = 'services:\n  db:\n    image: postgres:${PG}\n    privileged: ${PRIV}\n    ports: ["${PORT}:5432"]\n';
    const input = project({ 'compose.yaml': text, '.env': 'PG=16-alpine\nPRIV=true\nPORT=5433\n' });
    const { after, findings } = run(input, ['user', 'ports'])['compose.yaml']!;
    expect(after).toContain('user: "70:70"');
    expect(after).toContain('"127.0.0.1:${PORT}:5432"');
    expect(findings.every(({ status }) => status === 'fixed')).toBe(true);
  });
});

test('a question says which file it is about, and undo goes back over both', () => {
  const input = project(
    { 'a.yaml': 'services:\n  db:\n    image: postgres:16\n', 'b.yaml': 'services:\n  db:\n    ports: ["5432:5432"]\n' },
    ['b.yaml'],
  );
  const session = batten.session(input, { only: ['cap-drop', 'ports'], apply: true });
  expect(session.current()).toMatchObject({ path: 'a.yaml', finding: { transform: 'cap-drop' } });
  session.answer({ kind: 'apply' });
  expect(session.current()).toMatchObject({ path: 'b.yaml', before: expect.stringContaining('"5432:5432"') });
  session.answer({ kind: 'apply' });
  expect(session.finish().map(({ before, after }) => before !== after)).toEqual([true, true]);
  session.undo();
  session.undo();
  session.answer({ kind: 'skip-file' });
  expect(session.finish().map(({ before, after }) => before !== after)).toEqual([false, false]);
});

test('a Swarm stack gets what docker stack deploy honours', () => {
  const text = `services:
  db:
    image: postgres:16
    privileged: true
    deploy:
      placement:
        constraints: [node.role == worker]
`;
  const { findings, notes, after } = run(project({ 'stack.yaml': text }), ['privileged', 'user', 'no-new-privileges'])['stack.yaml']!;
  expect(findings.map(({ transform }) => transform)).toEqual(['user']);
  expect(after).not.toContain('security_opt');
  expect(notes.join()).toMatch(/Swarm stack: docker stack deploy ignores privileged, security_opt/);
});

test('the same port in two files is bound in both, or in none', () => {
  const input = project(
    {
      'a.yaml': 'services:\n  db:\n    image: postgres:16\n    ports: ["5432:5432"]\n',
      'b.yaml': 'services:\n  db:\n    ports:\n      - "5432:5432"\n',
    },
    ['b.yaml'],
  );
  const results = run(input, ['ports']);
  for (const { after } of Object.values(results)) expect(after).toContain('"127.0.0.1:5432:5432"');
  expect(Object.values(results).flatMap(({ findings }) => findings)).toHaveLength(1);
  expectSettled(input, results, ['ports']);
});

describe('a project of an included and an extended file', () => {
  const files = {
    'compose.yaml': 'include: [more.yaml]\nservices:\n  web:\n    extends: { file: base.yaml, service: web }\n',
    'more.yaml': 'services:\n  db:\n    image: postgres:16\n  app:\n    build: ./app\n',
    'base.yaml': 'services:\n  web:\n    image: nginx:1.27\n',
  };

  test('has the services of all that belongs to it', () => {
    expect(batten.services(project(files)).map(({ name, image, built }) => [name, image?.text, built])).toEqual([
      ['web', 'nginx:1.27', false],
      ['db', 'postgres:16', false],
      ['app', undefined, true],
    ]);
  });

  test('is parsed once to be read, and once to be proven', () => {
    const input = project(files);
    const open = jest.spyOn(YamlDocument, 'open');
    run(input, ['no-new-privileges']);
    const parsed = open.mock.calls.length;
    open.mockRestore();
    expect(parsed).toBe(2 * Object.keys(files).length);
  });
});
