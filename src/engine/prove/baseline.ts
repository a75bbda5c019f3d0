import { expectedOf, type Habits, habitsOf, ownFault, secondFault } from '../observe/compare';
import { type Exercise, knownExercise, type Probe } from '../observe/probes';
import type { Lives } from '../observe/types';
import type { Running } from './run-stack';

interface Setup {
  running: Running;
  exercises: ReadonlyMap<string, Exercise>;
  checks?: ReadonlyMap<string, Probe>;
  /** What the person did not say and batten knows: undefined once it did not work before hardening. */
  known: Map<string, Exercise | undefined>;
  timeout: number;
}

/** What each service does as it is, from every run in which it was that. */
export class Baseline {
  readonly habits = new Map<string, Habits>();
  /** Why a service does not work by itself. */
  readonly faults = new Map<string, string>();
  /** Services that do not do the same each time they are started, and what they did. */
  readonly unsteady = new Map<string, string>();
  private readonly runs = new Map<string, [Lives, ...Lives[]]>();

  constructor(private readonly setup: Setup) {}

  /** The first run of a service. */
  first(name: string, lives: Lives): void {
    this.dropOwnExercise(name, lives);
    const fault = ownFault(lives);
    if (fault) {
      this.faults.set(name, fault);
      this.setup.running.ignored.add(name);
      return;
    }
    this.runs.set(name, [lives]);
    this.learn(name);
  }

  /** A further run: what it did differently is no habit. One that fails is told from the failures, and teaches nothing. */
  more(name: string, lives: Lives): void {
    const runs = this.runs.get(name);
    if (!runs || ownFault(lives) || (this.habits.get(name)?.twice && secondFault(lives))) return;
    runs.push(lives);
    this.learn(name);
  }

  /** It did not do what it did before, without any change: nothing it does can be blamed on one. */
  giveUp(name: string, how: string): void {
    this.unsteady.set(name, how);
    this.habits.delete(name);
  }

  /** Why its second start does not count. */
  secondFault(name: string): string | undefined {
    const [first] = this.runs.get(name) ?? [];
    return first && secondFault(first);
  }

  private learn(name: string): void {
    const { running, timeout } = this.setup;
    const habits = habitsOf(...this.runs.get(name)!);
    this.habits.set(name, habits);
    running.expected.set(name, expectedOf(habits, timeout));
    if (habits.stopsWith.includes(137)) running.deaf.add(name);
  }

  /** What batten believed to know how to exercise and could not says nothing about the service. */
  private dropOwnExercise(name: string, { first, second }: Lives): void {
    const { exercises, checks, known } = this.setup;
    if (exercises.has(name)) return;
    const exercise = knownExercise(first.processes, checks?.get(name));
    const works = first.steps.every(({ ok }) => ok) && (second?.steps.every(({ ok }) => ok) ?? true);
    known.set(name, works ? exercise : undefined);
    if (works) return;
    first.steps = [];
    if (second) second.steps = [];
  }
}
