import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { batten, project, removeProjects } from './run';

afterAll(removeProjects);

const GOOD = 'services:\n  web:\n    image: nginx:1.27\n    labels: {}\n';

/** `check` of a project in JSON: what it did not see, and its exit codes without and with --strict-input. */
function check(files: Record<string, string>, ...args: string[]) {
  const cwd = project(files);
  const { out, code } = batten(['check', '--exit-zero', '--format', 'json', ...args], { cwd });
  const strict = batten(['check', '--exit-zero', '--strict-input', ...args], { cwd });
  const report = JSON.parse(out);
  return {
    unseen: report.files.flatMap((file: { unseen?: unknown[] }) => file.unseen ?? []) as Record<string, unknown>[],
    count: report.summary.unseen as number,
    codes: [code, strict.code],
    out: strict.out,
    err: strict.err,
  };
}

test('a project of which all was seen says nothing of it', () => {
  const { unseen, count, codes, err } = check({ 'compose.yaml': GOOD });
  expect({ unseen, count, codes, err }).toEqual({ unseen: [], count: 0, codes: [0, 0], err: '' });
});

test.each([
  ['a misspelt image', 'services:\n  web:\n    imge: nginx\n', ['no-image 2:3', 'near-miss 3:5']],
  ['a misspelt control', 'services:\n  web:\n    image: a\n    cap_drp: [ALL]\n', ['near-miss 4:5']],
  [
    'every extends unreadable',
    'services:\n  a: {extends: {file: no.yaml, service: x}}\n  b: {extends: {file: no.yaml, service: y}}\n',
    ['unreadable 2:23'],
  ],
  ['an extends of what is not there', 'services:\n  a: {extends: x}\n', ['no-such-service 2:3']],
  ['an include that is not there', 'include: [no.yaml]\nservices: {}\n', ['unreadable 1:11']],
  ['an include that is remote', 'include:\n  - oci://example.org/a\n', ['remote 2:5']],
  ['an include that hangs on a variable', 'include:\n  - path: "\u0024{WHERE}/a.yaml"\n', ['variable 2:11']],
  ['an include that leads out', 'include:\n  - path: [/etc/hostname]\n', ['outside 2:12']],
  ['an extends that leads out', 'services:\n  a:\n    extends:\n      service: x\n      file: ../../b.yaml\n', ['outside 5:13']],
  ['an env_file that leads out', 'services:\n  a:\n    image: a\n    env_file:\n      - path: /etc/hostname\n', ['outside 5:15']],
  ['an env_file of an include that leads out', 'include:\n  - path: ok.yaml\n    env_file: ../x.env\n', ['outside 3:15']],
])('%s is said with its place, and is exit 2 with --strict-input', (_, text, expected) => {
  const { unseen, count, codes, err, out } = check({ 'compose.yaml': text, 'ok.yaml': GOOD });
  expect(unseen.map(({ code, line, column }) => `${code} ${line}:${column}`)).toEqual(expected);
  expect(count).toBe(expected.length);
  expect(codes).toEqual([0, 2]);
  for (const each of unseen) {
    const line = err.split('\n').filter((said) => said.startsWith(`compose.yaml:${each.line}:${each.column}: not seen: `));
    expect(line).toHaveLength(1);
    expect(out).not.toContain(each.message);
  }
  expect(out).toContain(`${expected.length} not seen`);
});

test('"nothing to harden" is said of what was seen only', () => {
  const { out, err } = check({ 'compose.yaml': 'services:\n  a: {extends: {file: no.yaml, service: x}}\n' }, '--only', 'cap-drop');
  expect(out).toContain('1 not seen · nothing to harden in what was seen');
  expect(err).toContain('(not looked at: a)');
});

test('a link out of the repository is refused at the line that names it', () => {
  const cwd = project({ 'repo/.git/HEAD': '', 'repo/compose.yaml': 'include:\n  - linked.yaml\n', 'other.yaml': GOOD });
  symlinkSync('../other.yaml', path.join(cwd, 'repo', 'linked.yaml'));
  const { err, code } = batten(['check', '--strict-input'], { cwd: path.join(cwd, 'repo') });
  expect(err).toContain('compose.yaml:2:5: not seen: linked.yaml, included here, is outside of the project and was not read');
  expect(code).toBe(2);
});

test('services: misspelt is said to be that', () => {
  const cwd = project({ 'compose.yaml': 'name: a\nservces:\n  web: {image: a}\n' });
  const { err, code } = batten(['check'], { cwd });
  expect(err).toContain('compose.yaml:2:1');
  expect(err).toContain('did you mean services?');
  expect(code).toBe(2);
});

test.each(['github', 'sarif', 'markdown', 'concise'])('--format %s says it, and a password in a name is masked', (format) => {
  const cwd = project({
    'compose.yaml': 'include:\n  - https://me:hunter2hunter2@example.org/a.git\nservices:\n  a:\n    image: a\n    cap_drp: []\n',
  });
  const { out, err } = batten(['check', '--format', format], { cwd });
  const said = (format === 'concise' ? err : out).replaceAll('\\', '');
  expect(said).toContain('did you mean cap_drop?');
  expect(said).toContain('is remote');
  expect(out + err).not.toContain('hunter2hunter2');
});

test('a folder says what it could not look at', () => {
  const cwd = project({ 'a/compose.yaml': GOOD });
  mkdirSync(path.join(cwd, 'b', 'compose.yml'), { recursive: true });
  symlinkSync('nowhere', path.join(cwd, 'compose.yaml'));
  const { err, code } = batten(['check', '--exit-zero', '--strict-input', '.'], { cwd });
  expect(err.match(/^\S+: not seen: .*/gm)).toEqual([
    'compose.yaml: not seen: it is no file, or a link that leads to none, so that it was not looked at',
  ]);
  expect(code).toBe(2);
});
