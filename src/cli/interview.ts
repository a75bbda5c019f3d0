import type { Answer, FixSession } from '../harden/api';
import type { Colors } from '../report/colors';
import { type Shown, say } from '../report/text/screen';
import { askLine, keyHelp, type Prompter } from './prompt';
import { keysOf, questionText, whyText } from './question';

/** A file whose changes are put to the person. */
export interface Interviewed {
  path: string;
  session: FixSession;
}

export interface InterviewScreen {
  colors: Colors;
  /** Columns of a text. */
  readonly width: number;
  /** The sign behind a question; default `›`. */
  readonly ask?: string;
  print(text: Shown): void;
  /** The explanation of a transform, for `w`; undefined when there is none. */
  explain(transform: string): Shown | undefined;
}

/**
 * Puts the questions of the files to the person, one file after the other, until none is left or they quit. `undo` goes back over the
 * border of a file. Nothing is written here.
 *
 * @throws Interrupted
 */
export async function interview(files: readonly Interviewed[], prompter: Prompter, screen: InterviewScreen): Promise<void> {
  for (let at = 0; at < files.length; ) {
    const step = await askNext(files[at]!, prompter, screen);
    if (step === 'quit') return;
    if (step === 'next-file') at++;
    if (step === 'undo') {
      // A file without a question has no answer to take back either.
      const back = lastIndex(files.slice(0, at + 1), ({ session }) => session.undo());
      if (back === -1) screen.print(say`${screen.colors.dim('  Nothing to undo.')}\n`);
      else at = back;
    }
  }
}

async function askNext(file: Interviewed, prompter: Prompter, screen: InterviewScreen): Promise<'next-file' | 'asked' | 'undo' | 'quit'> {
  const { session } = file;
  const question = session.current();
  if (!question) return 'next-file';
  const { finding } = question;
  const { keys, fallback } = keysOf(finding);
  screen.print(questionText(question, screen));
  for (;;) {
    const key = await prompter.key({ message: askLine(keys, fallback, screen.colors), keys, fallback });
    switch (key) {
      case 'u':
        return 'undo';
      case 'q':
        return 'quit';
      case '?':
        screen.print(keyHelp(keys, fallback, screen.colors));
        break;
      case 'w':
        screen.print(say`${whyText(finding, screen)}${screen.explain(finding.transform) ?? ''}`);
        break;
      case 'e':
        if (await edit(file, prompter, screen)) return 'asked';
        break;
      case 'i': {
        const reason = await prompter.text({ message: say`  Reason (may be empty): `, initial: '' });
        if (reason === undefined) break;
        if (give(session, { kind: 'ignore', reason }, screen)) return 'asked';
        break;
      }
      default:
        if (give(session, ANSWERS[key as keyof typeof ANSWERS], screen)) return 'asked';
    }
  }
}

const ANSWERS: Record<'y' | 'n' | 'a' | 's' | 'd', Answer> = {
  y: { kind: 'apply' },
  n: { kind: 'skip' },
  a: { kind: 'apply-transform' },
  s: { kind: 'apply-service' },
  d: { kind: 'skip-file' },
};

/** Asks for another value until one can be used. False when the person changed their mind. */
async function edit({ session }: Interviewed, prompter: Prompter, screen: InterviewScreen): Promise<boolean> {
  const editable = session.current()?.finding.editable;
  if (!editable) return false;
  let value: string | undefined = editable.value;
  for (;;) {
    value = await prompter.text({ message: say`  ${editable.label} (Escape: back): `, initial: value });
    if (value === undefined) return false;
    if (give(session, { kind: 'edit', value }, screen)) return true;
  }
}

function give(session: FixSession, answer: Answer, { print, colors }: InterviewScreen): boolean {
  const refused = session.answer(answer);
  if (refused) print(say`  ${colors.red(refused.error)}\n`);
  return refused === undefined;
}

function lastIndex<T>(list: readonly T[], matches: (item: T) => boolean): number {
  for (let index = list.length - 1; index >= 0; index--) if (matches(list[index]!)) return index;
  return -1;
}
