import { resolve } from 'node:path';
import { namedOutput } from '../../compose/bounds';
import { writeFileAtomic } from '../../compose/write';
import { UsageError } from '../../errors';
import { PRIVILEGE_KINDS, type PrivilegeChange, type PrivilegeKind } from '../../harden/privileges';
import { closest } from '../../harden/suggest';
import { SEVERITIES, type Severity } from '../../harden/types';
import { placeOf } from '../../report/layout';
import type { Comparison } from '../../report/privileges/types';
import { say } from '../../report/text/screen';
import type { Text } from '../../report/text/text';
import type { Context } from '../context';
import { compareSides } from '../diff/compare';
import { sidesOf } from '../diff/sides';
import { EXIT } from '../exit-codes';
import { failureText } from '../messages';

/**
 * `batten diff`: what privileges a change gives or takes. Changes nothing, and runs nothing of the repository.
 *
 * @throws UsageError for revisions and paths that are none, and for what `--fail-on` does not know.
 */
export async function diff(context: Context, words: readonly string[]): Promise<number> {
  const { host, options, out, err } = context;
  const fails = failing(options.failOn ?? []);
  const comparison = compareSides(host.batten(), host.cwd, sidesOf(host, words, options.file));
  for (const { error } of comparison.projects) {
    if (error) err.print(failureText({ location: placeOf(error.file, error), message: error.message, hint: error.hint }, err.colors));
  }
  const output = options.output === '-' ? undefined : options.output;
  if (output !== undefined)
    writeFileAtomic(resolve(host.cwd, output), reportOf(comparison, context).text, { within: namedOutput(host.cwd), shown: output });
  else if (options.format !== 'pretty' || !options.quiet) out.print(reportOf(comparison, context));
  const errors = comparison.projects.some(({ status }) => status === 'error');
  const found = comparison.projects.flatMap(({ changes }) => changes.filter(fails));
  if (found.length > 0 && !options.quiet)
    err.print(say`${found.length} of what is given or changed is what --fail-on ${options.failOn!.join(',')} asks for\n`);
  return Math.max(errors ? EXIT.error : EXIT.ok, found.length > 0 ? EXIT.findings : EXIT.ok);
}

function reportOf(comparison: Comparison, { host, options, out }: Context): Text {
  if (options.format === 'json') {
    const { privilegesJson } = require('../../report/privileges/json') as typeof import('../../report/privileges/json');
    return privilegesJson(comparison, { name: 'batten', version: host.version });
  }
  if (options.format === 'markdown') {
    const { privilegesMarkdown } = require('../../report/privileges/markdown') as typeof import('../../report/privileges/markdown');
    return privilegesMarkdown(comparison);
  }
  if (options.format !== 'pretty') {
    const { privilegesGithub, privilegesGitlab, privilegesJunit } =
      require('../../report/privileges/ci') as typeof import('../../report/privileges/ci');
    const { fromRoot } = require('../root') as typeof import('../root');
    if (options.format === 'junit') return privilegesJunit(comparison);
    return (options.format === 'gitlab' ? privilegesGitlab : privilegesGithub)(comparison, fromRoot(host));
  }
  const { prettyPrivileges } = require('../../report/privileges/pretty') as typeof import('../../report/privileges/pretty');
  return prettyPrivileges(comparison, { colors: out.colors, width: out.width });
}

/** Whether a change is one that lets the run fail: something that is given, or is another now, of a severity or worse, or of a kind. */
function failing(names: readonly string[]): (change: PrivilegeChange) => boolean {
  const known: readonly string[] = ['any', ...SEVERITIES, ...PRIVILEGE_KINDS];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const meant = closest(unknown, known);
    throw new UsageError(`--fail-on ${unknown} is neither a severity nor a kind of privilege`, {
      hint:
        meant === undefined
          ? `there is any, a severity (${SEVERITIES.join(', ')}) or a kind (${PRIVILEGE_KINDS.join(', ')})`
          : `did you mean ${meant}?`,
    });
  }
  const least = names.includes('any') ? SEVERITIES.length - 1 : Math.max(-1, ...names.map((name) => SEVERITIES.indexOf(name as Severity)));
  const kinds = new Set(names.filter((name) => PRIVILEGE_KINDS.includes(name as PrivilegeKind)));
  return ({ direction, severity, kind }) => direction !== 'takes' && (SEVERITIES.indexOf(severity) <= least || kinds.has(kind));
}
