import type { Answer, FixSession, Question } from '../harden/api';
import { changeKey } from '../harden/change-key';
import { atLeast } from '../harden/confidence';
import type { Choice, Confidence, Finding } from '../harden/types';
import type { Colors } from '../report/colors';
import { plural } from '../report/summary';
import { type Shown, say } from '../report/text/screen';
import { answerText, choicesText, confirmed, decisionText, offered, offeredKeys } from './decision';
import { editValue } from './edit-value';
import { type KeyChoice, keyLine } from './key-line';
import { type AnswerKey, askLine, type Key, keyHelp, type Prompter } from './prompt';
import { keysOf, questionText, whyText } from './question';

/** A file whose changes are put to the person. */
export interface Interviewed {
  path: string;
  session: FixSession;
  /** Answers of an earlier interview, by the key of the change. */
  remembered?: ReadonlyMap<string, Answer>;
}

export interface InterviewScreen {
  colors: Colors;
  /** Columns of a text. */
  readonly width: number;
  /** The sign behind a question; default `›`. */
  readonly ask?: string;
  /** Lines of the terminal; default many. */
  size?(): { columns: number; lines: number };
  print(text: Shown): void;
  /** The explanation of a transform, for `w`; undefined when there is none. */
  explain(transform: string): Shown | undefined;
}

/** What a person said so far: for each file, the answers by the keys of the changes. */
export type Given = readonly ReadonlyMap<string, Answer>[];

/**
 * Puts the questions of the files to the person, one file after the other, until none is left or they quit. `undo` goes back over the
 * border of a file. Nothing is written here.
 *
 * @param least changes below are not asked about, but counted, until the person opens them with `g`; undefined = all are asked about.
 * @param keep is told all answers so far, after each.
 * @throws Interrupted
 */
export async function interview(
  files: readonly Interviewed[],
  prompter: Prompter,
  screen: InterviewScreen,
  least?: Confidence,
  keep?: (given: Given) => void,
): Promise<void> {
  await new Interview(files, prompter, screen, least, keep).run();
}

interface Said {
  key: string;
  answer: Answer;
  /** Nobody was asked. */
  silent: boolean;
}

type Step = 'next-file' | 'asked' | 'undo' | 'quit' | 'open';

class Interview {
  private readonly said: Said[][];
  private readonly remembered: Map<string, Answer>[];
  private opened = false;

  constructor(
    private readonly files: readonly Interviewed[],
    private readonly prompter: Prompter,
    private readonly screen: InterviewScreen,
    private readonly least: Confidence | undefined,
    private readonly keep: ((given: Given) => void) | undefined,
  ) {
    this.said = files.map(() => []);
    this.remembered = files.map(({ remembered }) => new Map(remembered));
  }

  async run(): Promise<void> {
    for (let at = 0; at < this.files.length; ) {
      const step = await this.next(at);
      if (step === 'quit') break;
      if (step === 'next-file') at++;
      if (step === 'undo') {
        const back = this.undo(at);
        if (back === -1) this.screen.print(say`${this.screen.colors.dim('  Nothing to undo.')}\n`);
        else at = back;
      }
      if (step === 'open') at = this.open();
    }
    const below = this.below();
    if (below.length > 0 && !this.opened) {
      const names = [...new Set(below)].join(', ');
      this.screen.print(
        say`${this.screen.colors.dim(`  ${plural(below.length, 'change')} below ${this.least!} not asked about: ${names}`)}\n`,
      );
    }
  }

  private async next(at: number): Promise<Step> {
    const { session } = this.files[at]!;
    const question = session.current();
    if (!question) return 'next-file';
    const key = changeKey(question.finding);
    const before = this.remembered[at]!.get(key);
    if (before && !session.answer(before)) {
      this.said[at]!.push({ key, answer: before, silent: false });
      this.tell();
      return 'asked';
    }
    if (this.isBelow(question)) {
      const answer: Answer = { kind: 'skip' };
      session.answer(answer);
      this.said[at]!.push({ key, answer, silent: true });
      return 'asked';
    }
    return this.ask(at, question, key);
  }

