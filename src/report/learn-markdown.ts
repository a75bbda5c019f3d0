import type { LearnedService, LearnReport } from '../engine/learn/report';
import { advice, becoming, confinement, outcomes, settings, tracing } from './learn';
import { maskLine } from './mask';
import { plural } from './summary';
import { codeBlock, type Markdown, md } from './text/markdown';

/** What was learnt as Markdown, for an issue or a merge request: what was seen as a table, and the settings as they would be written. */
export function markdownLearned(learned: readonly { file: string; report: LearnReport }[]): Markdown {
  return md`${md.join(
    learned.map(({ file, report }) => one(file, report)),
    '\n\n',
  )}\n`;
}

function one(file: string, report: LearnReport): Markdown {
  const { engine, compose, runs, date, services, notes } = report;
  const said = [...advice(report), ...notes];
  const lines = [
    md`## ${file}`,
    '',
    md`Docker ${engine.version} on ${engine.os}, Compose ${compose}; ${plural(runs, 'run')} of the stack; ${date}; ${tracing(report)}.`,
    '',
    md`| service | processes | listens on | writes to | calls | used | system calls |`,
    md`|---|---|---|---|---|---|---|`,
    ...services.map((service) => md`| ${md.join(row(service), ' | ')} |`),
    ...services.flatMap(section),
    ...(said.length > 0 ? ['', ...said.map((note) => md`- ${note}`)] : []),
  ];
  return md.join(lines, '\n');
}

function row({ name, processes, listening, written, talksTo, outside, usage, trace }: LearnedService): string[] {
  return [
    name,
    Object.entries(processes)
      .map(([process, uids]) => `${process} (${uids.join(', ')})`)
      .join(', '),
    listening.join(', '),
    written.map(({ path }) => path).join(', '),
    [...talksTo, ...(outside ? ['outside'] : [])].join(', '),
    usage ? `${(usage.memory / 2 ** 20).toFixed(0)} MiB, ${usage.pids}` : '',
    trace ? String(trace.syscalls.length) : '',
  ];
}

function section(service: LearnedService): (Markdown | '')[] {
  const { name, fault, exercised, notExercised } = service;
  if (fault) return ['', md`### ${name}`, '', md`It does not work as it is: ${maskLine(fault)}`];
  return [
    '',
    md`### ${name}`,
    '',
    codeBlock([...settings(service), ...confinement(service)], 'yaml'),
    '',
    ...(service.user ? [md`- user: ${becoming(service.user)}`] : []),
    ...outcomes(service).map(([what, text]) => md`- ${what}: ${text}`),
    md`- exercised: ${exercised.join('; ') || 'nothing'}`,
    md`- not exercised: ${notExercised.join('; ')}`,
  ];
}
