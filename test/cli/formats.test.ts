import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import { batten, project, read, removeProjects, STACK } from './run';

afterEach(removeProjects);

describe('reports for CI', () => {
  test.each([
    ['sarif', '"uri": "stacks/compose.yaml"'],
    ['github', '::error file=stacks/compose.yaml,line=2,'],
  ])('--format %s calls files as the root of the repository does', (format, text) => {
    const cwd = project({ 'stacks/compose.yaml': STACK });
    mkdirSync(path.join(cwd, '.git'));
    const here = path.join(cwd, 'stacks');
    const { code, out, err } = batten(['check', '--format', format], { cwd: here });
    expect([code, err]).toEqual([1, '']);
    expect(out).toContain(text);
    expect(batten(['check', '--format', format], { cwd: here, env: { GITHUB_WORKSPACE: here } }).out).toContain(
      text.replace('stacks/', ''),
    );
  });

  test('no format shows a credential', () => {
    const flow = 'services:\n  db: { image: "postgres:16", environment: { POSTGRES_PASSWORD: hunter2 }, ports: ["5432:5432"] }\n';
    const cwd = project({ 'compose.yaml': STACK, 'flow.yaml': flow });
    for (const format of ['pretty', 'concise', 'json', 'sarif', 'github', 'markdown']) {
      const { out, err } = batten(['check', '--format', format, '-v', 'compose.yaml', 'flow.yaml'], { cwd });
      expect([format, out.includes('hunter2'), err.includes('hunter2'), out.length > 200]).toEqual([format, false, false, true]);
    }
  });

  test('fix writes the report of a program and the file', () => {
    const cwd = project({ 'compose.yaml': STACK });
    const { code, out } = batten(['fix', '--yes', '--format', 'sarif'], { cwd });
    expect(code).toBe(0);
    // What was mended is no result any more.
    expect(JSON.parse(out).runs[0].results.map((each: { properties: { status: string } }) => each.properties.status)).not.toContain(
      'fixed',
    );
    expect(read(cwd)).toContain('cap_drop:');
    expect(batten(['fix', '--diff', '--format', 'markdown'], { cwd }).err).toContain(
      '--format markdown and the diff both go to standard output',
    );
  });
});

describe('--statistics', () => {
  test('counts instead of listing', () => {
    const { code, out } = batten(['check', '--statistics'], { cwd: project({ 'compose.yaml': STACK }) });
    expect(code).toBe(1);
    expect(out).toMatch(/^transform +findings +services .*\n(?:.*\n)*cap-drop +2 +2 +2 +0 +0 +0\n/);
    expect(out).not.toContain('→');
  });

  test('in JSON, as the schema says', () => {
    const { out } = batten(['check', '--statistics', '--format', 'json'], { cwd: project({ 'compose.yaml': STACK }) });
    const schema = JSON.parse(readFileSync(path.join(__dirname, '..', '..', 'schemas', 'report.schema.json'), 'utf8'));
    const validate = new Ajv({ strict: false }).compile(schema);
    expect([validate(JSON.parse(out)), validate.errors]).toEqual([true, null]);
    expect(JSON.parse(out).statistics[0]).toMatchObject({ findings: 2, services: 2 });
  });

  test('not where there is no place for them', () => {
    const { code, err } = batten(['check', '--statistics', '--format', 'github'], { cwd: project({ 'compose.yaml': STACK }) });
    expect([code, err]).toEqual([2, 'error: --format github has no place for --statistics\n']);
  });
});
