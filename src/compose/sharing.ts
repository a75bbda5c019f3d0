import { find, type MapNode, mergedMaps, type Node, resolve } from '../yaml/tree';
import type { ComposeService } from './service';

/** How another service's text is shared: as a whole (`web2: *web`), through `<<`, or by `extends` within the file. */
export interface Sharing {
  service: string;
  through: 'alias' | 'merge' | 'extends';
}

/** Somebody who takes a node: a service, in one of its files, and for a value the key it takes it for. */
interface Taker {
  service: ComposeService;
  file: number;
  through: Sharing['through'];
  key?: string;
}

/** What counts when a service takes another's text in several ways. */
const NEAREST: readonly Sharing['through'][] = ['alias', 'merge', 'extends'];

/** Who takes whose text, looked through once: few services share any, and each change asks. */
export class Sharers {
  private readonly takers = new Map<Node, Taker[]>();

  constructor(private readonly services: readonly ComposeService[]) {
    for (const service of services) {
      for (const { file, map, parent } of service.pieces) {
        const take = (node: Node, through: Sharing['through'], key?: string): void => {
          const others = this.takers.get(node);
          const taker: Taker = { service, file, through, key };
          if (others) others.push(taker);
          else this.takers.set(node, [taker]);
        };
        take(map, 'alias');
        for (const { key, value } of map.entries) if (value.kind === 'alias') take(resolve(value), 'alias', key.text);
        for (const merged of allMerged(map)) take(merged, 'merge');
        for (let base = parent; base; base = base.extended) take(base.map, 'extends');
      }
    }
  }

  /** The services that change when the text of this one does; with keys, also those that take the value of one of them through an alias. */
  of(service: ComposeService, keys: readonly string[] = []): Sharing[] {
    const ways = new Map<ComposeService, Sharing['through']>();
    for (const { file, map } of service.pieces) {
      const note = (node: Node, wanted?: string): void => {
        for (const { service: other, through, key, ...taken } of this.takers.get(node) ?? []) {
          if (other === service || taken.file !== file || key !== wanted) continue;
          const known = ways.get(other);
          if (known === undefined || NEAREST.indexOf(through) < NEAREST.indexOf(known)) ways.set(other, through);
        }
      };
      note(map);
      for (const key of keys) {
        const own = find(map, key);
        if (own?.via === 'own') note(own.node, key);
      }
    }
    if (ways.size === 0) return [];
    return this.services.flatMap((other) => (ways.has(other) ? [{ service: other.name, through: ways.get(other)! }] : []));
  }
}

function allMerged(map: MapNode): MapNode[] {
  return mergedMaps(map).flatMap((source) => [source.map, ...allMerged(source.map)]);
}
