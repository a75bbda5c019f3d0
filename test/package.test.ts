import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '..');
const packed = () => {
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline'], { cwd: ROOT, encoding: 'utf8' });
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  return files.map((file) => file.path);
};

test('the package holds what runs, with its notices, once, and nothing that nobody can read', () => {
  const files = packed();
  expect(files).toEqual(expect.arrayContaining(['dist/cli/main.js', 'dist/cli/app.js', 'dist/index.js', 'LICENSE', 'THIRD-PARTY-NOTICES']));
  expect(files.filter((file) => file === 'dist/demo.yaml' || file === 'dist/bundled.json' || /\.cache$|^test\//.test(file))).toEqual([]);
  // The templates are in dist, compiled.
  expect(files.some((file) => file.startsWith('dist/templates/'))).toBe(true);
  expect(files.filter((file) => file.startsWith('templates/') && !file.endsWith('README.md'))).toEqual([]);
});

test('each package that is bundled has its licence in the notices', () => {
  const notices = readFileSync(path.join(ROOT, 'THIRD-PARTY-NOTICES'), 'utf8');
  const bundled = JSON.parse(readFileSync(path.join(ROOT, 'dist', 'bundled.json'), 'utf8')) as string[];
  expect(bundled).toEqual(expect.arrayContaining(['node_modules/commander', 'node_modules/yaml', 'node_modules/unbash']));
  for (const directory of bundled) {
    const { name, version } = JSON.parse(readFileSync(path.join(ROOT, directory, 'package.json'), 'utf8')) as {
      name: string;
      version: string;
    };
    const [, after = ''] = notices.split(`\n${name} ${version}\nLicense: `);
    expect([name, /copyright|permission/i.test(after.split('-'.repeat(80))[0]!)]).toEqual([name, true]);
  }
});

test('nobody is told to install a name that nobody owns', () => {
  const { private: held, name } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { private?: boolean; name: string };
  const places = [
    'README.md',
    'CONTRIBUTING.md',
    'docs/ci/README.md',
    'docs/ci/github-workflow.yml',
    'docs/diff.md',
    'docs/design.md',
    'docs/learn.md',
    'docs/networks.md',
  ];
  for (const file of places.filter((each) => existsSync(path.join(ROOT, each)))) {
    const lines = readFileSync(path.join(ROOT, file), 'utf8').split('\n');
    const install = new RegExp(
      `(?:npm (?:i|install|exec|x)|npx|yarn (?:add|dlx)|pnpm (?:add|dlx))\\b[^\`#]*\\s${name}(?:@\\S+)?(?:\\s|\`|$)`,
    );
    expect([file, lines.filter((line) => install.test(line))]).toEqual([file, []]);
  }
  const texts = [
    ...places,
    'src/report/sarif.ts',
    'src/report/starter-config.ts',
    'schemas/config.schema.json',
    'schemas/report.schema.json',
  ];
  for (const file of texts)
    expect([file, /unpkg\.com|jsdelivr\.net/.test(readFileSync(path.join(ROOT, file), 'utf8'))]).toEqual([file, false]);
  expect(held).toBe(true);
});