  private async ask(at: number, question: Question, key: string): Promise<Step> {
    const { screen } = this;
    const { session } = this.files[at]!;
    const { finding } = question;
    const { decide } = finding;
    const { keys: usual, fallback } = keysOf(finding);
    // One that is sure has its value; where it is a guess it may as well be another one that is offered.
    const answers = decide || !atLeast(finding.confidence, 'generic') ? offered(finding) : new Map<Key, Choice>();
    const more: Key[] = [
      't',
      ...(finding.confidence === 'guess' ? (['k'] as const) : []),
      ...(this.below().length > 0 ? (['g'] as const) : []),
    ];
    const keys = [...usual, ...answers.keys(), ...more];
    const give = (answer: Answer): boolean => {
      const refused = session.answer(answer);
      if (refused) screen.print(say`  ${screen.colors.red(refused.error)}\n`);
      else this.note(at, { key, answer, silent: false });
      return refused === undefined;
    };
    const show = (): void =>
      screen.print(
        decide
          ? decisionText(question, screen)
          : say`${questionText(question, screen)}${answers.size > 0 ? choicesText(finding, screen) : ''}`,
      );
    show();
    for (;;) {
      const message = decide
        ? keyLine('Answer?', decisionKeys(finding), fallback, { colors: screen.colors, width: screen.width, ask: screen.ask })
        : askLine(this.shownKeys(usual), fallback, screen.colors, screen.width, screen.ask);
      const pressed = await this.prompter.key({ message, keys, fallback, again: show });
      if (answers.has(pressed) || (decide && pressed === 'e')) {
        const value = await this.decision(question, answers.get(pressed));
        if (value !== undefined && give({ kind: 'edit', value })) return 'asked';
        show();
        continue;
      }
      switch (pressed) {
        case 'u':
          return 'undo';
        case 'q':
          return 'quit';
        case 'g':
          return 'open';
        case '?':
          screen.print(keyHelp(keys, fallback, screen.colors, new Map([...answers].map(([key, { label }]) => [key, label]))));
          show();
          break;
        case 'w':
          screen.print(say`${whyText(finding, screen)}${screen.explain(finding.transform) ?? ''}`);
          show();
          break;
        case 'e': {
          const done = await editValue(question, this.prompter, screen, (value) => session.answer({ kind: 'edit', value }));
          if (done !== undefined) {
            this.note(at, { key, answer: { kind: 'edit', value: done }, silent: false });
            return 'asked';
          }
          break;
        }
        case 'i': {
          const reason = await this.prompter.text({ message: say`  Reason (may be empty): `, initial: '' });
          if (reason !== undefined && give({ kind: 'ignore', reason })) return 'asked';
          break;
        }
        default:
          if (give(ANSWERS[pressed as keyof typeof ANSWERS])) return 'asked';
      }
    }
  }

  /** An answer that was seen with what it does, and accepted; undefined when the person changed their mind. */
  private async decision(question: Question, choice: Choice | undefined): Promise<string | undefined> {
    const { screen } = this;
    const desk = { ...screen, width: screen.width, prompter: this.prompter };
    const text = await answerText(question, choice, desk);
    if (text === undefined) return undefined;
    return (await confirmed([question], () => text, desk)).length > 0 ? text : undefined;
  }

  /** The usual keys, without the one that has nothing to take back. */
  private shownKeys(usual: readonly AnswerKey[]): AnswerKey[] {
    return this.said.some((each) => each.some(({ silent }) => !silent)) ? [...usual] : usual.filter((key) => key !== 'u');
  }

  private isBelow({ finding }: Question): boolean {
    return !finding.decide && this.least !== undefined && !this.opened && !atLeast(finding.confidence, this.least);
  }

  /** The transforms of what was not asked about. */
  private below(): string[] {
    return this.said.flat().flatMap(({ silent, key }) => (silent ? [(JSON.parse(key) as { transform: string }).transform] : []));
  }

  private note(at: number, said: Said): void {
    this.said[at]!.push(said);
    this.remembered[at]!.delete(said.key);
    this.tell();
  }

  private tell(): void {
    this.keep?.(this.said.map((each) => new Map(each.filter(({ silent }) => !silent).map(({ key, answer }) => [key, answer]))));
  }

  /** Takes back up to the last answer that somebody gave, in this file or one before it. */
  private undo(from: number): number {
    for (let at = from; at >= 0; at--) {
      while (this.files[at]!.session.undo()) {
        const last = this.said[at]!.pop();
        if (last) this.remembered[at]!.delete(last.key);
        this.tell();
        if (!last?.silent) return at;
      }
    }
    return -1;
  }

  /** Asks about what is below as well; what was said already is not asked about again. */
  private open(): number {
    this.opened = true;
    for (const [at, { session }] of this.files.entries()) {
      for (const { key, answer, silent } of this.said[at]!.splice(0)) {
        session.undo();
        if (!silent) this.remembered[at]!.set(key, answer);
      }
    }
    return 0;
  }
}

function decisionKeys(finding: Finding): KeyChoice[] {
  return [
    ...offeredKeys(finding),
    { key: 'e', word: 'write', help: '' },
    { key: 'n', word: 'leave', help: '' },
    { key: 'w', word: 'why', help: '' },
    { key: 'q', word: 'quit', help: '' },
    { key: '?', word: 'keys', help: '' },
  ];
}

const ANSWERS: Record<'y' | 'n' | 'a' | 's' | 'd' | 't' | 'k', Answer> = {
  y: { kind: 'apply' },
  n: { kind: 'skip' },
  a: { kind: 'apply-transform' },
  s: { kind: 'apply-service' },
  d: { kind: 'skip-file' },
  t: { kind: 'skip-transform' },
  k: { kind: 'skip-guesses' },
};
