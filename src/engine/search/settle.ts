import { parentOf } from '../../compose/container-path';
import type { Finding } from '../../harden/types';
import { isExplained } from '../observe/compare';
import { symptomOf } from '../observe/symptoms';
import type { Failure } from '../observe/types';
import type { ImageDirectory } from '../trial/image-files';
import { GUIDED, leastCapabilities, linesOf, USUAL_FIRST, type UsedCapabilities } from './capabilities';
import type { Laboratory, Verdict } from './laboratory';
import { addAll } from './minimise';
import { type Plan, planOf, skips, withValue } from './plan';
import { addTmpfs, allowPrograms, tmpfsFor } from './tmpfs';
import { inside, type WrittenDirectory } from './written';

/** What is known of a service when its search begins. */
export interface Subject {
  service: string;
  /** Its findings that change something, as the rewriter proposes them for a plan. */
  findings(plan: Plan): Finding[];
  written: readonly WrittenDirectory[];
  /** The user its processes become by themselves. */
  becomes?: string;
  /** The capabilities it used before hardening, where the kernel told. */
  used?: UsedCapabilities;
  directory(path: string): Promise<ImageDirectory | undefined>;
  /** Whether it was seen at work. What a service needs for work that nobody asked of it does not show: nothing is taken from it then that is proposed. */
  exercised: boolean;
  /** Told what it looks for: how the last try failed, or what it leaves out next. */
  bisecting(what: string): void;
  /**
   * Runs it once more as it is, before it is blamed on its settings that it failed.
   *
   * @returns whether it does what it did before.
   */
  control?(): Promise<boolean>;
}

/** Something that was proposed and is less now. */
export interface Relaxed {
  transform: string;
  /** `undefined` = left out. */
  to?: string;
  from?: string;
  why: Failure;
}

export interface Settled {
  plan: Plan;
  relaxed: Relaxed[];
  /** It failed, and did not when the same was tried again. */
  once?: Failure;
}

/** Thrown by `settle` when a service does not do the same each time as it is: nothing can then be blamed on its settings. */
export class Unsteady extends Error {}

const CAP = 'cap-drop';
const READ_ONLY = 'read-only';
const USER = 'user';

/**
 * Looks for the strictest settings of one service that work: all that is proposed, else with what the log asks for, else without what a
 * bisection finds to blame, each of that with its mildest value if one works; and then without capabilities that nothing needs.
 *
 * @throws Unsteady
 */
export async function settle(subject: Subject, lab: Laboratory): Promise<Settled> {
  return new Search(subject, lab).run();
}

class Search {
  private readonly relaxed = new Map<string, Relaxed>();
  private once?: Failure;

  constructor(
    private readonly subject: Subject,
    private readonly lab: Laboratory,
  ) {}

  async run(): Promise<Settled> {
    let plan = this.seed();
    let verdict = await this.repeated(plan, await this.try(plan));
    const first = verdict;
    if (!verdict.ok) {
      for (let round = 0; round < GUIDED && !verdict.ok; round++) {
        const next = await this.guided(plan, verdict.failures);
        if (!next) break;
        plan = next;
        verdict = await this.try(plan);
      }
      if (!verdict.ok) plan = await this.bisect();
    }
    plan = await this.tighten(plan);
    this.compareWithProposal(plan, first);
    const relaxed = [...this.relaxed.values()];
    // What no line of the log explains is blamed on the settings only when it stays away without them.
    if (relaxed.some(({ why }) => !isExplained([why]))) for (let time = 0; time < 2; time++) await this.control();
    return { plan, relaxed, ...(this.once && { once: this.once }) };
  }

  /** A failure that nothing explains counts when it repeats, and when the service as it is does not have it too. */
  private async repeated(plan: Plan, verdict: Verdict): Promise<Verdict> {
    if (verdict.ok || !this.subject.control || isExplained(verdict.failures)) return verdict;
    await this.control();
    const again = await this.lab.again(this.subject.service, plan);
    if (again.ok) this.once = verdict.failures[0];
    return again;
  }

  private async control(): Promise<void> {
    this.subject.bisecting('whether it does the same as before');
    if (this.subject.control && !(await this.subject.control())) throw new Unsteady();
  }

