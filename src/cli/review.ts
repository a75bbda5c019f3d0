import type { Answer, Question, Ruling } from '../harden/api';
import type { Confidence, FileResult } from '../harden/types';
import { manualBlock } from '../report/pretty';
import type { Signs } from '../report/signs';
import { plural } from '../report/summary';
import { type Showable, type Shown, say } from '../report/text/screen';
import { answerText, choicesText, confirmed, decisionText, offered, offeredKeys } from './decision';
import { editValue } from './edit-value';
import { diffLines, groupText } from './group-text';
import type { Given, InterviewScreen } from './interview';
import { choiceHelp, type KeyChoice, keyLine } from './key-line';
import { lastScreen } from './last-screen';
import { page } from './pager';
import { planText } from './plan-text';
import type { Key, Prompter } from './prompt';
import { questionText, whyText } from './question';
import {
  alike,
  asksForValue,
  byControl,
  byService,
  type Group,
  type Item,
  isLeftToPerson,
  itemsOf,
  likeness,
  type Reviewed,
} from './review-groups';

export interface ReviewScreen extends InterviewScreen {
  readonly signs: Signs;
  /** Columns and lines of the terminal, as it is now. */
  size(): { columns: number; lines: number };
  /** What a transform is called. */
  titleOf(transform: string): string;
}

/** Keys that several questions have. */
const PLAN: KeyChoice = { key: 'p', word: 'plan', help: 'go back to the plan' };
const WHY: KeyChoice = { key: 'w', word: 'why', help: 'why: what is wrong, what could break, and the evidence' };
const FINISH: KeyChoice = { key: 'q', word: 'finish', help: 'finish: look at what was accepted before it is written' };
const UNDO: KeyChoice = { key: 'u', word: 'undo', help: 'undo the last answer' };
const NO_GUESSES: KeyChoice = { key: 'k', word: 'no guesses', help: 'skip all guesses' };
const HELP: KeyChoice = { key: '?', word: 'keys', help: 'this help' };

/** Which changes a walk asks about, and how they are put together. */
interface Walk {
  by: 'control' | 'service' | 'one';
  asks(item: Item): boolean;
}

/** What led out of a walk: nothing was left to ask, or the person went back to the plan or on to the last screen. */
type Way = 'end' | 'plan' | 'finish';

/**
 * Shows the projects as a plan and takes answers for many changes at once, or for single ones, in the order the person chooses; at the end shows
 * all that will be written. Nothing is written here; what is discarded at the end counts as never accepted.
 *
 * @param least changes below are not asked about unless the person opens them.
 * @throws Interrupted
 */
export async function review(
  files: readonly Reviewed[],
  prompter: Prompter,
  screen: ReviewScreen,
  least: Confidence = 'generic',
  keep?: (given: Given) => void,
): Promise<'write' | 'save'> {
  return new Review(files, prompter, screen, least, keep).run();
}

class Review {
  /** For each answer, the numbers of the projects that it was given to. */
  private readonly acts: number[][] = [];

  constructor(
    private readonly files: readonly Reviewed[],
    private readonly prompter: Prompter,
    private readonly screen: ReviewScreen,
    private readonly least: Confidence,
    private readonly keep?: (given: Given) => void,
  ) {}

  async run(): Promise<'write' | 'save'> {
    this.remember();
    for (;;) {
      const way = await this.plan();
      if (way === 'plan') continue;
      const verdict = await lastScreen(
        this.files.map(({ plan }) => plan.finish()),
        this.prompter,
        this.screen,
      );
      if (verdict === 'save') return 'save';
      if (verdict === 'discard') while (this.acts.length > 0) this.undo();
      if (verdict !== 'back') return 'write';
    }
  }

