import { gradeOf, SEVERITY } from '../../transforms/dangerous-capabilities/grades';
import { NETWORK, OTHERS } from '../../transforms/host-namespaces/namespaces';
import { dangerOf, isPerContainer } from '../../transforms/sysctls/rules';
import { effectiveCapabilities } from '../compose/capabilities';
import { isMap, isTrue } from '../compose/data';
import { kindOfServiceKey } from '../compose/merge-kinds';
import { parseSecurityOpt, readNoNewPrivileges } from '../compose/security-opt';
import type { Privilege } from '../harden/privileges';
import type { Severity } from '../harden/types';
import { table } from '../table';
import { isUnknown, type Scope, shown, textOf } from './scope';

/** What the process in the container may do: its user, capabilities, confinements and namespaces. */
export function processPrivileges(scope: Scope): Privilege[] {
  return [
    ...privileged(scope),
    ...capabilities(scope),
    ...user(scope),
    ...groups(scope),
    ...namespaces(scope),
    ...confinement(scope),
    ...rootFileSystem(scope),
    ...sysctls(scope),
    ...hooks(scope),
    ...rest(scope),
  ];
}

/** Whether a flag is set, or may be: it then hangs on a variable that is not known. */
function isSet(text: string | undefined): boolean {
  return text !== undefined && (isTrue(text) || isUnknown(text));
}

function privileged(scope: Scope): Privilege[] {
  const text = scope.text('privileged');
  if (!isSet(text)) return [];
  const what = isUnknown(text!)
    ? `privileged, if ${text} says so`
    : 'privileged: every capability and device of the host, and no confinement';
  return [scope.privilege('privileged', { severity: 'critical', what, value: isUnknown(text!) ? text! : '' }, 'privileged')];
}

function capabilities(scope: Scope): Privilege[] {
  const names = (key: string): string[] => scope.list(key).map(shown);
  const all = isTrue(scope.text('privileged') ?? '');
  const host = { network: scope.text('network_mode') === 'host', pid: scope.text('pid') === 'host' };
  const has = (item: unknown, name: string): boolean =>
    [name, 'ALL'].includes(
      shown(item as string)
        .toUpperCase()
        .replace(/^CAP_/, ''),
    );
  const known = effectiveCapabilities(names('cap_add'), names('cap_drop'), all).map((name) => {
    const grade = gradeOf(name, host);
    const severity = grade ? SEVERITY[grade.reach] : 'low';
    const what = grade ? `capability ${name}: ${grade.gives}` : `capability ${name}`;
    return scope.privilege(
      'capability',
      { severity, what, key: name },
      all ? 'privileged' : scope.keys.cap_add ? 'cap_add' : 'cap_drop',
      (item) => has(item, name),
    );
  });
  const unknown = names('cap_add')
    .filter(isUnknown)
    .map((text) =>
      scope.privilege(
        'capability',
        { severity: 'medium', what: `capability ${text}, which is not known here`, key: text },
        'cap_add',
        (item) => shown(item) === text,
      ),
    );
  return [...known, ...unknown];
}

const ROOT = /^(?:root|0+)$/;

/** Who it runs as: somebody else, whoever the image says, root. */
function user(scope: Scope): Privilege[] {
  const text = scope.text('user') ?? '';
  const [name = '', group = ''] = text.split(':');
  const unknown = isUnknown(text);
  const isRoot = ROOT.test(name);
  const rank = isRoot ? 3 : text === '' || unknown ? 2 : ROOT.test(group) ? 1 : 0;
  const value = isRoot ? 'root' : group === '' ? name : `${name}:${group}`;
  const what = isRoot ? 'user root' : text === '' ? 'the user of the image, which is often root' : `user ${text}`;
  return [
    scope.privilege(
      'user',
      { severity: isRoot ? 'high' : rank === 2 ? 'medium' : 'low', what, value: unknown ? text : value, rank },
      'user',
    ),
  ];
}

const GROUPS_OF_THE_HOST = /^(?:0|root|docker|disk|sudo|wheel|adm|shadow|kmem|libvirt|kvm|lxd|podman)$/;

function groups(scope: Scope): Privilege[] {
  return [...new Set(scope.list('group_add').map(shown))].map((group) =>
    scope.privilege(
      'group',
      { severity: GROUPS_OF_THE_HOST.test(group) ? 'high' : 'medium', what: `group ${group}`, key: group },
      'group_add',
      (item) => shown(item) === group,
    ),
  );
}

const NAMESPACES: readonly { key: string; severity: Severity; gives: string }[] = [
  { key: 'network_mode', severity: NETWORK.severity, gives: NETWORK.gives },
  ...OTHERS.map(({ key, severity, gives }) => ({ key, severity, gives })),
  { key: 'userns_mode', severity: 'medium', gives: 'its root is root of the host, also where the Engine maps users' },
];

function namespaces(scope: Scope): Privilege[] {
  return NAMESPACES.map(({ key, severity, gives }) => {
    const text = scope.text(key) ?? '';
    const name = key.replace('_mode', '').replace('userns', 'user');
    const of = (level: Severity, what: string, rank: number, value = text): Privilege =>
      scope.privilege('namespace', { severity: level, what, key: name, value, rank }, key);
    const own = key === 'network_mode' ? `networks of its own` : `a ${name} namespace of its own`;
    if (isUnknown(text)) return of('medium', `the ${name} namespace ${text}, which is not known here`, 4);
    if (text === 'host') return of(severity, `the ${name} namespace of the host: it ${gives}`, 5);
    if (text.startsWith('container:') || text.startsWith('service:')) return of('medium', `the ${name} namespace of ${text}`, 3);
    if (text === 'bridge' && key === 'network_mode') return of('low', 'the network that all containers of the Engine have by default', 2);
    if (text === 'shareable') return of('low', `a ${name} namespace that others may join`, 2);
    if (text === 'none') return of('medium', key === 'network_mode' ? 'no network' : `no ${name} namespace to share`, 0);
    if (text === '' || text === 'private' || text === 'default') return of('medium', own, 1, '');
    return of('medium', `the ${name} namespace ${text}`, 3);
  });
}

