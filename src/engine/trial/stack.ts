import path from 'node:path';
import { EngineError } from '../../errors';
import type { ContainerInfo } from '../client/types';
import { isOld } from '../compose/cli';
import type { Model } from '../compose/model';
import { said } from '../compose/resolve';
import { type Bench, composeOn } from './bench';
import type { Conversion } from './convert';
import { makeCopy } from './copies';
import { dump } from './dump';
import { LABEL, PREFIX } from './options';

let count = 0;

/** A name for the next stack of a run: Compose takes small letters, digits, `-` and `_`. */
export function nextName(bench: Bench): string {
  count += 1;
  return `${PREFIX}${bench.scratch.id}-${count}`;
}

/** One project on the Engine, from its first start until it is removed. */
export class Stack {
  /** Services that could not be made or started, with what was said. */
  readonly errors = new Map<string, string>();
  private readonly file: string;

  constructor(
    private readonly bench: Bench,
    readonly project: string,
    { model, binds, texts }: Conversion,
  ) {
    this.model = model;
    for (const plan of binds) makeCopy(plan);
    for (const [file, text] of texts) bench.scratch.write(path.relative(bench.scratch.directory, file), text);
    this.file = bench.scratch.write(`${project}/compose.yaml`, dump(model));
  }

  readonly model: Model;

  get services(): string[] {
    return Object.keys(this.model.services);
  }

  /**
   * Starts everything, or makes new containers on the same volumes. What one service fails with does not keep the others from starting.
   *
   * @throws EngineError when Compose does not read the trial's file: that is batten's fault, and no service's.
   */
  async up(again: boolean, patience: number): Promise<void> {
    this.errors.clear();
    const fresh = again ? ['--force-recreate'] : [];
    const args = ['up', '-d', '--no-build', ...(isOld(this.bench.compose) ? [] : ['--quiet-pull']), ...fresh];
    const all = await this.compose(args, patience * 2 + 60);
    if (all.code === 0 || this.bench.signal.aborted) return;
    if (all.stderr.split('\n').some(refusesFile)) {
      const what = all.stderr.trim().replaceAll(this.file, 'the file');
      throw new EngineError(`this Compose does not read the file that was made for a trial: ${what}`, { hint: 'please report it' });
    }
    const there = await this.containers();
    for (const service of this.inOrder()) {
      const started = there.get(service)?.State.Status;
      if (started !== undefined && started !== 'created' && !again) continue;
      const one = await this.compose(
        ['up', '-d', '--no-build', '--no-deps', ...(started === 'created' ? ['--force-recreate'] : fresh), '--', service],
        60,
      );
      if (one.code !== 0) this.errors.set(service, said(one.stderr));
    }
  }

  /** The containers by service; of several replicas the first. */
  async containers(): Promise<Map<string, ContainerInfo>> {
    const { engine, scratch } = this.bench;
    const listed = (await engine.containers(`${LABEL}=${scratch.id}`)).filter(
      ({ Labels }) => Labels['com.docker.compose.project'] === this.project,
    );
    const found = new Map<string, ContainerInfo>();
    for (const { Id, Labels } of listed) {
      const info = await engine.container(Id).catch(() => undefined);
      const name = Labels['com.docker.compose.service'];
      if (info && name && !found.has(name)) found.set(name, info);
    }
    return found;
  }

  /** Removes it with its volumes. */
  async down(): Promise<void> {
    await this.compose(['down', '--volumes', '--timeout', '1'], 120);
  }

  compose(args: readonly string[], timeout: number): ReturnType<typeof composeOn> {
    return composeOn(this.bench, this.project, this.file, args, timeout);
  }

  /** Dependencies before those who depend on them. */
  private inOrder(): string[] {
    const out: string[] = [];
    const visit = (name: string, trail: readonly string[]): void => {
      const service = this.model.services[name];
      if (!service || out.includes(name) || trail.includes(name)) return;
      for (const other of Object.keys((service.depends_on ?? {}) as object)) visit(other, [...trail, name]);
      out.push(name);
    };
    for (const name of this.services) visit(name, []);
    return out;
  }
}

/** Whether a line of Compose's says that it does not read the file it was given. */
function refusesFile(line: string): boolean {
  return (line.startsWith('validating ') && line.includes('compose.yaml: ')) || line.includes("compose.yaml' is invalid because");
}
