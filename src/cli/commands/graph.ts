import { resolve } from 'node:path';
import { namedOutput } from '../../compose/bounds';
import { writeFileAtomic } from '../../compose/write';
import { UsageError } from '../../errors';
import { networkProblems } from '../../harden/network-problems';
import type { NetworkChange } from '../../harden/networks';
import type { FileResult } from '../../harden/types';
import { say } from '../../report/text/screen';
import type { Text } from '../../report/text/text';
import { type Context, prepare, runOf } from '../context';
import { EXIT, inputCode } from '../exit-codes';
import { failedResult } from '../inputs';
import { failedInputs } from '../messages';
import type { GraphFormat, Options } from '../options';

/** A project whose networks are known. */
interface Drawn {
  path: string;
  change: NetworkChange;
}

/** Formats that hold one project, and of those the one that holds one picture. */
const SINGLE: ReadonlySet<string> = new Set(['mermaid', 'dot', 'nwdiag', 'svg']);

/** `batten graph`: who can reach whom, before and after. Changes nothing; `--check` answers 1 when a data store is exposed. */
export async function graph(context: Context, paths: readonly string[]): Promise<number> {
  const { host, options } = context;
  const output = options.output === '-' ? undefined : options.output;
  const { batten, opened, run } = await prepare(context, paths);
  if (output !== undefined && opened.some(({ absolute }) => absolute === resolve(host.cwd, output)))
    throw new UsageError('the drawing would replace an input', { file: output, hint: 'name another file with -o' });
  const drawn: Drawn[] = [];
  const failed: FileResult[] = [];
  for (const each of opened) {
    if (!each.input) {
      failed.push(each.failure!);
      continue;
    }
    try {
      drawn.push({ path: each.path, change: batten.networks(each.input, runOf(each, run)) });
    } catch (error) {
      failed.push(failedResult(each.path, error));
    }
  }
  // A check alone is asked for its answer; a drawing is made when one is asked for.
  if (!options.check || output !== undefined || formatOf(options) !== undefined) {
    const made = drawn.length > 0 ? drawing(drawn, context) : say``;
    if (output === undefined) context.out.print(made);
    else if (made.text !== '') writeFileAtomic(resolve(host.cwd, output), made.text, { within: namedOutput(host.cwd), shown: output });
  }
  context.err.print(failedInputs(failed, context.err.colors));
  const exposed = options.check ? tellProblems(drawn, context) : false;
  return Math.max(inputCode(failed), exposed ? EXIT.findings : EXIT.ok);
}

function drawing(drawn: readonly Drawn[], { host, options }: Context): Text {
  const format = formatOf(options) ?? 'mermaid';
  if (SINGLE.has(format) && drawn.length > 1) {
    throw new UsageError(`--format ${format} draws one project, and there are ${drawn.length}`, {
      hint: 'name one, or use --format html or json',
    });
  }
  const { dot, mermaid, networksJson, networksPage, nwdiag, pictureOf, svgFile } =
    require('../../report/graph') as typeof import('../../report/graph');
  if (format === 'json') return networksJson(drawn, { name: 'batten', version: host.version });
  if (format === 'html') return networksPage(drawn, host.version);
  const [{ path, change }] = drawn as [Drawn];
  const all = [
    { title: 'Before', picture: pictureOf(change.before, 'b') },
    { title: 'After', picture: pictureOf(change.after, 'a') },
  ];
  const show = options.show ?? (format === 'svg' ? 'both' : 'before');
  const panels = show === 'both' ? all : [all[show === 'after' ? 1 : 0]!];
  if (format === 'dot') return dot(panels);
  if (format === 'svg') return svgFile(panels, `Networks of ${path}`);
  if (format === 'mermaid') return mermaid(panels);
  if (panels.length > 1) throw new UsageError('nwdiag draws one picture a file', { hint: 'use --show before or --show after' });
  return nwdiag(panels[0]!.picture);
}

function formatOf({ format }: Options): GraphFormat | undefined {
  return format as GraphFormat | undefined;
}

/** Says which data stores are exposed as the files are. @returns whether any is */
function tellProblems(drawn: readonly Drawn[], { err, options }: Context): boolean {
  const problems = drawn.flatMap(({ path, change }) => networkProblems(change.before).map((each) => ({ path, ...each })));
  if (!options.quiet) {
    for (const { path, service, problem } of problems) err.print(say`${path}: ${err.colors.bold(service)} ${problem}\n`);
    if (problems.length === 0 && drawn.length > 0) err.print(say`no data store is reachable from outside or can call out\n`);
  }
  return problems.length > 0;
}
