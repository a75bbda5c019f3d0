import { dangerOfDevice, dangerOfRule } from '../../transforms/devices/dangers';
import { placeOf } from '../../transforms/sensitive-mounts/places';
import { isMap, isTrue } from '../compose/data';
import { engineSocket } from '../compose/engine-socket';
import { type ParsedMount, parseLongVolume, parseShortVolume, parseTmpfs } from '../compose/mounts';
import type { Privilege } from '../harden/privileges';
import type { Severity } from '../harden/types';
import type { Data } from '../yaml/types';
import { canonicalOf, hostPath, type Scope, shown, textOf } from './scope';

/** What of the host, and of other containers, is given to the container: files, sockets and devices. */
export function hostPrivileges(scope: Scope): Privilege[] {
  return [
    ...mounts(scope),
    ...tmpfs(scope),
    ...volumesFrom(scope),
    ...apiSocket(scope),
    ...devices(scope),
    ...grants(scope),
    ...files(scope),
  ];
}

function parsed(item: Data): ParsedMount | undefined {
  return isMap(item) ? parseLongVolume(item) : parseShortVolume(String(item));
}

function mounts(scope: Scope): Privilege[] {
  return scope.list('volumes').flatMap((item) => {
    const mount = parsed(item);
    if (!mount) return [scope.privilege('mount', { severity: 'medium', what: `mount ${shown(item)}`, key: shown(item) }, 'volumes')];
    // What it is empty at its start gives nothing.
    if (mount.kind === 'anonymous') return [];
    return mounted(scope, mount, isMap(item) ? item : {});
  });
}

function mounted(scope: Scope, mount: ParsedMount, map: { readonly [key: string]: Data }): Privilege[] {
  const bind = isMap(map.bind) ? map.bind : {};
  const source = sourceOf(mount);
  const shares = mount.options.filter((option) => /^r?shared$/.test(option));
  const subpath = mount.options.find((option) => option.startsWith('subpath='));
  const recursive = shown(bind.recursive);
  const rank =
    (mount.readOnly ? 0 : 4) +
    (recursive === 'writable' ? 2 : 0) +
    (shares.length > 0 ? 2 : 0) +
    (mount.kind === 'volume' && !subpath ? 1 : 0);
  const value = JSON.stringify([mount.readOnly, shares, subpath ?? '', recursive === 'enabled' ? '' : recursive]);
  const key = `${mount.kind} ${source} ${mount.target}`;
  const how = [mount.readOnly ? 'read-only' : 'writable', ...shares, ...(subpath ? [subpath] : [])].join(', ');
  const is = (item: Data): boolean => {
    const other = parsed(item);
    return other !== undefined && `${other.kind} ${sourceOf(other)} ${other.target}` === key;
  };
  const socket = engineSocket({ ...mount, source, path: [] });
  const found: Privilege[] = [];
  if (socket) {
    const within = socket.within === undefined ? '' : `, within ${socket.within}`;
    const what = `the socket of ${socket.engine}${within}, at ${mount.target}: root on the host`;
    found.push(scope.privilege('socket', { severity: 'critical', what, key, value, rank }, 'volumes', is));
    // A directory holds more than that.
    if (socket.within === undefined) return found;
  }
  const what =
    mount.kind === 'tmpfs'
      ? `a file system in memory at ${mount.target}`
      : `${mount.kind === 'bind' ? source : `${mount.kind} ${source}`} at ${mount.target}, ${how}`;
  return [...found, scope.privilege('mount', { severity: severityOf(mount, source), what, key, value, rank }, 'volumes', is)];
}

/** The source in the one spelling that all ways to write it have. */
function sourceOf({ kind, source = '' }: ParsedMount): string {
  return kind === 'bind' ? hostPath(source) : source;
}

function severityOf({ kind, readOnly }: ParsedMount, source: string): Severity {
  if (kind !== 'bind') return 'low';
  if (source === '/') return 'critical';
  const place = placeOf(source);
  if (place) return readOnly ? (place.readable ?? 'low') : place.writable;
  // The project's own files, and what is beside it or elsewhere on the host.
  const own = !/^(?:[/~$\\]|\.\.(?:\/|$)|[a-z]:)/i.test(source);
  return own || readOnly ? 'low' : 'medium';
}

function tmpfs(scope: Scope): Privilege[] {
  return scope.list('tmpfs').map((item) => {
    const { target, options } = parseTmpfs(String(item));
    const rank = options.includes('exec') || options.includes('suid') || options.includes('dev') ? 1 : 0;
    const what = `a file system in memory at ${target}${options.length > 0 ? ` (${options.join(',')})` : ''}`;
    const value = JSON.stringify([...options].sort());
    return scope.privilege(
      'mount',
      { severity: 'low', what, key: `tmpfs ${target}`, value, rank },
      'tmpfs',
      (each) => parseTmpfs(shown(each)).target === target,
    );
  });
}

