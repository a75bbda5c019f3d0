import type { ProvenChange, ProveReport } from '../engine/prove/report';
import { cell } from './markdown-cell';
import { maskLine } from './mask';
import { OUTCOME_WORDS, STATUS_WORDS, settingOf, tail, verdictOf } from './prove';
import { plural } from './summary';

/** A proof as Markdown, for a merge request or a wiki. */
export function markdownProof(reports: readonly ProveReport[]): string {
  return `${reports.map(one).join('\n\n')}\n`;
}

function one(report: ProveReport): string {
  const { files, engine, compose, runs, seconds, date, services, cis, notes } = report;
  const changedRows = cis.filter(({ before, after }) => before !== after);
  const lines = [
    `## ${cell(files.join(', '))}: ${verdictOf(report)}`,
    '',
    `Docker ${cell(engine.version)} on ${cell(engine.os)}, Compose ${cell(compose)}; ${plural(runs, 'run')} of the stack in ${seconds} s; ${date}`,
    '',
    '| service | | transform | | what ran | why not more |',
    '|---|---|---|---|---|---|',
    ...services.flatMap(({ name, status, fault, changes }) => {
      const head = `| ${cell(name)} | ${STATUS_WORDS[status]} `;
      if (changes.length === 0) return [`${head}| | | | ${cell(maskLine(fault ?? ''))} |`];
      return changes.map((change, index) => `${index === 0 ? head : '| | '}| ${row(change)} |`);
    }),
    '',
    ...(changedRows.length > 0 ? ['| CIS | containers that pass | before | after |', '|---|---|---|---|'] : []),
    ...changedRows.map(
      ({ id, title, before, after, of, fromFile }) =>
        `| ${id} | ${title}${fromFile ? ' (from the file)' : ''} | ${before}/${of} | ${after}/${of} |`,
    ),
    ...(notes.length > 0 ? ['', ...notes.map((note) => `- ${cell(note)}`)] : []),
    '',
    ...services.flatMap(({ name, status, exercised, notExercised, log }) => [
      `<details><summary>${html(name)}</summary>`,
      '',
      ...(exercised.length > 0 ? [`Exercised: ${cell(exercised.join('; '))}`, ''] : []),
      ...(status !== 'own-fault' && status !== 'unsteady' && notExercised.length > 0
        ? [`Not exercised: ${cell(notExercised.join('; '))}`, '']
        : []),
      ...(log.trim() === '' ? [] : ['```', ...tail(log, 12).map((line) => line.replaceAll('```', "'''")), '```', '']),
      '</details>',
      '',
    ]),
  ];
  return lines.join('\n').trimEnd();
}

function row(change: ProvenChange): string {
  const { transform, outcome, why } = change;
  const { text, code: isCode } = settingOf(change);
  const because = why ? `${cell(maskLine(why.how))}, at the ${why.life}${why.line ? `: ${code(maskLine(why.line))}` : ''}` : '';
  return `${transform} | ${OUTCOME_WORDS[outcome]} | ${isCode ? code(text) : cell(text)} | ${because}`;
}

const code = (text: string): string => `\`${text.replace(/[`|]/g, "'").replace(/\s+/g, ' ')}\``;

/** Text inside HTML. */
export const html = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[character]!);
