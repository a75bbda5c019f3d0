import type { Engine } from '../client/engine';
import type { Model, ModelService } from '../compose/model';
import { type Toolbox, Worker, type WorkerMount } from './worker';

/** Small images that have what it takes, where they are here anyway. */
const COMMON = ['busybox', 'alpine', 'debian:stable-slim', 'debian', 'ubuntu'];

/** What a service's image is called: by itself, or as Compose calls what it builds. Undefined when it is not here. */
export async function localImage(
  engine: Engine,
  { name = '' }: Model,
  service: string,
  { image }: ModelService,
): Promise<string | undefined> {
  const names = typeof image === 'string' ? [image] : [`${name}-${service}`, `${name}_${service}`];
  for (const each of names) if (await engine.image(each)) return each;
  return undefined;
}

/** Finds for each mount a local image that has the programs: one of its own services, else another. Nothing is pulled. */
export class Toolboxes {
  /** Whether an image was found to have them. */
  private readonly known = new Map<string, boolean>();

  /**
   * @param images those of the project, by service.
   * @param named the one that the person named.
   */
  constructor(
    private readonly engine: Engine,
    private readonly images: ReadonlyMap<string, string>,
    private readonly named: string | undefined,
    private readonly label: string,
  ) {}

  /**
   * Starts a worker on a mount, for the services that use it.
   *
   * @returns undefined when no local image has what it takes.
   * @throws EngineAnswer when the mount cannot be mounted.
   */
  async worker(mount: WorkerMount, services: readonly string[]): Promise<{ worker: Worker; toolbox: Toolbox } | undefined> {
    for await (const toolbox of this.candidates(services)) {
      const key = `${toolbox.image} ${toolbox.hostTools}`;
      if (this.known.get(key) === false) continue;
      const worker = await Worker.start(this.engine, toolbox, mount, this.label, this.known.get(key));
      this.known.set(key, worker !== undefined);
      if (worker) return { worker, toolbox };
    }
    return undefined;
  }

  private async *candidates(services: readonly string[]): AsyncGenerator<Toolbox> {
    if (this.named !== undefined) {
      yield { image: this.named, hostTools: false };
      return;
    }
    const own = services.flatMap((service) => this.images.get(service) ?? []);
    for (const image of new Set([...own, ...this.images.values()])) yield { image, hostTools: false };
    // The programs of this host, in a container all the same: a link in a mount leads nowhere there.
    if (this.engine.sharesKernel) for (const image of own) yield { image, hostTools: true };
    for (const image of COMMON) if (await this.engine.image(image)) yield { image, hostTools: false };
  }
}
