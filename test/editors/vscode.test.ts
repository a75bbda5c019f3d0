import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { batten } from '../../src';

/*
 * The extension as somebody has it who installed its .vsix, unpacked. VS Code itself is not there: its API is a mock (host.cjs), which the extension's own
 * client and the language server in the .vsix are real against.
 */

const ROOT = path.join(__dirname, '..', '..');
const home = mkdtempSync(path.join(tmpdir(), 'batten-vsix-'));
afterAll(() => rmSync(home, { recursive: true }));

let files: Record<string, Uint8Array>;
const text = (place: string): string => Buffer.from(files[place]!).toString('utf8');

beforeAll(() => {
  const target = path.join(home, 'batten.vsix');
  const pack = () => spawnSync(process.execPath, [path.join(ROOT, 'scripts', 'vsix.mjs'), target], { encoding: 'utf8' });
  expect(pack()).toMatchObject({ status: 0, stderr: '' });
  files = unzipSync(readFileSync(target));
  for (const [place, bytes] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(home, place)), { recursive: true });
    writeFileSync(path.join(home, place), bytes);
  }
}, 60_000);

test('has what a .vsix has, and every file its type', () => {
  const manifest = text('extension.vsixmanifest');
  const { name, publisher, version, main, engines } = JSON.parse(text('extension/package.json'));
  expect(manifest).toContain(`<Identity Language="en-US" Id="${name}" Version="${version}" Publisher="${publisher}"/>`);
  expect(manifest).toContain(`Value="${engines.vscode}"`.replace('&', '&amp;'));
  for (const [, place] of manifest.matchAll(/ Path="([^"]+)"/g)) expect([place, place! in files]).toEqual([place, true]);
  expect(files[path.posix.join('extension', main)]).toBeDefined();
  const types = text('[Content_Types].xml');
  const untyped = Object.keys(files).filter(
    (place) =>
      place !== '[Content_Types].xml' &&
      !types.includes(`Extension="${path.posix.extname(place)}"`) &&
      !types.includes(`PartName="/${place}"`),
  );
  expect(untyped).toEqual([]);
});

test('brings its licences, the schema, and nothing of the workshop', () => {
  const places = Object.keys(files);
  expect(places).toEqual(
    expect.arrayContaining([
      'extension/LICENSE.txt',
      'extension/THIRD-PARTY-NOTICES',
      'extension/server/THIRD-PARTY-NOTICES',
      'extension/schemas/config.schema.json',
    ]),
  );
  expect(text('extension/THIRD-PARTY-NOTICES')).toContain('vscode-languageclient');
  expect(places.filter((place) => /node_modules|\.ts$|\.map$|\.test\./.test(place))).toEqual([]);
});

test('what the manifest offers is what the extension registers, and it runs the server it brings', () => {
  const file = path.join(home, 'compose.yaml');
  const stack = 'services:\n  db:\n    image: postgres:16\n    privileged: true\n';
  writeFileSync(file, stack);
  const host = path.join(__dirname, 'host.cjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [host, path.join(home, 'extension'), file], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect([status, stderr]).toEqual([0, '']);
  const seen = JSON.parse(stdout);
  const { contributes } = JSON.parse(text('extension/package.json'));
  expect(seen.commands).toEqual(expect.arrayContaining(contributes.commands.map(({ command }: { command: string }) => command)));
  const [result] = batten.runProject({ path: file, text: stack, directory: home });
  expect(seen.diagnostics.map(({ code }: { code: string }) => code)).toEqual(result!.findings.map(({ transform }) => transform));
  expect(seen.diff).toEqual([expect.stringContaining('compose.yaml'), result!.after, 'compose.yaml, hardened']);
  expect(seen.errors).toEqual([]);
}, 90_000);
