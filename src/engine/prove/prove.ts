import path from 'node:path';
import { type Subject as CisSubject, cisTable } from '../cis';
import type { ContainerInfo } from '../client/types';
import { compare, expectedOf, type Habits, habitsOf, ownFault } from '../observe/compare';
import { type Exercise, knownExercise } from '../observe/probes';
import type { Failure, Lives } from '../observe/types';
import { Laboratory } from '../search/laboratory';
import { type Plan, planOf } from '../search/plan';
import { type Settled, settle } from '../search/settle';
import { becomes, type WrittenDirectory, writtenBy } from '../search/written';
import { needsOf } from '../trial/depends';
import type { ImageFiles } from '../trial/image-files';
import { changesOf } from './changes';
import type { Phase } from './events';
import { requireImages } from './images';
import type { ProvenService, ProveReport } from './report';
import type { Rewriter } from './rewriter';
import { conversionOf, modelOf, type RunExtras, type Running, runStack, type StackRun } from './run-stack';
import { type RunningSetup, withRunning } from './running';
import { hide, secretsOf } from './secrets';

export interface ProveSetup extends RunningSetup {
  rewriter: Rewriter;
  /** Only these services are hardened. */
  services?: readonly string[];
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
  return withRunning(setup, (running, files, known) => new Prover(setup, running, files, known).run());
}

class Prover {
  private readonly begin = Date.now();
  /** Runs of the whole stack so far. */
  private count = 0;
  private readonly habits = new Map<string, Habits>();
  private readonly faults = new Map<string, string>();
  private readonly written = new Map<string, WrittenDirectory[]>();
  private readonly becomes = new Map<string, string>();

  constructor(
    private readonly setup: ProveSetup,
    private readonly running: Running,
    private readonly files: ImageFiles,
    /** What the person did not say and batten knows: undefined once it did not work before hardening. */
    private readonly known: Map<string, Exercise | undefined>,
  ) {}

  async run(): Promise<Proof> {
    const { setup, running } = this;
    const { services } = await modelOf(running, new Map(), 'images');
    requireImages(running.images);
    setup.listener({ kind: 'services', services: Object.keys(services) });
    const baseline = await this.baseline(Object.keys(services));
    const names = Object.keys(baseline.conversion.model.services);
    const sound = names.filter((name) => this.habits.has(name));
    const lab = new Laboratory((plans, asked) => this.trial(plans, asked), needsOf(baseline.model), names);
    const chosen = sound.filter((name) => setup.services?.includes(name) ?? true);
    const settled = new Map<string, Settled>();
    await Promise.all(
      chosen.map(async (name) => {
        const findings = this.findings(name, planOf());
        if (findings.length === 0) return this.phase(name, 'settled', 'nothing to change');
        this.phase(name, 'hardened');
        const found = await settle(this.subject(name), lab);
        lab.settle(name, found.plan);
        settled.set(name, found);
        this.phase(name, 'settled', relaxedText(found));
      }),
    );
    this.stopped();
    const { last, failures } = await this.confirm(settled, lab);
    return this.proof(baseline, last, settled, failures);
  }

  private phase(service: string, phase: Phase, detail?: string): void {
    this.setup.listener({ kind: 'phase', service, phase, detail });
  }

  /** The next run of the whole stack. */
  private runs(what: string, texts: ReadonlyMap<string, string>, extras: RunExtras): Promise<StackRun> {
    this.count += 1;
    this.setup.listener({ kind: 'run', run: this.count, what });
    return runStack(this.running, texts, extras);
  }

  /** Ctrl-C: what is found so far is not a proof. */
  private stopped(): void {
    this.setup.signal.throwIfAborted();
  }

