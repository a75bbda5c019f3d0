import { dirname, relative, resolve } from 'node:path';
import { Repository } from '../../compose/bounds';
import { readInput } from '../../compose/read';
import type { Migrated, Migration, PlannedService, ProjectPlan } from '../../engine';
import type { NewTexts } from '../../engine/prove/rewriter';
import { BattenError, EngineError, UsageError } from '../../errors';
import type { Batten, RunOptions } from '../../harden/api';
import type { OwnedData } from '../../images/owned';
import { numbers } from '../../ownership/plan';
import { migrationData, prettyMigration } from '../../report/migrate';
import { plural } from '../../report/summary';
import { json } from '../../report/text/json';
import { say } from '../../report/text/screen';
import { type Context, leavingKnown, prepare, runOf } from '../context';
import { EXIT } from '../exit-codes';
import type { Opened } from '../inputs';
import { Interrupted } from '../messages';
import { lockMigrations, type MigratedFile, MigrationJournal } from '../migrate-store';
import { loadEngine, ours, requireProvable } from '../trial';

/**
 * `batten migrate`: whose files have to become whose for services to run as another user than root, as the Engine has them. Without `--apply` or
 * `--undo` nothing is stopped, changed or written.
 *
 * @throws UsageError for what does not go together; EngineError when there is no Engine, or something fails, which is then taken back.
 */
export async function migrate(context: Context, paths: readonly string[]): Promise<number> {
  const { options, host } = context;
  if (options.apply && options.undo) throw new UsageError('--apply and --undo do the opposite', { hint: 'leave one of them out' });
  const prepared = await prepare(context, paths);
  const opened = leavingKnown(prepared.opened);
  requireProvable(opened);
  const changes = options.apply || options.undo;
  if (changes && opened.length !== 1) {
    throw new UsageError(`one project is migrated at a time, and there are ${opened.length}`, { hint: 'name one file' });
  }
  const unlock = changes ? lockMigrations(host) : () => undefined;
  try {
    let code: number = EXIT.ok;
    const reports: Record<string, unknown>[] = [];
    for (const each of opened) {
      const work = new Work(context, prepared.batten, each, prepared.run);
      code = Math.max(code, await (options.undo ? work.undo() : options.apply ? work.apply() : work.show()));
      if (work.report) reports.push(work.report);
    }
    if (options.format === 'json')
      context.out.print(json({ version: 1, tool: { name: 'batten', version: host.version }, projects: reports }, 2));
    return code;
  } catch (error) {
    throw ours(error);
  } finally {
    unlock();
  }
}

/** One project. */
class Work {
  /** What is said of it for programs. */
  report: Record<string, unknown> | undefined;
  private readonly main: string;
  private readonly controller = new AbortController();

  constructor(
    private readonly context: Context,
    private readonly batten: Batten,
    private readonly opened: Opened,
    private readonly run: RunOptions,
  ) {
    this.main = resolve(context.host.cwd, opened.absolute);
  }

  /** What would be done. */
  async show(): Promise<number> {
    const migration = await this.open();
    const { plan } = await this.planned(migration);
    this.tell(plan);
    const interrupted = this.interrupted();
    if (!this.isQuiet && interrupted)
      this.context.err.print(
        say`\nA migration was interrupted: batten migrate --apply goes on with it, batten migrate --undo takes it back.\n`,
      );
    else if (!this.isQuiet && isWork(plan)) this.context.err.print(say`\nnext: batten migrate --apply   ${this.nextText(plan)}\n`);
    return EXIT.ok;
  }

  async apply(): Promise<number> {
    const migration = await this.open();
    const before = this.interrupted();
    if (before && before.phase !== 'begun') return this.goOn(migration, before);
    // Nothing was changed yet; what had been stopped is started with the rest.
    if (before) await migration.settle(before);
    const { plan, files } = await this.planned(migration);
    this.tell(plan);
    if (!isWork(plan)) {
      if (before) await this.finish(before, () => migration.undo(before), 'undone');
      if (!this.isQuiet) this.context.err.print(say`\nThere is nothing to do.\n`);
      return EXIT.ok;
    }
    const journal = MigrationJournal.begin(this.context.host, {
      version: 1,
      main: this.main,
      files,
      project: this.project(),
      name: plan.project,
      engine: migration.engine.home.id ?? '',
      running: { ...before?.begun.running, ...(await migration.running(plan.project)) },
      services: moved(plan),
    });
    before?.forget();
    return this.finish(journal, () => migration.apply(journal, () => this.again(migration, plan)), 'done');
  }

