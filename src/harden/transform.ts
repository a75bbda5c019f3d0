import type { ComposeProject } from '../compose/project';
import type { ComposeService } from '../compose/service';
import type { ProjectFiles } from '../images/project-files';
import type { Advice } from '../images/types';
import type { Data, Near, Op } from '../yaml/types';
import type { Proposal, Severity } from './types';

/** Which transforms run, and how far they go: `recommended` keeps what works working; `strict` also takes what a stack may have to be adapted to. */
export const PRESETS = ['recommended', 'strict'] as const;
export type Preset = (typeof PRESETS)[number];

/** One setting of a transform, as a configuration file may give it, for all services or for one. */
export interface OptionSpec {
  name: string;
  type: 'boolean' | 'number' | 'string' | 'list' | 'map';
  /** What it means, in one sentence without a full stop; with the unit and the forms. */
  summary: string;
  /** The words a string may be. */
  choices?: readonly string[];
  default: Data;
  /** The default in the preset `strict`, where that is another. */
  strict?: Data;
  /** The default where a run names the transform itself, where that is another: who names it wants all of it. */
  named?: Data;
}

/** What a transform sees: the project as it is now, with what earlier transforms changed. */
export interface TransformContext {
  project: ComposeProject;
  preset: Preset;
  /** What is known about a service's image, for the service as it is configured now. */
  advise(service: ComposeService): Advice;
  /** The value of one of the transform's own `options`: for the service, else for all, else the default of the preset. */
  setting<T extends Data>(name: string, service?: ComposeService): T;
  /** Files of the project to read; undefined when only a text was given. */
  files?: ProjectFiles;
}

/** One control: a folder of transforms/, with the README of the same name. */
export interface Transform {
  /** kebab-case; also the folder's name and the id in reports and ignore comments. */
  id: string;
  title: string;
  /** One sentence for lists and tables. */
  summary: string;
  severity: Severity;
  /** Controls it answers, e.g. `CIS 5.4`, `OWASP D#3`. */
  controls: readonly string[];
  /** The mildest preset it runs in; `asked` = only when `--only` or the configuration names it. */
  preset: Preset | 'asked';
  /** What a configuration file may set. */
  options?: readonly OptionSpec[];
  /** Detects and proposes in one go. Never changes the project. */
  find(context: TransformContext): Iterable<Proposal>;
}

/** Where the keys that harden a service are written: beside each other when some are there, else at the end of the service. */
export const HARDENING_KEYS = ['user', 'cap_drop', 'cap_add', 'security_opt', 'read_only', 'tmpfs'] as const;

/** Both lists are read together, whichever a file has first. */
const CAPABILITIES = ['cap_drop', 'cap_add'] as const;

/** What a new `key` of the hardening group is written after: the nearest key that comes before it there, else the last of the group. */
export function groupedAfter(key: (typeof HARDENING_KEYS)[number]): Near[] {
  const at = HARDENING_KEYS.indexOf(key);
  const before = HARDENING_KEYS.slice(0, at).reverse();
  const behind = HARDENING_KEYS.slice(at + 1).reverse();
  if (key === 'cap_drop') return ['cap_add', ...before, ...behind];
  return [...before.map((each) => (each === 'cap_add' || each === 'cap_drop' ? CAPABILITIES : each)), ...behind];
}

/**
 * Ops that bring items into a list of a service. A list written on the service grows; one that is inherited or shared through an
 * alias would be replaced by a local one, so the union is written.
 */
export function addToList(service: ComposeService, key: (typeof HARDENING_KEYS)[number], items: readonly string[]): Op[] {
  const path = service.at(key);
  const origin = service.origin(key);
  const data = service.nearest(key);
  const present = Array.isArray(data) ? data.map(String) : typeof data === 'string' ? [data] : [];
  if (origin === undefined || origin === 'extends') return [{ op: 'add', path, value: [...items], near: groupedAfter(key) }];
  const union = [...present, ...items.filter((item) => !present.includes(item))];
  if (origin === 'merge') return [{ op: 'add', path, value: union, near: groupedAfter(key) }];
  if (origin === 'alias') return [{ op: 'replace', path, value: union }];
  return items.map((value): Op => ({ op: 'append', path, value }));
}
