import { type Node, resolve } from '../yaml/tree';
import { isLayerMap, type Layer, layerOf, object, Tagged } from './layer';
import { type Keys, merge, mergeService } from './merge';
import type { ComposeProject } from './project';
import { mergedSection, type Section, type Things } from './sections';
import type { ComposeService } from './service';

/** What a project comes to before variables are replaced: its files merged, anchors, merge keys and `extends` resolved. */
export type Model = Readonly<Record<Section, Things>>;

/** What a thing of a section says in one file, by the index of the file. */
export type ReadLayer = (node: Node, file: number, section: Section) => Layer;

/**
 * Reads the model off a project.
 *
 * @param read what one file says of a service, a network, …; by default as it is written.
 * @throws MergeClash where Compose would refuse what files come to together
 */
export function modelOf(project: ComposeProject, read: ReadLayer = layerOf): Model {
  const roots = project.files.flatMap(({ document, role }, file) => (role === 'extended' ? [] : [{ root: resolve(document.root), file }]));
  const merged = (section: Section): Things =>
    mergedSection(
      roots.map(({ root }) => root),
      section,
      (node, index) => read(node, roots[index]!.file, section),
    );
  return {
    services: new Map(project.services.map((service) => [service.name, serviceKeys(service, read)])),
    networks: merged('networks'),
    volumes: merged('volumes'),
    secrets: merged('secrets'),
    configs: merged('configs'),
  };
}

function serviceKeys({ pieces }: ComposeService, read: ReadLayer): Keys {
  return pieces.reduceRight<Keys>((below, { map, parent, file }) => {
    const layer = read(map, file, 'services');
    const entries = isLayerMap(layer) ? Object.entries(layer) : [];
    const own = object(entries.filter(([key]) => key !== 'extends' && !key.startsWith('x-')));
    return mergeService(below, parent ? layered(serviceKeys(parent, read), own) : own);
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
