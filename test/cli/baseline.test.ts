import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { batten, project, read, removeProjects, STACK } from './run';

afterEach(removeProjects);

const B = ['--baseline', 'known.json'];
const PORTS = STACK.replace('    image: postgres:16\n', '    image: postgres:16\n    ports:\n      - "5432:5432"\n');

/** A project whose findings are all known. */
function known(files: Record<string, string> = { 'compose.yaml': STACK }): string {
  const cwd = project(files);
  expect(batten(['check', ...B, '--update-baseline', '.'], { cwd })).toMatchObject({ code: 0, out: '' });
  return cwd;
}

function edit(cwd: string, text: string, name = 'compose.yaml'): void {
  writeFileSync(path.join(cwd, name), text);
}

describe('a baseline', () => {
  test('is written the same again, and holds no credential and no line', () => {
    const cwd = known();
    const text = read(cwd, 'known.json');
    expect(text).not.toMatch(/hunter2|POSTGRES_PASSWORD|line/);
    expect(JSON.parse(text).files['compose.yaml'][0]).toEqual({
      fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
      transform: expect.any(String),
      service: 'db',
    });
    edit(cwd, `# moved down\n\n${STACK}`);
    batten(['check', ...B, '--update-baseline'], { cwd });
    expect(read(cwd, 'known.json')).toBe(text);
  });

  test('makes check exit 0, also after edits elsewhere', () => {
    const cwd = known();
    const { code, out, err } = batten(['check', ...B], { cwd });
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^1 file · \d+ ignored\n$/);
    edit(cwd, `# moved down\n\n${STACK.replace('nginx:1.27', 'nginx:1.28')}`);
    expect(batten(['check', ...B], { cwd }).code).toBe(0);
    expect(batten(['check'], { cwd }).code).toBe(1);
  });

  test('a new finding is exit 1, and the only one shown', () => {
    const cwd = known();
    edit(cwd, PORTS);
    const { code, out } = batten(['check', ...B, '--format', 'concise'], { cwd });
    expect(code).toBe(1);
    expect(out).toMatch(/^compose\.yaml:9:\d+: high ports db: .*\n$/);
    const { files } = JSON.parse(batten(['check', ...B, '--format', 'json'], { cwd }).out);
    expect(
      files[0].findings.filter((each: { suppression?: { by: string } }) => each.suppression?.by === 'baseline').length,
    ).toBeGreaterThan(5);
  });

  test('what is gone is reported, unless it was not looked for', () => {
    const cwd = known({ 'compose.yaml': PORTS });
    edit(cwd, PORTS.replace('5432:', '127.0.0.1:5432:'));
    const { code, err } = batten(['check', ...B], { cwd });
    expect(code).toBe(0);
    expect(err).toBe('compose.yaml: warning: 1 of its findings in the baseline is gone: --update-baseline removes them\n');
    expect(batten(['check', ...B, '--only', 'cap-drop'], { cwd }).err).toBe('');
    batten(['check', ...B, '--update-baseline'], { cwd });
    expect(batten(['check', ...B], { cwd }).err).toBe('');
  });

  test('is updated for the files and transforms that were looked at', () => {
    const cwd = known({ 'a/compose.yaml': STACK, 'b/compose.yaml': STACK });
    const before = JSON.parse(read(cwd, 'known.json')).files;
    edit(cwd, PORTS, 'a/compose.yaml');
    batten(['check', ...B, '--update-baseline', '--only', 'ports', 'a/compose.yaml'], { cwd });
    const after = JSON.parse(read(cwd, 'known.json')).files;
    expect(after['b/compose.yaml']).toEqual(before['b/compose.yaml']);
    expect(after['a/compose.yaml']).toHaveLength(before['a/compose.yaml'].length + 1);
    edit(cwd, 'services: [', 'b/compose.yaml');
    expect(batten(['check', ...B, '--update-baseline', '.'], { cwd }).code).toBe(2);
    expect(JSON.parse(read(cwd, 'known.json')).files['b/compose.yaml']).toEqual(before['b/compose.yaml']);
  });

  test('is counted from the directory it is in, and may be named by the configuration', () => {
    const cwd = project({ '.batten.yaml': 'baseline: ci/known.json\n', 'a/compose.yaml': STACK, 'ci/x': '' });
    expect(batten(['check', '--update-baseline', 'a'], { cwd }).code).toBe(0);
    expect(Object.keys(JSON.parse(read(cwd, 'ci/known.json')).files)).toEqual(['../a/compose.yaml']);
    expect(batten(['check', 'compose.yaml'], { cwd: path.join(cwd, 'a') }).code).toBe(0);
  });

  test('fix and patch leave alone what is known', () => {
    const cwd = known();
    expect(batten(['patch', ...B], { cwd }).out).toBe('');
    edit(cwd, PORTS);
    expect(batten(['fix', '--yes', ...B], { cwd }).code).toBe(0);
    expect(read(cwd)).toBe(PORTS.replace('"5432:5432"', '"127.0.0.1:5432:5432"'));
  });
});

describe('mistakes', () => {
  test.each([
    [['--baseline', 'missing.json'], 'missing.json: error: there is no such baseline'],
    [['--baseline', 'compose.yaml'], 'compose.yaml: error: is no JSON'],
    [['--baseline', 'other.json'], 'other.json: error: is no baseline of version 1\n  hint: it is of another version of batten'],
    [['--update-baseline'], 'error: --update-baseline has no file to write'],
  ])('%j', (args, message) => {
    const cwd = project({ 'compose.yaml': STACK, 'other.json': '{ "version": 2 }' });
    const { code, out, err } = batten(['check', ...args], { cwd });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });
});
