/*
 * Writes the parts of the documentation that the code knows better, between `<!-- name:start -->` and `<!-- name:end -->`:
 *
 *   README.md                  `transforms`: the table of transforms;  `diff`: the end of examples/blog/hardening.patch;
 *                              `checks`: what other tools look for, and what batten does about it (docs/checks.yaml)
 *   transforms/<id>/README.md  `facts`: severity, controls, default;   `diff`: what the transform makes of the YAML block above it
 *   schemas/config.schema.json what a configuration file may hold
 *
 * Usage: node scripts/update-docs.mjs [--check] [--library dist/index.js]
 * --check writes nothing and exits 1 when a file is stale.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { structuredPatch } from 'diff';
import { parse } from 'yaml';
import { checkCells, checkRows } from './checks-table.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const {
  values: { check, library },
} = parseArgs({
  options: { check: { type: 'boolean', default: false }, library: { type: 'string', default: path.join(root, 'dist', 'index.js') } },
});
const { batten, configSchema } = createRequire(import.meta.url)(path.resolve(library));
const transforms = batten.transforms();

/** An empty directory: what a change needs beside the file can be written, and nothing is there. */
const nowhere = mkdtempSync(path.join(tmpdir(), 'batten-docs-'));
process.on('exit', () => rmSync(nowhere, { recursive: true }));

const read = (file) => readFileSync(path.join(root, file), 'utf8');

/** Replaces what is between the markers of that name, once; the markers stay. */
function fill(text, file, name, content) {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`${file} has no ${start} … ${end}`);
  return `${text.slice(0, from + start.length)}\n${content.trimEnd()}\n${text.slice(to)}`;
}

/** A table as the formatter of the pages writes it, columns padded. */
function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [head, ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

function transformTable() {
  const rows = transforms.map(({ id, readme, summary, severity, controls }) => [
    `[\`${id}\`](${readme})`,
    summary,
    severity,
    controls.join(', '),
  ]);
  return table([['transform', 'does', 'severity', 'controls'], ...rows]);
}

function facts({ severity, controls, preset }) {
  return table([
    ['severity', 'controls', 'preset'],
    [severity, controls.join(', '), preset === 'asked' ? 'none: on request' : preset],
  ]);
}

/** The last hunk, which shows a database and its network. */
function blogHunk() {
  const hunks = read('examples/blog/hardening.patch').split(/^(?=@@ )/m);
  return `\`\`\`diff\n${hunks.at(-1)}\`\`\``;
}

/** What the page sets as an example of a configuration, if it has one. */
function settingsIn(text) {
  const block = /```yaml\n(transforms:\n[\s\S]*?)```/.exec(text)?.[1];
  return block && parse(block);
}

function hunksOf(before, after) {
  return structuredPatch('', '', before, after, undefined, undefined, { context: before.length }).hunks;
}

/** What one transform alone, guesses included, makes of a file, and of a Dockerfile beside it: all lines, and its plans with their confidence. */
function outcome(id, before, settings, dockerfile) {
  if (dockerfile !== undefined) writeFileSync(path.join(nowhere, 'Dockerfile'), dockerfile);
  const { after, findings, files } = batten.run(
    { path: 'compose.yaml', text: before, directory: nowhere },
    { only: [id], confidence: 'guess', settings },
  );
  if (dockerfile !== undefined) rmSync(path.join(nowhere, 'Dockerfile'));
  const built = files.filter(({ path: name }) => name === 'Dockerfile').flatMap((file) => hunksOf(file.before, file.after));
  const hunks = [...hunksOf(before, after), ...built];
  const plans = findings.map((finding) =>
    finding.refusal ? `- left to you: ${finding.refusal.message}` : `- \`${finding.confidence}\`: ${finding.plan}`,
  );
  const diff = hunks.flatMap(({ lines }) => lines);
  return [...(diff.length > 0 ? ['```diff', ...diff, '```', ''] : []), ...plans].join('\n');
}

function transformReadme(transform) {
  const file = transform.readme;
  const text = fill(read(file), file, 'facts', facts(transform));
  const before = /```ya?ml\n([\s\S]*?)```\s*<!-- diff:start -->/.exec(text)?.[1];
  if (before === undefined) throw new Error(`${file} has no YAML block before <!-- diff:start -->`);
  const dockerfile = /```dockerfile\n([\s\S]*?)```/.exec(text)?.[1];
  return fill(text, file, 'diff', outcome(transform.id, before, settingsIn(text), dockerfile));
}

const undocumented = transforms.filter(({ readme }) => !existsSync(path.join(root, readme)));
const folders = readdirSync(path.join(root, 'transforms'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
const unlisted = folders.filter(({ name }) => !transforms.some(({ id }) => id === name));
for (const { readme } of undocumented) console.error(`${readme} is missing`);
for (const { name } of unlisted) console.error(`transforms/${name} is not in transforms/index.ts`);

const readme = [
  ['transforms', transformTable()],
  ['diff', blogHunk()],
  ['checks', table(checkCells(checkRows(root, transforms), transforms))],
].reduce((text, [name, content]) => fill(text, 'README.md', name, content), read('README.md'));

const wanted = new Map([['README.md', readme]]);
for (const transform of transforms) if (!undocumented.includes(transform)) wanted.set(transform.readme, transformReadme(transform));

wanted.set('schemas/config.schema.json', `${JSON.stringify(configSchema(transforms), null, 2)}\n`);

const stale = [...wanted].filter(([file, text]) => !existsSync(path.join(root, file)) || read(file) !== text);
for (const [file, text] of stale) {
  if (!check) writeFileSync(path.join(root, file), text);
  console.error(check ? `${file} is stale: npm run docs` : `updated ${file}`);
}
if (undocumented.length + unlisted.length > 0 || (check && stale.length > 0)) process.exitCode = 1;