  private async try(plan: Plan): Promise<Verdict> {
    const verdict = await this.lab.try(this.subject.service, plan);
    const [failure] = verdict.failures;
    if (failure) this.subject.bisecting(failure.how);
    return verdict;
  }

  private finding(plan: Plan, transform: string): Finding | undefined {
    return skips(plan, transform) ? undefined : this.subject.findings(plan).find((each) => each.transform === transform);
  }

  /** A rule of thumb gives way to what was seen; what there is evidence for about this image does not. */
  private vague(plan: Plan, transform: string): boolean {
    const finding = this.finding(plan, transform);
    return finding?.editable !== undefined && (finding.confidence === 'generic' || finding.confidence === 'guess');
  }

  /** All that is proposed, with values from what was seen before hardening. */
  private seed(skip: readonly string[] = []): Plan {
    let plan = planOf(skip);
    if (this.subject.becomes && this.vague(plan, USER)) plan = withValue(plan, USER, this.subject.becomes);
    return this.withSeen(plan);
  }

  private withSeen(plan: Plan): Plan {
    if (!this.vague(plan, READ_ONLY)) return plan;
    const user = this.userOf(plan);
    if (this.subject.exercised) return withValue(plan, READ_ONLY, tmpfsFor(this.subject.written, user));
    return withValue(plan, READ_ONLY, this.withWritten(this.valueOf(plan, READ_ONLY), user));
  }

  /** The mounts of a value, and one for all that was seen to be written. */
  private withWritten(value: string, user: string | undefined): string {
    return this.subject.written.filter(({ baked }) => !baked).reduce((mounts, each) => addTmpfs(mounts, each, user), value);
  }

  private userOf(plan: Plan): string | undefined {
    const finding = this.finding(plan, USER);
    return finding && (plan.values[USER] ?? finding.editable?.value);
  }

  private valueOf(plan: Plan, transform: string): string {
    return plan.values[transform] ?? this.finding(plan, transform)?.editable?.value ?? '';
  }

  /** The plan with what the log asks for; undefined when it asks for nothing new. */
  private async guided(plan: Plan, failures: readonly Failure[]): Promise<Plan | undefined> {
    let next = plan;
    for (const line of linesOf(failures)) {
      const symptom = symptomOf(line);
      if (!symptom) continue;
      const { capabilities, path, exec } = symptom;
      // A capability that is added gives nothing to a process that is not root.
      if (capabilities && this.finding(next, CAP)?.editable && this.userOf(next) === undefined) {
        next = withValue(next, CAP, union(this.valueOf(next, CAP), capabilities));
      }
      if (path && this.finding(next, READ_ONLY)?.editable) {
        const mount = exec ? undefined : await this.place(path);
        const value = this.valueOf(next, READ_ONLY);
        if (exec) next = withValue(next, READ_ONLY, allowPrograms(value, path));
        else if (mount) next = withValue(next, READ_ONLY, addTmpfs(value, mount, this.userOf(next)));
      } else if (exec && this.finding(next, READ_ONLY)?.editable) {
        next = withValue(next, READ_ONLY, allowPrograms(this.valueOf(next, READ_ONLY), undefined));
      }
    }
    const same = JSON.stringify(next.values) === JSON.stringify(plan.values);
    return same ? undefined : next;
  }

  private async place(path: string): Promise<WrittenDirectory | undefined> {
    const known = this.subject.written.find((each) => inside(each.path, path));
    if (known) return known.baked ? undefined : known;
    for (const directory of [path, parentOf(path)]) {
      const there = await this.subject.directory(directory);
      if (there && directory !== '/')
        return there.baked ? undefined : { path: directory, uid: there.uid, gid: there.gid, baked: false, example: path };
    }
    return undefined;
  }

