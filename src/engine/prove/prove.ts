import { EngineError } from '../../errors';
import type { ContainerInfo } from '../client/types';
import { compare, isExplained, ownFault, secondFault } from '../observe/compare';
import type { Exercise } from '../observe/probes';
import type { Failure, Lives } from '../observe/types';
import type { UsedCapabilities } from '../search/capabilities';
import { Laboratory } from '../search/laboratory';
import { BASELINE, type Plan, planOf } from '../search/plan';
import { type Settled, settle, Unsteady } from '../search/settle';
import { becomes, type WrittenDirectory, writtenBy } from '../search/written';
import { capabilitiesSeen, Tracer, whileTraced } from '../trace/tracer';
import { needsOf } from '../trial/depends';
import type { ImageFiles } from '../trial/image-files';
import { Baseline } from './baseline';
import type { Phase } from './events';
import { exercisedBy, isExercised, withheldFrom } from './exercise';
import { requireImages } from './images';
import { reportOf } from './outcome';
import type { ProveReport } from './report';
import { type NewTexts, type Rewriter, remembered } from './rewriter';
import { modelOf, type RunExtras, type Running, runStack, type StackRun } from './run-stack';
import { type RunningSetup, withRunning } from './running';

export interface ProveSetup extends RunningSetup {
  rewriter: Rewriter;
  /** Only these services are hardened. */
  services?: readonly string[];
  /** Ask the kernel what containers use, where it can be asked. */
  trace: boolean;
}

/** A proof: the report, and the plans the files are to be rewritten with. */
export interface Proof {
  report: ProveReport;
  plans: ReadonlyMap<string, Plan>;
}

/**
 * Runs a project as it is and hardened, looks for the strictest settings that work, and runs those once more from the start. Everything it makes is
 * removed, also when it fails.
 *
 * @throws EngineError when there is nothing to run it with, or when Compose cannot load it.
 */
export function prove(setup: ProveSetup): Promise<Proof> {
  const remembering = { ...setup, rewriter: remembered(setup.rewriter) };
  return withRunning(setup, (running, files, known) => new Prover(remembering, running, files, known).run());
}

class Prover {
  private readonly begin = Date.now();
  /** Runs of the whole stack so far. */
  private count = 0;
  private readonly baseline: Baseline;
  private readonly settled = new Map<string, Settled>();
  private readonly written = new Map<string, WrittenDirectory[]>();
  private readonly becomes = new Map<string, string>();
  private readonly used = new Map<string, UsedCapabilities>();
  /** The first run. */
  private before?: StackRun;

  constructor(
    private readonly setup: ProveSetup,
    private readonly running: Running,
    private readonly files: ImageFiles,
    private readonly known: Map<string, Exercise | undefined>,
  ) {
    this.baseline = new Baseline({ running, known, exercises: setup.exercises, checks: setup.checks, timeout: setup.timeout });
  }

  async run(): Promise<Proof> {
    const { setup, running } = this;
    const { services } = await modelOf(running, new Map(), 'images');
    requireImages(running.images);
    if (Object.keys(services).length === 0)
      throw new EngineError('there is no service to run', {
        hint: 'services with profiles run when their profile is named with --profile',
      });
    setup.listener({ kind: 'services', services: Object.keys(services) });
    const before = await this.asItIs(Object.keys(services));
    const names = Object.keys(before.conversion.model.services);
    const lab = new Laboratory((...questions) => this.trial(...questions), needsOf(before.model), names);
    const chosen = names.filter((name) => this.baseline.habits.has(name) && (setup.services?.includes(name) ?? true));
    const proposed = setup.rewriter(new Map(chosen.map((name) => [name, planOf()]))).findings;
    await Promise.all(
      chosen.map(async (name) => {
        if (!proposed.some(({ service }) => service === name)) return this.phase(name, 'settled', 'nothing to change');
        this.phase(name, 'hardened');
        return this.settle(name, lab);
      }),
    );
    this.stopped();
    const { last, failures } = await this.confirm(lab);
    return this.proof(before, last, failures);
  }