  /** Says again what was said in an earlier review, as far as the changes are the same: one may bring back another that was answered, too. */
  private remember(): void {
    for (const [file, { remembered }] of this.files.entries()) {
      for (let round = 0; remembered && round < remembered.size; round++) {
        const open = this.items().filter((item) => item.file === file && isOpen(item) && remembered.has(item.key));
        if (open.length === 0) break;
        const rulings = new Map(
          open.map((item) => [JSON.stringify(rulingOf(remembered.get(item.key)!)), rulingOf(remembered.get(item.key)!)]),
        );
        for (const [text, ruling] of rulings) {
          this.rule(
            open.filter((item) => JSON.stringify(rulingOf(remembered.get(item.key)!)) === text),
            ruling,
          );
        }
      }
    }
  }

  private tell(): void {
    this.keep?.(
      this.files.map(({ plan }) => new Map(plan.changes().flatMap(({ key, ruling }) => (ruling ? [[key, ruling] as const] : [])))),
    );
  }

  private items(): Item[] {
    return itemsOf(this.files, this.least);
  }

  private async plan(): Promise<Way> {
    const { screen } = this;
    const items = this.items();
    const { columns: width, lines } = screen.size();
    const view = { paths: this.files.map(({ path }) => path), items, expected: this.files.map(({ plan }) => plan.expected()) };
    const { choices, fallback } = this.planKeys(
      items,
      view.expected.flat().flatMap(({ findings }) => findings.filter(isLeftToPerson)).length,
    );
    // What the keys do stands below it, on the same screen.
    screen.print(planText(view, { colors: screen.colors, width, lines: lines - choices.length, signs: screen.signs }));
    screen.print(choiceHelp(choices, fallback, screen));
    for (;;) {
      const key = await this.ask('Plan?', choices, fallback);
      switch (key) {
        case 'y':
          this.rule(items.filter(isOpen).filter(isSure), { kind: 'apply' });
          return 'plan';
        case 'c':
          return this.walk({ by: 'control', asks: isSure });
        case 's':
          return this.walk({ by: 'service', asks: isSure });
        case 'd':
          return this.walk({ by: 'control', asks: asksForValue });
        case 'g':
          return this.walk({ by: 'control', asks: isGuess });
        case 'o':
          return this.walk({ by: 'one', asks: () => true });
        case 'm':
          await page(manualBlock(leftToPerson(view.expected.flat()), screen), this.prompter, screen);
          break;
        case 'u':
          this.undo();
          return 'plan';
        case 'q':
          return 'finish';
        default:
          screen.print(choiceHelp(choices, fallback, screen));
      }
    }
  }

  private planKeys(items: readonly Item[], manual: number): { choices: KeyChoice[]; fallback: Key } {
    const open = items.filter(isOpen);
    const sure = open.filter(isSure).length;
    const guesses = open.filter(isGuess).length;
    const asks = open.filter(asksForValue).length;
    const accepted = items.filter(({ ruling }) => ruling?.kind === 'apply' || ruling?.kind === 'edit').length;
    const choices: (KeyChoice | false)[] = [
      sure > 0 && {
        key: 'y',
        word: `apply ${sure}`,
        help: `apply all ${plural(sure, 'change')} that ${sure === 1 ? 'is' : 'are'} sure`,
      },
      sure > 0 && { key: 'c', word: 'by control', help: 'go through them by control: one question for many services' },
      asks > 0 && { key: 'd', word: `decide ${asks}`, help: `give ${plural(asks, 'answer')} that only you can: each makes a change` },
      sure > 0 && { key: 's', word: 'by service', help: 'go through them by service' },
      guesses > 0 && {
        key: 'g',
        word: `${guesses} ${guesses === 1 ? 'guess' : 'guesses'}`,
        help: 'go through what is not sure, by control',
      },
      manual > 0 && { key: 'm', word: `${manual} left`, help: `show what batten leaves to you, and why (${manual})` },
      FINISH,
      open.length > 0 && { key: 'o', word: 'one by one', help: 'ask about every single change, in the order of the controls' },
      this.acts.length > 0 && UNDO,
      HELP,
    ];
    const usable = choices.filter((each) => each !== false);
    return { choices: usable, fallback: sure > 0 ? 'y' : accepted > 0 || guesses === 0 ? 'q' : 'g' };
  }

