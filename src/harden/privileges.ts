import type { Severity } from './types';

/** What a privilege is about, from the worst to the least. */
export const PRIVILEGE_KINDS = [
  'privileged',
  'socket',
  'provider',
  'namespace',
  'capability',
  'device',
  'mount',
  'security-opt',
  'user',
  'group',
  'port',
  'network',
  'secret',
  'config',
  'build',
  'image',
  'hook',
  'read-only',
  'sysctl',
  'runtime',
  'limit',
  'env-file',
  'service',
  'unseen',
  'other',
] as const;
export type PrivilegeKind = (typeof PRIVILEGE_KINDS)[number];

/** Where something is written, on one side. Both numbers count from 1. */
export interface PrivilegePlace {
  file: string;
  line?: number;
  column?: number;
}

/** Something that a service, or a project as a whole, may do or has. */
export interface Privilege {
  kind: PrivilegeKind;
  /** The service that has it; undefined = the project. */
  service?: string;
  /** Tells it from others of its kind. */
  key: string;
  /** How it has it, in the one form that all ways to write it have. */
  value: string;
  /** Of two values of the same key the one that allows more has the higher rank. */
  rank: number;
  severity: Severity;
  /** What it is, as a noun: `port 8080 → 80/tcp on all addresses`. */
  what: string;
  /** Where it is written. */
  place(): PrivilegePlace;
}

/**
 * `gives` = there is more than before; `takes` = there is less; `changes` = there is something else, of which neither can be said, such as
 * another image.
 */
export type Direction = 'gives' | 'takes' | 'changes';

/** One difference between two sides. */
export interface PrivilegeChange {
  direction: Direction;
  kind: PrivilegeKind;
  service?: string;
  severity: Severity;
  /** What is given, taken or changed, as a noun. */
  what: string;
  /** What was in its place, and what is: only where there is something on both sides. */
  before?: string;
  after?: string;
  /** Which side the place is on. */
  side: 'before' | 'after';
  place: PrivilegePlace;
}

/** A file that one side of a comparison was read from. */
export interface ComparedFile {
  path: string;
  /** Where it is; undefined for standard input. */
  absolute?: string;
  /** As what it is part of the project. */
  role: 'main' | 'override' | 'included' | 'extended';
}

/** Two states of a project, compared. */
export interface PrivilegeComparison {
  /** The worst first. */
  changes: PrivilegeChange[];
  /** What each side was read from; empty for one that is not there. */
  before: ComparedFile[];
  after: ComparedFile[];
}
