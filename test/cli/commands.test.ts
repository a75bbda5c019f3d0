import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import { batten, project, read, removeProjects, STACK } from './run';

afterEach(removeProjects);

const VERSION = JSON.parse(readFileSync(path.join(__dirname, '..', '..', 'package.json'), 'utf8')).version;
const HARDENED = `services:
  job:
    image: acme/job:1
    user: "1000:1000"
    cap_drop: [ALL]
    security_opt: [no-new-privileges:true]
    read_only: true
`;
const BAD = 'services:\n  web:\n    image: nginx\n   ports: [\n';

describe('the command itself', () => {
  test.each([['-V'], ['--version']])('%s prints the version of the package', (flag) => {
    expect(batten([flag], { cwd: '/' })).toEqual({ code: 0, out: `${VERSION}\n`, err: '' });
  });

  test('--help teaches by example, on standard output', () => {
    const { code, out, err } = batten(['--help'], { cwd: '/' });
    expect([code, err]).toEqual([0, '']);
    for (const command of ['fix', 'patch', 'check', 'graph', 'explain', 'list']) expect(out).toMatch(new RegExp(`^  ${command} `, 'm'));
    expect(out).toContain('$ batten fix --yes --diff');
  });

  test.each([
    [['fxi'], 'Did you mean fix?'],
    [['fix', '--yse'], 'Did you mean --yes?'],
    [['fix', '--confidence', 'sure'], 'Allowed choices are proven, known, generic, guess'],
    [['check', '--format', 'xml'], 'Allowed choices are pretty, concise, json, sarif, github, markdown'],
    [['check', '--yes'], "unknown option '--yes'"],
    [['list', 'more'], 'too many arguments'],
    [['graph', '--format', 'png'], 'Allowed choices are mermaid, dot, nwdiag, json, svg, html'],
    [['graph', '--format', 'nwdiag', '--show', 'both', 'compose.yaml'], 'nwdiag draws one picture a file'],
    [['graph', 'compose.yaml', 'other.yaml'], 'draws one project'],
    [['graph', '-o', 'compose.yaml'], 'would replace an input'],
    [['check', '--only', 'cap-dorp'], 'did you mean cap-drop?'],
    [['check', '--skip', 'user,port'], 'did you mean ports?'],
    [['check', '--service', 'wbe'], 'did you mean web?'],
    [['explain'], "missing required argument 'name'"],
    [['explain', 'cap-dorp'], 'did you mean cap-drop?'],
    [['explain', 'transform', 'nothing'], 'there is no transform "nothing"'],
    [['explain', 'compose.yaml'], 'compose.yaml#SERVICE'],
    [['explain', 'compose.yaml#dbb'], 'did you mean db?'],
    [['fix', '--yes', '-o', 'x', 'compose.yaml', 'other.yaml'], '-o takes one input'],
    [['fix', '--diff', '-o', 'x'], 'add --yes'],
    [['fix', '--dry-run', '-o', 'x'], '--dry-run writes nothing'],
    [['fix', '--diff', '--format', 'json'], 'both go to standard output'],
  ])('%j is exit 2, with %s', (args, text) => {
    const cwd = project({ 'compose.yaml': STACK, 'other.yaml': STACK });
    const { code, out, err } = batten(args, { cwd });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(text);
    expect(err).not.toMatch(/\n\s+at /);
    expect(read(cwd)).toBe(STACK);
  });

  test('without a command it shows the help and is exit 2', () => {
    const { code, out, err } = batten([], { cwd: '/' });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('Usage: batten');
  });
});

