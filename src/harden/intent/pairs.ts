import type { ComposeService } from '../../compose/service';
import { atMost } from '../confidence';
import type { TransformContext } from '../transform';
import type { Intent } from './intent';
import type { Need } from './types';

/**
 * What pairs of services need of each other. Those that use another's network (`network_mode: service:x`) are one with it: who may not be
 * cut off from one of them may not be cut off from any.
 */
export class Pairs {
  private readonly known = new Map<string, Map<string, Need>>();
  private readonly neededOf = new Map<string, Set<string>>();
  /** Who uses the same network stack, by each of their names. */
  private readonly crews = new Map<string, ComposeService[]>();

  constructor(
    { project, preset }: Pick<TransformContext, 'project' | 'preset'>,
    private readonly intent: Intent,
    /** In `strict`, only what something says is needed is kept. */
    readonly strict = preset === 'strict',
  ) {
    for (const service of project.services) {
      let owner = service;
      for (let hops = 0; hops < project.services.length; hops++) {
        const mode = owner.networkMode?.text;
        const next = mode?.startsWith('service:') ? project.service(mode.slice('service:'.length)) : undefined;
        if (!next) break;
        owner = next;
      }
      const crew = this.crews.get(owner.name) ?? [];
      crew.push(service);
      this.crews.set(owner.name, crew);
      this.crews.set(service.name, crew);
    }
  }

  /** Whether two services must go on sharing a network. */
  kept(a: string, b: string): boolean {
    if (this.strict) return this.neededBy(a).has(b);
    const { verdict } = this.need(a, b);
    return verdict !== 'none';
  }

  /** The services with which a service must go on sharing a network, in `strict`: those that it has to talk to, or may by an address of its own. */
  neededBy(name: string): Set<string> {
    let needed = this.neededOf.get(name);
    if (!needed) {
      const mates = this.crew(name).flatMap(({ name: each }) => [...this.intent.neededBy(each), ...this.intent.likelyBy(each)]);
      needed = new Set(mates.flatMap((mate) => this.crew(mate).map((service) => service.name)));
      this.neededOf.set(name, needed);
    }
    return needed;
  }

  need(a: string, b: string): Need {
    const [first, second] = a < b ? [a, b] : [b, a];
    let known = this.known.get(first)?.get(second);
    if (!known) {
      known = this.readNeed(a, b);
      // There are more of these than can be kept.
      if (known.verdict === 'possible') return known;
      const others = this.known.get(first) ?? new Map<string, Need>();
      this.known.set(first, others.set(second, known));
    }
    return known;
  }

  /** Whether the project says of a service whom it calls, or that it calls nobody. Of one that says nothing, silence tells nothing either. */
  speak(name: string): boolean {
    return this.crew(name).some((service) => this.intent.speaks(service));
  }

  private readNeed(a: string, b: string): Need {
    const [mine, theirs] = [this.crew(a), this.crew(b)];
    if (mine.length === 1 && theirs.length === 1) return this.intent.between(mine[0]!, theirs[0]!);
    const needs = mine.flatMap((one) => theirs.map((other) => this.intent.between(one, other)));
    const strongest =
      needs.find(({ verdict }) => verdict === 'needed') ??
      needs.find(({ likely }) => likely) ??
      needs.find(({ verdict }) => verdict === 'possible') ??
      needs[0]!;
    if (strongest.verdict !== 'none') return strongest;
    return {
      ...strongest,
      confidence: needs.map(({ confidence }) => confidence).reduce(atMost),
      evidence: needs.flatMap(({ evidence }) => evidence),
    };
  }

  private crew(name: string): readonly ComposeService[] {
    return this.crews.get(name) ?? [];
  }
}
