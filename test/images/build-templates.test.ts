import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';
import { broken, DEMO, lineOf } from './demo-template';

const ROOT = path.join(__dirname, '..', '..');
let scratch = '';

beforeEach(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'batten-templates-test-'));
});

afterEach(() => {
  rmSync(scratch, { recursive: true });
});

/** Runs the build of templates over one file. */
function build(text: string) {
  const from = path.join(scratch, 'from');
  const to = path.join(scratch, 'to');
  mkdirSync(from);
  writeFileSync(path.join(from, 'demo.yaml'), text);
  return {
    to,
    ...spawnSync(process.execPath, ['scripts/build-templates.mjs', '--from', from, '--to', to], { cwd: ROOT, encoding: 'utf8' }),
  };
}

describe('the build', () => {
  test.each<[string, string, string, string, RegExp]>([
    ['a value without sources', '    sources: [thread]\negress', 'egress', 'value: { tmpfs', /read_only\[0\]\.sources/],
    ['evidence without a place', 'ref: acme/demo@1234567 Dockerfile, ', '', '  image: {', /sources\.image\.ref: .*found nothing/],
    [
      'a page that is called a run',
      'kind: issue',
      'kind: engine-run',
      '  thread: {',
      /sources\.thread\.ref: as engine-run expected .* and no page/,
    ],
    [
      'known by what was seen of another image',
      'acme/demo@1234567 Dockerfile',
      'acme/parent@1234567 Dockerfile',
      'sources: [image]\ncapabilities',
      /user\[0\]\.sources: known needs a source about the image itself \(docker\.io\/acme\/demo\)/,
    ],
    ['a capability that does not exist', '[CHOWN]', '[CHOWM]', '[CHOWN]', /capabilities\[0\]\.value\[0\]: .*"CHOWM"/],
    [
      'a path that is not absolute',
      'path: /tmp',
      'path: tmp',
      'path: /tmp',
      /read_only\[0\]\.value\.tmpfs\[0\]\.path: expected an absolute path/,
    ],
    ['data that is not absolute', 'data: [/data]', 'data: [data]', 'data: [/data]', /data\[0\]: expected an absolute path/],
    ['a host path that is not absolute', 'what: /proc', 'what: proc', 'what: /proc', /host_access\[0\]\.what: expected an absolute path/],
    ['a uid that is a name', '"70:70"', 'postgres', '"70:70"', /variants\[0\]\.runs_as: expected "uid:gid" in numbers, found "postgres"/],
    ['a user that is a name', 'value: null', 'value: "nginx:nginx"', 'value: null', /user\[0\]\.value: expected "uid:gid" in numbers/],
    [
      'a health check that asks localhost',
      '[CMD, demo, ping]',
      "[CMD-SHELL, 'curl -f http://localhost:80/']",
      'test: [CMD',
      /healthcheck\[0\]\.value\.test\[1\]: expected 127\.0\.0\.1, because localhost may be ::1/,
    ],
    [
      'a health check without a command',
      'test: [CMD, demo, ping], ',
      '',
      'needs: the port of the page',
      /healthcheck\[0\]\.value: expected a test, or a check that is built in/,
    ],
    ['text that is not YAML', 'title: Demo', 'title: [', 'role: app', /not YAML/],
  ])('stops at %s, with file and line', (_what, from, to, place, message) => {
    const { status, stderr, to: target } = build(broken(from, to));
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(new RegExp(`demo\\.yaml:${lineOf(place)}:\\d+: `));
    expect(existsSync(target)).toBe(false);
  });

  test('writes an index and one file a family, and takes away what is gone', () => {
    const gone = path.join(scratch, 'to', 'families');
    mkdirSync(gone, { recursive: true });
    writeFileSync(path.join(gone, 'gone.json'), '{}');
    const { status, to } = build(DEMO);
    expect(status).toBe(0);
    expect(JSON.parse(readFileSync(path.join(to, 'index.json'), 'utf8'))).toEqual([
      { family: 'demo', title: 'Demo', role: 'app', images: ['docker.io/acme/demo'] },
    ]);
    expect(readdirSync(path.join(to, 'families'))).toEqual(['demo.json']);
    expect(JSON.parse(readFileSync(path.join(to, 'families', 'demo.json'), 'utf8'))).toMatchObject({ family: 'demo', data: ['/data'] });
  });

  test('is what scripts/build.mjs does', () => {
    expect(readFileSync(path.join(ROOT, 'scripts', 'build.mjs'), 'utf8')).toMatch(/^buildTemplatesOrExit\(\);$/m);
  });
});

describe('the built command', () => {
  /** Prints every file below templates/ that is read. */
  const HOOK = `
    const fs = require('node:fs');
    const read = fs.readFileSync;
    fs.readFileSync = (file, ...more) => {
      if (/templates[^]*[.]json$/.test(String(file))) process.stderr.write('READ ' + require('node:path').basename(String(file)) + '\\n');
      return read(file, ...more);
    };`;

  test('reads the templates of the images of the file, and no others', () => {
    const { status } = spawnSync(process.execPath, ['scripts/build-templates.mjs', '--to', path.join(scratch, 'dist', 'templates')], {
      cwd: ROOT,
    });
    expect(status).toBe(0);
    const cli = path.join(scratch, 'dist', 'cli', 'main.js');
    const bundle = (entry: string, outfile: string) => {
      const external = ['inquirer', '@inquirer/core'];
      const options: BuildOptions = { absWorkingDir: ROOT, entryPoints: [entry], outfile, bundle: true, platform: 'node', external };
      buildSync({ ...options, logLevel: 'error' });
    };
    bundle('src/cli/main.ts', cli);
    bundle('src/index.ts', path.join(scratch, 'dist', 'index.js'));
    const hook = path.join(scratch, 'hook.cjs');
    writeFileSync(hook, HOOK);
    const file = path.join(scratch, 'compose.yaml');
    writeFileSync(
      file,
      'services:\n  a: { image: "postgres:16" }\n  b: { image: "redis:7" }\n  c: { image: "nginx:1" }\n  d: { image: acme/api }\n  e: { image: "redis:8" }\n',
    );
    const run = spawnSync(process.execPath, ['--require', hook, cli, 'check', '--exit-zero', file], { encoding: 'utf8' });
    const reads = run.stderr
      .split('\n')
      .filter((line) => line.startsWith('READ '))
      .map((line) => line.slice(5));
    expect(run.stdout).toContain('postgres');
    expect(reads.sort()).toEqual(['hints.json', 'index.json', 'nginx.json', 'postgres.json', 'redis.json']);
  });
});