  /** Asks about what is open until nothing of it is. */
  private async walk({ by, asks }: Walk): Promise<Way> {
    // What was asked about when the walk began, so that questions keep their numbers.
    for (;;) {
      const scope = this.items().filter(asks);
      const groups = by === 'control' ? byControl(scope).flatMap(decisionsAlone) : by === 'service' ? byService(scope) : singles(scope);
      const at = groups.findIndex(({ items }) => items.some(isOpen));
      const next = groups[at];
      if (!next) return 'plan';
      const group = { ...next, items: next.items.filter(isOpen) };
      const place = { index: at + 1, total: groups.length };
      const way = group.items.length === 1 ? await this.single(group.items[0]!, place) : await this.group(group, place);
      if (way !== 'end') return way;
    }
  }

  /** Asks about several changes at once. */
  private async group(group: Group, place: { index: number; total: number }): Promise<Way> {
    const { screen } = this;
    const { items } = group;
    const kinds = alike(items);
    const example = this.questions(kinds[0]!.slice(0, 1))[0]?.question;
    const spread = new Set(items.map(({ file }) => file)).size;
    const where = spread === 1 ? items[0]!.path : plural(spread, 'file');
    const view = { ...place, group, title: screen.titleOf(group.transform), where, example };
    const asks = items.every(asksForValue);
    const services = new Set(items.map(({ finding }) => finding.service)).size;
    const choices: (KeyChoice | false)[] = [
      { key: 'y', word: `all ${items.length}`, help: `apply all ${items.length}` },
      { key: 'n', word: 'none', help: 'skip all of them' },
      ...(asks ? offeredKeys(items[0]!.finding).slice(1) : []),
      asks && services > 1 && { key: 'f', word: 'fronts', help: 'say which of them others may reach: those stay, the rest gets answer 1' },
      { key: 'o', word: 'one by one', help: 'ask about each of them' },
      { key: 'v', word: 'diff', help: 'show all of their diffs' },
      PLAN,
      WHY,
      this.acts.length > 0 && UNDO,
      !group.sure && NO_GUESSES,
      FINISH,
      HELP,
    ];
    const usable = choices.filter((each) => each !== false);
    const fallback = group.sure ? 'y' : 'n';
    const show = (): void => {
      const text = groupText(view, { colors: screen.colors, width: screen.width, signs: screen.signs });
      screen.print(say`${text}${this.choices(items, 'One answer for all of them, or for each its own:')}`);
    };
    show();
    for (;;) {
      const key = await this.ask('Apply?', usable, fallback, show);
      if (asks && key !== '1' && offered(items[0]!.finding).has(key)) {
        if (await this.decide(items, key)) return 'end';
        show();
        continue;
      }
      switch (key) {
        case 'f':
          if (await this.fronts(items)) return 'end';
          show();
          break;
        case 'y':
          this.rule(items, { kind: 'apply' });
          return 'end';
        case 'n':
          this.rule(items, { kind: 'skip' });
          return 'end';
        case 'o': {
          const keys = new Set(items.map(idOf));
          const way = await this.walk({ by: 'one', asks: (item) => keys.has(idOf(item)) });
          return way === 'plan' ? 'end' : way;
        }
        case 'v':
          await page(this.diffs(items), this.prompter, screen);
          show();
          break;
        case 'w':
          for (const [first] of kinds)
            screen.print(say`\n  ${screen.colors.bold(first!.finding.service)}\n${whyText(first!.finding, screen)}`);
          if (group.by === 'control') screen.print(screen.explain(group.transform) ?? say``);
          show();
          break;
        case 'k':
          this.skipGuesses();
          return 'end';
        case 'u':
          this.undo();
          return 'end';
        case 'p':
          return 'plan';
        case 'q':
          return 'finish';
        default:
          screen.print(choiceHelp(usable, fallback, screen));
          show();
      }
    }
  }

