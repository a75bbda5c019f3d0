import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { shownPath } from '../../compose/discover';
import { InputError, UsageError } from '../../errors';
import { hintFor } from '../../harden/suggest';
import type { FileResult } from '../../harden/types';
import { SEVERITIES } from '../../harden/types';
import type { DockerHost, HostFinding } from '../../host';
import { say } from '../../report/text/screen';
import type { Text } from '../../report/text/text';
import type { Context } from '../context';
import { engineInfo } from '../engine-info';
import { checkCode, inputCode } from '../exit-codes';
import type { StackReport } from '../host-stacks';
import { failedInputs } from '../messages';
import { isForPrograms } from '../report';

/** A host that was read, and what was found. */
export interface CheckedHost {
  host: DockerHost;
  found: HostFinding[];
  /** What was not seen, for the person. */
  notes: string[];
  /** What the settings do to the stacks that were named. */
  stacks: StackReport[];
  /** Compose files that could not be read. */
  failed: FileResult[];
}

/** The part that knows hosts is a file of its own in the build, loaded by the commands that need it. */
export const loadHost = (): typeof import('../../host') => require('../../host') as typeof import('../../host');

/**
 * `batten host`: what the daemon's settings and the host's files leave open. Writes only with `--fix`, and only the daemon's configuration.
 */
export async function host(context: Context): Promise<number> {
  const { options } = context;
  const fixes = options.fix || options.diff || options.dryRun;
  if (options.yes && !options.fix) throw new UsageError('--yes applies what --fix proposes', { hint: 'batten host --fix --yes' });
  const checked = await readChecked(context);
  if (fixes) return (require('../host-fix') as typeof import('../host-fix')).fixHost(context, checked);
  const results = loadHost().resultsOf(checked.host, checked.found);
  results[0]!.notes.push(...checked.notes);
  writeHostReport(
    context,
    checked,
    results,
    context.out,
    results.some(({ status }) => status === 'would-fix') ? 'next: batten host --fix' : undefined,
  );
  context.err.print(failedInputs(checked.failed, context.err.colors));
  return Math.max(checkCode(results, options), inputCode(checked.failed));
}

/**
 * Reads the host that the options name and checks it.
 *
 * @throws UsageError for an unknown check or a root that is no directory; InputError when the daemon's configuration cannot be read.
 */
export async function readChecked(context: Context): Promise<CheckedHost> {
  const { host, options } = context;
  const { findingsOf, HostFiles, readHost, RULES } = loadHost();
  const ids = RULES.map(({ id }) => id);
  for (const id of [...(options.only ?? []), ...(options.skip ?? [])])
    if (!ids.includes(id)) throw new UsageError(`there is no check "${id}" of a host`, { hint: hintFor(id, ids) });
  const root = options.root === undefined ? undefined : resolve(host.cwd, options.root);
  if (root !== undefined && statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new InputError('not-found', 'is no directory', { file: options.root, hint: '--root names what is / of the host' });
  const files = new HostFiles(root === '/' ? undefined : root, (absolute) => shownPath(host.cwd, absolute));
  const asked = files.live
    ? await engineInfo(context)
    : { reason: 'with --root only files are read: neither the kernel nor the Engine of that host' };
  const { daemonConfig } = options;
  const named = daemonConfig === undefined ? undefined : root === undefined ? resolve(host.cwd, daemonConfig) : resolve('/', daemonConfig);
  const read = readOwn(() => readHost(files, 'info' in asked ? asked.info : undefined, named));
  const notes = 'reason' in asked ? [asked.reason] : [];
  if (options.stacks === undefined) return { host: read, found: inOrder(findingsOf(read, options)), notes, stacks: [], failed: [] };
  const { openStacks, placed, rootlessUser } = require('../host-stacks') as typeof import('../host-stacks');
  const { CHOICES, effectsOf, redundantIn, settingsAfter } = loadHost();
  const { stacks: opened, failed } = await openStacks(context);
  const user = rootlessUser(context, files.text('/etc/passwd'));
  const effects = opened.map((each) =>
    CHOICES.flatMap((choice) => effectsOf(each.stack, read, choice, user).map((effect) => placed(effect, each, host.cwd))),
  );
  const broken = new Map(
    CHOICES.flatMap((choice) => {
      const names = effects.flat().flatMap((effect) => (effect.choice === choice && effect.kind !== 'changes' ? [effect.service] : []));
      return names.length === 0 ? [] : [[choice as string, `of your stacks ${[...new Set(names)].join(', ')}`] as const];
    }),
  );
  const found = inOrder(findingsOf(read, { ...options, breaks: broken }));
  const after = readOwn(() => settingsAfter(read, found));
  const stacks = opened.map(
    (each, at): StackReport => ({
      path: each.path,
      services: each.stack.project.services.length,
      effects: effects[at]!,
      redundant: redundantIn(each.stack.project, after).map((line) => placed(line, each, host.cwd)),
    }),
  );
  return { host: read, found, notes, stacks, failed };
}

function inOrder(found: HostFinding[]): HostFinding[] {
  return found.sort((a, b) => rank(a) - rank(b));
}

/** The worst first; of the same severity in the order of the checks. */
function rank({ finding }: HostFinding): number {
  return SEVERITIES.indexOf(finding.severity);
}

/** @throws errors as classes of this part of the build. */
export function readOwn<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw (require('../trial') as typeof import('../trial')).ours(error);
  }
}

