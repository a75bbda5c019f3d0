import { covers } from '../compose/container-path';
import type { Service } from '../compose/types';
import type { Situation } from './situation';
import type { Entry, When } from './template';
import { meets } from './version';

/** The first entry whose conditions all hold for the service. */
export function choose<T>(entries: readonly Entry<T>[], situation: Situation, service: Service): Entry<T> | undefined {
  return entries.find((entry) => holds(entry.when ?? {}, situation, service));
}

/** Whether every condition holds. Something unknown never holds. */
export function holds(when: When, situation: Situation, service: Service): boolean {
  const { start, variant, major, data, command = 'default', entrypoint = 'default', init, network, env, mounts, secrets, user } = when;
  return (
    many(command).some((each) => each === 'any' || each === situation.command) &&
    (entrypoint === 'any' || entrypoint === situation.entrypoint) &&
    (start === undefined || start === situation.start) &&
    (variant === undefined || (situation.variant !== undefined && many(variant).includes(situation.variant.id))) &&
    (major === undefined || meets(situation.version, major) === true) &&
    (data === undefined || (situation.data !== undefined && many(data).includes(situation.data))) &&
    (init === undefined || init === situation.init) &&
    (network === undefined || (network === 'host') === situation.hostNetwork) &&
    (env === undefined || many(env).some((wanted) => isSet(wanted, service))) &&
    (mounts === undefined || many(mounts).some((path) => isMounted(path, service))) &&
    (secrets === undefined || (secrets === 'file' ? situation.fileSecrets : !situation.grants)) &&
    (user === undefined || (situation.user.kind === 'user' && String(situation.user.uid) === user))
  );
}

/** `NAME` is set, `NAME*` is any variable that starts so, `NAME=value` is set to this. */
function isSet(wanted: string, { environment }: Service): boolean {
  const [name = '', ...rest] = wanted.split('=');
  if (rest.length > 0) {
    const value = environment.get(name);
    return value?.known === true && value.text === rest.join('=');
  }
  if (!name.endsWith('*')) return environment.has(name);
  return [...environment.keys()].some((each) => each.startsWith(name.slice(0, -1)));
}

/** Something of the project's is mounted there, below, or above: also a config, which Compose mounts or copies. */
function isMounted(path: string, { mounts, configs }: Service): boolean {
  return [...mounts, ...configs].some(({ target }) => covers(path, target) || (target !== '' && target !== '/' && covers(target, path)));
}

function many<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
