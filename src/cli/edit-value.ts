import type { Question } from '../harden/api';
import { type Shown, say } from '../report/text/screen';
import { diffLines } from './group-text';
import type { Prompter } from './prompt';
import type { Look } from './question';

export interface EditLook extends Look {
  print(text: Shown): void;
  size?(): { columns: number; lines: number };
}

/**
 * Asks for another value, with what would come of it below while it is written, until one can be used.
 *
 * @param accept says why a value cannot be used; undefined = it was taken.
 * @returns the value; undefined when the person changed their mind.
 * @throws Interrupted
 */
export async function editValue(
  question: Question,
  prompter: Prompter,
  look: EditLook,
  accept: (value: string) => { error: string } | undefined,
): Promise<string | undefined> {
  const { editable } = question.finding;
  if (!editable) return undefined;
  let value: string | undefined = editable.value;
  for (;;) {
    value = await prompter.text({
      message: say`  ${editable.label} (Escape: back): `,
      initial: value,
      preview: (text) => previewOf(question, text, look),
    });
    if (value === undefined) return undefined;
    const refused = accept(value);
    if (!refused) return value;
    look.print(say`  ${look.colors.red(refused.error)}\n`);
  }
}

/** The diff with a value, as much as fits on the screen. Why one cannot be used is said when it was meant to be. */
export function previewOf({ edited }: Question, value: string, look: EditLook): Shown {
  const result = edited?.(value);
  if (!result) return say``;
  if ('error' in result) return say`  ${look.colors.dim('not a value that can be used')}`;
  const lines = diffLines(result, look);
  const room = Math.max(4, (look.size?.().lines ?? 40) - 8);
  const shown = lines.length > room ? [...lines.slice(0, room), look.colors.dim('...')] : lines;
  return say.join(
    shown.map((line) => say`  ${line}`),
    '\n',
  );
}