  /** Asks about one change. */
  private async single(item: Item, { index, total }: { index: number; total: number }): Promise<Way> {
    const { screen } = this;
    const [found] = this.questions([item]);
    // It is no more: an answer changed what came before it.
    if (!found) return 'end';
    const question = { ...found.question, index, total };
    const open = this.items().filter(isOpen);
    const twins = open.filter((other) => likeness(other.finding) === likeness(item.finding));
    const { decide } = item.finding;
    const { choices, fallback } = decide ? this.decisionKeys(item) : this.singleKeys(item, twins.length, question);
    const answers = offered(item.finding);
    const show = (): void =>
      screen.print(decide ? decisionText(question, screen) : say`${questionText(question, screen)}${this.choices([item])}`);
    show();
    for (;;) {
      const key = await this.ask(decide ? 'Answer?' : 'Apply?', choices, fallback, show);
      const asSure = (other: Item): boolean => !other.finding.decide && (other.sure || !item.sure);
      if (answers.has(key) || (decide && key === 'e')) {
        if (await this.decide([item, ...twins.filter((other) => idOf(other) !== idOf(item))], key, { index, total })) return 'end';
        show();
        continue;
      }
      switch (key) {
        case 'y':
          this.rule([item], { kind: 'apply' });
          return 'end';
        case 'n':
          this.rule([item], { kind: 'skip' });
          return 'end';
        case 'm':
          this.rule(twins, { kind: fallback === 'y' ? 'apply' : 'skip' });
          return 'end';
        case 'a':
          this.rule(
            open.filter((other) => other.file === item.file && other.finding.transform === item.finding.transform && asSure(other)),
            { kind: 'apply' },
          );
          return 'end';
        case 's':
          this.rule(
            open.filter((other) => other.file === item.file && other.finding.service === item.finding.service && asSure(other)),
            { kind: 'apply' },
          );
          return 'end';
        case 't':
          this.rule(
            open.filter((other) => other.finding.transform === item.finding.transform),
            { kind: 'skip' },
          );
          return 'end';
        case 'k':
          this.skipGuesses();
          return 'end';
        case 'd':
          this.rule(
            open.filter((other) => other.file === item.file),
            { kind: 'skip' },
          );
          return 'end';
        case 'e': {
          const value = await editValue(question, this.prompter, screen, (text) => this.rule([item], { kind: 'edit', value: text }));
          if (value !== undefined) return 'end';
          show();
          break;
        }
        case 'i': {
          const reason = await this.prompter.text({ message: say`  Reason (may be empty): `, initial: '' });
          const refused = reason === undefined ? undefined : this.rule([item], { kind: 'ignore', reason });
          if (reason !== undefined && !refused) return 'end';
          if (refused) screen.print(say`  ${screen.colors.red(refused.error)}\n`);
          show();
          break;
        }
        case 'w':
          screen.print(say`${whyText(item.finding, screen)}${screen.explain(item.finding.transform) ?? ''}`);
          show();
          break;
        case 'u':
          this.undo();
          return 'end';
        case 'p':
          return 'plan';
        case 'q':
          return 'finish';
        default:
          screen.print(choiceHelp(choices, fallback, screen));
          show();
      }
    }
  }

  private singleKeys({ finding, sure }: Item, twins: number, { edited }: Question): { choices: KeyChoice[]; fallback: Key } {
    const fallback = sure ? 'y' : 'n';
    const same = fallback === 'y' ? 'apply' : 'skip';
    const choices: (KeyChoice | false)[] = [
      { key: 'y', word: 'apply', help: 'apply this change' },
      { key: 'n', word: 'skip', help: 'skip this change' },
      twins > 1 && { key: 'm', word: `${same} ${twins}`, help: `${same} this and the ${twins - 1} like it, in all files` },
      ...(asksForValue({ finding, sure }) ? offeredKeys(finding).slice(1) : []),
      edited !== undefined && { key: 'e', word: 'edit', help: 'edit the value, then apply' },
      PLAN,
      WHY,
      FINISH,
      this.acts.length > 0 && UNDO,
      { key: 'a', word: 'control', help: `apply this and all open changes of ${finding.transform}, as sure as this one` },
      { key: 's', word: 'service', help: 'apply this and all open changes of this service, as sure as this one' },
      { key: 't', word: 'never', help: `skip this and all open changes of ${finding.transform}` },
      !sure && NO_GUESSES,
      { key: 'd', word: 'skip file', help: 'skip this and the rest of the file' },
      { key: 'i', word: 'ignore', help: 'ignore it from now on: writes a comment into the file' },
      HELP,
    ];
    return { choices: choices.filter((each) => each !== false), fallback };
  }

