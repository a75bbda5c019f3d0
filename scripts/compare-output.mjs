// Compares what two builds make of a folder of Compose files, byte for byte, where nobody is asked: `fix --yes` with its JSON report, and
// `patch`. Run by hand: node scripts/compare-output.mjs OLD/dist/cli/main.js NEW/dist/cli/main.js FOLDER
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const [before, after, folder] = process.argv.slice(2);
if (!folder) {
  console.error('usage: compare-output.mjs OLD/dist/cli/main.js NEW/dist/cli/main.js FOLDER');
  process.exit(2);
}

/** Runs a build over a copy of the folder: the files it leaves, its JSON report by file, and its patch. */
function produced(main) {
  // The same place for both, as notes name the directory that was searched.
  const place = path.join(tmpdir(), `batten-compare-${process.pid}`);
  mkdirSync(place);
  try {
    const [home, work] = ['home', 'work'].map((name) => path.join(place, name));
    cpSync(folder, work, { recursive: true });
    const env = { ...process.env, HOME: home, XDG_STATE_HOME: home, XDG_CACHE_HOME: home };
    const run = (...args) => spawnSync(process.execPath, [path.resolve(main), ...args], { cwd: work, env, maxBuffer: 1 << 30 });
    const names = [...texts(work).keys()].filter((name) => /\.ya?ml$/.test(name));
    const patch = run('patch', ...names);
    const fix = run('fix', '--yes', '--format', 'json', ...names);
    return { patch, fix, report: JSON.parse(fix.stdout.toString()), files: texts(work) };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function texts(root) {
  const names = readdirSync(root, { recursive: true }).filter((name) => statSync(path.join(root, name)).isFile());
  return new Map(names.sort().map((name) => [name, readFileSync(path.join(root, name), 'latin1')]));
}

const [a, b] = [produced(before), produced(after)];
const names = [...new Set([...a.files.keys(), ...b.files.keys()])];
const changed = names.filter((name) => a.files.get(name) !== b.files.get(name));
console.log(`${a.report.summary.files} Compose files, ${a.report.summary.findings} findings`);
console.log(`fix --yes: ${changed.length} of ${names.length} files differ; exit codes ${a.fix.status} and ${b.fix.status}`);
for (const name of changed) console.log(`  ${name}`);
const same = (one, other) => (one.equals(other) ? 'the same bytes' : 'other bytes');
console.log(`patch: ${a.patch.stdout.length} and ${b.patch.stdout.length} bytes, ${same(a.patch.stdout, b.patch.stdout)}`);
console.log(`JSON: ${a.fix.stdout.length} and ${b.fix.stdout.length} bytes, ${same(a.fix.stdout, b.fix.stdout)}`);
const findings = ({ report }) => new Map(report.files.map((file) => [file.path, file]));
for (const [name, file] of findings(b)) {
  const old = findings(a).get(name);
  if (JSON.stringify(old) === JSON.stringify(file)) continue;
  const told = new Set((old?.findings ?? []).map((each) => JSON.stringify(each)));
  const fresh = file.findings.filter((each) => !told.has(JSON.stringify(each)));
  console.log(
    `  ${name}: ${fresh.length} findings are told in other words or new: ${[...new Set(fresh.map((each) => each.transform))].join(', ')}`,
  );
}
process.exitCode = changed.length > 0 || !a.patch.stdout.equals(b.patch.stdout) || !a.fix.stdout.equals(b.fix.stdout) ? 1 : 0;
