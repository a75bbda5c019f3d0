import { chownSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { batten, project, read, removeProjects, STACK } from './run';

afterEach(removeProjects);

/** Transforms with an open finding, by file. */
function found(cwd: string, ...args: string[]): Record<string, string[]> {
  const { files } = JSON.parse(batten(['check', '--format', 'json', ...args], { cwd }).out) as {
    files: { path: string; findings: { transform: string; status: string }[] }[];
  };
  return Object.fromEntries(
    files.map(({ path: file, findings }) => [
      file,
      [...new Set(findings.filter(({ status }) => status !== 'suppressed').map(({ transform }) => transform))].sort(),
    ]),
  );
}

describe('a configuration is found', () => {
  test('upwards from each Compose file, not from here', () => {
    const cwd = project({
      '.batten.yaml': 'only: [ports, cap-drop]\n',
      'a/b/compose.yaml': STACK,
      'c/compose.yaml': STACK,
      'c/.batten.yml': 'only: [user]\n',
    });
    expect(found(cwd, '.')).toEqual({ 'a/b/compose.yaml': ['cap-drop'], 'c/compose.yaml': ['user'] });
    expect(found(path.join(cwd, 'c'))).toEqual({ 'compose.yaml': ['user'] });
  });

  test('in package.json, when it has the key', () => {
    const files = {
      'package.json': '{ "batten": { "only": ["user"] } }',
      'sub/package.json': '{ "name": "batten" }',
      'sub/compose.yaml': STACK,
    };
    expect(found(project(files), 'sub')).toEqual({ 'sub/compose.yaml': ['user'] });
  });

  test('not above the repository', () => {
    const cwd = project({ '.batten.yaml': 'only: [user]\n', 'repo/compose.yaml': STACK });
    mkdirSync(path.join(cwd, 'repo', '.git'));
    expect(found(cwd, 'repo')['repo/compose.yaml']!.length).toBeGreaterThan(1);
  });

  test('by name, or not at all', () => {
    const cwd = project({ '.batten.yaml': 'only: [user]\n', 'other.yaml': 'only: [cap-drop]\n', 'compose.yaml': STACK });
    expect(found(cwd, '-c', 'other.yaml')).toEqual({ 'compose.yaml': ['cap-drop'] });
    expect(found(cwd, '--no-config')['compose.yaml']!.length).toBeGreaterThan(2);
    expect(batten(['check', '--config', 'missing.yaml'], { cwd })).toMatchObject({ code: 2, out: '' });
  });

  test('for standard input too', () => {
    const cwd = project({ '.batten.yaml': 'only: [user]\n' });
    const { out } = batten(['fix', '-', '--yes'], { cwd, input: STACK });
    expect(out).toContain('user:');
    expect(out).not.toContain('cap_drop:');
  });
});

describe('the command line goes over it', () => {
  const FILES = {
    '.batten.yaml': 'only: [user, cap-drop]\nconfidence: guess\nservices: { db: { skip: [user] } }\n',
    'compose.yaml': STACK,
  };

  test('options it gives, and no others', () => {
    const cwd = project(FILES);
    const printed = (...args: string[]) => JSON.parse(batten(['check', '--print-config', ...args], { cwd }).out);
    const on = ({ transforms }: { transforms: Record<string, { on: boolean }> }) =>
      Object.keys(transforms).filter((id) => transforms[id]!.on);
    expect(printed()).toMatchObject({
      file: '.batten.yaml',
      preset: 'recommended',
      confidence: 'guess',
      services: { db: { skip: ['user'] } },
    });
    expect(on(printed())).toEqual(['user', 'cap-drop']);
    expect(printed('--confidence', 'known', '--preset', 'strict')).toMatchObject({ preset: 'strict', confidence: 'known' });
    expect(on(printed('--skip', 'user'))).toEqual(['cap-drop']);
    expect(on(printed('--only', 'ports'))).toEqual(['ports']);
    expect(printed('--no-config')).toMatchObject({ file: null, confidence: 'generic' });
  });

  test('what one service is spared stays', () => {
    const cwd = project(FILES);
    batten(['fix', '--yes', '--only', 'user'], { cwd });
    expect(read(cwd)).not.toContain('user:');
  });

  test('there is a configuration to print before there is a Compose file', () => {
    const { code, out } = batten(['fix', '--print-config'], { cwd: project({ '.batten.yaml': 'preset: strict\n' }) });
    expect([code, JSON.parse(out).preset]).toEqual([0, 'strict']);
  });
});

test('a service is explained as its configuration has it', () => {
  const rule = 'ignore: [{ transform: user, service: db, reason: not yet }]\n';
  const cwd = project({ '.batten.yaml': `services: { db: { skip: [cap-drop] } }\n${rule}`, 'compose.yaml': STACK });
  const { code, out } = batten(['explain', 'compose.yaml#db'], { cwd });
  expect(code).toBe(0);
  expect(out).not.toMatch(/^cap-drop /m);
  expect(out).toMatch(/^no-new-privileges /m);
  expect(out.replace(/\s+/g, ' ')).toContain('(ignored by the configuration: not yet)');
});

test('a mistake in it stops the run, with its place and a suggestion', () => {
  const cwd = project({ '.batten.yaml': 'transforms:\n  read-onyl: off\n', 'compose.yaml': STACK });
  const { code, out, err } = batten(['fix', '--yes'], { cwd });
  expect([code, out]).toEqual([2, '']);
  expect(err).toBe('.batten.yaml:2:3: error: there is no transform "read-onyl"\n  hint: did you mean read-only?\n');
  expect(read(cwd)).toBe(STACK);
});

test('what it excludes is passed over by a search, never when it is named', () => {
  const cwd = project({
    '.batten.yaml': 'exclude: [old/, "*.prod.yaml"]\n',
    'compose.yaml': STACK,
    'compose.prod.yaml': STACK,
    'old/compose.yaml': STACK,
  });
  expect(Object.keys(found(cwd, '.'))).toEqual(['compose.yaml']);
  expect(Object.keys(found(cwd, 'old/compose.yaml'))).toEqual(['old/compose.yaml']);
});

describe('ignores', () => {
  const IGNORE = 'ignore:\n  - transform: cap-drop\n    reason: later\n    until: ';

  test('count until their day; one that ended is reported and no longer counts', () => {
    const running = project({ '.batten.yaml': `${IGNORE}2999-12-31\n`, 'compose.yaml': STACK });
    expect(found(running)['compose.yaml']).not.toContain('cap-drop');
    expect(found(running, '--no-ignore')['compose.yaml']).toContain('cap-drop');
    expect(batten(['check', '-v'], { cwd: running }).out).toMatch(/ignored by the\s+configuration: later\)/);
    const ended = project({ '.batten.yaml': `${IGNORE}2001-01-01\n`, 'compose.yaml': STACK });
    expect(found(ended)['compose.yaml']).toContain('cap-drop');
    const message = '.batten.yaml:2:3: warning: the ignore of cap-drop ended on 2001-01-01 and no longer counts\n';
    expect(batten(['check'], { cwd: ended }).err).toBe(message);
    expect(batten(['check', '-q'], { cwd: ended }).err).toBe('');
  });

  test('one that one of the files uses is used, and one that none uses is said once', () => {
    const only = 'services:\n  db:\n    image: postgres:16\n';
    const files = { 'a/compose.yaml': only, 'b/compose.yaml': `${only}    user: "1:1"\n`, 'c/compose.yaml': `${only}    user: "1:1"\n` };
    const rules = 'ignore:\n  - { transform: user, reason: x }\n  - { transform: ports, reason: x }\n';
    const { err } = batten(['check', '.'], { cwd: project({ '.batten.yaml': rules, ...files }) });
    expect(err).toBe('.batten.yaml:3:3: warning: this ignore silences nothing of ports\n');
  });

  test('unused ones are exit 1 when that is asked for', () => {
    const hardened = 'services:\n  job:\n    # batten: ignore[ports]\n    image: acme/job:1\n    user: "1000:1000"\n    cap_drop: [ALL]\n';
    const cwd = project({ '.batten.yaml': 'only: [user, ports, cap-drop]\n', 'compose.yaml': hardened });
    expect(batten(['check'], { cwd })).toMatchObject({
      code: 0,
      err: 'compose.yaml:3:5: warning: this ignore comment silences nothing of ports\n',
    });
    expect(batten(['check', '--report-unused-ignores'], { cwd }).code).toBe(1);
    expect(batten(['check', '--report-unused-ignores', '--exit-zero'], { cwd }).code).toBe(0);
    const { files } = JSON.parse(batten(['check', '--format', 'json'], { cwd }).out);
    expect(files[0].warnings).toEqual([
      { code: 'unused-ignore', message: 'this ignore comment silences nothing of ports', line: 3, column: 5 },
    ]);
  });
});

