import { batten, project, read, removeProjects } from './run';

afterEach(removeProjects);

/** Forty projects, no two alike; some cannot be read. */
const files = (): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => {
      const text = `services:\n  web${index}:\n    image: ${['nginx:1.27', 'redis:7', 'nobody/knows:1'][index % 3]}\n    ports: ["${8000 + index}:80"]\n`;
      return [`s${String(index).padStart(2, '0')}/compose.yaml`, index % 13 === 5 ? 'services: [\n' : text];
    }),
  );

test.each([
  ['check', '--format', 'json'],
  ['check', '--preset', 'strict', '--confidence', 'guess', '-v'],
  ['fix', '--dry-run', '--format', 'json'],
  ['fix', '--diff'],
  ['patch'],
])('%s %s %s: workers change nothing', (...args) => {
  const cwd = project(files());
  const [alone, together] = ['1', '3'].map((jobs) => batten([...args, '--jobs', jobs, '.'], { cwd }));
  expect(alone!.out.length).toBeGreaterThan(1000);
  expect(together).toEqual(alone);
});

test('fix writes the same, and one undo takes it back', () => {
  const [one, three] = [project(files()), project(files())];
  const env = { XDG_STATE_HOME: project({}) };
  expect(batten(['fix', '--yes', '--jobs', '1', '.'], { cwd: one }).code).toBe(2);
  expect(batten(['fix', '--yes', '--jobs', '3', '.'], { cwd: three, env }).code).toBe(2);
  const all = (cwd: string): string[] => Object.keys(files()).map((name) => read(cwd, name));
  expect(all(three)).toEqual(all(one));
  expect(all(three)).not.toEqual(Object.values(files()));
  expect(batten(['undo'], { cwd: three, env }).code).toBe(0);
  expect(all(three)).toEqual(Object.values(files()));
});

test('a configuration and a baseline count for workers, too', () => {
  const cwd = project({
    ...files(),
    '.batten.yaml': 'skip: [cap-drop]\nignore:\n  - transform: no-new-privileges\n    reason: behind a firewall\n',
  });
  batten(['check', '--update-baseline', '--baseline', 'known.json', 's00'], { cwd });
  const [alone, together] = ['1', '3'].map((jobs) =>
    batten(['check', '--format', 'json', '--baseline', 'known.json', '--jobs', jobs, '.'], { cwd }),
  );
  expect(together).toEqual(alone);
  expect(together!.out).toContain('behind a firewall');
  expect(together!.out).not.toContain('"cap-drop"');
});

test('shards are all of the projects, and each of them once', () => {
  const cwd = project(files());
  const paths = (...args: string[]): string[] => {
    const report = JSON.parse(batten(['check', '--format', 'json', ...args, '.'], { cwd }).out) as { files: { path: string }[] };
    return report.files.map((file) => file.path);
  };
  const parts = ['1/3', '2/3', '3/3'].map((shard) => paths('--shard', shard));
  expect(parts.map(({ length }) => length)).toEqual([14, 13, 13]);
  expect(parts.flat().sort()).toEqual(paths().sort());
  expect(paths('--shard', '50/60')).toEqual([]);
});

test.each([
  ['--shard', '0/3', '--shard must be I/N with I from 1 to N, not 0/3'],
  ['--shard', '4/3', '--shard must be I/N with I from 1 to N, not 4/3'],
  ['--shard', 'half', '--shard must be I/N with I from 1 to N, not half'],
  ['--jobs', '0', '--jobs must be a positive integer, not 0'],
  ['--jobs', 'all', '--jobs must be a positive integer, not all'],
])('%s %s is an error of usage', (flag, value, message) => {
  const { code, err } = batten(['check', flag, value, '.'], { cwd: project(files()) });
  expect(code).toBe(2);
  expect(err).toContain(`error: ${message}`);
});