  /** The answers that are offered beside a change whose value is a guess. */
  private choices([first]: readonly Item[], question?: string): Shown {
    return first && asksForValue(first) ? choicesText(first.finding, this.screen, question) : say``;
  }

  private decisionKeys({ finding }: Item): { choices: KeyChoice[]; fallback: Key } {
    const choices: (KeyChoice | false)[] = [
      ...offeredKeys(finding),
      { key: 'e', word: 'write', help: 'write another answer' },
      { key: 'n', word: 'leave', help: 'leave it as it is' },
      PLAN,
      WHY,
      FINISH,
      this.acts.length > 0 && UNDO,
      { key: 't', word: 'never', help: `leave all open changes of ${finding.transform} as they are` },
      { key: 'd', word: 'skip file', help: 'skip this and the rest of the file' },
      { key: 'i', word: 'ignore', help: 'ignore it from now on: writes a comment into the file' },
      HELP,
    ];
    return { choices: choices.filter((each) => each !== false), fallback: 'n' };
  }

  /**
   * Takes an answer to the first of several that are alike, or to all of them, when it was seen what it does.
   *
   * @param place where the first of them is among the questions; undefined = one question was put for all.
   * @returns whether one was given.
   */
  private async decide(items: readonly Item[], key: Key, place?: { index: number; total: number }): Promise<boolean> {
    const desk = { ...this.screen, width: this.screen.width, prompter: this.prompter };
    const put = this.questions(items).map((each) => ({ ...each, question: { ...each.question, ...place } }));
    const asked = put.map(({ question }) => question);
    const [first] = asked;
    if (!first) return true;
    const choice = offered(first.finding).get(key);
    const text = await answerText(first, choice, desk);
    if (text === undefined) return false;
    // What is offered may be another value for each: the loopback of IPv6, say.
    const answer = ({ finding }: Question): string => (choice?.begins ? text : (offered(finding).get(key)?.value ?? text));
    const taken = new Set(await confirmed(asked, answer, desk, place === undefined));
    const byText = new Map<string, Item[]>();
    for (const { item, question } of put.filter(({ question: each }) => taken.has(each))) {
      byText.set(answer(question), [...(byText.get(answer(question)) ?? []), item]);
    }
    for (const [value, those] of byText) this.rule(those, { kind: 'edit', value });
    return taken.size > 0;
  }

  /** Asks which of several services are the fronts, which others may reach: they stay as they are, and the rest gets the first answer there is. */
  private async fronts(items: readonly Item[]): Promise<boolean> {
    const { screen } = this;
    const names = [...new Set(items.map(({ finding }) => finding.service))];
    const list = names.map((name, index) => say`  ${screen.colors.bold(String(index + 1))}  ${name}`);
    screen.print(say`\n${say.join(list, '\n')}\n\n`);
    const text = await this.prompter.text({ message: say`  Numbers of those that other machines may reach (Escape: back): `, initial: '' });
    if (text === undefined) return false;
    const numbers = text.split(/[\s,]+/).filter(Boolean);
    const wrong = numbers.filter((each) => !/^\d{1,4}$/.test(each) || !names[Number(each) - 1]);
    if (wrong.length > 0) {
      screen.print(say`  ${screen.colors.red(`there is no number ${wrong.join(', ')} above`)}\n`);
      return false;
    }
    const fronts = new Set(numbers.map((each) => names[Number(each) - 1]!));
    const rest = items.filter(({ finding }) => !fronts.has(finding.service));
    if (rest.length > 0 && !(await this.decide(rest, '1'))) return false;
    this.rule(
      items.filter(({ finding }) => fronts.has(finding.service)),
      { kind: 'skip' },
    );
    return true;
  }