  /** Looks for what works. A service that turns out to be unsteady stays as it is. */
  private async settle(name: string, lab: Laboratory): Promise<void> {
    try {
      const found = await settle(this.subject(name, lab), lab);
      lab.settle(name, found.plan);
      this.settled.set(name, found);
      this.phase(name, 'settled', relaxedText(found));
    } catch (error) {
      if (!(error instanceof Unsteady)) throw error;
      lab.settle(name, BASELINE);
      this.settled.delete(name);
      this.phase(name, 'failed', `does not do the same each time: ${this.baseline.unsteady.get(name)}`);
    }
  }

  /** Runs a service as it is again. @returns whether it does what it did */
  private async control(name: string, lab: Laboratory): Promise<boolean> {
    const { ok, failures } = await lab.control(name);
    if (!ok) this.baseline.giveUp(name, `as it is, ${failures[0]!.how}, at the ${failures[0]!.life} of one of its runs`);
    return ok;
  }

  private phase(service: string, phase: Phase, detail?: string): void {
    this.setup.listener({ kind: 'phase', service, phase, detail });
  }

  /** The next run of the whole stack. */
  private runs(what: string, texts: NewTexts, extras: RunExtras): Promise<StackRun> {
    this.count += 1;
    this.setup.listener({ kind: 'run', run: this.count, what });
    return runStack(this.running, texts, extras);
  }

  /** Ctrl-C: what is found so far is not a proof. */
  private stopped(): void {
    this.setup.signal.throwIfAborted();
  }

  /** The project as it is: what each service does, or why it does not work by itself. */
  private async asItIs(names: readonly string[]): Promise<StackRun> {
    const { engine, scratch } = this.running.bench;
    for (const name of names) this.phase(name, 'baseline');
    const during = async (containers: ReadonlyMap<string, ContainerInfo>): Promise<void> => {
      for (const [name, container] of containers) {
        if (!container.State.Running) continue;
        this.written.set(name, await writtenBy(engine, container, container.Config.Image, this.files).catch(() => []));
        const user = await becomes(engine, container.Id).catch(() => undefined);
        if (user) this.becomes.set(name, user);
      }
    };
    const tracer = this.setup.trace ? Tracer.start(engine, scratch.id, 'capabilities') : undefined;
    const { result: run, traced } = await whileTraced(tracer, () => this.runs('as it is', new Map(), { during }));
    this.stopped();
    this.before = run;
    for (const [name, lives] of run.lives) {
      const seen = capabilitiesSeen(traced, name);
      if (seen) this.used.set(name, seen);
      this.baseline.first(name, lives);
      const fault = this.baseline.faults.get(name);
      if (fault) this.phase(name, 'failed', `does not work before hardening: ${fault}`);
    }
    return run;
  }

  private subject(name: string, lab: Laboratory): Parameters<typeof settle>[0] {
    const { images } = this.running;
    return {
      service: name,
      findings: (plan) => {
        const { findings, applied } = this.setup.rewriter(new Map([[name, plan]]));
        return findings.filter((each) => each.service === name && (applied.has(each) || plan.skip === 'all'));
      },
      written: this.written.get(name) ?? [],
      becomes: this.becomes.get(name),
      used: this.used.get(name),
      directory: (path) => this.files.directory(images.info(name)?.Id ?? '', path),
      exercised: this.wasExercised(name),
      bisecting: (what) => this.phase(name, 'bisecting', what),
      control: () => this.control(name, lab),
    };
  }

  /** Whether a service was seen at work before it was hardened. */
  private wasExercised(name: string): boolean {
    const { conversion, lives } = this.before!;
    const withheld = withheldFrom(name, this.running.images, conversion);
    return isExercised(exercisedBy(lives.get(name)!, this.baseline.habits.get(name), withheld));
  }

  /** One run with these plans: how each service that works by itself fails. */
  private async trial(
    plans: ReadonlyMap<string, Plan>,
    asked: readonly string[],
    controls: ReadonlySet<string>,
  ): Promise<Map<string, Failure[]>> {
    this.stopped();
    const run = await this.runs('hardened', this.setup.rewriter(plans).texts, {
      decided: (sofar) => {
        // What a service does as it is, is wanted whole.
        if (controls.size > 0) return false;
        const failures = this.judge(sofar);
        return asked.every((name) => (failures.get(name) ?? []).length > 0);
      },
    });
    this.stopped();
    for (const name of controls) this.baseline.more(name, run.lives.get(name)!);
    return this.judge(run);
  }

