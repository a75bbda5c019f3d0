import type { ProvenChange, ProveReport } from '../engine/prove/report';
import { maskLine } from './mask';
import { OUTCOME_WORDS, STATUS_WORDS, settingOf, tail, verdictOf } from './prove';
import { plural } from './summary';
import { code, codeBlock, inHtml, type Markdown, md } from './text/markdown';

/** A proof as Markdown, for a merge request or a wiki. */
export function markdownProof(reports: readonly ProveReport[]): Markdown {
  return md`${md.join(reports.map(one), '\n\n')}\n`;
}

function one(report: ProveReport): Markdown {
  const { files, engine, compose, runs, seconds, date, services, cis, notes } = report;
  const changedRows = cis.filter(({ before, after }) => before !== after);
  const lines = [
    md`## ${files.join(', ')}: ${verdictOf(report)}`,
    '',
    md`Docker ${engine.version} on ${engine.os}, Compose ${compose}; ${plural(runs, 'run')} of the stack in ${seconds} s; ${date}`,
    '',
    md`| service | | transform | | what ran | why not more |`,
    md`|---|---|---|---|---|---|`,
    ...services.flatMap(({ name, status, fault, changes }) => {
      const head = md`| ${name} | ${STATUS_WORDS[status]} `;
      if (changes.length === 0) return [md`${head}| | | | ${maskLine(fault ?? '')} |`];
      return changes.map((change, index) => md`${index === 0 ? head : md`| | `}| ${row(change)} |`);
    }),
    ...(changedRows.length > 0 ? ['', md`| CIS | containers that pass | before | after |`, md`|---|---|---|---|`] : []),
    ...changedRows.map(
      ({ id, title, before, after, of, fromFile }) =>
        md`| ${id} | ${title}${fromFile ? ' (from the file)' : ''} | ${before}/${of} | ${after}/${of} |`,
    ),
    ...(notes.length > 0 ? ['', ...notes.map((note) => md`- ${note}`)] : []),
    ...services.flatMap(({ name, status, exercised, notExercised, log }) => [
      '',
      md`<details><summary>${inHtml(name)}</summary>`,
      '',
      ...(exercised.length > 0 ? [md`Exercised: ${exercised.join('; ')}`, ''] : []),
      ...(status !== 'own-fault' && status !== 'unsteady' && notExercised.length > 0
        ? [md`Not exercised: ${notExercised.join('; ')}`, '']
        : []),
      ...(log.trim() === '' ? [] : [codeBlock(tail(log, 12)), '']),
      md`</details>`,
    ]),
  ];
  return md.join(lines, '\n');
}

function row(change: ProvenChange): Markdown {
  const { transform, outcome, unexercised, why } = change;
  const { text, code: isCode } = settingOf(change);
  const line = why?.line ? md`: ${code(maskLine(why.line))}` : md``;
  const because = why ? md`${maskLine(why.how)}, at the ${why.life}${line}` : md``;
  const unseen = unexercised ? md`; not exercised: ${unexercised.join(', ')}` : md``;
  return md`${transform} | ${OUTCOME_WORDS[outcome]} | ${isCode ? code(text) : text}${unseen} | ${because}`;
}
