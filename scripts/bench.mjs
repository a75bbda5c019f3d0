#!/usr/bin/env node
// Measures what speed we promise, in one run:
//   start   wall time of `batten check` and `batten fix --yes` on one small file, as a ratio to `node -e 0`   (aim: 2 or less)
//   file    milliseconds a file in process, as a ratio to parseDocument of the package yaml  (aim: 6 or less)
//   memory  peak memory of a process that checks the whole folder                            (aim: under 200 MB)
//   bulk    wall time of one `batten check` and one `batten fix --yes` over all files, with their workers, as a ratio to one process that reads
//           them with parseDocument                                        (aim: 1.0 and 1.5 or less, and under 300 MB)
// usage: npm run bench [-- DIR]     DIR: a folder of Compose files, default BATTEN_CORPUS, else examples and test/fixtures
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const cli = path.join(root, 'dist', 'cli', 'main.js');
const given = process.argv[2] ?? process.env.BATTEN_CORPUS;
const folders = given ? [given] : [path.join(root, 'examples'), path.join(root, 'test', 'fixtures')];

if (process.env.BATTEN_BENCH_PARSE) {
  const { parseDocument } = require('yaml');
  for (const file of folders.flatMap(walk)) attempt(() => parseDocument(readFileSync(file, 'utf8')));
} else if (process.env.BATTEN_BENCH_CHILD) {
  const { batten } = require(path.join(root, 'dist', 'index.js'));
  for (const file of folders.flatMap(walk)) attempt(() => batten.run({ path: file, text: readFileSync(file, 'utf8') }));
  console.log(process.resourceUsage().maxRSS / 1024);
} else {
  start();
  perFile();
  memory();
  bulk();
}

function start() {
  const scratch = mkdtempSync(path.join(tmpdir(), 'batten-bench-'));
  const small = path.join(scratch, 'compose.yaml');
  process.env.XDG_STATE_HOME = scratch;
  const times = { node: [], check: [], fix: [] };
  // One after the other, so that all see the same machine.
  for (let round = 0; round < 21; round++) {
    cpSync(path.join(root, 'examples', 'blog', 'compose.yaml'), small);
    times.node.push(wall(['-e', '0']));
    times.check.push(wall([cli, 'check', '--exit-zero', small]));
    times.fix.push(wall([cli, 'fix', '--yes', small]));
  }
  rmSync(scratch, { recursive: true });
  const node = median(times.node);
  for (const command of ['check', 'fix']) {
    const ours = median(times[command]);
    const text = `batten ${command} ${ours.toFixed(1)} ms, node -e 0 ${node.toFixed(1)} ms (medians of ${times.node.length})`;
    report('start', text, ours / node, 2);
  }
}

function perFile() {
  const { parseDocument } = require('yaml');
  const { batten } = require(path.join(root, 'dist', 'index.js'));
  const texts = folders.flatMap(walk).map((file) => readFileSync(file, 'utf8'));
  const parse = [];
  const check = [];
  for (let round = 0; round < 7; round++) {
    parse.push(inProcess(texts, (text) => parseDocument(text)));
    check.push(inProcess(texts, (text) => batten.run({ path: 'compose.yaml', text })));
  }
  // The first rounds warm the compiler up and do not count.
  const [ours, theirs] = [check, parse].map((times) => median(times.slice(2)) / texts.length);
  report('file', `batten ${ours.toFixed(2)} ms, parseDocument ${theirs.toFixed(2)} ms a file (${texts.length} files)`, ours / theirs, 6);
}

function memory() {
  const args = [fileURLToPath(import.meta.url), ...(given ? [given] : [])];
  const peak = Number(execFileSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, BATTEN_BENCH_CHILD: '1' } }));
  console.log(`memory  ${peak.toFixed(0)} MB peak over the whole folder (aim: under 200)`);
}

function bulk() {
  const scratch = mkdtempSync(path.join(tmpdir(), 'batten-bench-'));
  const files = folders.flatMap(walk);
  const copies = files.map((file, index) => path.join(scratch, `${index}-${path.basename(file)}`));
  const state = { ...process.env, XDG_STATE_HOME: path.join(scratch, 'state') };
  const args = [fileURLToPath(import.meta.url), ...(given ? [given] : [])];
  const times = { parse: [], check: [], fix: [] };
  let peak = 0;
  const timed = (command, env) => {
    const begin = process.hrtime.bigint();
    // What GNU time says of the largest process; without it only the time is measured.
    const measured = spawnSync('/usr/bin/time', ['-f', 'peak %M', process.execPath, ...command], {
      encoding: 'utf8',
      env,
      maxBuffer: 1 << 28,
    });
    if (measured.error) spawnSync(process.execPath, command, { env, stdio: 'ignore' });
    const time = Number(process.hrtime.bigint() - begin) / 1e6;
    return { time, peak: Number(/peak (\d+)\s*$/.exec(measured.stderr ?? '')?.[1] ?? 0) / 1024 };
  };
  for (let round = 0; round < 3; round++) {
    for (const [index, copy] of copies.entries()) cpSync(files[index], copy);
    times.parse.push(timed(args, { ...process.env, BATTEN_BENCH_PARSE: '1' }).time);
    for (const [name, ...command] of [
      ['check', '--no-config', '--exit-zero', '-q'],
      ['fix', '--no-config', '--yes', '-q'],
    ]) {
      const run = timed([cli, name, ...command, ...copies], state);
      times[name].push(run.time);
      peak = Math.max(peak, run.peak);
    }
  }
  rmSync(scratch, { recursive: true });
  const parse = median(times.parse);
  for (const [name, aim] of [
    ['check', 1],
    ['fix', 1.5],
  ]) {
    const ours = median(times[name]);
    report(
      'bulk',
      `batten ${name} ${ours.toFixed(0)} ms, parseDocument ${parse.toFixed(0)} ms (${files.length} files, ${peak.toFixed(0)} MB)`,
      ours / parse,
      aim,
    );
  }
}

function report(name, text, ratio, aim) {
  console.log(`${name.padEnd(7)} ratio ${ratio.toFixed(2)} (aim: ${aim} or less): ${text}`);
}

function wall(args) {
  const begin = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} exited ${status}: ${stderr}`);
  return Number(process.hrtime.bigint() - begin) / 1e6;
}

function inProcess(texts, work) {
  const begin = process.hrtime.bigint();
  for (const text of texts) attempt(() => work(text));
  return Number(process.hrtime.bigint() - begin) / 1e6;
}

/** Files that are refused are part of the work. */
function attempt(work) {
  try {
    work();
  } catch {}
}

function walk(place) {
  if (statSync(place).isDirectory())
    return readdirSync(place)
      .sort()
      .flatMap((name) => walk(path.join(place, name)));
  return /\.ya?ml$/.test(place) ? [place] : [];
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
