import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { namedOutput } from '../compose/bounds';
import { DEFAULT_NAMES, OVERRIDE_NAMES } from '../compose/discover';
import { readEnvFile } from '../compose/env-file';
import { readInput } from '../compose/read';
import { UsageError } from '../errors';
import type { OverrideTarget } from '../harden/api';
import type { FileResult } from '../harden/types';
import { type Context, requireFreeStdout } from './context';
import type { Host } from './host';
import type { Opened } from './inputs';

/** The first version of Compose that reads `!reset` and `!override` the way an override file needs them. */
const TAGS_SINCE = [2, 24, 4];

/**
 * The override file `--override` names, with what is in it.
 *
 * @throws UsageError when it does not go with the inputs or with other options; InputError when it is there and cannot be read.
 */
export function overrideTarget(context: Context, opened: readonly Opened[]): OverrideTarget | undefined {
  const { host, options } = context;
  const { override: shown, composeVersion } = options;
  if (shown === undefined) {
    if (composeVersion !== undefined)
      throw new UsageError('--compose-version says what an override file may hold: it needs --override FILE');
    return undefined;
  }
  if (opened.length !== 1) throw new UsageError(`--override takes one input, and there are ${opened.length}`, { hint: 'name one file' });
  const [only] = opened as [Opened];
  const tags = composeVersion !== undefined && atLeast(versionOf(composeVersion), TAGS_SINCE);
  const main = mainFile(only, host.cwd);
  if (shown === '-') {
    requireFreeStdout(context, 'the override file');
    return { path: shown, header: header(basename(main), `-f ${quoted(basename(main))} -f FILE`), tags };
  }
  const absolute = resolve(host.cwd, shown);
  if (absolute === only.absolute) throw new UsageError(`--override names the input itself, ${shown}`, { hint: 'name another file' });
  const text = existsSync(absolute) ? readInput(absolute, shown, namedOutput(host.cwd)).text : undefined;
  return { path: shown, absolute, text, header: header(basename(main), usage(only, absolute, host, dirname(main))), tags };
}

/** How the file is put to use, for who has just had it written. */
export function usageNotes({ override, before, after }: FileResult, opened: Opened, host: Host): string[] {
  if (!override || override.path === '-' || before === after) return [];
  const flags = usage(opened, resolve(host.cwd, override.path), host, host.cwd);
  return [flags === undefined ? `Compose loads ${override.path} by itself` : `use ${override.path} with: docker compose ${flags} up -d`];
}

/** The file that a result is written to, as a file to show. */
export function writtenFile({ path, override, before, after }: FileResult): { path: string; before: string | undefined; after: string } {
  return override ? { path: override.path, before: override.isNew ? undefined : before, after } : { path, before, after };
}

function header(base: string, flags: string | undefined): string[] {
  return [
    `Hardens the services of ${base}, which itself is unchanged. Written by batten.`,
    flags === undefined ? 'Compose loads it by itself.' : `Use it with: docker compose ${flags} up -d`,
  ];
}

/**
 * The `-f` flags that load a project with one more file, as seen from a directory; undefined when Compose finds all of it without: the
 * Compose file by its name, and the override file as the first of those it looks for.
 */
function usage(opened: Opened, override: string, { cwd, env }: Host, from: string): string | undefined {
  const main = mainFile(opened, cwd);
  const directory = dirname(main);
  const beside = (names: readonly string[], also: string): string | undefined =>
    names.map((name) => join(directory, name)).find((file) => file === also || existsSync(file));
  const byItself = beside(DEFAULT_NAMES, main) === main && !env.COMPOSE_FILE && !namedInDotEnv(directory);
  const standard = byItself ? beside(OVERRIDE_NAMES, override) : undefined;
  const merged = opened.input?.overrides?.map(({ absolute }) => absolute) ?? (standard === undefined ? [] : [standard]);
  const others = merged.filter((file) => file !== override);
  if (standard === override && others.length === 0) return undefined;
  return [main, ...others, override].map((file) => `-f ${quoted(relative(from, file).split(sep).join('/'))}`).join(' ');
}

function mainFile({ absolute }: Opened, cwd: string): string {
  return absolute === '-' ? join(cwd, 'compose.yaml') : absolute;
}

function namedInDotEnv(directory: string): boolean {
  return Boolean(readEnvFile(directory).variables.COMPOSE_FILE);
}

function quoted(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function versionOf(text: string): number[] {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-+].*)?$/.exec(text);
  if (!match) throw new UsageError(`"${text}" is no version of Compose`, { hint: 'say it as `docker compose version` does: 2.30.3' });
  return match.slice(1, 4).map((part) => Number(part ?? 0));
}

function atLeast(version: readonly number[], least: readonly number[]): boolean {
  const at = version.findIndex((part, index) => part !== least[index]);
  return at === -1 || version[at]! > least[at]!;
}
