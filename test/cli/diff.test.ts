import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PRIVILEGE_KINDS } from '../../src/harden/privileges';
import { objections } from '../schema';
import { batten, project, removeProjects, scrubbedEnv } from './run';

afterEach(removeProjects);

const BASE = {
  'compose.yaml': `include: [parts/db.yaml]
x-hard: &hard
  security_opt: [no-new-privileges:true]
services:
  web:
    <<: *hard
    image: nginx:1.25
    user: "101"
    ports: ["\${ADDRESS:-127.0.0.1}:8080:80"]
  api:
    extends: { file: common/base.yaml, service: app }
    image: acme/api:1
    user: "1000"
`,
  'common/base.yaml': 'services:\n  app:\n    read_only: true\n    volumes: ["./conf:/conf:ro"]\n',
  'parts/db.yaml': 'services:\n  db: { image: "postgres:16", volumes: ["./data:/var/lib/postgresql/data"] }\n',
};

function git(cwd: string, ...words: string[]): string {
  const identity = ['-c', 'user.name=n', '-c', 'user.email=n@example.com', '-c', 'commit.gpgsign=false'];
  const { status, stdout, stderr } = spawnSync('git', [...identity, ...words], {
    cwd,
    encoding: 'utf8',
    env: { ...scrubbedEnv(), HOME: cwd },
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** A repository with one commit, and the tag `old` on it. */
function repository(files: Record<string, string> = BASE): string {
  const cwd = project(files);
  git(cwd, 'init', '-q', '-b', 'main');
  commit(cwd, 'old');
  return cwd;
}

function commit(cwd: string, tag: string): void {
  git(cwd, 'add', '-A');
  git(cwd, 'commit', '-q', '--allow-empty', '-m', tag);
  git(cwd, 'tag', tag);
}

function write(cwd: string, file: string, text: string): void {
  mkdirSync(path.dirname(path.join(cwd, file)), { recursive: true });
  writeFileSync(path.join(cwd, file), text);
}

interface Change {
  direction: string;
  kind: string;
  service?: string;
  severity: string;
  what: string;
  place: { side: string; file: string; line?: number };
}

interface Report {
  from: { name: string; commit?: string };
  to: { name: string };
  projects: { path: string; status: string; changes: Change[]; notes?: string[]; error?: { file: string; message: string } }[];
  summary: { gives: number; projects: number };
}

function diff(cwd: string, ...words: string[]): Report {
  const { out, err, code } = batten(['diff', '--format', 'json', ...words], { cwd });
  if (code === 2 && out === '') throw new Error(err);
  const report = JSON.parse(out) as Report;
  expect(objections('diff', report)).toEqual([]);
  return report;
}

const changes = (report: Report): Change[] => report.projects.flatMap((each) => each.changes);
/** `+ kind service` for what is given, with the place. */
const said = (report: Report): string[] =>
  changes(report).map(
    ({ direction, kind, service = '', place }) =>
      `${{ gives: '+', takes: '-', changes: '~' }[direction]} ${kind} ${service} ${place.file}:${place.line}`,
  );

describe('what is given', () => {
  test('through an override, an extended and an included file, an anchor and a variable', () => {
    const cwd = repository();
    write(cwd, 'compose.override.yaml', 'services:\n  api:\n    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]\n');
    write(cwd, 'common/base.yaml', BASE['common/base.yaml'].replace('read_only: true', 'cap_add: [SYS_ADMIN]'));
    write(cwd, 'parts/db.yaml', BASE['parts/db.yaml'].replace('volumes', 'pid: host, volumes'));
    write(cwd, 'compose.yaml', BASE['compose.yaml'].replace('no-new-privileges:true', 'seccomp=unconfined').replace('"101"', '"0"'));
    write(cwd, '.env', 'ADDRESS=0.0.0.0\n');
    commit(cwd, 'new');
    expect(said(diff(cwd, 'old..new'))).toEqual([
      '+ socket api compose.override.yaml:3',
      '+ capability api common/base.yaml:3',
      '+ namespace db parts/db.yaml:2',
      '+ security-opt web compose.yaml:3',
      '+ user web compose.yaml:8',
      '+ read-only api compose.yaml:10',
      '+ security-opt web compose.yaml:3',
      '+ port web compose.yaml:9',
    ]);
  });

  test('and taken, the other way round', () => {
    const cwd = repository();
    write(cwd, 'compose.yaml', BASE['compose.yaml'].replace('user: "101"', 'privileged: true'));
    commit(cwd, 'new');
    expect(changes(diff(cwd, 'old..new')).map(({ direction, kind }) => [direction, kind])).toEqual([
      ['gives', 'privileged'],
      ['gives', 'capability'],
      ['gives', 'user'],
    ]);
    expect(changes(diff(cwd, 'new..old')).every(({ direction }) => direction === 'takes')).toBe(true);
    expect(changes(diff(cwd, 'old..old'))).toEqual([]);
  });

  test('by a new service, beyond what a container has anyway, and by one that goes', () => {
    const cwd = repository();
    write(cwd, 'compose.yaml', `${BASE['compose.yaml']}  shell:\n    image: acme/shell:1\n    network_mode: host\n    user: "1"\n`);
    commit(cwd, 'new');
    expect(said(diff(cwd, 'old..new'))).toEqual(['+ namespace shell compose.yaml:16', '+ service shell compose.yaml:14']);
    expect(said(diff(cwd, 'new..old'))).toEqual(['- namespace shell compose.yaml:16', '- service shell compose.yaml:14']);
  });

  test('by a remote include, which nobody sees', () => {
    const cwd = repository();
    write(cwd, 'compose.yaml', BASE['compose.yaml'].replace('[parts/db.yaml]', '[parts/db.yaml, "https://example.com/x.git"]'));
    expect(said(diff(cwd))).toEqual(['+ unseen  compose.yaml:1']);
  });

  test('by a key that nobody knows to be harmless', () => {
    const cwd = repository();
    write(cwd, 'compose.yaml', BASE['compose.yaml'].replace('    user: "101"\n', '    user: "101"\n    next_years_key: { all: true }\n'));
    expect(said(diff(cwd))).toEqual(['+ other web compose.yaml:9']);
  });

  test('nothing by comments, order, another spelling, or a change of what gives nobody anything', () => {
    const cwd = repository();
    write(
      cwd,
      'compose.yaml',
      `# comment
services:
  api: { image: "acme/api:1", user: 1000, extends: { service: app, file: ./common/base.yaml }, environment: { A: b } }
  web:
    command: [nginx]
    labels: [a=b]
    ports: [{ target: 80, published: "8080", host_ip: 127.0.0.1 }]
    user: '101'
    image: docker.io/library/nginx:1.25
    security_opt: ["no-new-privileges"]
include:
  - path: parts/db.yaml
`,
    );
    expect(said(diff(cwd))).toEqual([]);
    expect(batten(['diff', '--fail-on', 'any'], { cwd })).toMatchObject({
      code: 0,
      out: expect.stringContaining('No privilege is given or taken in 1 project.'),
    });
  });
});

describe('which files are compared', () => {
  test('all below the current directory, or those that are named', () => {
    const cwd = repository({
      'a/compose.yaml': 'services: { x: { image: a } }\n',
      'b/compose.yaml': 'services: { x: { image: a } }\n',
      'b/compose.prod.yaml': 'services: { x: { image: a } }\n',
    });
    for (const file of ['a/compose.yaml', 'b/compose.yaml', 'b/compose.prod.yaml'])
      write(cwd, file, 'services: { x: { image: a, pid: host } }\n');
    commit(cwd, 'new');
    const paths = (at: string, ...words: string[]) => diff(path.join(cwd, at), ...words).projects.map((each) => each.path);
    expect(paths('.', 'old..new')).toEqual(['a/compose.yaml', 'b/compose.yaml', 'b/compose.prod.yaml']);
    expect(paths('b', 'old..new')).toEqual(['compose.yaml', 'compose.prod.yaml']);
    expect(paths('.', 'old..new', 'a')).toEqual(['a/compose.yaml']);
    expect(paths('.', 'old', 'b/compose.prod.yaml')).toEqual(['b/compose.prod.yaml']);
    expect(paths('b', 'old', 'new', '-f', 'compose.yaml', '-f', 'compose.prod.yaml')).toEqual(['compose.yaml']);
  });

  test('what COMPOSE_FILE of a revision names', () => {
    const cwd = repository({ ...BASE, 'x.yaml': 'services: { web: { privileged: true } }\n', '.env': 'COMPOSE_FILE=compose.yaml\n' });
    write(cwd, '.env', 'COMPOSE_FILE=compose.yaml:x.yaml\n');
    expect(said(diff(cwd))).toContain('+ privileged web x.yaml:1');
  });

  test('a `.env` that git ignores counts for both sides when one is the working tree, and for none of two revisions', () => {
    const cwd = repository({ ...BASE, '.gitignore': '.env\n' });
    write(cwd, '.env', 'ADDRESS=0.0.0.0\n');
    expect(said(diff(cwd))).toEqual([]);
    write(cwd, 'compose.yaml', BASE['compose.yaml'].replace('"101"', '"0"'));
    expect(said(diff(cwd))).toEqual(['+ user web compose.yaml:8']);
    commit(cwd, 'new');
    expect(said(diff(cwd, 'old', 'new'))).toEqual(['+ user web compose.yaml:8']);
  });

  test('an included file under a name that would be found is said once', () => {
    const cwd = repository({
      'compose.yaml': 'include: [db/compose.yaml]\nservices: { web: { image: a } }\n',
      'db/compose.yaml': 'services: { db: { image: b } }\n',
    });
    write(cwd, 'db/compose.yaml', 'services: { db: { image: b, privileged: true } }\n');
    expect(diff(cwd).projects.map((each) => each.path)).toEqual(['compose.yaml']);
  });

  test('two files and two directories, without git', () => {
    const cwd = project({
      'one/compose.yaml': 'services: { x: { image: a } }\n',
      'two/compose.yaml': 'services: { x: { image: a, privileged: true } }\n',
    });
    expect(changes(diff(cwd, 'one/compose.yaml', 'two/compose.yaml')).map(({ kind }) => kind)).toEqual(['privileged', 'capability']);
    expect(changes(diff(cwd, 'one', 'two')).map(({ kind }) => kind)).toEqual(['privileged', 'capability']);
    expect(changes(diff(cwd, `../${path.basename(cwd)}/one`, 'two')).length).toBe(2);
    expect(batten(['diff', 'one', 'two/compose.yaml'], { cwd })).toMatchObject({
      code: 2,
      err: expect.stringContaining('a file and a directory'),
    });
  });

  test('from where two branches parted, with three dots', () => {
    const cwd = repository();
    git(cwd, 'checkout', '-q', '-b', 'work');
    write(cwd, 'compose.yaml', BASE['compose.yaml'].replace('"101"', '"0"'));
    commit(cwd, 'new');
    git(cwd, 'checkout', '-q', 'main');
    write(cwd, 'compose.override.yaml', 'services: { web: { privileged: true } }\n');
    commit(cwd, 'other');
    expect(said(diff(cwd, 'main...work'))).toEqual(['+ user web compose.yaml:8']);
    expect(said(diff(cwd, 'main..work')).length).toBeGreaterThan(2);
  });
});

describe('--fail-on', () => {
  test('answers 1 for what is given or changed: of a severity or worse, or of a kind', () => {
    const cwd = repository();
    write(cwd, 'compose.yaml', BASE['compose.yaml'].replace('ADDRESS:-127.0.0.1', 'ADDRESS:-0.0.0.0').replace('1.25', '1.27'));
    const code = (...words: string[]): number | null => batten(['diff', ...words], { cwd }).code;
    expect(code()).toBe(0);
    for (const what of ['any', 'medium', 'port', 'image,mount']) expect([what, code('--fail-on', what)]).toEqual([what, 1]);
    for (const what of ['high', 'mount']) expect([what, code('--fail-on', what)]).toEqual([what, 0]);
    expect(code('--fail-on', 'none')).toBe(2);
  });

  test('what is taken is nothing to fail on', () => {
    const cwd = repository();
    write(cwd, 'compose.yaml', BASE['compose.yaml'].replace('    ports: ["${ADDRESS:-127.0.0.1}:8080:80"]\n', ''));
    expect(batten(['diff', '--fail-on', 'any'], { cwd }).code).toBe(0);
  });

  test('knows every kind', () => {
    const cwd = repository();
    expect(batten(['diff', '--fail-on', PRIVILEGE_KINDS.join(',')], { cwd }).code).toBe(0);
    expect(batten(['diff', '--fail-on', 'prot'], { cwd })).toMatchObject({ code: 2, err: expect.stringContaining('did you mean port?') });
  });
});

describe('what cannot be read', () => {
  test('now is an error with its place, and the others are done', () => {
    const cwd = repository({ ...BASE, 'b/compose.yaml': 'services: { x: { image: a } }\n' });
    write(cwd, 'compose.yaml', 'services:\n  web: [\n');
    write(cwd, 'b/compose.yaml', 'services: { x: { image: a, privileged: true } }\n');
    commit(cwd, 'new');
    const { code, err, out } = batten(['diff', 'old..new', '--format', 'json'], { cwd });
    expect([code, err]).toEqual([2, expect.stringMatching(/^compose\.yaml:3:1: error: /)]);
    expect(changes(JSON.parse(out)).map(({ kind }) => kind)).toContain('privileged');
  });

  test('before: all there is now counts as given', () => {
    const cwd = repository({ ...BASE, 'compose.yaml': 'services: nonsense\n' });
    write(cwd, 'compose.yaml', BASE['compose.yaml']);
    const report = diff(cwd);
    expect(report.projects[0]!.notes).toEqual([expect.stringContaining('in HEAD could not be read')]);
    expect(said(report)).toContain('+ service web compose.yaml:5');
  });

  test.each([
    ['nope', 'nope is neither a revision'],
    ['nope..main', 'nope is neither a revision'],
    ['--', 'No privilege'],
    ['main:compose.yaml', 'is neither a revision'],
    ['main..--output=x', 'is neither a revision'],
  ])('%s', (word, message) => {
    const cwd = repository();
    const { out, err } = batten(['diff', word], { cwd });
    expect(out + err).toContain(message);
    expect(existsSync(path.join(cwd, 'x'))).toBe(false);
  });

  test('a name that is a revision and a file is neither', () => {
    const cwd = repository({ ...BASE, main: '' });
    expect(batten(['diff', 'main'], { cwd })).toMatchObject({ code: 2, err: expect.stringContaining('main is a revision and a file') });
  });

  test('without a repository it is said what to do', () => {
    expect(batten(['diff'], { cwd: project(BASE) })).toMatchObject({
      code: 2,
      err: expect.stringContaining('name two files or two directories'),
    });
  });
});

describe('a hostile repository', () => {
  test('gets nothing of it run, and nothing fetched', () => {
    const cwd = repository();
    const ran = path.join(cwd, 'ran');
    const script = path.join(cwd, 'run.sh');
    writeFileSync(script, `#!/bin/sh\necho "$0 $*" >> '${ran}'\n`);
    chmodSync(script, 0o755);
    for (const hook of ['post-checkout', 'post-index-change', 'reference-transaction', 'fsmonitor-watchman'])
      writeFileSync(path.join(cwd, '.git', 'hooks', hook), `#!/bin/sh\nexec '${script}'\n`, { mode: 0o755 });
    const settings = [
      'core.fsmonitor',
      'core.pager',
      'core.sshCommand',
      'core.editor',
      'diff.external',
      'diff.x.textconv',
      'diff.x.command',
      'filter.x.smudge',
      'filter.x.clean',
      'gpg.program',
      'core.askPass',
      'credential.helper',
      'remote.origin.uploadpack',
      'core.gitProxy',
      'uploadpack.packObjectsHook',
    ];
    for (const setting of settings) git(cwd, 'config', setting, script);
    for (const [setting, value] of [
      ['remote.origin.url', `ext::${script}`],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.partialclonefilter', 'blob:none'],
      ['extensions.partialClone', 'origin'],
      ['core.repositoryFormatVersion', '1'],
      ['protocol.ext.allow', 'always'],
    ] as const)
      git(cwd, 'config', setting, value);
    writeFileSync(path.join(cwd, '.git', 'info', 'attributes'), '*.yaml diff=x filter=x\n');
    write(cwd, 'compose.yaml', BASE['compose.yaml'].replace('"101"', '"0"'));
    expect(said(diff(cwd))).toEqual(['+ user web compose.yaml:8']);
    expect(said(diff(cwd, 'old..HEAD'))).toEqual([]);
    // An object that is missing would be fetched from the promisor.
    const blob = git(cwd, 'rev-parse', 'old:common/base.yaml').trim();
    rmSync(path.join(cwd, '.git', 'objects', blob.slice(0, 2), blob.slice(2)));
    rmSync(ran, { force: true });
    expect(batten(['diff', 'old..HEAD'], { cwd }).err + batten(['diff'], { cwd }).out).not.toBe('');
    expect(existsSync(ran) ? readFileSync(ran, 'utf8') : '').toBe('');
  });

  test('leads nowhere by links, and into no submodule', () => {
    const cwd = repository();
    const secret = project({ 'secret.yaml': 'services: { app: { privileged: true } }\n' });
    rmSync(path.join(cwd, 'common/base.yaml'));
    symlinkSync(path.join(secret, 'secret.yaml'), path.join(cwd, 'common/base.yaml'));
    symlinkSync('loop', path.join(cwd, 'loop'));
    write(
      cwd,
      'parts/db.yaml',
      'services: { db: { image: "postgres:16", extends: { file: ../loop, service: x }, volumes: ["./data:/var/lib/postgresql/data"] } }\n',
    );
    commit(cwd, 'new');
    const report = diff(cwd, 'old..new');
    expect(changes(report).map(({ kind }) => kind)).not.toContain('privileged');
    expect(changes(report).filter(({ kind, direction }) => kind === 'unseen' && direction === 'gives').length).toBe(2);
  });

  test('may link to another of its files', () => {
    const cwd = repository();
    write(cwd, 'common/real.yaml', BASE['common/base.yaml'].replace('read_only: true', 'read_only: true\n    privileged: true'));
    rmSync(path.join(cwd, 'common/base.yaml'));
    symlinkSync('real.yaml', path.join(cwd, 'common/base.yaml'));
    commit(cwd, 'new');
    expect(said(diff(cwd, 'old..new'))[0]).toMatch(/^\+ privileged api common\/base\.yaml:4/);
  });

  test('draws over no screen by a name', () => {
    const cwd = repository({ 'compose.yaml': 'services: { a: { image: x } }\n' });
    write(cwd, 'compose.yaml', 'services: { "a\\e[2J": { image: "x\\e]0;y\\a", privileged: true } }\n');
    const { out } = batten(['diff', '--color', 'never'], { cwd });
    expect(out).toContain('privileged');
    expect(out).not.toContain('\u001b');
  });
});

test('annotations, Code Quality and JUnit say what is given and what is another one now', () => {
  const cwd = repository();
  write(
    cwd,
    'compose.yaml',
    BASE['compose.yaml'].replace('"101"', '"0"').replace('1.25', '1.27').replace('    ports: ["${ADDRESS:-127.0.0.1}:8080:80"]\n', ''),
  );
  const out = (format: string): string => batten(['diff', '--format', format], { cwd }).out;
  expect(out('github')).toBe(
    '::error file=compose.yaml,line=8,col=11,title=user%3A web::Given: user 101 → user root\n::notice file=compose.yaml,line=7,col=12,title=image%3A web::Changed: image nginx:1.25 → image nginx:1.27\n',
  );
  expect(
    JSON.parse(out('gitlab')).map((each: { check_name: string; severity: string; location: object }) => [
      each.check_name,
      each.severity,
      each.location,
    ]),
  ).toEqual([
    ['batten/given-user', 'critical', { path: 'compose.yaml', lines: { begin: 8 } }],
    ['batten/given-image', 'minor', { path: 'compose.yaml', lines: { begin: 7 } }],
  ]);
  expect(out('junit')).toContain('<testsuite name="compose.yaml" tests="2" failures="2" errors="0">');
});

test('the report can be written to a file, and a quiet run says what failed it nowhere', () => {
  const cwd = repository();
  write(cwd, 'compose.yaml', BASE['compose.yaml'].replace('"101"', '"0"'));
  expect(batten(['diff', '--format', 'markdown', '-o', 'report.md'], { cwd })).toMatchObject({ code: 0, out: '' });
  expect(readFileSync(path.join(cwd, 'report.md'), 'utf8')).toContain('| 🟠 high | `web`<br>`compose.yaml:8` | `user` |');
  expect(batten(['diff', '-q', '--fail-on', 'high'], { cwd })).toEqual({ code: 1, out: '', err: '' });
});
