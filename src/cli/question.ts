import type { Question } from '../harden/api';
import { atLeast } from '../harden/confidence';
import type { Finding } from '../harden/types';
import type { Colors } from '../report/colors';
import { screenDiffLines } from '../report/diff';
import { hang, sentence } from '../report/layout';
import { evidenceLines, paintConfidence, paintSeverity } from '../report/pretty';
import { type Shown, say } from '../report/text/screen';
import type { AnswerKey } from './prompt';
import { hiddenSideFiles, shownSideFiles } from './side-files';

export interface Look {
  colors: Colors;
  width: number;
}

/** The keys a question takes, and the one Enter stands for: apply what rarely breaks, skip a guess. */
export function keysOf(finding: Finding): { keys: AnswerKey[]; fallback: AnswerKey } {
  if (finding.decide) return { keys: ['e', 'n', 'd', 'i', 'w', 'u', 'q', '?'], fallback: 'n' };
  const keys: AnswerKey[] = ['y', 'n', 'a', 's', 'd', ...(finding.editable ? (['e'] as const) : []), 'i', 'w', 'u', 'q', '?'];
  return { keys, fallback: atLeast(finding.confidence, 'generic') ? 'y' : 'n' };
}

/**
 * A question on the screen: `[3/12] compose.yaml:14  web  read-only  known`, the plan, the change with credentials masked, what could
 * break, and the evidence.
 */
export function questionText({ index, total, finding, path, before, after, files }: Question, { colors, width }: Look): Shown {
  const { range, service, transform, confidence, plan, breaks, evidence } = finding;
  const header = [
    say`${colors.dim(`[${index}/${total}]`)} ${path}:${range.start.line}`,
    colors.bold(service),
    colors.bold(transform),
    paintConfidence(confidence, colors),
  ];
  const diff = screenDiffLines({ path, before, after, known: finding.conceal }, colors, { header: false });
  const besides = shownSideFiles(path, files).flatMap((file) => ['', ...screenDiffLines(file, colors)]);
  const lines = [
    '',
    ...hang('', say.join(header, '  '), width),
    '',
    ...hang('  ', sentence(plan), width, colors.bold),
    '',
    ...[...diff, ...besides].map((line) => say`  ${line}`),
    ...hiddenSideFiles(path, files, colors).map((line) => say`  ${line}`),
    '',
    ...(breaks ? hang(say`  ${colors.yellow('Could break')}  `, breaks, width) : []),
    ...evidence.flatMap(({ kind, detail }, at) =>
      hang(say`  ${at === 0 ? colors.dim('Evidence') : '        '}     `, `${detail} (${kind})`, width, colors.dim),
    ),
    '',
  ];
  return say`${say.join(lines, '\n')}\n`;
}

/** The answer to "why": the finding with everything it goes by. */
export function whyText(finding: Finding, { colors, width }: Look): Shown {
  const { severity, message, confidence, breaks } = finding;
  const meaning = {
    proven: 'it ran on this Engine with exactly these settings',
    known: 'there is evidence about this image that fits how it is configured here',
    generic: 'a rule of thumb for any image, which rarely breaks',
    guess: 'nothing is known about this image, so it may well break',
  }[confidence];
  const lines = [
    ...hang(say`  ${paintSeverity(severity, colors)}  `, message, width),
    ...hang(say`  ${paintConfidence(confidence, colors)}  `, meaning, width),
    ...hang(say`  ${colors.yellow('could break')}  `, breaks || 'nothing that is known of', width),
    ...evidenceLines(finding, '  ', width, colors),
  ];
  return say`${say.join(lines, '\n')}\n`;
}
