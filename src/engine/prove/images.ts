import { EngineError } from '../../errors';
import type { Data } from '../../yaml/types';
import type { ImageInfo } from '../client/types';
import { run } from '../compose/cli';
import { listOf, type Model, mapOf } from '../compose/model';
import { projectWords, said } from '../compose/resolve';
import { type Bench, composeOn, setupOf } from '../trial/bench';
import type { ImageNeeds } from '../trial/convert';
import { dump } from '../trial/dump';
import { LABEL, PREFIX } from '../trial/options';

/** The images of a project, made ready once: those that are missing are pulled or built under a name of the trial's own. */
export class Images {
  private readonly needs = new Map<string, ImageNeeds>();
  private readonly infos = new Map<string, ImageInfo>();
  /** Services whose image cannot be had, and why. */
  readonly missing = new Map<string, string>();

  constructor(
    private readonly bench: Bench,
    private readonly files: readonly string[],
    private readonly profiles: readonly string[],
    private readonly note: (service: string, what: string) => void,
  ) {}

  info(service: string): ImageInfo | undefined {
    return this.infos.get(service);
  }

  /** What each service of a model starts from; asked again for services that are new. */
  async of(model: Model): Promise<ReadonlyMap<string, ImageNeeds>> {
    for (const [name, service] of Object.entries(model.services)) {
      if (this.needs.has(name) || this.missing.has(name) || service.provider !== undefined) continue;
      const image = typeof service.image === 'string' ? service.image : undefined;
      const tags = image ? [image] : [`${model.name ?? ''}-${name}`, `${model.name ?? ''}_${name}`];
      await this.find(name, tags, model);
    }
    return this.needs;
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
    this.needs.set(service, {
      image,
      volumes: Object.keys(info.Config?.Volumes ?? {}),
      healthcheck: (info.Config?.Healthcheck?.Test?.length ?? 0) > 0 && info.Config?.Healthcheck?.Test?.[0] !== 'NONE',
    });
  }

  private build(service: string, tag: string, model: Model): ReturnType<typeof composeOn> {
    const written = model.services[service]!.build!;
    const build: Record<string, Data> = {
      ...mapOf(typeof written === 'string' ? { context: written } : written),
      labels: { [LABEL]: this.bench.scratch.id },
    };
    const { secrets, services: _, ...rest } = model;
    const file = this.bench.scratch.write(
      `build-${service}.yaml`,
      dump({
        ...(rest.version !== undefined && { version: rest.version }),
        ...(listOf(build.secrets).length > 0 && { secrets }),
        services: { [service]: { image: tag, build } },
      }),
    );
    return composeOn(this.bench, `${PREFIX}${this.bench.scratch.id}-build`, file, ['build', service], 1800);
  }

  private pull(service: string): ReturnType<typeof run> {
    return run(
      this.bench.compose.words,
      [...projectWords(this.files, this.bench.directory, this.profiles), 'pull', service],
      setupOf(this.bench, 1800),
    );
  }
}

/** @throws EngineError when an image of the project cannot be had: nothing can then be said of the stack. */
export function requireImages({ missing }: Images): void {
  if (missing.size === 0) return;
  throw new EngineError([...missing].map(([service, why]) => `${service}: ${why}`).join('\n'), {
    hint: 'pull or build it first, or leave the service out with --profile or another file',
  });
}