  /** The project as it is: what each service does, or why it does not work by itself. */
  private async baseline(names: readonly string[]): Promise<StackRun> {
    const { engine } = this.running.bench;
    for (const name of names) this.phase(name, 'baseline');
    const during = async (containers: ReadonlyMap<string, ContainerInfo>): Promise<void> => {
      for (const [name, container] of containers) {
        if (!container.State.Running) continue;
        this.written.set(name, await writtenBy(engine, container, container.Config.Image, this.files).catch(() => []));
        const user = await becomes(engine, container.Id).catch(() => undefined);
        if (user) this.becomes.set(name, user);
      }
    };
    const run = await this.runs('as it is', new Map(), { during });
    this.stopped();
    for (const [name, lives] of run.lives) {
      this.dropOwnExercise(name, lives);
      const fault = ownFault(lives);
      if (fault) {
        this.faults.set(name, fault);
        this.phase(name, 'failed', `does not work before hardening: ${fault}`);
        continue;
      }
      const habits = habitsOf(lives);
      this.habits.set(name, habits);
      this.running.expected.set(name, expectedOf(habits, this.setup.timeout));
      if (habits.stopsWith.includes(137)) this.running.deaf.add(name);
    }
    return run;
  }

  /** What batten believed to know how to exercise and could not says nothing about the service. */
  private dropOwnExercise(name: string, { first, second }: Lives): void {
    if (this.setup.exercises.has(name)) return;
    const exercise = knownExercise(first.processes);
    const works = first.steps.every(({ ok }) => ok) && (second?.steps.every(({ ok }) => ok) ?? true);
    this.known.set(name, works ? exercise : undefined);
    if (works) return;
    first.steps = [];
    if (second) second.steps = [];
  }

  private findings(name: string, plan: Plan): ReturnType<Rewriter>['findings'] {
    return this.setup.rewriter(new Map([[name, plan]])).findings.filter(({ service }) => service === name);
  }

  private subject(name: string): Parameters<typeof settle>[0] {
    const { images } = this.running;
    return {
      service: name,
      findings: (plan) => {
        const { findings, applied } = this.setup.rewriter(new Map([[name, plan]]));
        return findings.filter((each) => each.service === name && (applied.has(each) || plan.skip === 'all'));
      },
      written: this.written.get(name) ?? [],
      becomes: this.becomes.get(name),
      directory: (path) => this.files.directory(images.info(name)?.Id ?? '', path),
      bisecting: (what) => this.phase(name, 'bisecting', what),
    };
  }

  /** One run with these plans: how each service that works by itself fails. */
  private async trial(plans: ReadonlyMap<string, Plan>, asked: readonly string[]): Promise<Map<string, Failure[]>> {
    this.stopped();
    const run = await this.runs('hardened', this.setup.rewriter(plans).texts, {
      decided: (first, conversion) => {
        const failures = this.judge({ lives: new Map([...first].map(([name, life]) => [name, { first: life }])), conversion });
        return asked.every((name) => (failures.get(name) ?? []).length > 0);
      },
    });
    this.stopped();
    return this.judge(run);
  }

  private judge({ lives, conversion }: Pick<StackRun, 'lives' | 'conversion'>): Map<string, Failure[]> {
    const out = new Map<string, Failure[]>();
    for (const [name, habits] of this.habits) {
      const seen = lives.get(name);
      const user = conversion.model.services[name]?.user;
      if (seen) out.set(name, compare(habits, seen, this.uidOf(user)));
    }
    return out;
  }

  /** The uid that `ps` shows for a user of the file: unknown where the Engine shifts them, or where it is a name. */
  private uidOf(user: unknown): number | undefined {
    const { security } = this.running.bench.engine.facts;
    const uid = /^\d+/.exec(String(user ?? ''))?.[0];
    return uid === undefined || security.includes('userns') || security.includes('rootless') ? undefined : Number(uid);
  }

  /** Everything that was settled, together and from the start. A service that fails there, and fails again, goes back to what it was. */
  private async confirm(settled: Map<string, Settled>, lab: Laboratory): Promise<{ last: StackRun; failures: Map<string, Failure[]> }> {
    for (let round = 0; ; round++) {
      for (const name of settled.keys()) this.phase(name, 'confirming');
      const plans = new Map([...settled].map(([name, { plan }]) => [name, plan]));
      const last = await this.runs('with what was found', this.setup.rewriter(plans).texts, { keep: this.setup.keep });
      this.stopped();
      const failures = this.judge(last);
      const failed = [...settled.keys()].filter((name) => failures.get(name)!.length > 0);
      for (const name of settled.keys()) if (!failed.includes(name)) this.phase(name, 'settled', relaxedText(settled.get(name)!));
      if (failed.length === 0 || round === 2) return { last, failures };
      // The first time it may have been the machine's mood; the second time the service is searched again, beside what the others settled on.
      if (round === 0) continue;
      for (const name of failed) {
        lab.forget(name, settled.get(name)!.plan);
        const found = await settle(this.subject(name), lab);
        lab.settle(name, found.plan);
        settled.set(name, found);
      }
    }
  }

