import { posix, relative, sep } from 'node:path';
import type { Node } from '../yaml/tree';
import type { Data } from '../yaml/types';
import { isMap } from './data';
import { evaluate } from './interpolate';
import { isLayerMap, type Layer, layerOf, object, Tagged } from './layer';
import { type Model, modelOf } from './model';
import type { ComposeProject, ProjectFile } from './project';
import type { Section } from './sections';

/**
 * What a project comes to as Compose itself would see it: its files merged, anchors, merge keys, `extends` and `include` resolved, variables
 * replaced by those of its `.env` files and by their defaults, and paths of included and extended files counted from the project.
 *
 * A text that hangs on a variable which is not known stays as it is written; in any other a dollar that is one is written as `$$`, so that
 * `evaluate` reads both.
 *
 * @throws MergeClash where Compose would refuse what files come to together
 */
export function effectiveModel(project: ComposeProject): Model {
  return modelOf(project, (node, file, section) => settled(node, section, project, file));
}

/** What a node of one file says, in the same form. */
export function settled(node: Node, section: Section, project: ComposeProject, file: number): Layer {
  const home = project.files[file]!;
  const layer = replaced(layerOf(node), (text) => withVariables(text, home.variables ?? project.variables));
  const from = stepsTo(project, home);
  return from === '' || !isLayerMap(layer)
    ? layer
    : object(Object.entries(layer).map(([key, value]) => [key, rebased(section, key, value, from)]));
}

/** One value of a file in the same form, by the key of a service that it belongs to. */
export function settledItem(node: Node, key: string, project: ComposeProject, file: number): Data {
  const home = project.files[file]!;
  const data = replaced(layerOf(node), (text) => withVariables(text, home.variables ?? project.variables));
  const from = stepsTo(project, home);
  return (data instanceof Tagged ? data.value : from === '' ? data : rebasedItem(key, data as Data, from)) as Data;
}

function withVariables(text: string, variables: Readonly<Record<string, string>>): string {
  const { text: value, known, raw } = evaluate(text, variables);
  return known ? value.replaceAll('$', '$$$$') : raw;
}

/** The way from the project's directory to the one that relative paths of a file count from; '' when it is the same. */
function stepsTo({ files }: ComposeProject, { base }: ProjectFile): string {
  const main = files[0]!.absolute;
  if (base === undefined || main === undefined) return '';
  return relative(posix.dirname(main.split(sep).join('/')), base)
    .split(sep)
    .join('/');
}

function replaced(layer: Layer, text: (raw: string) => string): Layer {
  if (layer instanceof Tagged) return new Tagged(layer.tag, replaced(layer.value, text) as Data);
  if (typeof layer === 'string') return layer.includes('$') ? text(layer) : layer;
  if (Array.isArray(layer)) return layer.map((item) => replaced(item, text) as Data);
  if (!isLayerMap(layer)) return layer;
  return object(Object.entries(layer).map(([key, value]) => [key, replaced(value, text)]));
}

function rebased(section: Section, key: string, layer: Layer, from: string): Layer {
  if (layer instanceof Tagged) return new Tagged(layer.tag, rebased(section, key, layer.value, from) as Data);
  if (section === 'services') return rebasedValue(key, layer as Data, from);
  const isFile = (section === 'secrets' || section === 'configs') && key === 'file';
  return isFile && typeof layer === 'string' ? rebasedPath(layer, from) : layer;
}

function rebasedValue(key: string, data: Data, from: string): Data {
  if (!PATHS.has(key)) return data;
  return Array.isArray(data) ? data.map((item) => rebasedItem(key, item, from)) : rebasedItem(key, data, from);
}

/** Keys of a service that hold paths of the host. */
const PATHS = new Set(['volumes', 'env_file', 'label_file', 'build']);

function rebasedItem(key: string, data: Data, from: string): Data {
  if (key === 'volumes') {
    if (isMap(data))
      return data.type === 'bind' && typeof data.source === 'string' ? { ...data, source: rebasedPath(data.source, from, true) } : data;
    const text = String(data);
    const colon = text.indexOf(':');
    return /^\.{1,2}(?:\/|:)/.test(text) && colon > 0 ? rebasedPath(text.slice(0, colon), from, true) + text.slice(colon) : data;
  }
  if (key === 'env_file' || key === 'label_file') {
    if (isMap(data)) return typeof data.path === 'string' ? { ...data, path: rebasedPath(data.path, from) } : data;
    return typeof data === 'string' ? rebasedPath(data, from) : data;
  }
  if (key !== 'build') return data;
  if (!isMap(data)) return typeof data === 'string' ? rebasedPath(data, from) : data;
  return { ...data, context: rebasedPath(typeof data.context === 'string' ? data.context : '.', from) };
}

/** A relative path as it counts from the project. One that is absolute, remote, a home directory's or not known stays. */
function rebasedPath(path: string, from: string, marked = false): string {
  if (/^[/~$\\]|^[a-z][a-z0-9+.-]*:|^git@/i.test(path)) return path;
  const joined = posix.join(from, path);
  return marked && !joined.startsWith('.') ? `./${joined}` : joined;
}