describe('check', () => {
  test('reports, changes nothing, and is exit 1', () => {
    const cwd = project({ 'compose.yaml': STACK });
    const { code, out, err } = batten(['check'], { cwd });
    expect([code, err]).toEqual([1, '']);
    expect(out).toMatch(/^compose\.yaml\n\n {2}web\n/);
    expect(out).toContain('cap-drop');
    expect(out).toContain('Next: batten fix');
    expect(out).not.toContain('\x1b');
    expect(read(cwd)).toBe(STACK);
  });

  test('is exit 0 when there is nothing to do', () => {
    const { code, out } = batten(['check'], { cwd: project({ 'compose.yaml': HARDENED }) });
    expect([code, out]).toEqual([0, '1 file · nothing to harden\n']);
  });

  test('a suppressed finding is none', () => {
    const ignored = STACK.replace('services:', '# batten: ignore-file later\nservices:');
    const cwd = project({ 'compose.yaml': ignored });
    expect(batten(['check'], { cwd }).code).toBe(0);
    expect(batten(['check', '--no-ignore'], { cwd }).code).toBe(1);
  });

  test('--exit-zero is for reports, but an input error stays one', () => {
    const cwd = project({ 'compose.yaml': STACK, 'bad.yaml': BAD });
    expect(batten(['check', '--exit-zero'], { cwd }).code).toBe(0);
    expect(batten(['check', '--exit-zero', 'bad.yaml'], { cwd }).code).toBe(2);
  });

  test('--format json validates against the published schema, with every kind of file', () => {
    const cwd = project({ 'compose.yaml': STACK, 'bad.yaml': BAD, 'done.yaml': HARDENED });
    const { code, out } = batten(['check', '--format', 'json', 'compose.yaml', 'bad.yaml', 'done.yaml', 'missing.yaml'], { cwd });
    expect(code).toBe(2);
    const schema = JSON.parse(readFileSync(path.join(__dirname, '..', '..', 'schemas', 'report.schema.json'), 'utf8'));
    const validate = new Ajv({ strict: false }).compile(schema);
    const report = JSON.parse(out);
    expect([validate(report), validate.errors]).toEqual([true, null]);
    expect(report.tool).toEqual({ name: 'batten', version: VERSION });
    expect(report.files.map(({ status }: { status: string }) => status)).toEqual(['would-fix', 'error', 'clean', 'error']);
    expect(report.files[1].error.line).toBeGreaterThan(0);
  });

  test('--format concise is one line a finding', () => {
    const { out } = batten(['check', '--format', 'concise', '--only', 'cap-drop'], { cwd: project({ 'compose.yaml': STACK }) });
    expect(out).toMatch(/^compose\.yaml:2:\d+: high cap-drop web: .* \[known, would-fix\]\ncompose\.yaml:6:\d+: high cap-drop db: .*\n$/);
  });

  test('--only, --skip and --service, comma separated and repeated', () => {
    const cwd = project({ 'compose.yaml': STACK });
    const ids = (...args: string[]) => {
      const { files } = JSON.parse(batten(['check', '--format', 'json', ...args], { cwd }).out);
      return [...new Set(files[0].findings.map((each: { transform: string }) => each.transform))].sort();
    };
    expect(ids('--only', 'cap-drop,read-only')).toEqual(['cap-drop', 'read-only']);
    expect(ids('--only', 'cap-drop', '--only', 'read-only')).toEqual(['cap-drop', 'read-only']);
    expect(ids('--only', 'cap-drop,read-only', '--skip', 'read-only')).toEqual(['cap-drop']);
    const { files } = JSON.parse(batten(['check', '--format', 'json', '--service', 'db'], { cwd }).out);
    expect(new Set(files[0].findings.map((each: { service: string }) => each.service))).toEqual(new Set(['db']));
  });

  test('a service needs to be in one of the files only', () => {
    const cwd = project({ 'a.yaml': STACK, 'b.yaml': HARDENED });
    expect(batten(['check', '--service', 'db', 'a.yaml', 'b.yaml'], { cwd }).code).toBe(1);
  });

  test('colour: asked for, and forced by the environment', () => {
    const cwd = project({ 'compose.yaml': STACK });
    expect(batten(['check', '--color', 'always'], { cwd }).out).toContain('\x1b[31m');
    expect(batten(['check'], { cwd, env: { FORCE_COLOR: '1' } }).out).toContain('\x1b[31m');
    expect(batten(['check', '--color=never'], { cwd, env: { FORCE_COLOR: '1' } }).out).not.toContain('\x1b');
    expect(batten(['check', '--no-color'], { cwd, env: { FORCE_COLOR: '1' } }).out).not.toContain('\x1b');
  });

  test('no Compose file is exit 2, with what was looked for', () => {
    const { code, err } = batten(['check'], { cwd: project({}) });
    expect(code).toBe(2);
    expect(err).toMatch(/error: no Compose file here.*\n {2}hint: /);
  });

  test('an error says where and what to do; --debug shows the stack', () => {
    const cwd = project({ 'bad.yaml': BAD });
    const { err } = batten(['check', 'bad.yaml'], { cwd });
    expect(err).toMatch(/^bad\.yaml:\d+:\d+: error: /);
    expect(err).not.toMatch(/\n\s+at /);
    expect(batten(['check', '--debug', '--only', 'x'], { cwd }).err).toMatch(/\n\s+at /);
  });

  test('-q says nothing', () => {
    expect(batten(['check', '-q'], { cwd: project({ 'compose.yaml': STACK }) })).toEqual({ code: 1, out: '', err: '' });
  });

  test('-v shows the evidence', () => {
    const cwd = project({ 'compose.yaml': STACK });
    expect(batten(['check', '-v'], { cwd }).out).toContain('CIS 5.4');
    expect(batten(['check'], { cwd }).out).not.toContain('CIS 5.4');
  });
});