/** Writes the report of a host in the chosen format. */
export function writeHostReport(
  context: Context,
  checked: CheckedHost,
  results: readonly FileResult[],
  to: Context['out'],
  next?: string,
): void {
  const text = hostReport(context, checked, results, to, next);
  if (text) (isForPrograms(context.options.format) ? context.out : to).print(text);
}

function hostReport(
  { host, options }: Context,
  { host: read, found, stacks }: CheckedHost,
  results: readonly FileResult[],
  to: Context['out'],
  next: string | undefined,
): Text | undefined {
  const tool = { name: 'batten', version: host.version };
  switch (options.format) {
    case 'sarif': {
      const { sarifReport } = require('../../report/sarif') as typeof import('../../report/sarif');
      const { fromRoot } = require('../root') as typeof import('../root');
      const transforms = loadHost().RULES.map((rule) => ({ ...rule, preset: 'recommended' as const, options: [], readme: 'docs/host.md' }));
      return sarifReport(results, { tool, transforms, fromRoot: fromRoot(host) });
    }
    case 'github':
      return (require('../../report/github') as typeof import('../../report/github')).githubReport(results, (path) => path);
    case 'markdown':
      return (require('../../report/markdown') as typeof import('../../report/markdown')).markdownReport(results);
    case 'json': {
      const { jsonReport } = require('../../report/json') as typeof import('../../report/json');
      return jsonReport(results, tool, {
        more: { host: described(read, found), ...(options.stacks && { stacks: stacks.map(describedStack) }) },
      });
    }
    case 'concise':
      return (require('../../report/concise') as typeof import('../../report/concise')).conciseReport(results);
    default: {
      if (options.quiet) return undefined;
      const { prettyReport } = require('../../report/pretty') as typeof import('../../report/pretty');
      const { stacksText } = require('../../report/stacks') as typeof import('../../report/stacks');
      const report = prettyReport(results, { colors: to.colors, width: to.width, verbose: options.verbose, next });
      return say`${stacksText(stacks, to)}${report}`;
    }
  }
}

/** The host itself, for programs. */
function described({ files, daemon, dataRoot, info, unit }: DockerHost, found: readonly HostFinding[]) {
  return {
    root: files.root ?? '/',
    daemonConfig: files.shown(daemon.file),
    isNew: daemon.isNew,
    dataRoot,
    ...(unit && { unit: unit.files.map((file) => files.shown(file)) }),
    ...(info && { engine: { version: info.ServerVersion, storageDriver: info.Driver, cgroupVersion: info.CgroupVersion } }),
    takes: takes(found),
  };
}

/** A stack, for programs. */
function describedStack({ path, services, effects, redundant }: StackReport) {
  return {
    path,
    services,
    effects: effects.map(({ choice, service, kind, file, line, reason, remedy, evidence }) => ({
      choice,
      service,
      kind,
      file,
      line,
      reason,
      remedy,
      evidence,
    })),
    redundant: redundant.map(({ setting, service, file, line, what }) => ({ setting, service, file, line, what })),
  };
}

/** What the changes need to count; `nothing` when there are none. */
export function takes(found: readonly HostFinding[]): 'nothing' | 'reload' | 'restart' {
  const made = found.filter(({ finding: { status } }) => status === 'would-fix' || status === 'fixed');
  return made.some(({ rule }) => rule.takes === 'restart') ? 'restart' : made.length > 0 ? 'reload' : 'nothing';
}

/** Notes on standard error, for reports that have no place for them. */
export function tellNotes({ err, options }: Context, notes: readonly string[]): void {
  if (!options.quiet) for (const note of notes) err.print(say`${err.colors.dim(`note: ${note}`)}\n`);
}
