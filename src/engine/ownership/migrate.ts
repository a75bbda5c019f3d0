import { EngineError } from '../../errors';
import { packRecord, unpackRecord } from '../../ownership/record';
import type { Environment } from '../client/endpoint';
import { Engine } from '../client/engine';
import { type ComposeCommand, findCompose } from '../compose/cli';
import { composeEnvironment } from '../compose/environment';
import type { Model } from '../compose/model';
import { type ProjectFilesOnDisk, resolveProject } from '../compose/resolve';
import { leadBeside, place } from '../prove/place';
import type { NewTexts } from '../prove/rewriter';
import { processHome } from '../trial/machine';
import { HOME_LABEL } from '../trial/options';
import { isAlive, Scratch } from '../trial/scratch';
import { type Given, give, type Way } from './give';
import { inTurns, type PlannedMount, type ProjectPlan, planProject } from './project-plan';
import { OwnStack, type Processes, type RunningServices } from './stack';
import type { MigrationStore, RecordedMount } from './store';
import { Toolboxes } from './toolbox';
import { OWNERS_LABEL, type Toolbox, Worker, type WorkerMount } from './worker';

/** A project whose owners are looked at and changed. */
export interface MigrateSetup {
  project: ProjectFilesOnDisk;
  env: Environment;
  all: boolean;
  image?: string;
  signal: AbortSignal;
  progress(what: string): void;
}

/** What a migration came to. */
export interface Migrated {
  given: Given;
  /** Services that do not run since, and why. */
  unwell: ReadonlyMap<string, string>;
  /** Whether the stack was started again. */
  started: boolean;
}

/** How long a service is watched after it was started, in seconds. */
const WATCHED = 3;

/** An Engine and a Compose, for the owners of one project. */
export class Migration {
  private constructor(
    private readonly setup: MigrateSetup,
    readonly engine: Engine,
    private readonly compose: ComposeCommand,
    private readonly env: Environment,
    private readonly label: string,
  ) {}

  /** @throws EngineError when there is no Engine or no Compose. */
  static async open(setup: MigrateSetup): Promise<Migration> {
    const engine = await Engine.connect(setup.env);
    const env = composeEnvironment(setup.env, engine.facts.address);
    const compose = await findCompose({ cwd: setup.project.directory, env });
    const migration = new Migration(setup, engine, compose, env, `${process.pid}-${setup.project.directory}`);
    await migration.endLeftWorkers();
    return migration;
  }

  /** The project as its files are, and as they would be with these texts. */
  async models(texts: NewTexts): Promise<{ before: Model; after: Model }> {
    const { project } = this.setup;
    const before = await this.model(project);
    if (texts.size === 0) return { before, after: before };
    const scratch = Scratch.create();
    try {
      const { files, envFile, beside } = place(scratch, 'after', project, texts);
      return { before, after: leadBeside(await this.model({ ...project, files, envFile }), beside) };
    } finally {
      scratch.remove();
    }
  }

  /** What has to become whose. Nothing is changed. */
  plan({ before, after }: { before: Model; after: Model }): Promise<ProjectPlan> {
    const { all, image, progress } = this.setup;
    return planProject({ engine: this.engine, label: this.label, all, image, progress }, before, after);
  }

  /** What runs of a project, by service. */
  running(name: string): Promise<RunningServices> {
    return this.stack(name, NO_PROCESSES).running();
  }

  /** Ends what a migration that was killed had begun with the stack. */
  settle(store: MigrationStore): Promise<void> {
    return this.stack(store.begun.name, store).settle();
  }

  private stack(name: string, processes: Processes): OwnStack {
    return new OwnStack(this.engine, this.compose, this.setup.project, name, this.env, processes);
  }

  /**
   * Stops the stack, writes down all owners, changes them, writes the files, and starts what ran. What fails on the way is taken back.
   *
   * @param again what is to be done, looked at again when nothing runs any more.
   * @throws EngineError, when all is as it was again; or when that failed as well, which is said.
   */
  async apply(store: MigrationStore, again: () => Promise<ProjectPlan>): Promise<Migrated> {
    const stack = this.stack(store.begun.name, store);
    try {
      if (store.phase === 'begun') {
        this.setup.progress('stopping the stack');
        await stack.stop();
        store.record(recordsOf(await again()));
        store.reach('recorded');
      } else await stack.stop();
      const given = await this.giveAll(store, 'forth');
      if (store.phase === 'recorded') store.reach('owned');
      store.writeFiles('forth');
      if (store.phase === 'owned') store.reach('written');
      return { given, ...(await this.start(stack, store, 'done')) };
    } catch (error) {
      // What is done is kept where only the start fails: whether that is the owners' fault is for the person to see.
      if (store.phase === 'written') throw error;
      throw await this.takenBack(store, error);
    }
  }