const UNCONFINED = /^(?:unconfined|disable)$/;

function confinement(scope: Scope): Privilege[] {
  const items = scope.list('security_opt').map(shown);
  const nnp = items.filter((item) => readNoNewPrivileges(item) !== undefined);
  const noNew = nnp.some((item) => readNoNewPrivileges(item) === 'on');
  const out = noNew
    ? []
    : [
        scope.privilege(
          'security-opt',
          { severity: 'medium', what: 'new privileges by setuid programs (no no-new-privileges)', key: 'new-privileges' },
          'security_opt',
        ),
      ];
  const known = new Map<string, Privilege>();
  for (const key of ['seccomp', 'apparmor'])
    known.set(
      key,
      scope.privilege('security-opt', { severity: 'medium', what: `the default ${key} profile`, key, rank: 1 }, 'security_opt'),
    );
  for (const item of items) {
    if (nnp.includes(item)) continue;
    const { key: name, value = '' } = parseSecurityOpt(item);
    const off = UNCONFINED.test(value);
    const key = name === 'label' && !off ? `label ${value.split(':')[0]}` : name;
    const what = off ? `no ${name} confinement (${name}=${value})` : value === '' ? name : `${name}=${value}`;
    known.set(
      key,
      scope.privilege(
        'security-opt',
        { severity: off ? 'high' : 'medium', what, key, value, rank: off ? 3 : 1 },
        'security_opt',
        (each) => shown(each) === item,
      ),
    );
  }
  return [...out, ...known.values()];
}

function rootFileSystem(scope: Scope): Privilege[] {
  const text = scope.text('read_only') ?? '';
  if (isTrue(text)) return [];
  return [
    scope.privilege(
      'read-only',
      { severity: 'medium', what: 'a root file system that can be written', value: isUnknown(text) ? text : '' },
      'read_only',
    ),
  ];
}

function sysctls(scope: Scope): Privilege[] {
  return [...scope.pairs('sysctls')].map(([name, value]) => {
    const danger = dangerOf(name, value);
    const severity = isPerContainer(name) ? (danger?.severity ?? 'low') : 'high';
    const what = `sysctl ${name}=${value}${danger ? `: ${danger.gives}` : ''}`;
    return scope.privilege(
      'sysctl',
      { severity, what, key: name, value },
      'sysctls',
      (item, key) => key === name || shown(item).startsWith(`${name}=`),
    );
  });
}

/** Hooks have a user and privileges of their own. */
function hooks(scope: Scope): Privilege[] {
  const found = [
    ...['pre_start', 'post_start', 'pre_stop'].flatMap((key) => scope.list(key).map((data) => ({ key, data }))),
    ...(Array.isArray(scope.map('develop').watch) ? (scope.map('develop').watch as unknown[]) : []).flatMap((data) =>
      isMap(data as never) ? [{ key: 'develop', data: (data as { exec?: never }).exec ?? null }] : [],
    ),
  ];
  return found.flatMap(({ key, data }) => {
    if (!isMap(data)) return [];
    const command = shown(data.command);
    const is = (item: unknown): boolean => isMap(item as never) && shown((item as { command?: never }).command) === command;
    const name = key === 'develop' ? 'a command of develop.watch' : `a ${key} hook`;
    const asRoot = ROOT.test((textOf(data.user) ?? '').split(':')[0]!);
    return [
      ...(isSet(textOf(data.privileged))
        ? [
            scope.privilege(
              'hook',
              { severity: 'critical', what: `${name} that is privileged: ${command}`, key: `${key} privileged ${command}` },
              key,
              is,
            ),
          ]
        : []),
      ...(asRoot
        ? [
            scope.privilege(
              'hook',
              { severity: 'medium', what: `${name} that runs as root: ${command}`, key: `${key} root ${command}` },
              key,
              is,
            ),
          ]
        : []),
    ];
  });
}

/** Keys that give nobody anything, or that are read elsewhere. Any other is compared as it is. */
const ELSEWHERE: ReadonlySet<string> = new Set(
  `attach build cap_add cap_drop cgroup command configs container_name cpu_count cpu_percent cpu_period cpu_quota cpu_shares
  cpus cpuset depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file environment expose
  extends external_links extra_hosts gpus group_add healthcheck hostname image init ipc label_file labels links logging mac_address mem_limit
  mem_reservation mem_swappiness memswap_limit models network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports
  post_start pre_start pre_stop privileged profiles provider pull_policy pull_refresh_after read_only restart scale secrets security_opt shm_size
  stdin_open stop_grace_period stop_signal sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volume_driver volumes volumes_from
  working_dir`.split(/\s+/),
);

const SEVERE: Readonly<Record<string, Severity>> = table({
  runtime: 'high',
  cgroup_parent: 'medium',
  credential_spec: 'medium',
  isolation: 'medium',
});

function rest(scope: Scope): Privilege[] {
  return Object.entries(scope.keys).flatMap(([key, data]) => {
    if (ELSEWHERE.has(key) || key.startsWith('x-') || data === null || data === '') return [];
    const value = kindOfServiceKey([key]) === 'pairs' ? JSON.stringify([...scope.pairs(key)].sort()) : shown(data);
    const kind = key === 'runtime' ? 'runtime' : 'other';
    return [scope.privilege(kind, { severity: SEVERE[key] ?? 'low', what: `${key}: ${value}`, key, value }, key)];
  });
}
