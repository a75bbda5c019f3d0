import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/*
 * Files of a person or a repository are read by compose/read.ts and written by compose/write.ts, which ask compose/bounds.ts where that may
 * be. What else opens, makes or removes files is named here, with what they are.
 */

const ROOT = path.join(__dirname, '..', '..');

/** What opens a file, or changes what is there. To look (`existsSync`, `lstatSync`, `readdirSync`) opens nothing. */
const OPENS = [
  ...['open', 'readFile', 'createReadStream', 'readv', 'opendir', 'openAsBlob', 'watch', 'cp', 'copyFile'],
  ...['writeFile', 'appendFile', 'createWriteStream', 'truncate', 'mkdir', 'mkdtemp', 'rename', 'rm', 'rmdir', 'unlink', 'link', 'symlink'],
  ...['chmod', 'chown', 'lchmod', 'lchown', 'utimes', 'lutimes'],
].flatMap((name) => [name, `${name}Sync`]);

const ALLOWED: Record<string, string> = {
  'src/action/main.ts': 'the summary of a job, which the runner names',
  'src/compose/read.ts': 'the one that reads',
  'src/compose/write.ts': 'the one that writes',
  'src/cli/journal.ts': "the person's own state: makes and prunes the directories of runs",
  'src/cli/migrate-store.ts': "the person's own state: makes, writes and removes the directories of migrations",
  'src/cli/commands/undo.ts': 'removes directories that a run made and that are empty',
  'src/cli/side-files.ts': 'removes a directory it has just made',
  'src/cli/bundle.ts': 'the directory for compiled code, in the cache of the person',
  'src/report/readme.ts': "batten's own READMEs",
  'src/images/catalogue.ts': "batten's own templates",
  'src/images/load.ts': "batten's own templates",
  'src/images/hints/load.ts': "batten's own templates",
  'src/engine/client/endpoint.ts': "the person's Docker configuration",
  'src/engine/prove/images.ts': 'a Dockerfile that batten put into its scratch folder',
  'src/engine/trial/scratch.ts': 'the scratch folder of a trial',
  'src/engine/trial/copies.ts': 'the scratch folder of a trial',
  'src/engine/trial/host/copy-tree.ts': 'copies what a trial mounts, after world.ts has found where it really is, through no link',
  'src/engine/trial/host/survey.ts': "this machine's mount points",
  'src/engine/trial/host/world.ts': "this machine's accounts",
  'src/engine/trial/machine.ts': "this machine's own number",
  'src/cli/proof-key.ts': "the person's own state: a key that is none gives way",
  'src/cli/kept-answers.ts': "the person's own state: answers that were written are removed",
  'src/host/files.ts': "this machine's kernel; files of a host are read by compose/read.ts",
  'src/engine/daemon/validate.ts': 'a directory of its own, with a configuration for dockerd to look at',
  'src/images/xray/layout.ts': 'an image as a directory, within the bounds it is given',
};
/** Rooms that read the kernel, not a repository. */
const KERNEL = /^src\/engine\/(?:trace\/|observe\/listening|ownership\/stack|prove\/cleanup|learn\/(?:connections|usage))/;

function sources(directory: string): string[] {
  return readdirSync(path.join(ROOT, directory), { withFileTypes: true }).flatMap((entry) => {
    const name = `${directory}/${entry.name}`;
    return entry.isDirectory() ? sources(name) : name.endsWith('.ts') ? [name] : [];
  });
}

const texts = ['src', 'transforms'].flatMap(sources).map((file) => ({ file, text: readFileSync(path.join(ROOT, file), 'utf8') }));

/** The names a file imports from the file system; all of them when it takes the module as a whole. */
function taken(text: string): string[] {
  const names: string[] = [];
  for (const [statement, list] of text.matchAll(/import\s+(?:type\s+)?([^;]*?)\s+from\s+'(?:node:)?fs(?:\/promises)?'/g)) {
    if (/^import\s+type\b/.test(statement)) continue;
    const named = /\{([^}]*)\}/.exec(list!)?.[1];
    if (named === undefined) return OPENS;
    names.push(
      ...named.split(',').map((name) =>
        name
          .trim()
          .replace(/^type .*/, '')
          .replace(/ as .*/, ''),
      ),
    );
  }
  // Asked for in any other way it is whole.
  return /(?:require|import|getBuiltinModule)\(\s*['"`](?:node:)?fs(?:\/promises)?['"`]/.test(text) ? OPENS : names;
}

const openers = texts.filter(({ text }) => taken(text).some((name) => OPENS.includes(name))).map(({ file }) => file);

test('nothing goes round the functions that read and write', () => {
  expect(openers.filter((file) => ALLOWED[file] === undefined && !KERNEL.test(file))).toEqual([]);
});

test('the list of exceptions is current', () => {
  expect(Object.keys(ALLOWED).filter((file) => !openers.includes(file))).toEqual([]);
});

test('the search sees what it is for', () => {
  expect(taken("import { type Stats, readFileSync as read, statSync } from 'node:fs';")).toContain('readFileSync');
  expect(taken("import fs from 'fs';")).toContain('openSync');
  expect(taken("import * as fs from 'node:fs/promises';")).toContain('open');
  expect(taken("const { rmSync } = require('node:fs');")).toContain('rmSync');
  expect(taken("import { statSync } from 'node:fs';").filter((name) => OPENS.includes(name))).toEqual([]);
});

test('whoever says that a path may be anywhere was given it by the person, or is about to refuse what is outside', () => {
  const anywhere = texts.filter(({ text }) => /import [^;]*\bANYWHERE\b/.test(text)).map(({ file }) => file);
  expect(anywhere.sort()).toEqual([
    // The review that another job left, at the place the workflow names.
    'src/action/main.ts',
    'src/cli/baseline.ts',
    'src/cli/commands/bench.ts',
    'src/cli/commands/import.ts',
    // One of two files that the person named.
    'src/cli/diff/sides.ts',
    'src/compose/discover.ts',
    // Looks what a file outside of the project would name, before it is refused.
    'src/engine/compose/reads.ts',
    'src/engine/compose/resolve.ts',
    'src/engine/prove/place.ts',
    // Has found where the path leads and that it is inside.
    'src/engine/trial/host/world.ts',
    // A seccomp profile is handed to the Engine as one, or refused as none.
    'src/engine/trial/seal.ts',
    'src/harden/config/nearest.ts',
    // The files of this host, which the command is about, and none that a project names.
    'src/host/files.ts',
    'src/images/image-config.ts',
    'src/images/xray/image-file.ts',
  ]);
});
