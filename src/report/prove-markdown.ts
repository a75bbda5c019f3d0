import type { ProvenChange, ProveReport } from '../engine/prove/report';
import { maskLine } from './mask';
import { OUTCOME_WORDS, STATUS_WORDS, tail } from './prove';
import { plural } from './summary';

/** A proof as Markdown, for a merge request or a wiki. */
export function markdownProof(reports: readonly ProveReport[]): string {
  return `${reports.map(one).join('\n\n')}\n`;
}

function one({ files, works, engine, compose, runs, seconds, date, services, cis, notes }: ProveReport): string {
  const lines = [
    `## ${cell(files.join(', '))}: ${works ? 'works hardened' : 'does not work'}`,
    '',
    `Docker ${cell(engine.version)} on ${cell(engine.os)}, Compose ${cell(compose)}; ${plural(runs, 'run')} of the stack in ${seconds} s; ${date}`,
    '',
    '| service | | transform | | value | why |',
    '|---|---|---|---|---|---|',
    ...services.flatMap(({ name, status, fault, changes }) => {
      const head = `| ${cell(name)} | ${STATUS_WORDS[status]} `;
      if (changes.length === 0) return [`${head}| | | | ${cell(maskLine(fault ?? ''))} |`];
      return changes.map((change, index) => `${index === 0 ? head : '| | '}| ${row(change)} |`);
    }),
    '',
    '| CIS | containers that pass | before | after |',
    '|---|---|---|---|',
    ...cis.map(
      ({ id, title, before, after, of, fromFile }) =>
        `| ${id} | ${title}${fromFile ? ' (from the file)' : ''} | ${before}/${of} | ${after}/${of} |`,
    ),
    ...(notes.length > 0 ? ['', ...notes.map((note) => `- ${cell(note)}`)] : []),
    '',
    ...services.flatMap(({ name, exercised, notExercised, log }) => [
      `<details><summary>${html(name)}</summary>`,
      '',
      `Exercised: ${cell(exercised.join('; ') || 'nothing')}`,
      '',
      `Not exercised: ${cell(notExercised.join('; ') || 'nothing is known to be left')}`,
      '',
      '```',
      ...tail(log, 12).map((line) => line.replaceAll('```', "'''")),
      '```',
      '',
      '</details>',
      '',
    ]),
  ];
  return lines.join('\n').trimEnd();
}

function row({ transform, outcome, plan, value, why }: ProvenChange): string {
  const because = why ? `${maskLine(why.how)}, at the ${why.life}${why.line ? `: ${code(maskLine(why.line))}` : ''}` : '';
  return `${transform} | ${OUTCOME_WORDS[outcome]} | ${value === undefined ? cell(plan) : value === '' ? 'none' : code(value)} | ${because.includes('`') ? because : cell(because)}`;
}

const cell = (text: string): string => text.replace(/[\\|<>*_`[\]]/g, '\\$&').replace(/\s+/g, ' ');

const code = (text: string): string => `\`${text.replace(/[`|]/g, "'").replace(/\s+/g, ' ')}\``;

/** Text inside HTML. */
export const html = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[character]!);