// Only root can give files away.
(process.getuid?.() === 0 ? describe : describe.skip)('a configuration of another user', () => {
  const OTHER = 12345;
  const above = () => {
    const cwd = project({ '.batten.yaml': 'only: [ports]\n', 'a/compose.yaml': STACK });
    chownSync(path.join(cwd, '.batten.yaml'), OTHER, OTHER);
    return cwd;
  };

  test('above the files does not count, and that is said', () => {
    const cwd = above();
    const { err } = batten(['check', 'a/compose.yaml'], { cwd });
    expect(err).toContain('.batten.yaml: warning: it belongs to another user and lies outside of the repository, so it does not count');
    expect(found(cwd, 'a/compose.yaml')['a/compose.yaml']!.length).toBeGreaterThan(1);
  });

  test('counts in the repository, by name, beside the files, and with the owner of their directory', () => {
    const repository = above();
    mkdirSync(path.join(repository, '.git'));
    const named = above();
    const owned = above();
    chownSync(path.join(owned, 'a'), OTHER, OTHER);
    const beside = project({ 'a/.batten.yaml': 'only: [ports]\n', 'a/compose.yaml': STACK });
    chownSync(path.join(beside, 'a', '.batten.yaml'), OTHER, OTHER);
    for (const cwd of [repository, owned, beside]) expect(batten(['check', 'a/compose.yaml'], { cwd }).err).not.toContain('another user');
    const { err } = batten(['check', '-c', '.batten.yaml', 'a/compose.yaml'], { cwd: named });
    expect(err).not.toContain('another user');
  });
});