describe('fix', () => {
  test('without a terminal and a word what to do it is exit 2, and says the words', () => {
    const cwd = project({ 'compose.yaml': STACK });
    const { code, out, err } = batten(['fix'], { cwd });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('use --yes, --diff or --dry-run');
    expect(read(cwd)).toBe(STACK);
  });

  test('--yes writes, exits 0, and finds nothing more to do the second time', () => {
    const cwd = project({ 'compose.yaml': STACK });
    const { code, out } = batten(['fix', '--yes'], { cwd });
    expect(code).toBe(0);
    expect(out).toContain('✓ ');
    const once = read(cwd);
    expect(once).toContain('# the front');
    expect(once).toContain('cap_drop:');
    expect(batten(['fix', '--yes'], { cwd }).code).toBe(0);
    expect(read(cwd)).toBe(once);
  });

  test('--diff alone writes nothing, prints what git apply would take, and is exit 1', () => {
    const cwd = project({ 'compose.yaml': STACK });
    const { code, out, err } = batten(['fix', '--diff'], { cwd });
    expect(code).toBe(1);
    expect(out).toMatch(/^--- a\/compose\.yaml\n\+\+\+ b\/compose\.yaml\n@@ /);
    expect(out).toContain('POSTGRES_PASSWORD: hunter2');
    expect(err).toMatch(/to make/);
    expect(read(cwd)).toBe(STACK);
  });

  test('--diff is exit 0 when nothing would change', () => {
    expect(batten(['fix', '--diff'], { cwd: project({ 'compose.yaml': HARDENED }) })).toMatchObject({ code: 0, out: '' });
  });

  test('--yes --diff writes and prints', () => {
    const cwd = project({ 'compose.yaml': STACK });
    const { code, out } = batten(['fix', '--yes', '--diff'], { cwd });
    expect(code).toBe(0);
    expect(out).toMatch(/^\+ {4}cap_drop:/m);
    expect(read(cwd)).toContain('cap_drop:');
  });

  test('--dry-run is everything but the write', () => {
    const cwd = project({ 'compose.yaml': STACK });
    for (const args of [['--dry-run'], ['-n', '--yes']]) {
      const { code, out } = batten(['fix', ...args], { cwd });
      expect(code).toBe(1);
      expect(out).toContain('→ ');
      expect(read(cwd)).toBe(STACK);
    }
    expect(batten(['fix', '-n'], { cwd: project({ 'compose.yaml': HARDENED }) }).code).toBe(0);
  });

  test('--confidence holds back, and says which flag includes it', () => {
    const cwd = project({ 'compose.yaml': 'services:\n  api:\n    image: acme/api:1\n' });
    const { code, out } = batten(['fix', '--yes'], { cwd });
    expect(code).toBe(0);
    expect(out).toContain('--confidence guess');
    expect(read(cwd)).not.toContain('read_only');
    batten(['fix', '--yes', '--confidence', 'guess'], { cwd });
    expect(read(cwd)).toContain('read_only: true');
  });

  test('--exit-non-zero-on-fix is exit 1 when something changed', () => {
    const cwd = project({ 'compose.yaml': STACK });
    expect(batten(['fix', '--yes', '--exit-non-zero-on-fix'], { cwd }).code).toBe(1);
    expect(batten(['fix', '--yes', '--exit-non-zero-on-fix'], { cwd }).code).toBe(0);
  });

  test('--backup keeps the old text', () => {
    const cwd = project({ 'compose.yaml': STACK });
    batten(['fix', '--yes', '--backup'], { cwd });
    expect(read(cwd, 'compose.yaml.bak')).toBe(STACK);
  });

  test('-o writes the result there and leaves the input alone', () => {
    const cwd = project({ 'compose.yaml': STACK });
    expect(batten(['fix', '--yes', '-o', 'hardened.yaml'], { cwd }).code).toBe(0);
    expect(read(cwd)).toBe(STACK);
    expect(read(cwd, 'hardened.yaml')).toContain('cap_drop:');
  });

  test('- is a filter: the result on standard output, the report on standard error', () => {
    const { code, out, err } = batten(['fix', '-', '--yes'], { cwd: project({}), input: STACK });
    expect(code).toBe(0);
    expect(out).toContain('cap_drop:');
    expect(out).toMatch(/^services:\n {2}web:/);
    expect(err).toContain('made');
  });

  test('- without a change gives the input back, byte for byte', () => {
    const input = `\uFEFF${HARDENED.replaceAll('\n', '\r\n').trimEnd()}`;
    expect(batten(['fix', '-', '--yes'], { cwd: project({}), input }).out).toBe(input);
  });

  test('--format json on standard output', () => {
    const cwd = project({ 'compose.yaml': STACK });
    const { code, out } = batten(['fix', '--yes', '--format', 'json'], { cwd });
    expect(code).toBe(0);
    expect(JSON.parse(out).files[0].status).toBe('fixed');
  });

  test('a file that fails does not keep the others back; the highest code wins', () => {
    const cwd = project({ 'a.yaml': STACK, 'bad.yaml': BAD, 'c.yaml': STACK });
    const { code, err } = batten(['fix', '--yes', 'a.yaml', 'bad.yaml', 'missing.yaml', 'c.yaml'], { cwd });
    expect(code).toBe(2);
    expect(err).toMatch(/^bad\.yaml:\d+:\d+: error: /m);
    expect(err).toMatch(/^missing\.yaml: error: /m);
    expect(read(cwd, 'a.yaml')).toContain('cap_drop:');
    expect(read(cwd, 'c.yaml')).toContain('cap_drop:');
    expect(read(cwd, 'bad.yaml')).toBe(BAD);
  });

  test('a directory is searched', () => {
    const cwd = project({ 'one/compose.yaml': STACK, 'two/docker-compose.yml': STACK, 'two/other.yaml': STACK });
    batten(['fix', '--yes', '.'], { cwd });
    expect(read(cwd, 'one/compose.yaml')).toContain('cap_drop:');
    expect(read(cwd, 'two/docker-compose.yml')).toContain('cap_drop:');
    expect(read(cwd, 'two/other.yaml')).toBe(STACK);
  });
});

