import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/* The package as somebody has it who installed it: packed, put into an empty folder, loaded and compiled against there. */

const ROOT = path.join(__dirname, '..', '..');
const home = realpathSync(mkdtempSync(path.join(tmpdir(), 'batten-package-')));
afterAll(() => rmSync(home, { recursive: true }));

function run(command: string, args: readonly string[], cwd = home): string {
  const { status, stdout, stderr } = spawnSync(command, [...args], { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

const USE = `
const input: Input = { path: 'compose.yaml', text: 'services:\\n  db:\\n    image: postgres:16\\n', texts: {} };
const options: RunOptions = { profile: 'platform', choose: (finding: Finding) => (finding.transform === 'user' ? { kind: 'skip' } : undefined) };
const results: FileResult[] = batten.runProject(input, options);
console.log(results[0]?.after.includes('cap_drop'), BattenError.name);
`;
const IMPORT = "import { BattenError, batten, type FileResult, type Finding, type Input, type RunOptions } from 'batten';\n";

beforeAll(() => {
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--offline', '--pack-destination', home], ROOT));
  writeFileSync(path.join(home, 'package.json'), '{"name":"user","private":true}');
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', `./${filename}`]);
}, 180_000);

test('CommonJS and ESM load it, and it is one', () => {
  writeFileSync(
    path.join(home, 'use.mjs'),
    "import { createRequire } from 'node:module'; import * as esm from 'batten'; const cjs = createRequire(import.meta.url)('batten'); const browser = await import('batten/browser'); console.log(esm.batten === cjs.batten, Object.keys(cjs).every((name) => esm[name] === cjs[name] && name in browser), browser.batten.transforms().length === cjs.batten.transforms().length);",
  );
  expect(run('node', ['use.mjs'])).toBe('true true true\n');
  expect(
    run('node', ['-e', "console.log(typeof require('batten').batten.runProject, require('batten/schemas/report.schema.json').type)"]),
  ).toBe('function object\n');
});

test.each([
  ['node16', 'node16', 'mts'],
  ['node16', 'node16', 'cts'],
  ['esnext', 'bundler', 'ts'],
])(
  'types: module %s, resolution %s, .%s',
  (module, moduleResolution, extension) => {
    const folder = path.join(home, `${moduleResolution}-${extension}`);
    mkdirSync(folder);
    writeFileSync(path.join(folder, `use.${extension}`), IMPORT + USE);
    writeFileSync(path.join(folder, 'package.json'), extension === 'cts' ? '{}' : '{"type":"module"}');
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2022',
      lib: ['es2022', 'dom'],
      types: [],
      strict: true,
      skipLibCheck: false,
      outDir: 'out',
    };
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [`use.${extension}`] }));
    run('node', [path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'], folder);
    const built = `out/use.${extension.replace('ts', 'js')}`;
    expect(run('node', [built], folder)).toBe('true BattenError\n');
  },
  120_000,
);

test('the example for platforms runs', () => {
  const out = run('node', [path.join(ROOT, 'examples', 'platform.mjs')], ROOT);
  expect(out).toContain('# compose.yaml\n');
  expect(out).toMatch(/^would-fix: .*\(db, known: /m);
});
