import { dirname } from 'node:path';
import { still } from '../compose/bounds';
import { makeDirectory, writeFileAtomic } from '../compose/write';
import { BattenError, InputError, UsageError } from '../errors';
import type { FileResult } from '../harden/types';
import type { DockerHost, HostFinding } from '../host';
import { hang } from '../report/layout';
import { type Shown, say } from '../report/text/screen';
import { type CheckedHost, loadHost, readOwn, takes, tellNotes, writeHostReport } from './commands/host';
import { type Context, requireFreeStdout } from './context';
import { changeCode, changes } from './exit-codes';
import { Journal } from './journal';
import { commandLine } from './messages';
import { isForPrograms } from './report';
import { HALF_WRITTEN } from './side-files';

/**
 * `batten host --fix`: changes the daemon's configuration, after asking when there is somebody to ask. It is written whole or not at all, and never
 * before dockerd, where it can be asked, has taken it for valid. The daemon is neither reloaded nor restarted.
 *
 * @throws UsageError when nobody can be asked and nothing says what to do; InputError when dockerd refuses the result, or it cannot be written.
 */
export async function fixHost(context: Context, checked: CheckedHost): Promise<number> {
  const { options, err, out } = context;
  const { yes = false, diff = false, dryRun = false } = options;
  const ask = !yes && !diff && !dryRun;
  if (ask) requirePerson(context);
  if (diff) requireFreeStdout(context, 'the diff');
  const write = !dryRun && (yes || ask);
  const settled = ask ? await interviewed(context, checked) : undefined;
  const results = settled ?? readOwn(() => loadHost().resultsOf(checked.host, write ? made(checked.found) : checked.found));
  const [main] = results as [FileResult, ...FileResult[]];
  main.notes.push(...checked.notes);
  const changed = changes(main);
  if (changed && write) writeConfiguration(context, checked.host, main);
  else if (changed) validate(checked.host, main);
  if (diff && changed) out.print(diffOf(context, checked.host, main));
  const found = checked.found.map((each) => ({
    ...each,
    finding: results.flatMap(({ findings }) => findings).find(({ identity }) => identity === each.finding.identity)!,
  }));
  const forPrograms = isForPrograms(options.format);
  if (!ask || forPrograms) writeHostReport(context, { ...checked, found }, results, diff && !forPrograms ? err : out);
  else tellNotes(context, checked.notes);
  if (!options.quiet && write) err.print(changed ? afterwards(context, checked.host, found) : say`Nothing was changed in ${main.path}.\n`);
  return changeCode(results, !write || options.exitNonZeroOnFix === true);
}

function requirePerson({ host, options, err }: Context): void {
  if (options.input && host.stdin.isTTY === true && err.isTTY) return;
  const reason = options.input ? 'there is no terminal' : '--no-input forbids it';
  throw new UsageError(`host --fix asks before each change, but ${reason}; use --yes, --diff or --dry-run`);
}

/** The changes that are sure enough count as made. */
function made(found: readonly HostFinding[]): HostFinding[] {
  return found.map((each) => (each.finding.status === 'would-fix' ? { ...each, finding: { ...each.finding, status: 'fixed' } } : each));
}

async function interviewed(context: Context, { host, found }: CheckedHost): Promise<FileResult[]> {
  const { err } = context;
  const { interview } = require('./interview') as typeof import('./interview');
  const { signsFor } = require('../report/signs') as typeof import('../report/signs');
  const session = new (loadHost().HostSession)(host, found);
  const prompter = await context.host.prompter();
  const rules = new Map(loadHost().RULES.map((rule) => [rule.id, rule]));
  const screen = {
    colors: err.colors,
    width: Math.min(110, err.size().columns),
    ask: signsFor(context.host.env).ask,
    size: err.size,
    print: err.print,
    explain(id: string): Shown | undefined {
      const rule = rules.get(id);
      return rule && say`${say.join(hang('  ', `${rule.summary} ${rule.controls.join(', ')}`, this.width), '\n')}\n`;
    },
  };
  try {
    await interview([{ path: host.files.shown(host.daemon.file), session }], prompter, screen, context.options.confidence);
    return readOwn(() => session.finish());
  } finally {
    prompter.close?.();
  }
}

/** What dockerd says of the result. @throws InputError when it would not start with it */
function validate({ files }: DockerHost, main: FileResult): void {
  // The programs of another host are not run.
  if (!files.live) return;
  const { validateConfiguration } = require('../engine') as typeof import('../engine');
  const said = validateConfiguration(main.after);
  if (said.verdict === 'unknown') main.notes.push(`the result was not validated: ${said.reason}`);
  if (said.verdict !== 'invalid') return;
  throw new InputError('not-valid', `dockerd does not start with the result (${said.reason})`, {
    file: main.path,
    hint: 'it is unmodified; --skip leaves a check out',
  });
}

function writeConfiguration(context: Context, host: DockerHost, main: FileResult): void {
  validate(host, main);
  const real = readOwn(() => host.files.place(host.daemon.file));
  const within = still(real);
  const before = host.daemon.isNew ? undefined : main.before;
  let forget = (): void => undefined;
  try {
    forget = new Journal(context.host).note(real, [{ path: real, real, before, after: main.after }]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    tellNotes(context, [`batten undo will not be able to take this back: ${reason}`]);
  }
  try {
    if (before === undefined) makeDirectory(dirname(real), { within: still(dirname(real)), mode: 0o755, shown: main.path });
    const text = before === undefined ? { mustBeNew: true, mode: 0o644 } : { expectedText: before };
    writeFileAtomic(real, main.after, { within, ...text, backup: context.options.backup, shown: main.path });
  } catch (error) {
    if (!(error instanceof BattenError && error.code === HALF_WRITTEN)) forget();
    throw error;
  }
}

/** For a screen, or as a patch. */
function diffOf({ out }: Context, { daemon }: DockerHost, main: FileResult) {
  const { screenDiff, unifiedDiff } = require('../report/diff') as typeof import('../report/diff');
  const file = { path: main.path.replace(/^\//, ''), before: daemon.isNew ? undefined : main.before, after: main.after };
  return out.isTTY ? screenDiff(file, out.colors) : unifiedDiff(file);
}

const NEEDS = {
  nothing: 'nothing',
  reload: 'systemctl reload docker   (or: kill -HUP of dockerd); containers run on',
  restart: 'systemctl restart docker   (containers stop for it, unless live-restore was on before)',
} as const;

/** What has to be done for the changes to count, and how they are taken back. */
function afterwards({ err }: Context, { files, daemon }: DockerHost, found: readonly HostFinding[]): Shown {
  const { colors, width } = err;
  const file = files.shown(daemon.file);
  const lines = [
    say`Wrote ${file}`,
    ...hang(say`  ${colors.dim('To count')}   `, NEEDS[takes(found)], width),
    ...hang(say`  ${colors.dim('Take back')}  `, commandLine('batten undo --file', [files.place(daemon.file)]), width),
  ];
  return say`${say.join(lines, '\n')}\n`;
}
