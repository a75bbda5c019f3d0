import type { Case, For, If, SyntaxNode, While, Word } from '../../shell-syntax';
import { both, FAILURE, negated, type Outcome, oneOf, SUCCESS, unknownOutcome } from './condition';
import { expandPattern, expandSingle } from './expand';
import { isQuestion } from './forgiving';
import { filesMatching } from './globs';
import { isPattern } from './pattern';
import type { Shell } from './shell-runner';
import { meet, type State } from './state';
import { like } from './test-expression';
import { known, opened, optionsOf, UNKNOWN, type Value } from './value';

type Select = Extract<SyntaxNode, { type: 'Select' }>;

/** Rounds of a loop that are gone through one by one. */
const MAX_ROUNDS = 64;

/** One way at a branch: under what it is taken, and what it does. */
interface Way {
  outcome: Outcome;
  body(state: State): Outcome;
}

/** Goes each way that may be taken, in the order in which they are tried; nothing is done when none is. */
function branch(state: State, ways: readonly Way[]): Outcome {
  const ends: { state: State; outcome: Outcome; condition: Outcome }[] = [];
  let rest = state.fork();
  let result: Outcome = SUCCESS;
  let open = true;
  for (const { outcome, body } of ways) {
    if (outcome.fixed && !outcome.holds) continue;
    const taken = outcome.fixed ? rest : rest.fork(outcome);
    result = body(taken);
    ends.push({ state: taken, outcome: result, condition: outcome });
    if (outcome.fixed) {
      open = false;
      break;
    }
    rest = rest.fork(negated(outcome));
  }
  if (open) ends.push({ state: rest, outcome: SUCCESS, condition: SUCCESS });
  let met = ends.at(-1)!.state;
  let answer = ends.at(-1)!.outcome;
  for (const end of ends.slice(0, -1).reverse()) {
    const { holds } = end.condition;
    met = meet(end.state, met, holds === undefined ? undefined : holds ? 'first' : 'second');
    answer =
      end.outcome.fixed && answer.fixed && end.outcome.holds === answer.holds
        ? answer
        : oneOf(both(end.condition, end.outcome), both(negated(end.condition), answer));
  }
  // Where all ways go on, nothing that follows hangs on which was taken.
  const flow = met.flow;
  state.become(met);
  state.flow = flow;
  return answer;
}

export function runIf(shell: Shell, node: If, state: State): Outcome {
  const parts = [node, ...node.elif];
  const question = isQuestion(node, (name) => shell.hasFunction(name));
  return tryParts(shell, state, parts, node.else, question);
}

/** Clauses are run one after the other, each where those before it did not hold. */
function tryParts(
  shell: Shell,
  state: State,
  parts: readonly Pick<If, 'clause' | 'then'>[],
  otherwise: If['else'],
  question: boolean,
): Outcome {
  const [part, ...rest] = parts;
  if (!part) return otherwise ? shell.list(otherwise, state) : SUCCESS;
  const outcome = shell.forgiving(question, state, () => shell.list(part.clause, state));
  if (!state.alive) return outcome;
  return branch(state, [
    { outcome, body: (taken) => shell.list(part.then, taken) },
    { outcome: SUCCESS, body: (left) => tryParts(shell, left, rest, otherwise, question) },
  ]);
}

export function runCase(shell: Shell, { word, items }: Case, state: State): Outcome {
  const context = shell.context(state);
  const value = expandSingle(word, context);
  const subject = { value, written: word.text };
  const ways = items.map((item, index): Way => {
    const outcomes = item.pattern.map((pattern) => like(subject, expandPattern(pattern, context), pattern.text));
    const outcome = outcomes.reduce((sum, each) => oneOf(sum, each), FAILURE);
    return {
      outcome,
      body: (taken) => {
        let result = shell.list(item.body, taken);
        // `;&` goes on with the next one.
        for (let next = index; items[next]?.terminator === ';&' && taken.alive; next++) {
          const following = items[next + 1];
          if (following) result = shell.list(following.body, taken);
        }
        return result;
      },
    };
  });
  return branch(state, ways);
}

/** Runs the body of a loop once. @returns false when it ends the loop. */
function round(shell: Shell, state: State, body: (state: State) => void): { breaks: State[] } {
  const loop = { breaks: [] as State[], continues: [] as State[] };
  shell.loops.push(loop);
  body(state);
  shell.loops.pop();
  for (const way of loop.continues) {
    way.flow = 'go';
    state.become(meet(state, way, state.usual === true ? 'first' : way.usual === true ? 'second' : undefined));
  }
  return { breaks: loop.breaks };
}

function joinBreaks(state: State, breaks: readonly State[]): void {
  for (const way of breaks) {
    way.flow = 'go';
    state.become(meet(way, state, way.usual === true ? 'first' : state.usual === true ? 'second' : undefined));
  }
}

export function runFor(shell: Shell, node: For | Select, state: State): Outcome {
  const items = itemsOf(shell, node.wordlist, state);
  const name = node.name.value;
  const breaks: State[] = [];
  if (items) {
    for (const item of items.slice(0, MAX_ROUNDS)) {
      if (!state.alive) break;
      state.set(name, item);
      breaks.push(...round(shell, state, (inner) => void shell.list(node.body, inner)).breaks);
    }
  } else {
    const outcome = unknownOutcome(`for ${name} in ${(node.wordlist ?? []).map((word) => word.text).join(' ')}`);
    repeated(
      shell,
      state,
      outcome,
      (inner) => {
        inner.set(name, UNKNOWN);
        shell.list(node.body, inner);
      },
      breaks,
    );
  }
  joinBreaks(state, breaks);
  return SUCCESS;
}

