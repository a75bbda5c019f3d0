import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import { ALL_SET, AUDIT, DAEMON } from '../host/all-set';
import { batten, project, read, removeProjects } from './run';

afterEach(removeProjects);

/** A host of which nothing is left to say, with these files over it. */
function hostWith(files: Record<string, string>): string {
  return project({ [DAEMON]: `${JSON.stringify(ALL_SET, null, 2)}\n`, ...AUDIT, ...files });
}

function checked(cwd: string, ...more: string[]) {
  const { code, out, err } = batten(['host', '--root', '.', '--format', 'json', ...more], { cwd });
  const data = code === 2 ? undefined : JSON.parse(out);
  const findings = (data?.files ?? []).flatMap((file: { path: string; findings: object[] }) =>
    file.findings.map((finding) => ({ file: file.path, ...finding })),
  );
  return {
    code,
    err,
    data,
    findings: findings as {
      file: string;
      transform: string;
      status: string;
      message: string;
      severity: string;
      range: { start: { line: number } };
    }[],
  };
}

describe('host', () => {
  test('a host of which nothing is left to say is 0', () => {
    const cwd = hostWith({});
    // The data directory is not there, so that it is on no file system.
    expect(checked(cwd).findings).toEqual([]);
    expect(batten(['host', '--root', '.'], { cwd })).toMatchObject({ code: 0, err: '' });
  });

  test('a host without any configuration is 1, and nothing is written', () => {
    const cwd = project({ 'etc/hostname': 'h\n' });
    const { code, findings, data } = checked(cwd);
    expect(code).toBe(1);
    expect(findings.filter(({ status }) => status === 'would-fix').map(({ transform }) => transform)).toEqual([
      'userns-remap',
      'no-new-privileges',
      'icc',
      'log-rotation',
      'live-restore',
      'userland-proxy',
    ]);
    expect(data.host).toMatchObject({ isNew: true, takes: 'restart', dataRoot: '/var/lib/docker' });
    expect(existsSync(path.join(cwd, 'etc/docker'))).toBe(false);
  });

  test('writes what its schema says', () => {
    const schema = (name: string) => JSON.parse(readFileSync(path.join(__dirname, '..', '..', 'schemas', `${name}.schema.json`), 'utf8'));
    const ajv = new Ajv({ strict: false, allErrors: true }).addSchema(schema('report'));
    const validate = ajv.compile(schema('host'));
    expect([validate(checked(project({})).data), validate.errors]).toEqual([true, null]);
    expect(validate({ ...checked(project({})).data, host: {} })).toBe(false);
  });

  test.each(['pretty', 'concise', 'sarif', 'github', 'markdown'])('reports as %s', (format) => {
    const { code, out } = batten(['host', '--root', '.', '--format', format], { cwd: project({}) });
    expect(code).toBe(1);
    expect(out).toContain('userns-remap');
    if (format === 'sarif') expect(JSON.parse(out).runs[0].results.length).toBeGreaterThan(6);
  });

  test('links lead within the host, and not out of it', () => {
    const cwd = hostWith({ 'opt/daemon.json': '{}\n' });
    const outside = project({ 'daemon.json': '{ "icc": false }\n' });
    const file = path.join(cwd, DAEMON);
    const link = (target: string): void => {
      require('node:fs').rmSync(file);
      symlinkSync(target, file);
    };
    link('/opt/daemon.json');
    expect(checked(cwd).findings.map(({ transform }) => transform)).toContain('icc');
    expect(batten(['host', '--root', '.', '--fix', '--yes'], { cwd }).code).toBe(0);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(read(cwd, 'opt/daemon.json')).toContain('"icc": false');
    link(path.join(outside, 'daemon.json'));
    expect(checked(cwd).data.host.isNew).toBe(true);
    link('../../../../../../../../etc/passwd');
    expect(checked(cwd).data.host.isNew).toBe(true);
  });

  test.each<[string[], RegExp]>([
    [['host', 'compose.yaml'], /too many arguments for 'host'/],
    [['host', '--only', 'icd'], /did you mean icc\?/],
    [['host', '--root', 'nowhere'], /nowhere: error: is no directory/],
    [['host', '--root', '.', '--yes'], /--yes applies what --fix proposes/],
    [['host', '--root', '.', '--fix'], /host --fix asks before each change, but there is no terminal/],
    [['host', '--root', '.', '--fix', '--diff', '--format', 'json'], /both go to standard output/],
  ])('%j is 2', (words, message) => {
    const { code, err } = batten(words, { cwd: hostWith({}) });
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  test.each<[string, string, RegExp]>([
    ['no JSON', '{\n  "icc": false\n  "x": 1\n}\n', /daemon\.json:3:3: error: is no JSON \(CommaExpected\)/],
    ['far too deep', '['.repeat(100_000), /nested deeper than 64 levels/],
    ['far too large', `{"a":"${'x'.repeat(2 ** 20)}"}`, /is larger than 1 MB/],
    ['no text', '{"a":"\0"}', /NUL character/],
  ])('a configuration that is %s is 2', (_, text, message) => {
    const { code, err } = batten(['host', '--root', '.'], { cwd: hostWith({ [DAEMON]: text }) });
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('host --fix', () => {
  const COMMENTED =
    '\ufeff{\r\n\t// the mirror of the office\r\n\t"registry-mirrors": ["https://m.lan"], /* ask Jo */\r\n\t"x-ours": { "a": [1,2] },\r\n\t"debug": true // for now\r\n}\r\n';

  test('writes all that is sure enough, and undo takes it back byte for byte', () => {
    const cwd = hostWith({
      [DAEMON]: COMMENTED,
      'usr/lib/systemd/system/docker.service': '[Service]\nExecStart=/usr/bin/dockerd -H fd://\nLimitNOFILE=infinity\n',
    });
    const { code, err } = batten(['host', '--root', '.', '--fix', '--yes', '--skip', 'userns-remap'], { cwd });
    expect(code).toBe(0);
    expect(err).toContain('systemctl restart docker');
    const after = read(cwd, DAEMON);
    expect(after).toBe(
      '\ufeff{\r\n\t// the mirror of the office\r\n\t"registry-mirrors": ["https://m.lan"], /* ask Jo */\r\n\t"x-ours": { "a": [1,2] },\r\n\t"debug": false, // for now\r\n' +
        '\t"no-new-privileges": true,\r\n\t"icc": false,\r\n\t"log-driver": "json-file",\r\n\t"log-opts": {\r\n\t\t"max-size": "10m",\r\n\t\t"max-file": "3"\r\n\t},\r\n' +
        '\t"live-restore": true,\r\n\t"userland-proxy": false,\r\n\t"default-ulimits": {\r\n\t\t"nofile": {\r\n\t\t\t"Name": "nofile",\r\n\t\t\t"Soft": 65536,\r\n\t\t\t"Hard": 524288\r\n\t\t}\r\n\t}\r\n}\r\n',
    );
    const again = batten(['host', '--root', '.', '--fix', '--yes', '--skip', 'userns-remap'], { cwd });
    expect([again.code, read(cwd, DAEMON)]).toEqual([0, after]);
    expect(batten(['undo', '--file', DAEMON], { cwd }).code).toBe(0);
    expect(read(cwd, DAEMON)).toBe(COMMENTED);
  });

  test('a configuration that it made goes away with its directory', () => {
    const cwd = project({ 'etc/hostname': 'h\n' });
    expect(batten(['host', '--root', '.', '--fix', '--yes'], { cwd }).code).toBe(0);
    expect(JSON.parse(read(cwd, DAEMON))).toMatchObject({ icc: false, 'userns-remap': 'default' });
    expect(lstatSync(path.join(cwd, DAEMON)).mode & 0o777).toBe(0o644);
    expect(batten(['undo'], { cwd }).code).toBe(0);
    expect(existsSync(path.join(cwd, 'etc/docker'))).toBe(false);
  });

  test('what holds data is not remapped without being told', () => {
    const cwd = project({ 'var/lib/docker/volumes/db/_data/x': '' });
    mkdirSync(path.join(cwd, 'var/lib/docker/containers'), { recursive: true });
    expect(checked(cwd).findings.find(({ transform }) => transform === 'userns-remap')).toMatchObject({
      status: 'held',
      breaks: expect.stringMatching(/^1 volumes are no longer seen/),
    });
    batten(['host', '--root', '.', '--fix', '--yes'], { cwd });
    expect(read(cwd, DAEMON)).not.toContain('userns-remap');
    batten(['host', '--root', '.', '--fix', '--yes', '--confidence', 'guess'], { cwd });
    expect(read(cwd, DAEMON)).toContain('"userns-remap": "default"');
  });

  test.each([[['--diff']], [['--dry-run']], [['--fix', '--diff']]])('%j writes nothing, and is 1', (words) => {
    const cwd = hostWith({ [DAEMON]: '{\n  "icc": true\n}\n' });
    const { code, out } = batten(['host', '--root', '.', '--only', 'icc', ...words], { cwd });
    expect([code, read(cwd, DAEMON)]).toEqual([1, '{\n  "icc": true\n}\n']);
    if (words.includes('--diff')) expect(out).toContain('-  "icc": true\n+  "icc": false\n');
  });

  test('rules that the daemon may not write are not hung on', () => {
    const cwd = hostWith({ [DAEMON]: '{ "iptables": false }\n' });
    batten(['host', '--root', '.', '--fix', '--yes'], { cwd });
    expect(JSON.parse(read(cwd, DAEMON))).toMatchObject({ iptables: false, 'live-restore': true });
    for (const name of ['"icc"', 'userland-proxy']) expect(read(cwd, DAEMON)).not.toContain(name);
  });

  test('a swarm keeps its daemons without live-restore', () => {
    const cwd = hostWith({ [DAEMON]: '{}\n', 'var/lib/docker/swarm/docker-state.json': '{}' });
    expect(checked(cwd).findings.map(({ transform }) => transform)).not.toContain('live-restore');
  });

  test('a file that was changed since is not taken back', () => {
    const cwd = project({});
    batten(['host', '--root', '.', '--fix', '--yes'], { cwd });
    writeFileSync(path.join(cwd, DAEMON), '{}\n');
    expect(batten(['undo'], { cwd })).toMatchObject({ code: 2, err: expect.stringMatching(/was edited since/) });
  });
});
