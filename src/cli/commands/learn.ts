import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LearnReport } from '../../engine';
import { prettyLearned } from '../../report/learn';
import { type Context, prepare } from '../context';
import { EXIT } from '../exit-codes';
import type { Opened } from '../inputs';
import { requireServices } from '../selection';
import { learnOne, requireProvable } from '../trial';

/** `batten learn`: runs a project as it is, watches, and says which settings follow. A word that is no path is the name of a service. */
export async function learn(context: Context, words: readonly string[]): Promise<number> {
  const { host, options } = context;
  const isPath = (word: string): boolean => word === '-' || existsSync(resolve(host.cwd, word)) || /[/\\]|\.ya?ml$/.test(word);
  const named = words.filter((word) => !isPath(word));
  const { opened } = await prepare(context, words.filter(isPath));
  requireProvable(opened);
  const services = [...named, ...(options.service ?? [])];
  if (services.length > 0) requireServices(opened, services);
  const reports: { opened: Opened; report: LearnReport }[] = [];
  for (const each of opened) reports.push({ opened: each, report: await learnOne(context, each, services) });
  if (options.format === 'json') {
    const learned = reports.map(({ opened: { path }, report }) => ({ file: path, ...report }));
    host.stdout.write(`${JSON.stringify({ version: 1, tool: { name: 'batten', version: host.version }, learned }, null, 2)}\n`);
  } else {
    const { colors, width } = context.screen(host.stdout);
    host.stdout.write(
      reports.map(({ opened: { path }, report }) => `${colors.bold(path)}\n${prettyLearned(report, colors, width)}`).join('\n'),
    );
  }
  return reports.some(({ report }) => report.services.some(({ fault }) => fault)) ? EXIT.unproven : EXIT.ok;
}
