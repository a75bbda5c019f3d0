import type { Question } from '../harden/api';
import { editableOf } from '../harden/edited';
import type { Choice, Editable, Finding } from '../harden/types';
import { hang, sentence } from '../report/layout';
import { plural } from '../report/summary';
import { type Shown, say } from '../report/text/screen';
import { type EditLook, previewOf } from './edit-value';
import { diffLines } from './group-text';
import { choiceHelp, type KeyChoice, keyLine } from './key-line';
import type { DigitKey, Key, Prompter } from './prompt';
import { type Look, questionText } from './question';

/** Somebody to ask, and the screen to do it on. */
export interface Desk extends EditLook {
  readonly prompter: Prompter;
  /** The sign behind a question. */
  readonly ask?: string;
}

const DIGITS: readonly DigitKey[] = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** The answers that are offered for the value of a finding, by the key that gives them. */
export function offered(finding: Finding): Map<Key, Choice> {
  return new Map((editableOf(finding)?.choices ?? []).slice(0, DIGITS.length).map((choice, index) => [DIGITS[index]!, choice]));
}

/** The keys of answers that are offered. */
export function offeredKeys(finding: Finding): KeyChoice[] {
  return [...offered(finding)].map(([key, { word, label }]) => ({ key, word, help: label }));
}

/** A decision on the screen: where it is asked, what, the answers that are offered, and why nobody else takes it. */
export function decisionText({ index, total, finding, path }: Question, look: Look): Shown {
  const { colors, width } = look;
  const { range, service, transform, message, refusal, decide } = finding;
  const header = [
    say`${colors.dim(`[${index}/${total}]`)} ${path}:${range.start.line}`,
    colors.bold(service),
    colors.bold(transform),
    colors.cyan('asks you'),
  ];
  const lines = [
    '',
    ...hang('', say.join(header, '  '), width),
    '',
    ...hang('  ', decide?.question ?? '', width, colors.bold),
    '',
    ...hang('  ', sentence(message), width),
    ...(refusal ? hang(say`  ${colors.dim('Not known')}  `, sentence(refusal.message), width, colors.dim) : []),
    '',
    ...choiceLines(finding, look),
    '',
  ];
  return say`${say.join(lines, '\n')}\n`;
}

/** What a value may be, below the change it is part of; nothing where it is not the person's to decide. */
export function choicesText(finding: Finding, look: Look, question = editableOf(finding)?.question): Shown {
  const choices = choiceLines(finding, look);
  if (choices.length === 0 || question === undefined) return say``;
  return say`${say.join([...hang('  ', question, look.width, look.colors.bold), ...choices, ''], '\n')}\n`;
}

function choiceLines(finding: Finding, { colors, width }: Look): Shown[] {
  return [...offered(finding)].flatMap(([key, { label }]) => hang(say`  ${colors.bold(key)}  `, label, width));
}

/**
 * The text of an answer: one that is offered, or that the person writes with what would come of it below.
 *
 * @param choice undefined = they write all of it.
 * @returns undefined when they changed their mind. @throws Interrupted
 */
export async function answerText(question: Question, choice: Choice | undefined, desk: Desk): Promise<string | undefined> {
  const value = editableOf(question.finding) as Editable;
  if (choice && !choice.begins) return choice.value;
  return desk.prompter.text({
    message: say`  ${value.label} (Escape: back): `,
    initial: choice?.value ?? value.value,
    preview: (text) => previewOf(question, text, desk),
  });
}

/**
 * Shows what an answer makes of changes and asks whether to apply it, to the first of them or to all. Those that it cannot be the answer to are said,
 * and left out.
 *
 * @param many one question was put for all of them: then there is no answer for the first alone.
 * @returns those that it is applied to, none when the person goes back. @throws Interrupted
 */
export async function confirmed(
  questions: readonly Question[],
  answer: (question: Question) => string,
  desk: Desk,
  many = false,
): Promise<Question[]> {
  const { colors, width } = desk;
  const usable: { asked: Question; result: Question }[] = [];
  const refused = new Map<string, string[]>();
  for (const asked of questions) {
    const result = asked.edited?.(answer(asked)) ?? { error: 'there is no value to edit' };
    if ('error' in result) refused.set(result.error, [...(refused.get(result.error) ?? []), asked.finding.service]);
    else usable.push({ asked, result });
  }
  const [first] = usable;
  const { index, total } = questions[0] ?? { index: 1, total: 1 };
  if (!many && first?.asked !== questions[0]) usable.length = 0;
  for (const [error, services] of refused) {
    if (usable.length === 0 || many)
      desk.print(say`${say.join(hang('  ', `${services.join(', ')}: ${error}`, width, colors.red), '\n')}\n`);
  }
  if (!first || usable.length === 0) return [];
  const show = (): void => desk.print(many ? manyText(usable, desk) : questionText({ ...first.result, index, total }, desk));
  const choices: (KeyChoice | false)[] = [
    { key: 'y', word: many ? `apply ${usable.length}` : 'apply', help: many ? `apply it to ${usable.length}` : 'apply this change' },
    !many && usable.length > 1 && { key: 'm', word: `apply ${usable.length}`, help: `the same answer for the ${usable.length - 1} others` },
    { key: 'b', word: 'back', help: 'go back to the question' },
    { key: '?', word: 'keys', help: 'this help' },
  ];
  const keys = choices.filter((each) => each !== false);
  show();
  for (;;) {
    const message = keyLine('Apply?', keys, 'y', { colors, width: desk.size?.().columns ?? width, ask: desk.ask });
    const key = await desk.prompter.key({ message, keys: keys.map((each) => each.key), fallback: 'y', again: show });
    if (key === 'b') return [];
    if (key === 'm' || (key === 'y' && many)) return usable.map(({ asked }) => asked);
    if (key === 'y') return [first.asked];
    desk.print(choiceHelp(keys, 'y', desk));
    show();
  }
}

/** Changes that one answer makes: each kind in a sentence, and the first as a diff. */
function manyText(usable: readonly { result: Question }[], desk: Desk): Shown {
  const { colors, width } = desk;
  const plans = usable.map(({ result }) => sentence(result.finding.plan));
  const lines = [
    '',
    ...plans.slice(0, 6).flatMap((plan) => hang('  - ', plan, width)),
    ...(plans.length > 6 ? [colors.dim(`  and ${plural(plans.length - 6, 'more', 'more')}`)] : []),
    '',
    ...diffLines(usable[0]!.result, desk).map((line) => say`  ${line}`),
    '',
  ];
  return say`${say.join(lines, '\n')}\n`;
}
