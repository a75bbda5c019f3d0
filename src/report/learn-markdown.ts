import type { LearnedService, LearnReport } from '../engine/learn/report';
import { advice, becoming, confinement, outcomes, settings, tracing } from './learn';
import { cell } from './markdown-cell';
import { maskLine } from './mask';
import { plural } from './summary';

/** What was learnt as Markdown, for an issue or a merge request: what was seen as a table, and the settings as they would be written. */
export function markdownLearned(learned: readonly { file: string; report: LearnReport }[]): string {
  return `${learned.map(({ file, report }) => one(file, report)).join('\n\n')}\n`;
}

function one(file: string, report: LearnReport): string {
  const { engine, compose, runs, date, services, notes } = report;
  const said = [...advice(report), ...notes];
  return [
    `## ${cell(file)}`,
    '',
    `Docker ${cell(engine.version)} on ${cell(engine.os)}, Compose ${cell(compose)}; ${plural(runs, 'run')} of the stack; ${date}; ${cell(tracing(report))}.`,
    '',
    '| service | processes | listens on | writes to | calls | used | system calls |',
    '|---|---|---|---|---|---|---|',
    ...services.map((service) => `| ${row(service).map(cell).join(' | ')} |`),
    ...services.flatMap(section),
    ...(said.length > 0 ? ['', ...said.map((note) => `- ${cell(note)}`)] : []),
  ].join('\n');
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

function section(service: LearnedService): string[] {
  const { name, fault, exercised, notExercised } = service;
  if (fault) return ['', `### ${cell(name)}`, '', `It does not work as it is: ${cell(maskLine(fault))}`];
  return [
    '',
    `### ${cell(name)}`,
    '',
    '```yaml',
    ...[...settings(service), ...confinement(service)].map((line) => line.replaceAll('```', "'''")),
    '```',
    '',
    ...(service.user ? [`- user: ${cell(becoming(service.user))}`] : []),
    ...outcomes(service).map(([what, text]) => `- ${what}: ${cell(text)}`),
    `- exercised: ${cell(exercised.join('; ') || 'nothing')}`,
    `- not exercised: ${cell(notExercised.join('; '))}`,
  ];
}
