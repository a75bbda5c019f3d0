import { effectiveEntries, find, type Node, resolve } from '../yaml/tree';
import type { Data } from '../yaml/types';
import { isLayerMap, type Layer, layerOf, object, Tagged } from './layer';
import { type Keys, merge, mergeService } from './layer-merge';
import type { ComposeProject } from './project';
import type { ComposeService } from './service';

/** The maps of the top level whose entries files are merged by. */
export const SECTIONS = ['services', 'networks', 'volumes', 'secrets', 'configs'] as const;
export type Section = (typeof SECTIONS)[number];

/** What the things of one section come to, by name; null = named without any key. */
export type Things = ReadonlyMap<string, Keys | null>;

/** What a project comes to before variables are replaced: its files merged, anchors, merge keys and `extends` resolved. */
export type Model = Readonly<Record<Section, Things>>;

/** Reads the model off a project. @throws MergeClash where Compose would refuse what files come to together */
export function modelOf(project: ComposeProject): Model {
  const roots = project.files.filter(({ role }) => role !== 'extended').map(({ document }) => resolve(document.root));
  const section = (name: Section): Things => roots.reduce<Things>((things, root) => laidOn(things, name, layersOf(root, name)), new Map());
  return {
    services: new Map(project.services.map((service) => [service.name, serviceKeys(service)])),
    networks: section('networks'),
    volumes: section('volumes'),
    secrets: section('secrets'),
    configs: section('configs'),
  };
}

/** What a file says about a section, by name and with its tags; empty when it says nothing. */
export function layersOf(root: Node, section: Section): Map<string, Layer> {
  const node = root.kind === 'map' ? find(root, section)?.node : undefined;
  return new Map(node?.kind === 'map' ? effectiveEntries(node).map(({ key, node: value }) => [key, layerOf(value)]) : []);
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

function serviceKeys({ pieces }: ComposeService): Keys {
  return pieces.reduceRight<Keys>((below, { map, parent }) => {
    const layer = layerOf(map);
    const entries = isLayerMap(layer) ? Object.entries(layer) : [];
    const own = object(entries.filter(([key]) => key !== 'extends' && !key.startsWith('x-')));
    return mergeService(below, parent ? layered(serviceKeys(parent), own) : own);
  }, {});
}

/** What a service says with what it extends, as one layer: `!override` and `!reset` also reach what other files say. */
function layered(base: Keys, own: { readonly [key: string]: Layer }): { [key: string]: Layer } {
  const keys = [...new Set([...Object.keys(base), ...Object.keys(own)])];
  const merged = keys.map((key): [string, Layer | undefined] => {
    const layer = own[key];
    return [key, layer instanceof Tagged ? layer : merge([key], base[key], layer)];
  });
  return object(merged.filter((entry): entry is [string, Layer] => entry[1] !== undefined));
}
