/*
 * Lists every value of the templates that says `known` by what was seen of another image: of a parent, a relative or the whole family. For the
 * names that are listed it counts as `generic` (see src/images/about.ts). Use it to find what is worth reading next.
 *
 * Usage: node scripts/known-audit.mjs [--check] [family …]
 * --check exits 1 when a template claims `known` without any source about one of its own images, which the build refuses too.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { loadSources, root } from './sources.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { check: { type: 'boolean', default: false } } });
const { speaksOf } = loadSources('images/about');
const { KNOWABLE } = loadSources('images/validate');
const folder = path.join(root, 'templates', 'images');

let [claims, lowered, refused] = [0, 0, 0];
for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
  const template = parse(readFileSync(path.join(folder, file), 'utf8'));
  if (positionals.length > 0 && !positionals.includes(template.family)) continue;
  for (const field of KNOWABLE) {
    for (const [index, { confidence, sources }] of (template[field] ?? []).entries()) {
      if (confidence !== 'known') continue;
      const others = template.match.filter((entry) => !entry.unchanged && !speaksOf(template, entry, sources));
      claims += template.match.length;
      lowered += others.length;
      if (others.length === 0) continue;
      const all = others.length === template.match.length;
      if (all) refused += 1;
      const names = all ? 'ALL' : others.map(({ name }) => name).join(' ');
      console.log(`${template.family} ${field}[${index}] [${sources.join(', ')}] ${names}`);
    }
  }
}
console.log(`${claims} claims for a name, ${lowered} of them lowered; ${refused} without a source about any of their images`);
if (values.check && refused > 0) process.exitCode = 1;
