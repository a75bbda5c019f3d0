import type { Condition, Outcome } from './condition';
import { COMMAND, either, known, type Source, union, type Value } from './value';

/** A variable of a script: one value, or a list of them. */
export interface Variable {
  value: Value | readonly Value[];
  exported: boolean;
}

/** Whether a way through a script goes on, or how it ended. */
export type Flow = 'go' | 'exit' | 'return' | 'break' | 'continue';

/** What holds on one way through a script. A fork changes a copy. */
export class State {
  flow: Flow = 'go';
  /** It ended with an error: what the image is for is not on that way. */
  failed = false;
  /** What is done here may fail: the script says so. */
  forgiven = false;

  /** Whether the map is this state's own: forks share it until one of them changes something. */
  private own = false;

  constructor(
    private shared: Map<string, Variable>,
    /** `$1`, `$2`, …; undefined when it is not known how many there are. */
    public args: readonly Value[] | undefined,
    public cwd: Value,
    /** What has to hold for the script to come here: nothing when it always does. */
    public guards: readonly Outcome[],
  ) {}

  fork(guard?: Outcome): State {
    const guards = guard && !guard.fixed ? [...this.guards, guard] : this.guards;
    this.own = false;
    const forked = new State(this.shared, this.args, this.cwd, guards);
    forked.forgiven = this.forgiven;
    if (guard?.condition && !guard.fixed) forked.assume(guard.condition, true);
    return forked;
  }

  /** Where a test of a variable holds, the variable is as the test says. */
  private assume(condition: Condition, holds: boolean): void {
    if (condition.if === 'not') this.assume(condition.of, !holds);
    else if (condition.if === (holds ? 'all' : 'any')) for (const each of condition.of) this.assume(each, holds);
    else if (condition.if === 'variable') {
      const before = this.get(condition.name);
      const after =
        before.source && 'variable' in before.source && before.source.variable === condition.name
          ? assumed(before, condition, holds)
          : before;
      if (after !== before) this.set(condition.name, after);
    } else if (condition.if === 'argument' && condition.which !== '#') {
      const at = condition.which - 1;
      const before = this.args?.[at];
      const after = before && assumed(before, condition, holds);
      if (after && after !== before) this.args = this.args!.map((each, index) => (index === at ? after : each));
    }
  }

  /** Takes over what holds in another state. */
  become(other: State): void {
    other.own = false;
    this.own = false;
    this.shared = other.shared;
    this.args = other.args;
    this.cwd = other.cwd;
    this.guards = other.guards;
    this.flow = other.flow;
    this.failed = other.failed;
  }

  get variables(): ReadonlyMap<string, Variable> {
    return this.shared;
  }

  private changed(): Map<string, Variable> {
    if (!this.own) {
      this.shared = new Map(this.shared);
      this.own = true;
    }
    return this.shared;
  }

  get alive(): boolean {
    return this.flow === 'go';
  }

  /** Whether the image, as it is, comes here. */
  get usual(): boolean | undefined {
    if (this.guards.some(({ holds }) => holds === false)) return false;
    return this.guards.every(({ holds }) => holds) ? true : undefined;
  }

  get(name: string): Value {
    const found = this.variables.get(name)?.value;
    if (found === undefined) return unsetVariable(name);
    return isList(found) ? (found[0] ?? known('')) : found;
  }

  list(name: string): readonly Value[] | undefined {
    const found = this.variables.get(name)?.value;
    return found === undefined ? undefined : isList(found) ? found : [found];
  }

  set(name: string, value: Value | readonly Value[], exported = this.variables.get(name)?.exported ?? false): void {
    this.changed().set(name, { value, exported });
  }

  /** Puts a variable back to what it was; undefined: it was not there. */
  restore(name: string, before: Variable | undefined): void {
    if (before) this.changed().set(name, before);
    else this.changed().delete(name);
  }

  /** Gone in every configuration. */
  unset(name: string): void {
    this.changed().set(name, { value: { ...known(''), unset: true }, exported: false });
  }
}

