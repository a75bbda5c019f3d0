import type { TemplateFacts } from './facts';
import type { Confidence, EvidenceKind, PortKind, Role } from './types';

/** What a mount below one of the template's `data` paths is; `none` = nothing is mounted there. */
export type DataKind = 'volume' | 'bind' | 'tmpfs' | 'none';

export type CommandCondition = 'default' | 'shell' | 'custom' | 'any';

/**
 * The configuration a value holds for. Every key that is given must hold; something unknown never holds, so entries are ordered from the
 * specific to the safe. Left out, `command` and `entrypoint` mean `default`: what is known about an image is known about its own start.
 */
export interface When {
  /** Whether the container starts as uid 0. */
  start?: 'root' | 'user';
  /** A variant's id, or several. */
  variant?: string | string[];
  /** A version read from the tag: `>=18`, `<2.4`, `=8`. */
  major?: string;
  data?: DataKind | DataKind[];
  /** `shell` = a shell starts the image's own server and nothing else, as root, so that the entrypoint does not step down. */
  command?: CommandCondition | CommandCondition[];
  entrypoint?: 'default' | 'custom' | 'any';
  init?: boolean;
  network?: 'host' | 'other';
  /** One of these variables is set: `NAME`, any that starts with `NAME*`, or `NAME=value`. */
  env?: string | string[];
  /** Something is mounted at one of these container paths, below it or above it. */
  mounts?: string | string[];
  /** `file` = a secret or config is bind-mounted from a file; `none` = the service mounts no secret or config. */
  secrets?: 'file' | 'none';
  /** The uid that `user:` sets. */
  user?: string;
}

/** One believed value: where it holds, how sure it is, why, and which of the template's sources say so. */
export interface Entry<T> {
  when?: When;
  value: T;
  confidence: Exclude<Confidence, 'proven'>;
  why: string;
  breaks?: string;
  sources: string[];
  /** Of a `user` that is null: whom the data belongs to is all that is in the way, and whoever it is given to may be the user. */
  owner?: 'any';
}

/**
 * A tmpfs of a template. `owner: service` = the user the main process runs as, `start` = the user the container starts as; without it the
 * tmpfs is root's. `optional` = the service runs without it, should something already be mounted there.
 */
export interface TemplateTmpfs {
  path: string;
  owner?: 'service' | 'start';
  mode?: string;
  size?: string;
  exec?: boolean;
  optional?: boolean;
}

/** A full normalised name; `*` as the last path segment stands for any one. `version` is a regex whose first group is the version in the tag. */
export interface TemplateMatch {
  name: string;
  version?: string;
  why?: string;
  /** `owner/repository` of the files that this image is made from, where those of the template are not. */
  repositories?: string[];
  /** It is built on another image of the template, or only resembles it: what was seen of that one is a rule of thumb for this one. */
  relative?: true;
  /** The source that says that its own Dockerfile was read, and changes nothing about how the image it is built on starts, as whom and what it writes. */
  unchanged?: string;
}

/** A kind of tag. The first whose `tag` regex and `major` hold is the variant; the last has neither. */
export interface Variant {
  id: string;
  tag?: string;
  major?: string;
  /** The image's own user: `root`, `uid:gid`, or `user` for one that is not root and whose number is not known. */
  start: string;
  /** `uid:gid` that a root start steps down to; absent when the process stays what it started as. */
  runs_as?: string;
}

export interface TemplateSource {
  kind: EvidenceKind;
  /** Where it can be looked up: `owner/repository@commit file`, an issue's address. */
  ref: string;
  detail: string;
  /** The names of the images that it speaks of, where its repository does not tell; `each` = of each name of the template that is no relative. */
  about?: string[];
}

/** Controls whose values `lowers` can speak of; a name is the field of the template. */
export const LOWERED = ['user', 'capabilities', 'no_new_privileges', 'read_only', 'egress', 'privileged'] as const;
export type LoweredField = (typeof LOWERED)[number];

/** A configuration for which the values of some fields are no surer than `to`: scripts or settings that are mounted over the image's own, a variable. */
export interface Lowering {
  when: When;
  /** All of them where none is named. */
  fields?: LoweredField[];
  to: 'generic' | 'guess';
  why: string;
  sources: string[];
}

export interface TemplatePort {
  port: number;
  protocol?: 'tcp' | 'udp';
  kind: PortKind;
  why?: string;
  sources: string[];
}

/** `args` = every command is arguments of the image's own program; else the first words that keep the image's own start. */
export type TemplateCommand = 'args' | { server: string[]; flags: boolean };

/** What batten knows about one image family: templates/images/<family>.yaml, validated. Plain JSON; regexes are strings. */
export interface Template extends TemplateFacts {
  family: string;
  title: string;
  role: Role;
  match: TemplateMatch[];
  variants: Variant[];
  /** The name `runs_as` or `start` has inside the image, so that `user: postgres` is understood. */
  account?: string;
  command: TemplateCommand;
  /** Entrypoints which, written out in the Compose file, are the image's own. */
  entrypoint?: string[];
  /** Container paths that hold the data: the kind of their mounts decides. */
  data?: string[];
  /** `owner/repository` of the files that its images are made from, `*` = as the image is called. What is named as the image is, or as Docker names its own, needs no mention. */
  repositories?: string[];
  sources: Record<string, TemplateSource>;
  /** `uid:gid`, `runs_as` (the variant's), or null when the image cannot have one. */
  user: Entry<string | null>[];
  capabilities: Entry<string[]>[];
  no_new_privileges: Entry<boolean>[];
  read_only: Entry<false | { tmpfs: TemplateTmpfs[] }>[];
  egress: Entry<'none' | 'needed' | 'unknown'>[];
  privileged: Entry<'needed' | 'not-needed' | 'unknown'>[];
  ports: TemplatePort[];
  lowers?: Lowering[];
}