  async undo(): Promise<number> {
    const journal = MigrationJournal.last(this.context.host, this.main);
    if (!journal || journal.phase === 'undone') throw new UsageError(`there is no migration of ${this.opened.path} to take back`);
    const migration = await this.open(journal);
    return this.finish(journal, () => migration.undo(journal), 'undone');
  }

  private async goOn(migration: Migration, journal: MigrationJournal): Promise<number> {
    if (journal.phase === 'undoing')
      throw new UsageError('taking the last migration back was interrupted', { hint: 'batten migrate --undo goes on with it' });
    this.requireSameEngine(migration, journal);
    if (!this.isQuiet) this.context.err.print(say`Going on with the migration that was interrupted.\n`);
    return this.finish(journal, () => migration.apply(journal, () => Promise.reject(new EngineError('there is nothing to plan'))), 'done');
  }

  private async finish(journal: MigrationJournal, work: () => Promise<Migrated>, end: 'done' | 'undone'): Promise<number> {
    const result = await this.interruptible(work);
    const { given, unwell, started } = result;
    this.report = { ...(this.report ?? { path: this.opened.path, project: journal.begun.name }), result: resultData(result, end) };
    const { err } = this.context;
    if (!this.isQuiet) {
      const files = journal.begun.files.map(({ path }) => this.shown(path));
      const what = end === 'done' ? 'Changed' : 'Gave back';
      err.print(
        say`\n${what} ${plural(given.done, 'owner')}${files.length > 0 ? say`, ${end === 'done' ? 'wrote' : 'restored'} ${files.join(', ')}` : ''}${started ? ', started the stack' : ''}\n`,
      );
      if (given.others > 0) err.print(say`${plural(given.others, 'file')} had been given to somebody else meanwhile, and stayed so\n`);
      if (given.gone > 0) err.print(say`${plural(given.gone, 'file')} had been removed meanwhile\n`);
      if (end === 'done' && unwell.size === 0) err.print(say`batten migrate --undo takes it back.\n`);
    }
    for (const [service, why] of unwell) {
      err.print(say`in "${service}", something is wrong since: ${why}\n`);
      if (end === 'done') err.print(say`  hint: batten migrate --undo takes it all back\n`);
    }
    return unwell.size > 0 ? EXIT.unproven : EXIT.ok;
  }

  /** The plan for what nobody holds back, and what becomes of the Compose files then. */
  private async planned(migration: Migration): Promise<{ plan: ProjectPlan; files: MigratedFile[] }> {
    const all = this.texts(undefined);
    const first = await migration.plan(await migration.models(all));
    const stays = first.services.filter(({ status }) => status === 'refused' || status === 'unknown').map(({ name }) => name);
    const texts = stays.length === 0 ? all : this.texts(first.services.map(({ name }) => name).filter((name) => !stays.includes(name)));
    const files = [...texts].map(([path, { text }]): MigratedFile => {
      const { real, before } = this.place(path);
      return { path, real, before, after: text };
    });
    return { plan: first, files };
  }

  /** The same plan when nothing runs any more. @throws EngineError when it has become another one. */
  private async again(migration: Migration, before: ProjectPlan): Promise<ProjectPlan> {
    const now = await migration.plan(await migration.models(this.texts(namesOf(before))));
    const lost = namesOf(before).find((name) => !namesOf(now).includes(name));
    if (lost === undefined) return now;
    const why = now.services.find(({ name }) => name === lost)?.refusal?.message ?? 'it has changed';
    throw new EngineError(`"${lost}" cannot be migrated any more: ${why}`);
  }

  /** The Compose files with a user for services, by the transform that proposes one. */
  private texts(services: readonly string[] | undefined): NewTexts {
    const { input, absolute } = this.opened;
    const { cwd } = this.context.host;
    // Whom the data belongs to is what is being settled: a plan that cannot be carried out holds its service back.
    const run: RunOptions = { ...runOf(this.opened, this.run), only: ['user'], sideFiles: 'none', owned: () => WILL_BE_OWNED };
    if (services) run.services = services.filter((name) => run.services === undefined || run.services.includes(name));
    const results = this.batten.runProject(input!, run);
    const changed = results.filter(({ before, after }) => before !== after);
    return new Map(changed.map(({ path, after }) => [resolve(cwd, path === input!.path ? absolute : path), { text: after }]));
  }