function assumed(value: Value, { is, value: wanted }: { is: string; value?: string }, holds: boolean): Value {
  if (is === 'set') {
    if (holds === (value.text !== undefined && value.text !== '')) return value;
    return holds
      ? { ...value, text: undefined, others: value.others.filter(Boolean), open: true, unset: false }
      : { ...value, text: '', others: [], open: false };
  }
  if (is === 'equal' && holds && wanted !== undefined)
    return { ...value, text: wanted, others: [], open: false, unset: false, pinned: true };
  return value;
}

/** Of a name nothing sets, whoever runs the image may: else it is empty. */
function unsetVariable(name: string): Value {
  return { ...known('', [name]), unset: true, source: { variable: name } };
}

export function isList(value: Value | readonly Value[]): value is readonly Value[] {
  return Array.isArray(value);
}

/** A variable of the image: whoever runs it may set another value. */
export function imageVariable(name: string, text: string): Variable {
  const source: Source = { variable: name };
  return { value: { ...known(text, [name]), source }, exported: true };
}

/**
 * What holds where two ways meet. Ways that ended do not: what follows is under the condition of the other.
 *
 * @param usual the way that is taken when the image starts as it is, where that is known.
 */
export function meet(first: State, second: State, usual: 'first' | 'second' | undefined): State {
  if (!first.alive) return first.failed ? withoutGuard(second, first) : second;
  if (!second.alive) return second.failed ? withoutGuard(first, second) : first;
  const variables = new Map<string, Variable>();
  const names =
    first.variables === second.variables ? first.variables.keys() : new Set([...first.variables.keys(), ...second.variables.keys()]);
  for (const name of names) {
    const [a, b] = [first.variables.get(name), second.variables.get(name)];
    if (a === b) {
      if (a) variables.set(name, a);
      continue;
    }
    const value = eitherVariable(a?.value ?? unsetVariable(name), b?.value ?? unsetVariable(name), usual);
    variables.set(name, { value, exported: (a?.exported || b?.exported) ?? false });
  }
  const args = eitherList(first.args, second.args, usual);
  const cwd = either(first.cwd, second.cwd, usual);
  return new State(variables, args, cwd, commonGuards(first.guards, second.guards));
}

function eitherVariable(
  a: Value | readonly Value[],
  b: Value | readonly Value[],
  usual: 'first' | 'second' | undefined,
): Value | readonly Value[] {
  if (!isList(a) && !isList(b)) return either(a, b, usual);
  const listed = eitherList(isList(a) ? a : [a], isList(b) ? b : [b], usual);
  return (
    listed ?? { others: [], open: true, from: union([...(isList(a) ? a : [a]), ...(isList(b) ? b : [b])].flatMap((each) => each.from)) }
  );
}

/** Lists of one length meet item by item; else the usual one counts, where there is one. */
function eitherList(
  a: readonly Value[] | undefined,
  b: readonly Value[] | undefined,
  usual: 'first' | 'second' | undefined,
): readonly Value[] | undefined {
  if (a === b) return a;
  if (a && b && a.length === b.length) return a.map((each, index) => either(each, b[index]!, usual));
  // `set -- numactl "$@"`: what is called is the same, whatever is put before it.
  const [short, long] = a && b ? (a.length < b.length ? [a, b] : [b, a]) : [];
  const [first, ...rest] = short ?? [];
  if (
    usual === undefined &&
    first &&
    long &&
    short!.every((each, index) => each.text === long[long.length - short!.length + index]!.text)
  ) {
    return [{ ...first, open: true }, ...rest];
  }
  // `set -- "$@" --option`: what is called is the same, whatever is put behind it.
  if (usual === undefined && short && long && short.length > 0 && short.every((each, index) => each.text === long[index]!.text)) {
    return [...short, { others: [], open: true, from: [COMMAND] }];
  }
  return usual === 'first' ? a : usual === 'second' ? b : undefined;
}

/** That a container does not end with an error is no condition: it has to be so for anything to happen. */
function withoutGuard(state: State, failed: State): State {
  const { length } = commonGuards(state.guards, failed.guards);
  state.guards = state.guards.filter((_, index) => index !== length);
  return state;
}

function commonGuards(a: readonly Outcome[], b: readonly Outcome[]): readonly Outcome[] {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
