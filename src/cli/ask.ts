import type { Batten, Input, RunOptions } from '../harden/api';
import type { FileResult } from '../harden/types';
import { say } from '../report/text/screen';
import { type Context, completed, type Prepared, runOf } from './context';
import { failedResult, type Opened } from './inputs';
import type { Given } from './interview';
import { type KeptAnswers, KeptAnswersStore } from './kept-answers';
import { isInterrupted } from './messages';
import type { Prompter } from './prompt';
import type { ReviewScreen } from './review';

/** From so many questions on, a plan comes before the first of them. */
const PLANNED_FROM = 12;

/** What a person was asked, and what became of it. */
export interface Asked {
  projects: FileResult[][];
  /** They want to go on later: nothing is to be written. */
  saved: boolean;
  /** Drops answers that were kept, where they have been written; keeps those to a project that could not be. */
  settle(written: readonly FileResult[]): void;
}

/**
 * Puts what could be done to the person: as a plan when there is much, else question by question. Answers of a run that is interrupted are kept.
 *
 * @throws Interrupted
 */
export async function ask(context: Context, prepared: Prepared): Promise<Asked> {
  const prompter = await context.host.prompter();
  const store = new KeptAnswersStore(context.host);
  let given: { opened: Opened; answers: KeptAnswers }[] = [];
  const keepAll = (): number => {
    for (const { opened, answers } of given) if (opened.absolute !== '-') store.keep(opened.absolute, answers);
    return given.reduce((sum, { answers }) => sum + answers.size, 0);
  };
  try {
    const answered = await answers(context, prepared, prompter, store, (now) => {
      given = now;
    });
    if (answered.saved) keepAll();
    return {
      ...answered,
      settle(written) {
        for (const { opened, answers: said } of given) {
          const failed = written.some(({ path, status }) => path === opened.path && status === 'error');
          if (failed) store.keep(opened.absolute, said);
          else store.forget(opened.absolute);
        }
      },
    };
  } catch (error) {
    if (isInterrupted(error) && keepAll() > 0 && !context.options.quiet) {
      context.err.print(say`\nYour answers are kept: go on with batten fix --resume\n`);
    }
    throw error;
  } finally {
    prompter.close?.();
  }
}

type Tell = (given: { opened: Opened; answers: KeptAnswers }[]) => void;

async function answers(
  context: Context,
  { batten, opened, run }: Prepared,
  prompter: Prompter,
  store: KeptAnswersStore,
  tell: Tell,
): Promise<Pick<Asked, 'projects' | 'saved'>> {
  const { options } = context;
  const screen = reviewScreen(context, batten);
  const remembered = (one: Opened): KeptAnswers | undefined => (options.resume ? store.read(one.absolute) : undefined);
  const plans = each(opened, run, (input, runOptions) => batten.plan(input, runOptions));
  const questions = plans.reduce((sum, { made }) => sum + (made?.changes().length ?? 0), 0);
  const open = plans.flatMap(({ made, one }) => (made ? [one] : []));
  const keep = (said: Given): void => tell(open.map((one, index) => ({ opened: one, answers: said[index]! })));
  if (options.resume && !options.quiet && !open.some(remembered)) screen.print(say`No answers are kept of these files.\n`);
  if (questions >= PLANNED_FROM) {
    const { review } = require('./review') as typeof import('./review');
    const files = plans.flatMap(({ path, made, one }) =>
      made ? [{ path, plan: made, remembered: remembered(one), least: runOf(one, run).confidence }] : [],
    );
    const verdict = await review(files, prompter, screen, run.confidence, keep);
    return { projects: finished(plans, (plan) => plan.finish()), saved: verdict === 'save' };
  }
  const { interview } = require('./interview') as typeof import('./interview');
  const sessions = each(opened, run, (input, runOptions) => batten.session(input, runOptions));
  const files = sessions.flatMap(({ path, made, one }) => (made ? [{ path, session: made, remembered: remembered(one) }] : []));
  await interview(files, prompter, screen, options.confidence, keep);
  return { projects: finished(sessions, (session) => session.finish()), saved: false };
}

/** What is made of an input, or why nothing could be. */
interface Made<T> {
  one: Opened;
  path: string;
  made?: T;
  failure?: FileResult;
}

function each<T>(opened: readonly Opened[], run: RunOptions, make: (input: Input, options: RunOptions) => T): Made<T>[] {
  return opened.map((one) => {
    const { path, input, failure } = one;
    if (!input) return { one, path, failure };
    try {
      return { one, path, made: make(input, runOf(one, run)) };
    } catch (error) {
      return { one, path, failure: failedResult(path, error) };
    }
  });
}

function finished<T>(all: readonly Made<T>[], finish: (made: T) => FileResult[]): FileResult[][] {
  return all.map(({ made, failure, one }) => (made ? completed(one, finish(made)) : [failure!]));
}

function reviewScreen({ err, host }: Context, batten: Batten): ReviewScreen {
  const { transformText } = require('./commands/explain') as typeof import('./commands/explain');
  const { signsFor } = require('../report/signs') as typeof import('../report/signs');
  const signs = signsFor(host.env);
  const transforms = new Map(batten.transforms().map((info) => [info.id, info]));
  return {
    colors: err.colors,
    get width() {
      return Math.min(110, err.size().columns);
    },
    signs,
    ask: signs.ask,
    size: err.size,
    print: err.print,
    titleOf: (id) => transforms.get(id)?.title ?? id,
    explain(id) {
      const info = transforms.get(id);
      return info && say`\n${transformText(info, err.colors, this.width, true)}`;
    },
  };
}
