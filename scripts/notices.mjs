// Writes THIRD-PARTY-NOTICES: the packages whose code is in dist/, as the build's metafile lists them, each with its licence text.
// usage: node scripts/notices.mjs [--check]     --check: exit 1 when the file is not what it would be
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const FILE = path.join(root, 'THIRD-PARTY-NOTICES');
const RULE = '-'.repeat(80);

/** The directories of packages that files are in, sorted. @param files relative to the repository, with `/`. */
export function packagesOf(files) {
  const found = files.flatMap((file) => file.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/)?.[0] ?? []);
  return [...new Set(found)].sort();
}

/** The text of the notices for packages. @throws Error for one without a licence text */
export function noticesOf(packages) {
  const parts = packages.map((directory) => {
    const { name, version, license, author, homepage, repository } = JSON.parse(
      readFileSync(path.join(root, directory, 'package.json'), 'utf8'),
    );
    const by = typeof author === 'object' ? author.name : author;
    const from = homepage ?? (typeof repository === 'object' ? repository.url : repository);
    const facts = [`${name} ${version}`, `License: ${license}`, ...(by ? [`Author: ${by}`] : []), ...(from ? [`From: ${from}`] : [])];
    return [...facts, '', ...textsOf(directory)].join('\n');
  });
  const head = 'The files in dist/ contain code of these packages. Made by scripts/notices.mjs from what the build bundles.';
  return `${[head, ...parts].join(`\n\n${RULE}\n\n`)}\n`;
}

function textsOf(directory) {
  const names = readdirSync(path.join(root, directory)).filter((name) => /^(?:licen[cs]e|notice|copying)(?:[.-].*)?$/i.test(name));
  if (!names.some((name) => /^(?:licen[cs]e|copying)/i.test(name))) throw new Error(`${directory} is bundled and has no licence text`);
  return names.sort().map((name) => tidy(readFileSync(path.join(root, directory, name), 'utf8')));
}

function tidy(text) {
  return text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = noticesOf(JSON.parse(readFileSync(path.join(root, 'dist', 'bundled.json'), 'utf8')));
  if (!process.argv.includes('--check')) writeFileSync(FILE, text);
  else if (!existsSync(FILE) || readFileSync(FILE, 'utf8') !== text) {
    console.error('THIRD-PARTY-NOTICES is not of what is bundled: run npm run docs');
    process.exit(1);
  }
}