  private async proof(
    before: StackRun,
    last: StackRun,
    settled: ReadonlyMap<string, Settled>,
    failures: ReadonlyMap<string, Failure[]>,
  ): Promise<Proof> {
    const { setup, running } = this;
    const { engine, compose } = running.bench;
    const plans = new Map([...settled].map(([name, { plan }]) => [name, plan]));
    const services: ProvenService[] = [];
    for (const [name, { first, second }] of before.lives) {
      const info = running.images.info(name);
      const failure = failures.get(name)?.[0];
      const fault = this.faults.get(name) ?? (failure && `${failure.how} (${failure.life})`);
      const found = settled.get(name);
      const steps = [...first.steps, ...(second?.steps ?? [])];
      services.push({
        name,
        image: String(before.model.services[name]?.image ?? `${before.model.name}-${name}, built`),
        imageId: info?.Id ?? '',
        digest: info?.RepoDigests?.[0]?.split('@')[1],
        status: this.faults.has(name) ? 'own-fault' : failure ? 'failed' : found ? 'proven' : 'unchanged',
        ...(fault && { fault }),
        changes: found ? await changesOf(name, found, setup.rewriter, (texts) => this.trialText(texts, name)) : [],
        ...this.exercised(
          name,
          steps.map(({ what }) => what),
          first.health !== undefined,
        ),
        baseline: { ready: first.ready, processes: first.processes, listening: first.listening ?? [], stopsWith: first.stoppedWith },
        log: (last.lives.get(name)?.second ?? last.lives.get(name)?.first ?? first).log,
      });
    }
    const report: ProveReport = {
      version: 1,
      files: setup.project.files.map((file) => path.relative(setup.project.directory, file) || file),
      engine: engine.facts,
      compose: compose.version,
      date: new Date().toISOString(),
      works: services.every(({ status }) => status === 'proven' || status === 'unchanged'),
      services,
      cis: cisTable(subjects(before), subjects(last)),
      notes: last.conversion.notes,
      runs: this.count,
      seconds: Math.round((Date.now() - this.begin) / 1000),
    };
    return { report: hide(report, secretsOf(before.model)), plans };
  }

  /** A service of the trial a set of texts leads to, to compare: what makes no difference there was not tried. */
  private async trialText(texts: ReadonlyMap<string, string>, name: string): Promise<string> {
    const model = await modelOf(this.running, texts, 'compared');
    const { model: trial } = await conversionOf(this.running, model, 'compared');
    return JSON.stringify([trial.services[name], trial.networks]);
  }

  private exercised(name: string, steps: readonly string[], health: boolean): Pick<ProvenService, 'exercised' | 'notExercised'> {
    const habits = this.habits.get(name);
    const known = this.setup.exercises.get(name) ? undefined : this.known.get(name)?.own;
    const exercised = [
      ...(health ? ['its health check'] : []),
      ...(known ? [known] : [...new Set(steps)]),
      ...Object.entries(habits?.answers ?? {}).map(([port, answer]) => `a request to port ${port} (${answer})`),
      ...(habits?.twice ? ['a stop, and a second start on the same volumes'] : []),
    ];
    const wrote = steps.length > 0;
    return {
      exercised,
      notExercised: wrote
        ? ['whatever these steps do not reach']
        : ['writing through it: no probe does (--probe, or probes in the configuration)'],
    };
  }
}

function subjects({ containers, model }: StackRun): Map<string, CisSubject> {
  return new Map(
    [...containers].map(([name, container]: [string, ContainerInfo]) => [name, { container, service: model.services[name] ?? {} }]),
  );
}

function relaxedText({ relaxed }: Settled): string | undefined {
  return relaxed.length === 0
    ? undefined
    : relaxed.map(({ transform, to }) => (to === undefined ? `without ${transform}` : `${transform}: ${to || 'none'}`)).join('; ');
}
