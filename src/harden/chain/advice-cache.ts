import { splitFile } from '../../compose/file-path';
import type { ComposeProject } from '../../compose/project';
import type { ComposeService } from '../../compose/service';
import type { Advice } from '../../images/types';
import type { Op } from '../../yaml/types';

interface Known {
  advice: Advice;
  /** The keys of the service that were read for it so far: part of an advice is read when it is asked for. */
  read: Set<string>;
}

/** What is known of the images of services, as long as nothing changes of what it was read from. */
export class AdviceCache {
  private readonly known = new Map<string, Known>();

  constructor(private readonly advise: (service: ComposeService) => Advice) {}

  of(service: ComposeService): Advice {
    let known = this.known.get(service.name);
    if (!known) {
      const read = new Set<string>();
      known = { advice: this.advise(service.watched((key) => read.add(key))), read };
      this.known.set(service.name, known);
    }
    return known.advice;
  }

  /** Forgets what was read from keys that ops change, also of services that share their text. */
  forget(ops: readonly Op[], project: ComposeProject): void {
    for (const op of ops) {
      const [top, name, key] = splitFile(op.path).path;
      if (top === 'services') this.forgetService(String(name), typeof key === 'string' ? key : undefined, project);
      // What a service takes from the top level it takes by a key of the same name: `volumes`, `secrets`.
      else for (const other of [...this.known.keys()]) this.forgetOne(other, String(top));
    }
  }

  clear(): void {
    this.known.clear();
  }

  private forgetService(name: string, key: string | undefined, project: ComposeProject): void {
    this.forgetOne(name, key);
    const service = project.service(name);
    if (!service) return;
    for (const { service: other } of project.sharing(service, key === undefined ? [] : [key])) this.forgetOne(other, key);
  }

  private forgetOne(name: string, key: string | undefined): void {
    if (key === undefined || this.known.get(name)?.read.has(key)) this.known.delete(name);
  }
}
