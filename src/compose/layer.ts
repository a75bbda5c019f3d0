import { effectiveEntries, type Node, resolve, toData } from '../yaml/tree';
import type { Data } from '../yaml/types';
import { isMap } from './data';

/** A value with a tag that says how it meets the file below: `!reset` takes what is there away, `!override` takes its place. */
export class Tagged {
  constructor(
    readonly tag: '!reset' | '!override',
    readonly value: Data,
  ) {}
}

/** What one file says about a key: plain data, in which values of maps may carry a tag. */
export type Layer = Data | Tagged | { [key: string]: Layer };

/** Reads a node the way Compose does: merge keys and aliases resolved, `0440` taken for an octal number. */
export function layerOf(node: Node): Layer {
  const target = resolve(node);
  if (target.tag === '!reset') return new Tagged('!reset', null);
  if (target.tag === '!override') return new Tagged('!override', dataOf(target));
  if (target.kind !== 'map') return dataOf(target);
  return object(effectiveEntries(target).map(({ key, node: value }) => [key, layerOf(value)]));
}

/** A layer without anything below it: what its tags leave of it. */
export function flat(layer: Layer): Data | undefined {
  if (layer instanceof Tagged) return layer.tag === '!reset' ? undefined : layer.value;
  if (!isLayerMap(layer)) return layer;
  const entries = Object.entries(layer).map(([key, value]): [string, Data | undefined] => [key, flat(value)]);
  return object(entries.filter((entry): entry is [string, Data] => entry[1] !== undefined));
}

export function isLayerMap(layer: Layer | undefined): layer is { [key: string]: Layer } {
  return !(layer instanceof Tagged) && isMap(layer as Data | undefined);
}

/** `Object.fromEntries`, in which `__proto__` is a key like any other. */
export function object<T>(entries: readonly (readonly [string, T])[]): { [key: string]: T } {
  return Object.fromEntries(entries);
}

function dataOf(node: Node): Data {
  const target = resolve(node);
  if (target.kind === 'seq') return target.items.map((item) => dataOf(item.value));
  if (target.kind === 'map') return object(effectiveEntries(target).map(({ key, node: value }) => [key, dataOf(value)]));
  const octal = target.data === undefined && target.style === 'plain' && target.tag === undefined && /^0[0-7]+$/.test(target.text);
  return octal ? Number.parseInt(target.text, 8) : toData(target);
}