  private place(path: string): { real: string; before: string } {
    const { input, bounds } = this.opened;
    const named = path === this.main || input?.overrides?.some(({ absolute }) => absolute === path);
    const within = named ? bounds : Repository.of(dirname(this.main));
    const shown = this.shown(path);
    return { real: within.place(path, shown), before: readInput(path, shown, within).text };
  }

  private interrupted(): MigrationJournal | undefined {
    const journal = MigrationJournal.last(this.context.host, this.main);
    return journal && journal.phase !== 'done' && journal.phase !== 'undone' ? journal : undefined;
  }

  private async open(journal?: MigrationJournal): Promise<Migration> {
    const { host, options, err } = this.context;
    const migration = await loadEngine().Migration.open({
      project: journal?.begun.project ?? this.project(),
      env: host.env,
      all: options.all === true,
      image: options.image,
      signal: this.controller.signal,
      progress: (what) => (this.isQuiet || !err.isTTY ? undefined : err.print(say`\r\x1b[K${what}\r`)),
    });
    if (journal) this.requireSameEngine(migration, journal);
    return migration;
  }

  private requireSameEngine({ engine }: Migration, { begun }: MigrationJournal): void {
    if (begun.engine === (engine.home.id ?? '')) return;
    throw new UsageError('the migration was made on another Engine', {
      hint: 'set DOCKER_HOST, or the context, to the Engine it was made on',
    });
  }

  private project() {
    const { input } = this.opened;
    return {
      files: [this.main, ...(input?.overrides ?? []).map((each) => each.absolute)],
      directory: dirname(this.main),
      profiles: this.context.options.profile ?? [],
    };
  }

  private tell(plan: ProjectPlan): void {
    const report = { path: this.opened.path, plan };
    this.report = migrationData(report);
    const { out, err, options } = this.context;
    if (this.isQuiet) return;
    if (err.isTTY) err.print(say`\r\x1b[K`);
    if (options.format !== 'json') out.print(prettyMigration(report, { colors: out.colors, width: out.width }));
  }

  private nextText(plan: ProjectPlan): string {
    const owners = plan.mounts.reduce((sum, { plan: own }) => sum + own.changes.length, 0);
    return `stops the stack, changes ${plural(owners, 'owner')}, writes user:, starts it again; --undo takes all of it back`;
  }

  private get isQuiet(): boolean {
    return this.context.options.quiet === true || this.context.options.format === 'json';
  }

  private shown(path: string): string {
    return relative(this.context.host.cwd, path) || path;
  }

  /** Ctrl-C takes back what was done so far. */
  private async interruptible<T>(work: () => Promise<T>): Promise<T> {
    const interrupt = (): void => this.controller.abort(new Interrupted());
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, interrupt);
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof BattenError) && this.controller.signal.aborted) throw new Interrupted();
      throw error;
    } finally {
      for (const signal of signals) process.off(signal, interrupt);
    }
  }
}

/** What is mounted will belong to whom the plan says, or the service stays as it is. */
const WILL_BE_OWNED: OwnedData = {
  fits: () => true,
  evidence: {
    kind: 'compose-semantics',
    ref: 'batten migrate',
    detail: 'what is mounted is given to that user, or the service stays as it is',
  },
};

const isDone = ({ status }: PlannedService): boolean => status === 'moves' || status === 'fits';

/** Services that something is done for. */
function namesOf({ services }: ProjectPlan): string[] {
  return services.filter(isDone).map(({ name }) => name);
}

function isWork(plan: ProjectPlan): boolean {
  return namesOf(plan).length > 0;
}

function moved({ services }: ProjectPlan): { name: string; before: string; after: string }[] {
  return services
    .filter(isDone)
    .flatMap(({ name, before, after }) => (before && after ? [{ name, before: numbers(before), after: numbers(after) }] : []));
}

function resultData({ given, unwell, started }: Migrated, end: 'done' | 'undone'): Record<string, unknown> {
  return { status: end, owners: given, started, unwell: [...unwell].map(([service, why]) => ({ service, why })) };
}
