import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { namedOutput } from '../../compose/bounds';
import { writeFileAtomic } from '../../compose/write';
import type { LearnReport } from '../../engine';
import { say } from '../../report/text/screen';
import type { Text } from '../../report/text/text';
import { type Context, prepare } from '../context';
import { EXIT } from '../exit-codes';
import type { Opened } from '../inputs';
import { storeProfiles } from '../profiles';
import { requireServices } from '../selection';
import { learnOne, requireProvable } from '../trial';

/** `batten learn`: runs a project as it is, watches, and says which settings follow. A word that is no path is the name of a service. */
export async function learn(context: Context, words: readonly string[]): Promise<number> {
  const { host, options } = context;
  const isPath = (word: string): boolean => word === '-' || existsSync(resolve(host.cwd, word)) || /[/\\]|\.ya?ml$/.test(word);
  const named = words.filter((word) => !isPath(word));
  const { batten, opened } = await prepare(context, words.filter(isPath));
  requireProvable(opened);
  const services = [...named, ...(options.service ?? [])];
  if (services.length > 0) requireServices(batten, opened, services);
  const reports: { opened: Opened; report: LearnReport }[] = [];
  for (const each of opened) reports.push({ opened: each, report: await learnOne(context, each, services) });
  for (const { opened: each, report } of reports) storeProfiles(context, each, report);
  const learned = reports.map(({ opened: { path }, report }) => ({ file: path, report }));
  write(context, reportText(context, learned));
  return reports.some(({ report }) => report.services.some(({ fault }) => fault)) ? EXIT.unproven : EXIT.ok;
}

function reportText({ options, host, out }: Context, learned: readonly { file: string; report: LearnReport }[]): Text {
  if (options.format === 'json') {
    const { jsonLearned } = require('../../report/learn-json') as typeof import('../../report/learn-json');
    return jsonLearned(learned, { name: 'batten', version: host.version });
  }
  if (options.format === 'markdown') {
    return (require('../../report/learn-markdown') as typeof import('../../report/learn-markdown')).markdownLearned(learned);
  }
  if (options.quiet) return say``;
  const { prettyLearned } = require('../../report/learn') as typeof import('../../report/learn');
  return say.join(
    learned.map(({ file, report }) => say`${out.colors.bold(file)}\n${prettyLearned(report, out.colors, out.width)}`),
    '\n',
  );
}

function write({ host, options, out }: Context, made: Text): void {
  if (options.output === undefined) out.print(made);
  else writeFileAtomic(resolve(host.cwd, options.output), made.text, { within: namedOutput(host.cwd), shown: options.output });
}
