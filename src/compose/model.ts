import { resolve } from '../yaml/tree';
import { isLayerMap, type Layer, layerOf, object, Tagged } from './layer';
import { type Keys, merge, mergeService } from './merge';
import type { ComposeProject } from './project';
import { mergedSection, type Section, type Things } from './sections';
import type { ComposeService } from './service';

/** What a project comes to before variables are replaced: its files merged, anchors, merge keys and `extends` resolved. */
export type Model = Readonly<Record<Section, Things>>;

/** Reads the model off a project. @throws MergeClash where Compose would refuse what files come to together */
export function modelOf(project: ComposeProject): Model {
  const roots = project.files.filter(({ role }) => role !== 'extended').map(({ document }) => resolve(document.root));
  return {
    services: new Map(project.services.map((service) => [service.name, serviceKeys(service)])),
    networks: mergedSection(roots, 'networks'),
    volumes: mergedSection(roots, 'volumes'),
    secrets: mergedSection(roots, 'secrets'),
    configs: mergedSection(roots, 'configs'),
  };
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