/** What a loop goes over; undefined when that is not known. Patterns match what the image has: a mount may add to it. */
function itemsOf(shell: Shell, words: readonly Word[] | undefined, state: State): Value[] | undefined {
  if (!words) return state.args && [...state.args];
  const fields = words.flatMap((word) => shell.argumentsOf(word, shell.context(state)));
  const out: Value[] = [];
  for (const { value, pattern, many } of fields) {
    if (value.text === undefined) return undefined;
    if (many && (value.open || value.from.length > 0) && value.text === '') return undefined;
    if (pattern && isPattern(value.text)) {
      shell.goesThrough(value.text, words[0]!.pos, state);
      out.push(...filesLike(shell, value.text));
    } else out.push(value);
  }
  return out;
}

/** The files a pattern stands for; when there are none, itself. */
function filesLike(shell: Shell, pattern: string): Value[] {
  const paths = pattern.startsWith('/') ? filesMatching(shell.analysis.files, pattern) : [];
  return paths.length > 0 ? paths.map((path) => known(path)) : [known(pattern)];
}

/** A body that runs any number of times: what it changes is not known after it, and may have been changed before. */
function repeated(shell: Shell, state: State, outcome: Outcome, body: (state: State) => void, breaks: State[]): void {
  const before = new Map(state.variables);
  const trial = state.fork(outcome);
  breaks.push(...round(shell, trial, body).breaks);
  for (const [name, variable] of trial.variables) {
    if (before.get(name) === variable || Array.isArray(variable.value)) continue;
    const value = variable.value as Value;
    state.set(name, opened({ ...value, others: [...new Set([...value.others, ...optionsOf(state.get(name))])] }), variable.exported);
  }
  if (trial.args !== state.args) state.args = undefined;
  const again = state.fork(outcome);
  breaks.push(...round(shell, again, body).breaks);
  const usual = outcome.holds === false ? 'second' : undefined;
  const { guards } = state;
  state.become(meet(again, state.fork(), usual));
  if (again.alive) state.guards = guards;
}

export function runWhile(shell: Shell, node: While, state: State): Outcome {
  const lines = linesFor(shell, node);
  const breaks: State[] = [];
  if (lines) {
    const { name, values } = lines;
    for (const value of values.slice(0, MAX_ROUNDS)) {
      if (!state.alive) break;
      state.set(name, value);
      breaks.push(...round(shell, state, (inner) => void shell.list(node.body, inner)).breaks);
    }
    joinBreaks(state, breaks);
    return SUCCESS;
  }
  let endless = false;
  for (let count = 0; count < MAX_ROUNDS; count++) {
    const clause = shell.list(node.clause, state);
    if (!state.alive) return clause;
    const outcome = node.kind === 'until' ? negated(clause) : clause;
    if (outcome.fixed && !outcome.holds) break;
    if (outcome.holds !== true || (outcome.fixed && count > 0 && !endless)) {
      repeated(shell, state, outcome, (inner) => void shell.list(node.body, inner), breaks);
      break;
    }
    const before = state.variables;
    const copy = new Map(before);
    const args = state.args;
    const taken = state.fork(outcome);
    breaks.push(...round(shell, taken, (inner) => void shell.list(node.body, inner)).breaks);
    const changed = taken.args !== args || [...taken.variables].some(([key, variable]) => copy.get(key) !== variable);
    if (outcome.fixed) {
      endless = true;
      state.become(taken);
      if (!changed || count >= 1 || !state.alive) break;
      continue;
    }
    const { guards } = state;
    const skipped = state.fork();
    state.become(meet(taken, skipped, 'first'));
    if (taken.alive) state.guards = guards;
    if (!changed || !taken.alive) break;
  }
  // What runs for ever is only left by a break.
  if (endless) state.flow = 'exit';
  joinBreaks(state, breaks);
  return SUCCESS;
}

/** `… | while read -r LINE`: the lines, where what comes in is known. */
function linesFor(shell: Shell, node: While): { name: string; values: Value[] } | undefined {
  const input = shell.standardInput;
  const [statement] = node.clause.commands;
  const command = statement?.command;
  if (!input || node.clause.commands.length !== 1 || command?.type !== 'Command' || command.name?.value !== 'read') return undefined;
  const names = command.args.flatMap((each) =>
    each.type === 'Word' && !each.value.startsWith('-') && each.value !== '' && !each.parts ? [each.value] : [],
  );
  const name = names.at(-1);
  if (name === undefined || names.length !== 1 || input.text === undefined) return undefined;
  const separator = command.args.some((each) => each.type === 'Word' && /^-\w*d/.test(each.value)) ? /\0|\n/ : /\n/;
  const lines = input.text.split(separator).filter((line) => line !== '');
  shell.standardInput = undefined;
  return { name, values: lines.map((line) => ({ ...known(line.trim(), input.from) })) };
}
