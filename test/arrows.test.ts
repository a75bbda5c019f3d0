import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '..');

/** Which rooms a room may import, besides itself, src/errors.ts, src/table.ts and src/trim.ts. Imports point one way; see docs/design.md. */
const ARROWS: Record<string, readonly string[]> = {
  yaml: [],
  ownership: [],
  compose: ['yaml'],
  images: ['ownership', 'compose', 'yaml'],
  harden: ['images', 'ownership', 'compose', 'yaml'],
  convert: ['harden', 'images', 'compose', 'yaml'],
  report: ['engine', 'host', 'harden', 'images', 'ownership', 'compose', 'yaml'],
  engine: ['harden', 'images', 'ownership', 'compose', 'yaml'],
  transforms: ['harden', 'images', 'ownership', 'compose', 'yaml'],
  privileges: ['harden', 'images', 'ownership', 'compose', 'yaml', 'transforms'],
  revisions: ['compose'],
  action: ['cli', 'index', 'report', 'harden', 'compose'],
  index: ['privileges', 'harden', 'images', 'ownership', 'compose', 'yaml', 'transforms'],
  browser: ['index', 'report', 'harden'],
  lsp: ['index', 'report', 'harden', 'images', 'ownership', 'compose', 'yaml'],
  cli: ['lsp', 'index', 'report', 'revisions', 'engine', 'host', 'convert', 'harden', 'images', 'ownership', 'compose', 'yaml'],
  host: ['harden', 'images', 'compose', 'yaml'],
};

/** Packages that only one place may know. */
const OWNERS: Record<string, RegExp> = {
  yaml: /^src\/yaml\//,
  inquirer: /^src\/cli\/prompt-inquirer\.ts$/,
  '@inquirer/core': /^src\/cli\/prompt-inquirer\.ts$/,
  commander: /^src\/cli\//,
  diff: /^src\/report\//,
  unbash: /^src\/images\/shell-syntax\.ts$/,
  'vscode-languageserver/node': /^src\/lsp\//,
  'vscode-languageserver-protocol': /^src\/lsp\//,
  'vscode-languageserver-textdocument': /^src\/lsp\//,
  'vscode-languageserver-types': /^src\/lsp\//,
  'jsonc-parser': /^src\/host\/daemon-json\.ts$/,
  fzstd: /^src\/images\/xray\/zstd\.ts$/,
};

interface Import {
  file: string;
  target: string;
}

function files(directory: string): string[] {
  return readdirSync(path.join(ROOT, directory), { withFileTypes: true }).flatMap((entry) => {
    const name = `${directory}/${entry.name}`;
    return entry.isDirectory() ? files(name) : name.endsWith('.ts') ? [name] : [];
  });
}

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const found = text.matchAll(/(?:from|require\(|import\()\s*'([^']+)'/g);
  return [...found].map(([, target]) => ({
    file,
    target: target!.startsWith('.') ? path.posix.join(path.posix.dirname(file), target!) : target!,
  }));
}

/** The room a path is in; undefined for what belongs to none (src/errors, src/table, src/trim, packages). */
function roomOf(file: string): string | undefined {
  const [top, second] = file.replace(/\.ts$/, '').split('/');
  if (top === 'transforms') return 'transforms';
  if (top !== 'src') return undefined;
  return second === undefined ? 'index' : second !== undefined && ['errors', 'table', 'trim'].includes(second) ? undefined : second;
}

const imports = [...files('src'), ...files('transforms')].flatMap(importsOf);

test('there is something to look at', () => {
  expect(imports.length).toBeGreaterThan(300);
  expect(new Set(imports.map(({ file }) => roomOf(file)))).toContain('cli');
});

test('imports point one way', () => {
  const wrong = imports.filter(({ file, target }) => {
    const from = roomOf(file);
    const to = roomOf(target);
    return from !== undefined && to !== undefined && from !== to && !ARROWS[from]!.includes(to);
  });
  expect(wrong).toEqual([]);
});

test('no transform decides for itself how a key is written that comes from an alias, a merge key or extends: harden/ops does', () => {
  const deciding = files('transforms').filter((file) => /\.origin\(/.test(readFileSync(path.join(ROOT, file), 'utf8')));
  expect(deciding).toEqual([]);
});

test('each package is known to its own room only', () => {
  const wrong = imports.filter(({ file, target }) => OWNERS[target] !== undefined && !OWNERS[target].test(file));
  expect(wrong).toEqual([]);
});
