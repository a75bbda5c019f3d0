import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { batten, project, removeProjects } from '../cli/run';
import { HOSTILE, WEB } from './hostile';

/**
 * One hostile file never stops a run: it is done, or refused with its place and what to do, and the others are done. Every command has all of them
 * at once, between two files that are good.
 */
const FILES = Object.keys(HOSTILE).map((name) => `${name}.yaml`);
const ALL = ['a-first.yaml', ...FILES, 'z-last.yaml'];

function written(): string {
  const directory = project({ 'a-first.yaml': WEB, 'z-last.yaml': WEB });
  for (const [name, text] of Object.entries(HOSTILE)) writeFileSync(path.join(directory, `${name}.yaml`), text);
  return directory;
}

afterAll(removeProjects);

jest.setTimeout(600_000);

/** What is on standard error, cut into what is said of each refused file. */
function refusals(err: string): { file: string; place: string; hint: boolean }[] {
  const lines = err.split('\n');
  return lines.flatMap((line, at) => {
    const [, file = '', place = ''] = /^([\w-]+\.yaml)((?::\d+)*): error: /.exec(line) ?? [];
    return file === '' ? [] : [{ file, place, hint: (lines[at + 1] ?? '').startsWith('  hint: ') }];
  });
}

const COMMANDS: readonly (readonly string[])[] = [
  ['check', '--preset', 'strict', '--format', 'json'],
  ['fix', '--preset', 'strict', '--confidence', 'guess', '--dry-run', '--format', 'json'],
  ['patch', '--preset', 'strict', '-o', 'all.patch'],
  ['graph', '--format', 'json'],
];

test.each(COMMANDS)('%s: no hostile file stops the others', (...command) => {
  const cwd = written();
  const before = readdirSync(cwd);
  const { code, out, err } = batten([...command, ...ALL], { cwd });
  expect(err).not.toMatch(/internal:|batten fails on this file|^\s+at |RangeError|TypeError/m);
  expect(code).toBe(2);
  const refused = refusals(err);
  expect(refused.filter(({ place, hint }) => !/^:\d+:\d+$/.test(place) || !hint)).toEqual([]);
  expect(refused.map(({ file }) => file).filter((file) => !FILES.includes(file))).toEqual([]);
  if (command[0] === 'check') {
    const report = JSON.parse(out) as { files: { path: string; status: string }[] };
    expect(new Set(report.files.map((file) => file.path))).toEqual(new Set(ALL));
    for (const good of ['a-first.yaml', 'z-last.yaml', 'key-toString.yaml', 'service-__proto__.yaml', 'value-constructor.yaml'])
      expect(report.files.find((file) => file.path === good)?.status).toBe('would-fix');
    expect(
      report.files
        .filter((file) => file.status === 'error')
        .map((file) => file.path)
        .sort(),
    ).toEqual([...new Set(refused.map(({ file }) => file))].sort());
  }
  expect(readdirSync(cwd).filter((name) => !before.includes(name))).toEqual(command[0] === 'patch' ? ['all.patch'] : []);
  for (const name of ['a-first.yaml', 'z-last.yaml']) expect(readFileSync(path.join(cwd, name), 'utf8')).toBe(WEB);
});
