import { rmdirSync, rmSync, statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { shownPath } from '../../compose/discover';
import { readInput } from '../../compose/read';
import { writeFileAtomic } from '../../compose/write';
import { BattenError, InputError, UsageError } from '../../errors';
import { pad } from '../../report/layout';
import { plural } from '../../report/summary';
import type { Context } from '../context';
import { hashOf, type Journaled, journalEntries, type WrittenFile } from '../journal';

/**
 * `batten undo`: takes back the last write of `fix`, byte for byte, as long as nothing it wrote was edited since. Without a path it is the
 * last one in the current directory or below.
 */
export async function undo(context: Context, paths: readonly string[]): Promise<number> {
  const { host, options } = context;
  if (paths.length > 1) throw new UsageError('undo takes one file', { hint: 'it takes back one write at a time' });
  const target = resolve(host.cwd, paths[0] ?? '.');
  const entries = journalEntries(host).filter((entry) => concerns(entry, target));
  if (options.list) {
    host.stdout.write(listed(entries, context));
    return 0;
  }
  const [last] = entries;
  if (!last) throw new UsageError(nothing(paths[0]), { hint: 'batten undo --list / shows all there is' });
  const shown = (path: string) => shownPath(host.cwd, path);
  const texts = last.written.map((file) => currentText(file, shown(file.path)));
  restore(last.written, texts, shown);
  rmSync(last.file, { force: true });
  if (!options.quiet)
    host.stderr.write(last.written.map((file) => `${file.before === null ? 'Removed' : 'Restored'} ${shown(file.path)}\n`).join(''));
  return 0;
}

function nothing(path: string | undefined): string {
  return path === undefined
    ? 'there is no write of batten in this directory to take back'
    : `there is no write of batten to ${path} to take back`;
}

/** A file the write touched, or a directory its main file is in. */
function concerns({ main, written }: Journaled, target: string): boolean {
  if (written.some(({ path }) => path === target)) return true;
  const inside = relative(target, main);
  return (
    inside !== '' &&
    inside !== '..' &&
    !inside.startsWith(`..${sep}`) &&
    statSync(target, { throwIfNoEntry: false })?.isDirectory() === true
  );
}

/** @throws InputError when it is not what batten left. */
function currentText({ path, after }: WrittenFile, shown: string): string {
  const hint = 'nothing was changed; take it back by hand, or from version control';
  let text: string;
  try {
    text = readInput(path, shown).text;
  } catch (cause) {
    if (!(cause instanceof BattenError)) throw cause;
    throw new InputError('changed', `cannot be taken back: ${cause.message}`, { file: shown, hint, cause });
  }
  if (hashOf(text) !== after) throw new InputError('changed', 'was edited since batten wrote it', { file: shown, hint });
  return text;
}

/** All of it or nothing: Compose files first, since they need what is beside them. */
function restore(files: readonly WrittenFile[], texts: readonly string[], shown: (path: string) => string): void {
  const done: (() => void)[] = [];
  try {
    files.forEach(({ path, before }, index) => {
      const after = texts[index]!;
      if (before !== null) {
        writeFileAtomic(path, before, { expectedText: after, shown: shown(path) });
        done.push(() => writeFileAtomic(path, after, { expectedText: before }));
      } else {
        const { mode } = statSync(path);
        rmSync(path);
        done.push(() => writeFileAtomic(path, after, { mode: mode & 0o7777, mustBeNew: true }));
      }
    });
  } catch (error) {
    for (const step of done.reverse()) step();
    throw error;
  }
  for (const directory of files.flatMap(({ made }) => made).reverse()) removeEmpty(directory);
}

/** Something else may have come into a directory that batten made. */
function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // It stays.
  }
}

function listed(entries: readonly Journaled[], { host, screen }: Context): string {
  const { colors } = screen(host.stdout);
  const rows = entries.map(({ at, main, written }) => [local(at), shownPath(host.cwd, main), plural(written.length, 'file')] as const);
  const width = Math.max(0, ...rows.map(([, main]) => main.length));
  return rows.map(([when, main, count]) => `${colors.dim(when)}  ${pad(main, width)}  ${colors.dim(count)}\n`).join('');
}

function local(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
