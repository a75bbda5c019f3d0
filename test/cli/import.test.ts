import { statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { batten, project, read, removeProjects } from './run';

afterEach(removeProjects);

const LINES = `# how it was started
docker run -d --name db -e POSTGRES_PASSWORD=hunter2-Zq81 -v ./data:/data --rm postgres:16
`;

describe('import', () => {
  test('a line as it is typed; its options are its own', () => {
    const cwd = project({});
    expect(batten(['import', 'docker', 'run', '-p', '80:80', 'nginx:1.27', '-q', '-o', 'x'], { cwd })).toEqual({
      code: 0,
      out: `# Imported from a docker run line.

services:
  nginx:
    image: nginx:1.27
    command:
      - -q
      - -o
      - x
    ports:
      - "80:80"
    network_mode: bridge
`,
      err: '1 service from a docker run line\n',
    });
  });

  test('standard output holds no secret, and nothing is written', () => {
    const cwd = project({});
    const { code, out, err } = batten(['import'], { cwd, input: LINES });
    expect(code).toBe(0);
    expect(out + err).not.toContain('hunter2');
    expect(out).toContain('POSTGRES_PASSWORD: "${DB_POSTGRES_PASSWORD:?}"\n');
    expect(err).toBe(`1 service from 1 docker run line
not in the result
  <stdin>:2:75  db  --rm: a service stays until docker compose down; docker compose run --rm runs one that does not
1 secret left out, for you to set in .env: DB_POSTGRES_PASSWORD
  -o FILE or --env-file FILE writes them
`);
    expect(() => read(cwd, '.env')).toThrow('ENOENT');
  });

  test('-o writes the file, and its secrets to .env beside it, where only the person may read them', () => {
    const cwd = project({ 'notes.txt': LINES, 'stack/.env': 'OTHER=1\n' });
    const { code, out, err } = batten(['import', 'notes.txt', '-o', 'stack/compose.yaml'], { cwd });
    expect([code, out]).toEqual([0, '']);
    expect(err).toContain(
      '1 secret in stack/.env: DB_POSTGRES_PASSWORD\nnext: batten fix stack/compose.yaml, or batten prove stack/compose.yaml\n',
    );
    expect(read(cwd, 'stack/.env')).toBe('OTHER=1\nDB_POSTGRES_PASSWORD=hunter2-Zq81\n');
    // The directory is the one the line was run in.
    expect(read(cwd, 'stack/compose.yaml')).toContain('- "../data:/data"\n');
    const fresh = project({ 'notes.txt': LINES });
    batten(['import', 'notes.txt', '-o', 'compose.yaml'], { cwd: fresh });
    expect(statSync(path.join(fresh, '.env')).mode & 0o777).toBe(0o600);
    expect(batten(['check', '--exit-zero'], { cwd: fresh }).code).toBe(0);
  });

  test('nothing is replaced without being asked', () => {
    const cwd = project({ 'notes.txt': LINES, 'compose.yaml': 'services: {}\n' });
    const { code, err } = batten(['import', 'notes.txt', '-o', 'compose.yaml'], { cwd });
    expect([code, err]).toEqual([2, 'error: compose.yaml is there already\n  hint: name another file, or replace it with --force\n']);
    expect(read(cwd)).toBe('services: {}\n');
    expect(() => read(cwd, '.env')).toThrow('ENOENT');
    expect(batten(['import', 'notes.txt', '-o', 'compose.yaml', '--force'], { cwd }).code).toBe(0);
    expect(read(cwd)).toContain('postgres:16');
  });

  test('nothing is half-written', () => {
    const cwd = project({ 'notes.txt': LINES, 'elsewhere/x': '' });
    symlinkSync('/nowhere/compose.yaml', path.join(cwd, 'compose.yaml'));
    const { code } = batten(['import', 'notes.txt', '-o', 'compose.yaml', '--force'], { cwd });
    expect(code).toBe(2);
    expect(() => read(cwd, '.env')).toThrow('ENOENT');
  });

  test.each([
    [
      ['import', 'notes.txt'],
      { 'notes.txt': 'docker run \\\n  --nmae a x' },
      'notes.txt:2:3: error: unknown option --nmae\n  hint: did you mean --name?\n',
    ],
    [['import', 'docker run'], {}, '1:1: error: the line names no image\n'],
    [['import', 'none.txt'], {}, 'none.txt: error: '],
    [['import', 'a.txt', 'b.txt'], { 'a.txt': LINES, 'b.txt': LINES }, 'error: a.txt is no docker run line'],
    [['import'], {}, 'error: there is no docker run line in it\n'],
  ])('%j is exit 2', (words, files, message) => {
    const { code, out, err } = batten(words, { cwd: project(files as unknown as Record<string, string>) });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  test('what is on the line does not become more lines', () => {
    const cwd = project({});
    const { out, err } = batten(['import', 'docker run -e "A=$(echo x\nservices: {evil: 1})" --label "a=\u001b[2J" x'], { cwd });
    expect(out).not.toContain('\nservices: {evil');
    expect(out + err).not.toContain('\u001b[2J');
  });

  test('an Engine that is not there is said so', () => {
    const { code, err } = batten(['import', '--from-engine', 'web'], { cwd: project({}), env: { DOCKER_HOST: 'unix:///nowhere.sock' } });
    expect(code).toBe(2);
    expect(err).toContain('cannot reach the Docker Engine at unix:///nowhere.sock');
  });
});
