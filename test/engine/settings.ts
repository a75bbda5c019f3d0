import path from 'node:path';
import { parse } from 'yaml';
import { batten } from '../../src';
import type { RunOptions } from '../../src/harden/api';

/** What batten writes for a service, as the Engine is told it. Nothing is added and nothing is left out. */
export interface Settings {
  user?: string;
  cap_drop: string[];
  cap_add: string[];
  security_opt: string[];
  read_only: boolean;
  tmpfs: string[];
}

export const NOTHING: Settings = { cap_drop: [], cap_add: [], security_opt: [], read_only: false, tmpfs: [] };

/** What the data is mounted from: a named volume, or a directory of the host that belongs to root, as Docker makes it. */
export type MountKind = 'volume' | 'bind';

/** Settings, the name of the first way that leads to them, and every kind of mount they are written for. */
export interface Way {
  way: string;
  settings: Settings;
  mounts: MountKind[];
}

/**
 * The ways a person may have a file rewritten: as it is by default, with `user:` declined, with its data in directories of the host, and with
 * everything that is only a guess. A guess with directories of the host that are there is left out: that they belong to another user is its known risk.
 */
const WAYS: { way: string; mount: MountKind; options: RunOptions; absent?: boolean }[] = [
  { way: 'default', mount: 'volume', options: {} },
  { way: 'without user', mount: 'volume', options: { skip: ['user'] } },
  { way: 'bind mount', mount: 'bind', options: {} },
  { way: 'guess', mount: 'volume', options: { confidence: 'guess' } },
  { way: 'guess without user', mount: 'volume', options: { confidence: 'guess', skip: ['user'] } },
  // Where it is known that Docker is yet to make the directory, a guess is no excuse.
  { way: 'guess, directory absent', mount: 'bind', options: { confidence: 'guess', skip: ['plaintext-secrets'] }, absent: true },
];

/** Service keys that say how the container is run. Another one that batten comes to write must be given to the Engine too. */
const KEYS = new Set(['user', 'cap_drop', 'cap_add', 'security_opt', 'read_only', 'tmpfs']);

/**
 * The different settings batten writes for the service `app` of this Compose file. Throws when it writes a key that is not run here.
 *
 * @param guesses false = nothing that is only a guess.
 */
export function waysOf(compose: string, { guesses = true }: { guesses?: boolean } = {}): Way[] {
  const found = new Map<string, Way>();
  const bound = withDirectories(compose);
  for (const { way, mount, options, absent = false } of WAYS) {
    if (mount === 'bind' && bound === compose) continue;
    if (!guesses && options.confidence === 'guess') continue;
    const settings = settingsOf(mount === 'bind' ? bound : compose, options, absent);
    const key = JSON.stringify(settings);
    const known = found.get(key);
    if (!known) found.set(key, { way, settings, mounts: [mount] });
    else if (!known.mounts.includes(mount)) known.mounts.push(mount);
  }
  return [...found.values()];
}

function settingsOf(text: string, options: RunOptions, absent: boolean): Settings {
  const directory = absent ? path.join(__dirname, 'nothing-is-here') : undefined;
  const result = batten.run({ path: 'compose.yaml', text, directory }, options);
  const before = serviceOf(result.before);
  const after = serviceOf(result.after);
  const strange = Object.keys(after).filter((key) => !KEYS.has(key) && !(key in before));
  if (strange.length > 0) throw new Error(`batten writes ${strange.join(', ')}, which is not given to the Engine here`);
  return { ...NOTHING, ...Object.fromEntries(Object.entries(after).filter(([key]) => KEYS.has(key))) };
}

/** The same file with `./data:/data` where it said `data:/data`. */
function withDirectories(compose: string): string {
  return compose.replace(/^( +- )(?=[a-z]+:\/)/gm, '$1./').replace(/^volumes:\n(?: .*\n?)*/m, '');
}

function serviceOf(text: string): Record<string, unknown> {
  return (parse(text) as { services: { app: Record<string, unknown> } }).services.app;
}

/** The settings as arguments of `docker run`. */
export function argumentsOf(settings: Settings): string[] {
  return [
    ...(settings.user === undefined ? [] : ['--user', settings.user]),
    ...settings.cap_drop.flatMap((name) => ['--cap-drop', name]),
    ...settings.cap_add.flatMap((name) => ['--cap-add', name]),
    ...settings.security_opt.flatMap((option) => ['--security-opt', option]),
    ...(settings.read_only ? ['--read-only'] : []),
    ...settings.tmpfs.flatMap((mount) => ['--tmpfs', mount]),
  ];
}

/** The path of a tmpfs in Compose's short form, `path[:options]`. */
export const tmpfsPath = (mount: string): string => mount.split(':')[0] ?? mount;

/** Everything that can be left out: each capability and each tmpfs path. */
export function partsOf(settings: Settings): string[] {
  return [...settings.cap_add, ...settings.tmpfs.map(tmpfsPath)];
}

/** The settings without these capabilities and tmpfs paths. */
export function without(settings: Settings, parts: readonly string[]): Settings {
  return {
    ...settings,
    cap_add: settings.cap_add.filter((name) => !parts.includes(name)),
    tmpfs: settings.tmpfs.filter((mount) => !parts.includes(tmpfsPath(mount))),
  };
}
