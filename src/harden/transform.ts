import type { ComposeProject } from '../compose/project';
import type { ComposeService } from '../compose/service';
import type { Advice } from '../images/types';
import type { Op } from '../yaml/types';
import type { Proposal, Severity } from './types';

/** What a transform sees: the project as it is now, with what earlier transforms changed. */
export interface TransformContext {
  project: ComposeProject;
  /** What is known about a service's image, for the service as it is configured now. */
  advise(service: ComposeService): Advice;
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
  /** Whether it runs without being asked for. */
  default: boolean;
  /** Detects and proposes in one go. Never changes the project. */
  find(context: TransformContext): Iterable<Proposal>;
}

/** Where the keys that harden a service are written: beside each other when some are there, else at the end of the service. */
export const HARDENING_KEYS = ['user', 'cap_drop', 'cap_add', 'security_opt', 'read_only', 'tmpfs'] as const;

/** What a new `key` of the hardening group is written after: the nearest key that comes before it there, else the last of the group. */
export function groupedAfter(key: (typeof HARDENING_KEYS)[number]): string[] {
  const at = HARDENING_KEYS.indexOf(key);
  return [...HARDENING_KEYS.slice(0, at).reverse(), ...HARDENING_KEYS.slice(at + 1).reverse()];
}

/**
 * Ops that bring items into a list of a service. A list written on the service grows; one that is inherited or shared through an
 * alias would be replaced by a local one, so the union is written.
 */
export function addToList(service: ComposeService, key: (typeof HARDENING_KEYS)[number], items: readonly string[]): Op[] {
  const path = [...service.path, key];
  const origin = service.origin(key);
  const data = service.data(key);
  const present = Array.isArray(data) ? data.map(String) : typeof data === 'string' ? [data] : [];
  if (origin === undefined || origin === 'extends') return [{ op: 'add', path, value: [...items], near: groupedAfter(key) }];
  const union = [...present, ...items.filter((item) => !present.includes(item))];
  if (origin === 'merge') return [{ op: 'add', path, value: union, near: groupedAfter(key) }];
  if (origin === 'alias') return [{ op: 'replace', path, value: union }];
  return items.map((value): Op => ({ op: 'append', path, value }));
}