  private judge({ lives, conversion }: Pick<StackRun, 'lives' | 'conversion'>): Map<string, Failure[]> {
    const out = new Map<string, Failure[]>();
    for (const [name, seen] of lives) {
      const habits = this.baseline.habits.get(name);
      const user = conversion.model.services[name]?.user;
      if (habits) out.set(name, compare(habits, seen, this.uidOf(user)));
      else if (this.baseline.unsteady.has(name)) out.set(name, moods(seen));
    }
    return out;
  }

  /** The uid that `ps` shows for a user of the file: unknown where the Engine shifts them, or where it is a name. */
  private uidOf(user: unknown): number | undefined {
    const { security } = this.running.bench.engine.facts;
    const uid = /^\d+/.exec(String(user ?? ''))?.[0];
    return uid === undefined || security.includes('userns') || security.includes('rootless') ? undefined : Number(uid);
  }

  /**
   * Everything that was settled, together and from the start. What fails there is run once more; when it fails again, it is searched again
   * beside what the others settled on.
   */
  private async confirm(lab: Laboratory): Promise<{ last: StackRun; failures: Map<string, Failure[]> }> {
    for (let round = 0; ; round++) {
      for (const name of this.settled.keys()) this.phase(name, 'confirming');
      const plans = new Map([...this.settled].map(([name, { plan }]) => [name, plan]));
      const last = await this.runs('with what was found', this.setup.rewriter(plans).texts, { keep: this.setup.keep });
      this.stopped();
      const failures = this.judge(last);
      const failed = [...this.settled.keys()].filter((name) => failures.get(name)!.length > 0);
      for (const [name, found] of this.settled) {
        const [failure] = failures.get(name)!;
        if (failure) this.phase(name, 'bisecting', failure.how);
        else this.phase(name, 'settled', relaxedText(found));
      }
      if (failed.length === 0) return { last, failures };
      if (round === 2) {
        for (const name of failed) this.leave(name, failures.get(name)!);
        return { last, failures };
      }
      // The first time it may have been the machine's mood.
      if (round === 0) continue;
      await Promise.all(
        failed.map(async (name) => {
          lab.forget(name, this.settled.get(name)!.plan);
          lab.settle(name, BASELINE);
          await this.settle(name, lab);
        }),
      );
      this.stopped();
    }
  }

  /** Each of its settings worked, and then all of them did not, for no reason that can be seen: that is nothing to rely on. */
  private leave(name: string, failures: readonly Failure[]): void {
    if (isExplained(failures)) return;
    this.baseline.giveUp(name, `hardened it worked, and did not when the same was tried again: ${failures[0]!.how}`);
    this.settled.delete(name);
    this.phase(name, 'failed', `does not do the same each time: ${failures[0]!.how}`);
  }

  private async proof(before: StackRun, last: StackRun, failures: ReadonlyMap<string, Failure[]>): Promise<Proof> {
    const { setup, running, baseline, settled } = this;
    const report = await reportOf({
      ...{ running, baseline, settled, before, last, failures, rewriter: setup.rewriter },
      ownExercise: (name) => (setup.exercises.has(name) ? undefined : this.known.get(name)?.own),
      runs: this.count,
      seconds: Math.round((Date.now() - this.begin) / 1000),
    });
    return { report, plans: new Map([...settled].map(([name, { plan }]) => [name, plan])) };
  }
}

/** Whether a service that is not judged was up: whoever needs it is not to blame when it was not. */
function moods(lives: Lives): Failure[] {
  const how = ownFault(lives) ?? secondFault(lives);
  return how === undefined ? [] : [{ life: 'start', kind: 'state', how }];
}

function relaxedText({ relaxed }: Settled): string | undefined {
  return relaxed.length === 0
    ? undefined
    : relaxed.map(({ transform, to }) => (to === undefined ? `without ${transform}` : `${transform}: ${to || 'none'}`)).join('; ');
}