  /** Adds the changes half by half to the service as it is, then gives each that fails a milder value. */
  private async bisect(): Promise<Plan> {
    const all = [...new Set(this.subject.findings(planOf()).map(({ transform }) => transform))];
    const planFor = (chosen: readonly string[]): Plan => this.seed(all.filter((id) => !chosen.includes(id)));
    const { works, fails } = await addAll(all, async (chosen) => (await this.try(planFor(chosen))).ok);
    let plan = planFor(works);
    for (const transform of fails) {
      const verdict = await this.try(planFor([...works.filter((id) => all.indexOf(id) < all.indexOf(transform)), transform]));
      const failure = verdict.failures[0];
      const kept = await this.milder(plan, transform, failure ? verdict.failures : []);
      if (kept) plan = kept;
      if (failure) this.relaxed.set(transform, { transform, why: failure });
    }
    return plan;
  }

  /** A plan with a milder value of a transform that fails as it is proposed; undefined when none works. */
  private async milder(plan: Plan, transform: string, failures: readonly Failure[]): Promise<Plan | undefined> {
    const on = planOf(
      [...(plan.skip as ReadonlySet<string>)].filter((id) => id !== transform),
      plan.values,
    );
    if (!this.finding(on, transform)?.editable) return undefined;
    const tried: Plan[] = [];
    if (transform === CAP) tried.push(withValue(on, CAP, USUAL_FIRST.join(' ')));
    if (transform === USER && this.subject.becomes) tried.push(on);
    if (transform === READ_ONLY) {
      tried.push(this.withSeen(on));
      const proposed = this.finding(planOf(on.skip as ReadonlySet<string>), READ_ONLY)?.editable?.value ?? '';
      tried.push(withValue(on, READ_ONLY, this.withWritten(proposed, this.userOf(on))));
    }
    const asked = await this.guided(on, failures);
    if (asked) tried.unshift(asked);
    for (const candidate of tried) {
      let current = candidate;
      let verdict = await this.try(current);
      for (let round = 0; round < GUIDED && !verdict.ok; round++) {
        const next = await this.guided(current, verdict.failures);
        if (!next) break;
        current = next;
        verdict = await this.try(current);
      }
      if (verdict.ok) return current;
    }
    return undefined;
  }

  /**
   * Leaves out capabilities that nothing needs, unless there is evidence about the image that says otherwise. What is proposed stays where the service
   * was not seen at work: it may need for that what it does not miss to start.
   */
  private async tighten(plan: Plan): Promise<Plan> {
    if (!this.finding(plan, CAP)?.editable || (plan.values[CAP] === undefined && !this.vague(plan, CAP))) return plan;
    const floor = this.subject.exercised ? [] : this.proposedCapabilities(plan);
    const allowed = words(this.valueOf(plan, CAP)).filter((name) => !floor.includes(name));
    if (allowed.length === 0 && floor.length > 0) return plan;
    this.subject.bisecting('which capabilities it needs');
    const withThese = (names: readonly string[]): Plan => withValue(plan, CAP, [...floor, ...names].join(' '));
    const least = await leastCapabilities(allowed, this.subject.used, (names) => this.try(withThese(names)));
    return least ? withThese(least) : plan;
  }

  private proposedCapabilities(plan: Plan): string[] {
    const { [CAP]: _, ...others } = plan.values;
    return words(this.finding(planOf(plan.skip as ReadonlySet<string>, others), CAP)?.editable?.value ?? '');
  }

  /** What became milder than it was proposed, with the failure of the first try where bisection found none of its own. */
  private compareWithProposal(plan: Plan, first: Verdict): void {
    const proposed = this.subject.findings(planOf(plan.skip as ReadonlySet<string>));
    const why = first.failures[0];
    for (const finding of proposed) {
      const value = plan.values[finding.transform];
      const from = finding.editable?.value;
      if (skips(plan, finding.transform)) continue;
      const more = value === undefined || from === undefined ? [] : words(value).filter((word) => !words(from).includes(word));
      const known = this.relaxed.get(finding.transform);
      if (more.length === 0 || first.ok) this.relaxed.delete(finding.transform);
      else if (known ?? why)
        this.relaxed.set(finding.transform, { transform: finding.transform, from, to: value, why: known?.why ?? why! });
    }
  }
}

const words = (value: string): string[] => value.split(/\s+/).filter(Boolean);

function union(value: string, more: readonly string[]): string {
  return [...new Set([...words(value), ...more])].join(' ');
}