describe('patch', () => {
  test('goes to standard output, touches nothing, and is exit 0', () => {
    const cwd = project({ 'compose.yaml': STACK });
    const { code, out, err } = batten(['patch'], { cwd });
    expect(code).toBe(0);
    expect(out).toMatch(/^--- a\/compose\.yaml\n/);
    expect(err).toContain('to make');
    expect(read(cwd)).toBe(STACK);
  });

  test('-o writes it there and says how to apply it', () => {
    const cwd = project({ 'compose.yaml': STACK });
    const { out, err } = batten(['patch', '-o', 'x.patch'], { cwd });
    expect(out).toBe('');
    expect(err).toContain('git apply x.patch');
    expect(read(cwd, 'x.patch')).toMatch(/^--- a\/compose\.yaml\n/);
  });

  test('-o never replaces an input', () => {
    const cwd = project({ 'compose.yaml': STACK });
    expect(batten(['patch', '-o', 'compose.yaml'], { cwd }).code).toBe(2);
    expect(read(cwd)).toBe(STACK);
  });

  test('--exit-code is 1 only when it is not empty', () => {
    expect(batten(['patch', '--exit-code'], { cwd: project({ 'compose.yaml': STACK }) }).code).toBe(1);
    expect(batten(['patch', '--exit-code'], { cwd: project({ 'compose.yaml': HARDENED }) })).toMatchObject({ code: 0, out: '' });
  });

  test('a file outside of the current directory is an error of its own', () => {
    const cwd = project({ 'outside.yaml': STACK, 'in/compose.yaml': STACK });
    mkdirSync(path.join(cwd, 'in', 'deep'), { recursive: true });
    const { code, out, err } = batten(['patch', 'compose.yaml', '../outside.yaml'], { cwd: path.join(cwd, 'in') });
    expect(code).toBe(2);
    expect(out).toMatch(/^--- a\/compose\.yaml\n/);
    expect(err).toMatch(/outside\.yaml: error: is outside of the current directory/);
  });
});

