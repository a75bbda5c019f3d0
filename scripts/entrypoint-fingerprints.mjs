/*
 * Prints the fingerprints of every version of a script that a git repository holds, as templates/hints/entrypoints.yaml has them.
 *
 * Usage: node scripts/entrypoint-fingerprints.mjs [--since 2020-01-01] REPOSITORY PATH…
 * REPOSITORY is a git directory on this machine, PATH a pathspec of git: `docker-entrypoint.sh`, '*entrypoint.sh'.
 * All branches and tags are looked at. What still has to be filled in (%%VERSION%%) was never published as it is, and is left out.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { loadSources } from './sources.mjs';

/** Digits of a fingerprint that the table keeps. */
const DIGITS = 16;
const NO_BLOB = /^0+$/;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { since: { type: 'string', default: '2020-01-01' } } });
const [repository, ...paths] = positionals;
if (paths.length === 0) {
  console.error('usage: node scripts/entrypoint-fingerprints.mjs [--since DATE] REPOSITORY PATH…');
  process.exit(2);
}

const { scriptFingerprint } = loadSources('images/xray/fingerprint');
const git = (...args) => execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });

/** The blobs of all versions: those that a change since then made or replaced, and what has not been changed since. */
function blobs() {
  const found = new Set();
  const seen = new Set();
  let day = '';
  for (const line of git('log', '--all', '-m', '--format=@%cs', '--raw', '--no-abbrev', '--no-renames', '--', ...paths).split('\n')) {
    if (line.startsWith('@')) day = line.slice(1);
    if (!line.startsWith(':')) continue;
    const [, , before, after] = line.split(' ');
    const path = line.slice(line.indexOf('\t') + 1);
    if (!NO_BLOB.test(after) && (day >= values.since || !seen.has(path))) found.add(after);
    if (!NO_BLOB.test(before) && day >= values.since) found.add(before);
    seen.add(path);
  }
  return found;
}

const scripts = new Set();
for (const blob of blobs()) {
  const text = git('cat-file', 'blob', blob).replace(/\r\n/g, '\n');
  if (!text.startsWith('#!') || /%%[A-Z_]+%%/.test(text)) continue;
  scripts.add(scriptFingerprint(text).slice('sha256:'.length, 'sha256:'.length + DIGITS));
}
const quoted = [...scripts].sort().map((each) => `'${each}'`);
for (let index = 0; index < quoted.length; index += 6) {
  const last = index + 6 >= quoted.length;
  console.log(`${index === 0 ? '      [' : '       '}${quoted.slice(index, index + 6).join(', ')}${last ? ']' : ','}`);
}
