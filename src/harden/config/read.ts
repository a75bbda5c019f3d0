import { BattenError, ConfigError, type Position } from '../../errors';
import { YamlDocument } from '../../yaml/document';
import { find, resolve } from '../../yaml/tree';
import type { Data, Path } from '../../yaml/types';
import type { Preset } from '../transform';
import type { Confidence } from '../types';
import { type Configurable, configShape } from './keys';
import { readShape } from './shape';

/** On, off, or the options of a transform, which is then on. */
export type Switch = boolean | Readonly<Record<string, Data>>;

/** An ignore as it is written; `until` is the last day on which it counts. */
export interface ConfiguredIgnore {
  transform: readonly string[];
  service?: string;
  reason: string;
  until?: string;
  /** Where it is written. */
  position: Position;
}

/** What a configuration file says. */
export interface Config {
  preset?: Preset;
  confidence?: Confidence;
  only?: readonly string[];
  skip?: readonly string[];
  also?: readonly string[];
  transforms?: Readonly<Record<string, Switch>>;
  /** The user of services whose image has none of its own. */
  user?: string;
  services?: Readonly<Record<string, { skip?: readonly string[]; transforms?: Readonly<Record<string, Switch>>; user?: string }>>;
  /** Those of single services are among them. */
  ignore: readonly ConfiguredIgnore[];
  exclude?: readonly string[];
  probes?: Readonly<Record<string, readonly Readonly<Record<string, Data>>[]>>;
  baseline?: string;
}

/**
 * Reads a configuration.
 *
 * @param text of a .batten.yaml, or of a package.json, where the key `batten` counts.
 * @param file how errors call it.
 * @throws ConfigError with file, line and column.
 */
export function readConfig(text: string, file: string, transforms: readonly Configurable[], key?: 'batten'): Config {
  let document: YamlDocument;
  try {
    document = YamlDocument.open(text);
  } catch (error) {
    if (!(error instanceof BattenError)) throw error;
    // All of it may be commented out.
    if (error.code === 'empty') return { ignore: [] };
    throw new ConfigError(error.message, { file, position: error.position, hint: error.hint, cause: error });
  }
  const top = resolve(document.root);
  const root = key === undefined ? top : top.kind === 'map' ? find(top, key)?.node : undefined;
  if (!root) return { ignore: [] };
  // The shape has been checked, so the data is what it says.
  const read = readShape(document, root, configShape(transforms), file) as unknown as Written;
  const base: Path = key === undefined ? [] : [key];
  const placed = (rules: readonly WrittenIgnore[] = [], path: Path, service?: string): ConfiguredIgnore[] =>
    rules.map((rule, index) => ({
      ...(service === undefined ? {} : { service }),
      ...rule,
      position: document.source.position(document.rangeOf([...base, ...path, index]).start),
    }));
  const ofServices = Object.entries(read.services ?? {}).flatMap(([name, { ignore }]) =>
    placed(ignore, ['services', name, 'ignore'], name),
  );
  return { ...read, ignore: [...placed(read.ignore, ['ignore']), ...ofServices] };
}

type WrittenIgnore = Omit<ConfiguredIgnore, 'position'>;
type Written = Omit<Config, 'ignore'> & {
  ignore?: readonly WrittenIgnore[];
  services?: Readonly<Record<string, { ignore?: readonly WrittenIgnore[] }>>;
};
