import { effectiveEntries, find, type Node } from '../yaml/tree';
import type { Data } from '../yaml/types';
import { isLayerMap, type Layer, layerOf, object } from './layer';
import { type Keys, merge } from './merge';

/** The maps of the top level whose entries files are merged by. */
export const SECTIONS = ['services', 'networks', 'volumes', 'secrets', 'configs'] as const;
export type Section = (typeof SECTIONS)[number];

/** What the things of one section come to, by name; null = named without any key. */
export type Things = ReadonlyMap<string, Keys | null>;

/** What a section comes to in files that are merged, the lowest first. @throws MergeClash */
export function mergedSection(roots: readonly Node[], section: Section, read: (node: Node, root: number) => Layer = layerOf): Things {
  return roots.reduce<Things>(
    (things, root, index) =>
      laidOn(
        things,
        section,
        layersOf(root, section, (node) => read(node, index)),
      ),
    new Map(),
  );
}

/** What a file says about a section, by name and with its tags; empty when it says nothing. */
export function layersOf(root: Node, section: Section, read: (node: Node) => Layer = layerOf): Map<string, Layer> {
  const node = root.kind === 'map' ? find(root, section)?.node : undefined;
  return new Map(node?.kind === 'map' ? effectiveEntries(node).map(({ key, node: value }) => [key, read(value)]) : []);
}

/** The path of a key for the rules of merging: those of services go by the key, all others by what the value looks like. */
export function mergePath(section: Section, key: string): string[] {
  return section === 'services' ? [key] : [section, key];
}

function laidOn(below: Things, section: Section, layers: ReadonlyMap<string, Layer>): Things {
  const out = new Map(below);
  for (const [name, layer] of layers) {
    const old = out.get(name) ?? null;
    if (!isLayerMap(layer)) {
      out.set(name, old);
      continue;
    }
    const keys = [...new Set([...Object.keys(old ?? {}), ...Object.keys(layer)])];
    const merged = keys.map((key): [string, Data | undefined] => [key, merge(mergePath(section, key), old?.[key], layer[key])]);
    out.set(name, object(merged.filter((entry): entry is [string, Data] => entry[1] !== undefined)));
  }
  return out;
}
