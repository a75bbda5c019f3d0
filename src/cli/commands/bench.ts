import { resolve } from 'node:path';
import { ANYWHERE, namedOutput } from '../../compose/bounds';
import { readInput } from '../../compose/read';
import { writeFileAtomic } from '../../compose/write';
import { InputError } from '../../errors';
import type { FileResult } from '../../harden/types';
import type { BenchResult, JudgedPair } from '../../host';
import type { BenchReport } from '../../report/bench';
import type { Text } from '../../report/text/text';
import { type Context, prepare, runOf } from '../context';
import { EXIT, inputCode } from '../exit-codes';
import { failedResult } from '../inputs';
import { failedInputs } from '../messages';
import { loadHost, readChecked, readOwn } from './host';

/**
 * `batten bench`: the CIS Docker Benchmark as a table, as things are and as `batten host --fix` and `batten fix` leave them. Changes nothing.
 *
 * @throws InputError when a report of docker-bench-security is none.
 */
export async function bench(context: Context, paths: readonly string[]): Promise<number> {
  const { host, options } = context;
  const { benchTable, openRows, SECTIONS } = loadHost();
  const [before, after] = [options.before, options.after].map((file) => measured(context, file));
  const { host: read, notes } = await readChecked(context);
  const { services, failed, files } = await judged(context, paths);
  const rows = benchTable({ host: read, services, before, after, confidence: options.confidence });
  const sections = openRows(rows).map((row) => ({ ...row, title: SECTIONS[row.section] ?? '' }));
  const sources = [
    ...(options.before === undefined ? [] : [`before: ${options.before}`]),
    ...(options.after === undefined ? [] : [`after: ${options.after}`]),
    read.files.shown(read.daemon.file),
    ...files,
  ];
  const report = written(context, {
    rows,
    sections,
    sources,
    notes: [...notes, ...(files.length === 0 ? ['no Compose file was looked at'] : [])],
  });
  if (options.output !== undefined && options.output !== '-')
    writeFileAtomic(resolve(host.cwd, options.output), report.text, { within: namedOutput(host.cwd), shown: options.output });
  else context.out.print(report);
  context.err.print(failedInputs(failed, context.err.colors));
  const open = options.exitCode === true && rows.some((row) => row.after === 'warn');
  return Math.max(inputCode(failed), open ? EXIT.findings : EXIT.ok);
}

function measured({ host }: Context, file: string | undefined): ReadonlyMap<string, BenchResult> | undefined {
  if (file === undefined) return undefined;
  const { text } = readInput(resolve(host.cwd, file), file, ANYWHERE);
  return readOwn(() => loadHost().readDockerBench(text, file));
}

/** The services of the projects, before and after. Where no file was named and none is here, there are none. */
async function judged(
  context: Context,
  paths: readonly string[],
): Promise<{ services: JudgedPair[]; failed: FileResult[]; files: string[] }> {
  let prepared: Awaited<ReturnType<typeof prepare>>;
  try {
    prepared = await prepare(context, paths);
  } catch (error) {
    if (paths.length === 0 && !context.options.file && error instanceof InputError && error.code === 'no-compose-file')
      return { services: [], failed: [], files: [] };
    throw error;
  }
  const { batten, opened, run } = prepared;
  const failed: FileResult[] = [];
  const files: string[] = [];
  const services = opened.flatMap((each): JudgedPair[] => {
    if (!each.input) {
      failed.push(each.failure!);
      return [];
    }
    try {
      const { before, after, advise } = batten.change(each.input, runOf(each, run));
      files.push(each.path);
      return before.services.flatMap((service): JudgedPair[] => {
        const then = after.service(service.name);
        if (!then || !service.complete) return [];
        const name = opened.length > 1 ? `${each.path}#${service.name}` : service.name;
        return [{ name, before: { service, advice: advise(service) }, after: { service: then, advice: advise(then) } }];
      });
    } catch (error) {
      failed.push(failedResult(each.path, error));
      return [];
    }
  });
  return { services, failed, files };
}

function written({ host, options, out }: Context, report: BenchReport): Text {
  const { jsonBench, markdownBench, prettyBench, sarifBench } = require('../../report/bench') as typeof import('../../report/bench');
  const tool = { name: 'batten', version: host.version };
  switch (options.format) {
    case 'json':
      return jsonBench(report, tool);
    case 'markdown':
      return markdownBench(report);
    case 'sarif':
      return sarifBench(report, tool);
    default:
      return prettyBench(report, { colors: out.colors, width: out.width, verbose: options.verbose });
  }
}
