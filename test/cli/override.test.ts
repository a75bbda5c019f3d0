import { existsSync } from 'node:fs';
import path from 'node:path';
import { batten, project, read, removeProjects, STACK } from './run';

afterEach(removeProjects);

describe('fix --override', () => {
  test('leaves the input alone and writes a file that Compose loads by itself', () => {
    const cwd = project({ 'compose.yaml': STACK });
    const { code, out } = batten(['fix', '--yes', '--override', 'compose.override.yaml'], { cwd });
    expect(code).toBe(0);
    expect(read(cwd)).toBe(STACK);
    expect(out).toContain('note: Compose loads compose.override.yaml by itself');
    const text = read(cwd, 'compose.override.yaml');
    expect(text).toMatch(
      /^# Hardens the services of compose\.yaml, which itself is unchanged\. Written by batten\.\n# Compose loads it by itself\.\n\nservices:\n {2}web:\n/,
    );
    expect(text).toContain('cap_drop:');
    expect(text).not.toContain('hunter2');
    // What Compose then loads has nothing left to fix; what could not be done is still told.
    const again = batten(['fix', '--dry-run', '--override', 'compose.override.yaml'], { cwd });
    expect(again.code).toBe(0);
    expect(batten(['fix', '--yes', '--override', 'compose.override.yaml'], { cwd }).code).toBe(0);
    expect(read(cwd, 'compose.override.yaml')).toBe(text);
  });

  test('says the command line where Compose has to be told, with the override that is there', () => {
    const cwd = project({ 'docker-compose.yml': STACK, 'docker-compose.override.yml': 'services:\n  web:\n    cap_add: [KILL]\n' });
    const { out } = batten(['fix', '--yes', '--override', 'deploy/hardening one.yaml'], { cwd: project({}) });
    expect(out).toBe('');
    const done = batten(['fix', '--yes', '--override', 'hard.yaml'], { cwd });
    expect(done.out.replace(/\n\s+/g, ' ')).toContain(
      'use hard.yaml with: docker compose -f docker-compose.yml -f docker-compose.override.yml -f hard.yaml up -d',
    );
    expect(read(cwd, 'hard.yaml')).toContain(
      '# Use it with: docker compose -f docker-compose.yml -f docker-compose.override.yml -f hard.yaml up -d\n',
    );
    expect(read(cwd, 'docker-compose.override.yml')).toBe('services:\n  web:\n    cap_add: [KILL]\n');
  });

  test('--diff and --dry-run show it and write nothing', () => {
    const cwd = project({ 'compose.yaml': STACK });
    const { code, out } = batten(['fix', '--diff', '--override', 'o.yaml', '--only', 'cap-drop', '--service', 'db'], { cwd });
    expect(code).toBe(1);
    expect(out).toMatch(/^--- \/dev\/null\n\+\+\+ b\/o\.yaml\n@@ -0,0 \+1,/);
    expect(batten(['fix', '-n', '--override', 'o.yaml'], { cwd }).code).toBe(1);
    expect(existsSync(path.join(cwd, 'o.yaml'))).toBe(false);
  });

  test('edits a file that is there, and keeps its old text when asked', () => {
    const own = '# mine\nservices:\n  db:\n    labels: {a: b} # keep\n';
    const cwd = project({ 'compose.yaml': STACK, 'o.yaml': own });
    expect(batten(['fix', '--yes', '--backup', '--override', 'o.yaml', '--only', 'cap-drop', '--service', 'db'], { cwd }).code).toBe(0);
    expect(read(cwd, 'o.yaml')).toMatch(/^# mine\nservices:\n {2}db:\n {4}labels: \{a: b\} # keep\n {4}cap_drop:\n/);
    expect(read(cwd, 'o.yaml.bak')).toBe(own);
  });

  test('tells what it cannot do, and does it where Compose is new enough', () => {
    const cwd = project({ 'compose.yaml': 'services:\n  db:\n    image: postgres:16\n    ports: ["5432:5432"]\n' });
    const args = ['fix', '--yes', '--override', 'o.yaml', '--only', 'ports'];
    const old = batten(args, { cwd });
    expect(old.out).toContain('an override file cannot take "5432:5432" out of ports of "db"');
    expect(existsSync(path.join(cwd, 'o.yaml'))).toBe(false);
    expect(batten([...args, '--compose-version', '1.29'], { cwd }).out).toContain('cannot take');
    expect(batten([...args, '--compose-version', 'v2.24.4'], { cwd }).code).toBe(0);
    expect(read(cwd, 'o.yaml')).toContain('ports: !override ["127.0.0.1:5432:5432"]\n');
  });

  test('- is standard output, also for standard input', () => {
    const { code, out, err } = batten(['fix', '-', '--yes', '--override', '-', '--only', 'cap-drop'], { cwd: project({}), input: STACK });
    expect(code).toBe(0);
    expect(out).toMatch(/^# Hardens .*\n# Use it with: docker compose -f compose\.yaml -f FILE up -d\n\nservices:\n/);
    expect(err).toContain('cap-drop');
  });

  test('is told in the JSON report', () => {
    const cwd = project({ 'compose.yaml': STACK });
    const { files } = JSON.parse(batten(['fix', '--yes', '--override', 'o.yaml', '--format', 'json'], { cwd }).out);
    expect(files).toEqual([expect.objectContaining({ path: 'compose.yaml', status: 'fixed', override: { path: 'o.yaml', new: true } })]);
  });

  test.each([
    [['--override', 'compose.yaml'], 'names the input itself'],
    [['--override', 'o.yaml', '-o', 'x'], 'both say where the result goes'],
    [['--override', 'o.yaml', '--compose-version', 'new'], '"new" is no version of Compose'],
    [['--compose-version', '2.30'], 'needs --override FILE'],
    [['--override', 'o.yaml', 'compose.yaml', 'other.yaml'], '--override takes one input, and there are 2'],
    [['--override', '-', '--format', 'json'], 'both go to standard output'],
    [['--override', '-', '--diff'], 'both go to standard output'],
    [['--override', 'bad.yaml'], 'bad.yaml'],
  ])('%j is exit 2, with %s', (args, text) => {
    const cwd = project({ 'compose.yaml': STACK, 'other.yaml': STACK, 'bad.yaml': '- 1\n' });
    const { code, err } = batten(['fix', '--yes', ...args], { cwd });
    expect(code).toBe(2);
    expect(err).toContain(text);
    expect(read(cwd)).toBe(STACK);
  });

  test('is not written where other files have the last word', () => {
    const files = {
      'compose.yaml': STACK,
      'a.yaml': 'services:\n  db:\n    labels: [x=y]\n',
      'b.yaml': 'services:\n  db:\n    labels: [z=y]\n',
    };
    const { code, err } = batten(['fix', '--yes', '-f', 'compose.yaml', '-f', 'a.yaml', '-f', 'b.yaml', '--override', 'a.yaml'], {
      cwd: project(files),
    });
    expect(code).toBe(2);
    expect(err).toContain('does not have the last word: b.yaml');
  });
});

test('patch --override makes a patch that adds the file', () => {
  const cwd = project({ 'compose.yaml': STACK });
  const { code, out, err } = batten(['patch', '--override', 'o.yaml', '--only', 'cap-drop'], { cwd });
  expect(code).toBe(0);
  expect(out).toMatch(/^--- \/dev\/null\n\+\+\+ b\/o\.yaml\n/);
  expect(err).toContain('to make');
  expect(batten(['patch', '--override', '-'], { cwd }).code).toBe(2);
});
