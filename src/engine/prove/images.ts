import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inService } from '../../compose/in-service';
import { EngineError } from '../../errors';
import type { ImageInfo } from '../client/types';
import { type Answer, run } from '../compose/cli';
import { type Model, type ModelService, mapOf } from '../compose/model';
import { type ProjectFilesOnDisk, projectWords, said } from '../compose/resolve';
import { type Bench, composeOn, setupOf } from '../trial/bench';
import { trialBuild } from '../trial/build';
import type { ImageNeeds } from '../trial/convert';
import { dump } from '../trial/dump';
import { type Machine, worldOf } from '../trial/host/world';
import { PREFIX, type TrialOptions } from '../trial/options';
import { Holding, type Withheld } from '../trial/withheld';

/** What images are made ready with. */
interface ImageSetup {
  bench: Bench;
  project: ProjectFilesOnDisk;
  options: TrialOptions;
  machine: Machine;
}

/**
 * The images of a project, made ready once: those that are missing are pulled or built under a name of the trial's own. What a changed Dockerfile
 * makes is another image of the same service.
 */
export class Images {
  private readonly needs = new Map<string, ImageNeeds>();
  private readonly infos = new Map<string, ImageInfo>();
  /** Services whose image cannot be had, and why. */
  readonly missing = new Map<string, string>();

  private readonly held = new Map<string, Holding>();
  private readonly bench: Bench;

  constructor(
    private readonly setup: ImageSetup,
    private readonly note: (service: string, what: string) => void,
  ) {
    this.bench = setup.bench;
  }

  /** How builds differed from the person's. */
  get notes(): string[] {
    return [...this.held.values()].flatMap(({ notes }) => notes);
  }

  /** What builds were not given. */
  get withheld(): Withheld[] {
    return [...this.held.values()].flatMap(({ withheld }) => withheld);
  }

  info(service: string): ImageInfo | undefined {
    return this.infos.get(service);
  }

  /** What each service of a model starts from; asked again for services that are new. */
  async of(model: Model): Promise<ReadonlyMap<string, ImageNeeds>> {
    const changed = new Map<string, ImageNeeds>();
    for (const [name, service] of Object.entries(model.services)) {
      const dockerfile = this.changedDockerfile(service);
      if (dockerfile !== undefined) changed.set(name, await this.rebuilt(name, dockerfile, model));
      if (this.needs.has(name) || this.missing.has(name) || service.provider !== undefined) continue;
      const image = typeof service.image === 'string' ? service.image : undefined;
      const tags = image ? [image] : [`${model.name ?? ''}-${name}`, `${model.name ?? ''}_${name}`];
      await this.find(name, tags, model);
    }
    return changed.size > 0 ? new Map([...this.needs, ...changed]) : this.needs;
  }

  /** The text of a Dockerfile that is one of the trial's own. */
  private changedDockerfile({ build }: ModelService): string | undefined {
    const { dockerfile } = mapOf(build);
    const own = typeof dockerfile === 'string' && dockerfile.startsWith(this.bench.scratch.directory + path.sep);
    return own ? readFileSync(dockerfile, 'utf8') : undefined;
  }

  private async rebuilt(service: string, dockerfile: string, model: Model): Promise<ImageNeeds> {
    const hash = createHash('sha256').update(dockerfile).digest('hex').slice(0, 12);
    const key = `${service}\n${hash}`;
    let need = this.needs.get(key);
    if (need) return need;
    this.note(service, 'is built with the changed Dockerfile');
    const tag = `${PREFIX}${this.bench.scratch.id}/${service.toLowerCase()}:${hash}`;
    await this.build(service, tag, model);
    const info = await this.bench.engine.image(tag);
    // Its trial then fails, and says so.
    need = info ? needOf(tag, info) : { image: `cannot-be-built/${service.toLowerCase()}`, volumes: [], healthcheck: false };
    this.needs.set(key, need);
    return need;
  }

  private async find(service: string, tags: readonly string[], model: Model): Promise<void> {
    for (const tag of tags) {
      const info = await this.bench.engine.image(tag);
      if (info) return this.keep(service, tag, info);
    }
    const written = model.services[service]!;
    const built = written.build !== undefined;
    this.note(service, built ? 'is built' : 'is pulled');
    const tag = built ? `${PREFIX}${this.bench.scratch.id}/${service.toLowerCase()}` : tags[0]!;
    const answer = built ? await this.build(service, tag, model) : await this.pull(service);
    const info = await this.bench.engine.image(tag);
    if (info) this.keep(service, tag, info);
    else
      this.missing.set(
        service,
        `its image ${tags[0]} is not here and cannot be ${built ? 'built' : 'pulled'}: ${said(answer.stderr || answer.stdout)}`,
      );
  }

  private keep(service: string, image: string, info: ImageInfo): void {
    this.infos.set(service, info);
    this.needs.set(service, needOf(image, info));
  }

  /** Builds an image under a tag of the trial's own. A build that reaches further than the project is answered like one that fails. */
  private async build(service: string, tag: string, model: Model): Promise<Answer> {
    const { bench, options, machine } = this.setup;
    const world = worldOf(bench.scratch.directory, machine);
    const made = trialBuild(model.services[service]!.build!, model, bench.scratch.id, options, world, this.holdingOf(service));
    if ('refused' in made) return { code: undefined, stdout: '', stderr: made.refused };
    const { build, secrets } = made;
    const file = bench.scratch.write(
      `build-${service}.yaml`,
      dump({
        ...(model.version !== undefined && { version: model.version }),
        ...(Object.keys(secrets).length > 0 && { secrets }),
        services: { [service]: { image: tag, build } },
      }),
    );
    // A service may be called like an option.
    return composeOn(bench, `${PREFIX}${bench.scratch.id}-build`, file, ['build', '--', service], 1800);
  }

  private holdingOf(service: string): Holding {
    const holding = this.held.get(service) ?? new Holding(service);
    this.held.set(service, holding);
    return holding;
  }

  private pull(service: string): ReturnType<typeof run> {
    return run(this.bench.compose.words, [...projectWords(this.setup.project), 'pull', '--', service], setupOf(this.bench, 1800));
  }
}

function needOf(image: string, { Config }: ImageInfo): ImageNeeds {
  const test = Config?.Healthcheck?.Test ?? [];
  return { image, volumes: Object.keys(Config?.Volumes ?? {}), healthcheck: test.length > 0 && test[0] !== 'NONE' };
}

/** @throws EngineError when an image of the project cannot be had: nothing can then be said of the stack. */
export function requireImages({ missing }: Images): void {
  if (missing.size === 0) return;
  throw new EngineError([...missing].map(([service, why]) => inService(service, why)).join('\n'), {
    hint: 'pull or build it first, or leave the service out with --profile or another file',
  });
}