describe('explain and list', () => {
  test.each([[['cap-drop']], [['transform', 'cap-drop']]])('a transform: %j', (words) => {
    const { code, out } = batten(['explain', ...words], { cwd: '/' });
    expect(code).toBe(0);
    expect(out.toLowerCase()).toContain('capabilit');
    expect(out).not.toMatch(/^#|<!--|```/m);
  });

  test.each([[['postgres:16']], [['image', 'postgres:16']]])('an image: %j', (words) => {
    const { code, out } = batten(['explain', ...words], { cwd: '/' });
    expect(code).toBe(0);
    expect(out).toContain('family postgres');
  });

  test('a service, with its evidence and what is not known', () => {
    const cwd = project({ 'compose.yaml': `${STACK.replace('volumes:\n  data', 'x-end: 1\nvolumes:\n  data')}` });
    const { code, out } = batten(['explain', 'compose.yaml#db'], { cwd });
    expect(code).toBe(0);
    expect(out).toMatch(/^compose\.yaml#db\n/);
    expect(out).toContain('source');
    expect(out).not.toContain('"web" keeps');
    const guess = project({ 'compose.yaml': 'services:\n  api:\n    image: acme/api:1\n' });
    expect(batten(['explain', 'compose.yaml#api'], { cwd: guess }).out).toContain('Not known');
  });

  test('list names every transform with its controls', () => {
    const { code, out } = batten(['list'], { cwd: '/' });
    expect(code).toBe(0);
    expect(out).toMatch(/^cap-drop +high +recommended .*CIS 5\.4/m);
    expect(JSON.parse(batten(['list', '--format', 'json'], { cwd: '/' }).out).map(({ id }: { id: string }) => id)).toContain('read-only');
  });
});

test('every transform of the list has a README to explain', () => {
  const root = path.join(__dirname, '..', '..');
  const ids: { id: string }[] = JSON.parse(batten(['list', '--format', 'json'], { cwd: '/' }).out);
  for (const { id } of ids) expect([id, existsSync(path.join(root, 'transforms', id, 'README.md'))]).toEqual([id, true]);
});
