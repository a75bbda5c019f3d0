import { isMap, isTrue } from '../compose/data';
import { parseSize } from '../compose/size';
import type { Privilege } from '../harden/privileges';
import type { Severity } from '../harden/types';
import { parseReference } from '../images/reference';
import type { Data } from '../yaml/types';
import { canonicalOf, hostPath, isUnknown, type Scope, shown, textOf } from './scope';

/** What runs in the container, how it is built, when it starts, and how much of the machine it may take. */
export function supplyPrivileges(scope: Scope): Privilege[] {
  return [...image(scope), ...build(scope), ...provider(scope), ...profiles(scope), ...limits(scope)];
}

function image(scope: Scope): Privilege[] {
  const text = scope.text('image');
  if (text === undefined) return [];
  const { name, tag = '', digest } = parseReference(text);
  // What is built here is only called so.
  const built = scope.keys.build !== undefined && scope.keys.build !== null;
  const value = isUnknown(text) ? text : `${name}:${tag}${digest ? `@${digest}` : ''}`;
  return [scope.privilege('image', { severity: built ? 'low' : 'medium', what: `image ${text}`, value }, 'image')];
}

const REMOTE = /^(?:[a-z][a-z0-9+.-]*:\/\/|git@|github\.com\/)|\.git(?:#|$)/i;

function build(scope: Scope): Privilege[] {
  const data = scope.keys.build;
  if (data === undefined || data === null) return [];
  const map: { readonly [key: string]: Data } = isMap(data) ? data : { context: data };
  const of = (severity: Severity, what: string, key: string, value = '', rank = 0): Privilege =>
    scope.privilege('build', { severity, what, key, value, rank }, 'build');
  const context = hostPath(textOf(map.context) ?? '.');
  const dockerfile = hostPath(textOf(map.dockerfile) ?? 'Dockerfile');
  const level = (text: string): Severity => (REMOTE.test(text) ? 'high' : /^(?:[/~]|\.\.(?:\/|$))/.test(text) ? 'medium' : 'low');
  return [
    of(level(context), `built from ${context}`, 'context', context),
    ...(map.dockerfile_inline === undefined ? [of(level(dockerfile), `built by ${dockerfile}`, 'dockerfile', dockerfile)] : []),
    ...(isTrue(shown(map.privileged)) || isUnknown(shown(map.privileged)) ? [of('critical', 'a privileged build', 'privileged')] : []),
    ...items(map.entitlements).map((name) =>
      of(name === 'security.insecure' ? 'critical' : 'high', `a build that may ask for ${name}`, `entitlement ${name}`),
    ),
    ...(textOf(map.network) === undefined
      ? []
      : [of(shown(map.network) === 'host' ? 'high' : 'medium', `a build on network ${shown(map.network)}`, 'network', shown(map.network))]),
    ...items(map.ssh).map((name) => of('medium', `a build with the SSH keys ${name}`, `ssh ${name}`)),
    ...items(map.secrets).map((name) => of('medium', `a build with the secret ${name}`, `secret ${name}`)),
    ...items(map.additional_contexts).map((name) =>
      of(level(name.slice(name.indexOf('=') + 1)), `a build that reads ${name}`, `contexts ${name}`),
    ),
    ...items(map.cache_from).map((name) => of('low', `a build that takes layers of ${name}`, `cache ${name}`)),
    ...items(map.extra_hosts).map((name) => of('low', `a build that knows the name ${name}`, `host ${name}`)),
    ...(textOf(map.target) === undefined ? [] : [of('low', `the stage ${shown(map.target)} of the build`, 'target', shown(map.target))]),
  ];
}

/** The items of a list, or the entries of a map as `NAME=value`. */
function items(data: Data | undefined): string[] {
  if (Array.isArray(data)) return data.map((item) => (isMap(item) ? shown(item.source) : shown(item)));
  if (isMap(data)) return Object.entries(data).map(([name, value]) => (value === null ? name : `${name}=${shown(value)}`));
  return data === undefined || data === null ? [] : [shown(data)];
}

function provider(scope: Scope): Privilege[] {
  const data = scope.keys.provider;
  if (!isMap(data)) return [];
  const type = shown(data.type);
  const value = JSON.stringify(canonicalOf(data));
  return [
    scope.privilege(
      'provider',
      { severity: 'critical', what: `the program docker-${type} or ${type}, which Compose runs on the host`, key: type, value },
      'provider',
    ),
  ];
}

/** A service without a profile starts with the project. */
function profiles(scope: Scope): Privilege[] {
  const names = scope.list('profiles').map(shown);
  if (names.length === 0)
    return [
      scope.privilege(
        'service',
        { severity: 'low', what: 'started with the project, without a profile', key: 'profile', rank: 1 },
        'profiles',
      ),
    ];
  return [
    scope.privilege(
      'service',
      {
        severity: 'low',
        what: `started with the profiles ${[...names].sort().join(', ')}`,
        key: 'profile',
        value: JSON.stringify([...names].sort()),
      },
      'profiles',
    ),
  ];
}

interface Limit {
  key: string;
  /** The keys of a service that set it, the first that does counts. */
  own: readonly string[];
  /** The key below `deploy.resources.limits`. */
  deploy?: string;
  name: string;
  read(text: string): number | undefined;
}

const number = (text: string): number | undefined => (Number.isFinite(Number(text)) ? Number(text) : undefined);

const LIMITS: readonly Limit[] = [
  { key: 'memory', own: ['mem_limit'], deploy: 'memory', name: 'memory', read: parseSize },
  { key: 'cpus', own: ['cpus'], deploy: 'cpus', name: 'processors', read: number },
  { key: 'pids', own: ['pids_limit'], deploy: 'pids', name: 'processes', read: number },
  { key: 'cpu_quota', own: ['cpu_quota'], name: 'cpu_quota', read: number },
  { key: 'memswap', own: ['memswap_limit'], name: 'memory with swap', read: parseSize },
];

function limits(scope: Scope): Privilege[] {
  const resources = scope.map('deploy').resources;
  const deployed = isMap(resources) && isMap(resources.limits) ? resources.limits : {};
  const bounds = LIMITS.flatMap(({ key, own, deploy, name, read }): Privilege[] => {
    const from = own.find((each) => scope.text(each) !== undefined);
    const text = (from && scope.text(from)) ?? (deploy === undefined ? undefined : textOf(deployed[deploy]));
    const bound = text === undefined ? undefined : read(text);
    const unlimited = text === undefined || (bound !== undefined && bound <= 0);
    const rank = unlimited ? Number.POSITIVE_INFINITY : (bound ?? 0);
    const what = unlimited ? `no limit of ${name}` : `${text} of ${name}`;
    return [
      scope.privilege(
        'limit',
        { severity: 'low', what, key, value: unlimited ? '' : String(bound ?? text), rank },
        from ?? (deploy && scope.keys.deploy ? 'deploy' : undefined),
      ),
    ];
  });
  return [...bounds, ...ulimits(scope), ...others(scope)];
}

function ulimits(scope: Scope): Privilege[] {
  return Object.entries(scope.map('ulimits')).map(([name, data]) => {
    const [soft, hard] = isMap(data) ? [shown(data.soft), shown(data.hard)] : [shown(data), shown(data)];
    const count = Number(hard || soft);
    const rank = count < 0 ? Number.POSITIVE_INFINITY : count || 0;
    return scope.privilege(
      'limit',
      { severity: 'low', what: `ulimit ${name} of ${soft}:${hard}`, key: `ulimit ${name}`, value: `${soft}:${hard}`, rank },
      'ulimits',
      (_, key) => key === name,
    );
  });
}

/** What else says how much of the machine a container gets. */
const OTHERS = ['cpuset', 'mem_swappiness', 'oom_kill_disable', 'oom_score_adj'];

function others(scope: Scope): Privilege[] {
  return OTHERS.flatMap((key) => {
    const text = scope.text(key);
    if (text === undefined || text === '' || text === '0' || text === 'false') return [];
    return [scope.privilege('limit', { severity: 'low', what: `${key}: ${text}`, key, value: text }, key)];
  });
}