  /** Gives everything back as it was, from wherever it is; the files of the project with it. */
  async undo(store: MigrationStore): Promise<Migrated> {
    const stack = this.stack(store.begun.name, store);
    const reached = store.phase;
    await stack.settle();
    if (reached === 'begun') return { given: NOTHING, ...(await this.start(stack, store, 'undone', store.begun.running)) };
    store.checkFiles('back');
    const running = reached === 'done' ? await stack.running() : store.begun.running;
    if (reached !== 'undoing') store.reach('undoing');
    this.setup.progress('stopping the stack');
    await stack.stop();
    const given = await this.giveAll(store, 'back');
    store.writeFiles('back');
    return { given, ...(await this.start(stack, store, 'undone', running)) };
  }

  private async takenBack(store: MigrationStore, error: unknown): Promise<unknown> {
    try {
      await this.undo(store);
      return error;
    } catch (second) {
      const why = second instanceof Error ? second.message : String(second);
      const what = error instanceof Error ? error.message : String(error);
      return new EngineError(`${what}; and it could not be taken back: ${why}`, {
        hint: 'batten migrate --undo tries again',
        cause: error,
      });
    }
  }

  private async start(
    stack: OwnStack,
    store: MigrationStore,
    phase: 'done' | 'undone',
    running: RunningServices = store.begun.running,
  ): Promise<Pick<Migrated, 'unwell' | 'started'>> {
    const started = Object.keys(running).length > 0;
    if (started) this.setup.progress('starting the stack');
    await stack.start(running);
    store.reach(phase);
    const moved = store.begun.services.map(({ name }) => name).filter((name) => running[name] !== undefined);
    return { started, unwell: await stack.unwell(moved, WATCHED) };
  }

  private async giveAll(store: MigrationStore, way: Way): Promise<Given> {
    const sum: Given = { done: 0, gone: 0, others: 0 };
    await inTurns(store.mounts, async (recorded) => {
      this.setup.progress(`${way === 'forth' ? 'changing' : 'giving back'} the owners of ${recorded.shown}`);
      const given = await this.giveOne(recorded, store, way);
      for (const key of ['done', 'gone', 'others'] as const) sum[key] += given[key];
    });
    return sum;
  }

  private async giveOne({ mount, shown, services, toolbox, record }: RecordedMount, store: MigrationStore, way: Way): Promise<Given> {
    const worker = await this.worker(mount, services, toolbox);
    if (!worker)
      throw new EngineError(`the owners of ${shown} cannot be changed: no image here has a shell with find, stat, xargs and chown`, {
        hint: 'name a local one with --image',
      });
    try {
      // Only forth: what is taken back is taken back whole.
      return await give(worker, unpackRecord(store.packed(record)), way, () => way === 'forth' && this.setup.signal.throwIfAborted());
    } finally {
      await worker.end();
    }
  }

  /** The one that looked, else any that can. */
  private async worker(mount: WorkerMount, services: readonly string[], toolbox: Toolbox): Promise<Worker | undefined> {
    if (await this.engine.image(toolbox.image)) {
      const same = await Worker.start(this.engine, toolbox, mount, this.label, true);
      if (same) return same;
    }
    const images = new Map<string, string>();
    return (await new Toolboxes(this.engine, images, this.setup.image, this.label).worker(mount, services))?.worker;
  }

  private async model(project: ProjectFilesOnDisk): Promise<Model> {
    return resolveProject(this.compose, project, { cwd: project.directory, env: this.env });
  }

  /** A run that was killed may have left a container that still changes owners. */
  private async endLeftWorkers(): Promise<void> {
    const home = processHome();
    for (const { Id, Labels } of await this.engine.containers(OWNERS_LABEL)) {
      const label = Labels[OWNERS_LABEL] ?? '';
      const ours = Labels[HOME_LABEL] === home && label.endsWith(`-${this.setup.project.directory}`);
      if (ours && !isAlive(label)) await this.engine.removeContainer(Id).catch(() => undefined);
    }
  }
}

const NO_PROCESSES: Processes = { started: () => undefined, all: () => [] };

const NOTHING: Given = { done: 0, gone: 0, others: 0 };

function recordsOf({ mounts }: ProjectPlan): (Omit<RecordedMount, 'record'> & { packed: Buffer })[] {
  return mounts.filter(hasChanges).map(({ mount, shown, uses, plan, toolbox }) => ({
    mount,
    shown,
    services: [...new Set(uses.map(({ service }) => service))],
    toolbox: toolbox!,
    count: plan.changes.length,
    packed: packRecord(plan.changes),
  }));
}

const hasChanges = ({ plan }: PlannedMount): boolean => plan.changes.length > 0;