function volumesFrom(scope: Scope): Privilege[] {
  return scope.list('volumes_from').map((item) => {
    const text = shown(item);
    const readOnly = text.endsWith(':ro');
    const from = text.replace(/:r[ow]$/, '');
    const what = `the volumes of ${from}, ${readOnly ? 'read-only' : 'writable'}`;
    return scope.privilege(
      'mount',
      { severity: 'medium', what, key: `from ${from}`, value: readOnly ? 'ro' : 'rw', rank: readOnly ? 0 : 1 },
      'volumes_from',
      (each) => shown(each) === text,
    );
  });
}

function apiSocket(scope: Scope): Privilege[] {
  const key = 'use_api_socket';
  if (!isTrue(scope.text(key) ?? '')) return [];
  return [
    scope.privilege(
      'socket',
      { severity: 'critical', what: `the socket of the Engine, with the credentials of who starts it (${key})`, key },
      key,
    ),
  ];
}

function devices(scope: Scope): Privilege[] {
  const listed = scope.list('devices').map((item) => {
    const text = deviceOf(item);
    const [source = '', target = '', permissions = ''] = text.split(':');
    const danger = dangerOfDevice(`${source}:${target}:${permissions}`);
    const what = `device ${source}${target === source ? '' : ` as ${target}`} (${permissions})${danger ? `: ${danger.gives}` : ''}`;
    return scope.privilege(
      'device',
      { severity: danger?.severity ?? 'medium', what, key: `${source} ${target}`, value: permissions, rank: permissions.length },
      'devices',
      (each) => deviceOf(each) === text,
    );
  });
  const rules = scope.list('device_cgroup_rules').map((item) => {
    const text = shown(item).trim();
    const danger = dangerOfRule(text);
    const what = `devices "${text}"${danger ? `: ${danger.gives}` : ''}`;
    return scope.privilege(
      'device',
      { severity: danger?.severity ?? 'medium', what, key: `rule ${text}` },
      'device_cgroup_rules',
      (each) => shown(each).trim() === text,
    );
  });
  return [...listed, ...rules, ...gpus(scope)];
}

function gpus(scope: Scope): Privilege[] {
  const all = scope.keys.gpus;
  const resources = scope.map('deploy').resources;
  const reservations = isMap(resources) && isMap(resources.reservations) ? resources.reservations.devices : undefined;
  const given = [
    ...(all === 'all' ? [{ key: 'gpus', item: { count: -1 } as Data }] : scope.list('gpus').map((item) => ({ key: 'gpus', item }))),
    ...(Array.isArray(reservations) ? reservations : []).map((item) => ({ key: 'deploy', item })),
  ];
  return given.map(({ key, item }) => {
    const data = isMap(item) ? { ...item, count: item.count === 'all' ? -1 : (item.count ?? null) } : item;
    const value = JSON.stringify(canonicalOf(data));
    return scope.privilege('device', { severity: 'medium', what: `devices ${value}`, key: `${key} ${value}` }, key);
  });
}

/** A device in the short syntax, with all that is left out. */
function deviceOf(item: Data): string {
  const parts = isMap(item) ? [shown(item.source), textOf(item.target), textOf(item.permissions)] : shown(item).split(':');
  const [source = '', target, permissions] = parts;
  // `/dev/x:rwm` names permissions where a target would be.
  const short = parts.length === 2 && /^[rwm]{1,3}$/.test(target ?? '');
  const rights = (short ? target : permissions) || 'rwm';
  return [source, short ? source : target || source, [...rights].sort().join('')].join(':');
}

function grants(scope: Scope): Privilege[] {
  return (['secrets', 'configs'] as const).flatMap((section) =>
    scope.list(section).map((item) => {
      const source = isMap(item) ? shown(item.source) : shown(item);
      const kind = section === 'secrets' ? 'secret' : 'config';
      return scope.privilege(
        kind,
        { severity: kind === 'secret' ? 'medium' : 'low', what: `${kind} ${source}`, key: source },
        section,
        (each) => shown(isMap(each) ? each.source : each) === source,
      );
    }),
  );
}

/** Files of the host that Compose reads for the service. */
function files(scope: Scope): Privilege[] {
  return ['env_file', 'label_file'].flatMap((key) =>
    scope.list(key).map((item) => {
      const file = hostPath(shown(isMap(item) ? item.path : item));
      const severity = /^(?:[/~]|\.\.(?:\/|$))/.test(file) ? 'medium' : 'low';
      return scope.privilege(
        'env-file',
        { severity, what: `the values in ${file} (${key})`, key: `${key} ${file}` },
        key,
        (each) => hostPath(shown(isMap(each) ? each.path : each)) === file,
      );
    }),
  );
}