  private ask(title: string, choices: readonly KeyChoice[], fallback: Key, again?: () => void): Promise<Key> {
    const { screen } = this;
    const message = keyLine(title, choices, fallback, { colors: screen.colors, width: screen.size().columns, ask: screen.signs.ask });
    return this.prompter.key({ message, keys: choices.map(({ key }) => key), fallback, again });
  }

  /** Items with the questions they are put as; those that are no more are left out. */
  private questions(items: readonly Item[]): { item: Item; question: Question }[] {
    return this.files.flatMap(({ plan }, file) => {
      const here = items.filter((item) => item.file === file);
      const questions = here.length > 0 ? plan.questions(here.map(({ key }) => key)) : new Map<string, Question>();
      return here.flatMap((item) => {
        const question = questions.get(item.key);
        return question ? [{ item, question }] : [];
      });
    });
  }

  private diffs(items: readonly Item[]): Shown[] {
    const { screen } = this;
    const look = { colors: screen.colors, width: screen.width, signs: screen.signs };
    return this.questions(items).flatMap(({ item, question }): Shown[] => {
      const head: Showable[] = [screen.colors.bold(item.finding.service), item.finding.transform, screen.colors.dim(item.path)];
      return [say.join(head, '  '), ...diffLines(question, look), say``];
    });
  }

  private skipGuesses(): void {
    this.rule(
      this.items().filter((item) => isOpen(item) && isGuess(item)),
      { kind: 'skip' },
    );
  }

  /** One answer, whichever projects its changes are in. */
  private rule(items: readonly Item[], ruling: Ruling): { error: string } | undefined {
    const touched = [...new Set(items.map(({ file }) => file))];
    for (const [done, file] of touched.entries()) {
      const keys = items.filter((item) => item.file === file).map(({ key }) => key);
      const refused = this.files[file]!.plan.rule(keys, ruling);
      if (!refused) continue;
      for (const each of touched.slice(0, done)) this.files[each]!.plan.undo();
      return refused;
    }
    if (touched.length > 0) this.acts.push(touched);
    this.tell();
    return undefined;
  }

  private undo(): void {
    for (const file of this.acts.pop() ?? []) this.files[file]!.plan.undo();
    this.tell();
  }
}

/** An answer to one question, as one about a change: what was said of others with it was kept with those. */
function rulingOf(answer: Answer): Ruling {
  if (answer.kind === 'edit' || answer.kind === 'ignore') return answer;
  return { kind: answer.kind.startsWith('apply') ? 'apply' : 'skip' };
}

const isOpen = ({ ruling }: Item): boolean => ruling === undefined;
const isSure = ({ sure }: Item): boolean => sure;
const isGuess = ({ sure, finding }: Item): boolean => !sure && finding.decide === undefined;

/** Results with nothing left to the person but what they cannot answer here. */
function leftToPerson(results: readonly FileResult[]): FileResult[] {
  return results.map((result) => ({ ...result, findings: result.findings.filter(isLeftToPerson) }));
}

/** The same change of the same project. */
const idOf = ({ file, key }: Item): string => `${file} ${key}`;

/** Each change on its own, what is sure first. */
function singles(items: readonly Item[]): Group[] {
  return [...items.filter(isSure), ...items.filter((item) => !item.sure)].map(alone);
}

function alone(item: Item): Group {
  const { transform, service } = item.finding;
  return { by: 'control', transform, service, file: item.file, sure: item.sure, items: [item] };
}

/** A group as it is asked about: decisions are put one by one, as an answer to one may be that of others. */
function decisionsAlone(group: Group): Group[] {
  return group.items.some(({ finding }) => finding.decide) ? group.items.map(alone) : [group];
}
