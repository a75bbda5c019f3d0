import path from 'node:path';
import type { ComposeProject } from '../../compose/project';
import type { ComposeService } from '../../compose/service';
import type { Evidence } from '../../harden/types';
import type { Advice } from '../../images/types';
import type { Path } from '../../yaml/types';
import { nameOf } from '../accounts';
import type { FileFacts, HostFiles } from '../files';
import { manual } from '../rules/make';
import type { DockerHost } from '../types';
import { type IdentityMap, may, remapped, rootlessOf, SAME } from './identity';

/** A setting of the daemon, or a way to run it, whose effect on services is foretold. */
export const CHOICES = ['userns-remap', 'rootless', 'icc', 'no-new-privileges'] as const;
export type Choice = (typeof CHOICES)[number];

/** What a choice does to a service. `refused` = the Engine does not start it; `fails` = it starts and cannot do its work; `changes` = it works otherwise. */
export interface Effect {
  choice: Choice;
  service: string;
  kind: 'refused' | 'fails' | 'changes';
  /** Where in the Compose file. */
  path: Path;
  /** One sentence without a full stop. */
  reason: string;
  /** What to write, in the Compose file or on the host, when the choice is made. */
  remedy?: string;
  evidence: Evidence;
}

/** A project with what is known of its images, and where it lies. */
export interface Stack {
  project: ComposeProject;
  /** Absolute, on the host. */
  directory: string;
  advise(service: ComposeService): Pick<Advice, 'startsAsRoot' | 'imageUser' | 'user' | 'noNewPrivileges' | 'capabilities'>;
}

/** Who runs a rootless Engine. */
export interface RootlessUser {
  name: string;
  uid: number;
  gid: number;
}

const REMAP = manual(
  'engine/security/userns-remap/#user-namespace-known-limitations',
  'host namespaces of processes and networks cannot be shared, and --privileged needs --userns=host',
);
const OWNERS = manual(
  'engine/security/userns-remap/',
  'users of containers are users of the host with the offset of /etc/subuid, who own nothing there',
);
const ROOTLESS = manual('engine/security/rootless/', 'all of a rootless Engine has the rights of its user, and no more');
const ROOTLESS_PORTS = manual(
  'engine/security/rootless/tips/#exposing-privileged-ports',
  'ports below net.ipv4.ip_unprivileged_port_start cannot be published',
);

/** What a choice does to the services of a stack, in the order of the file. */
export function effectsOf(stack: Stack, host: DockerHost, choice: Choice, user: RootlessUser): Effect[] {
  const services = stack.project.services.filter(({ complete }) => complete);
  if (choice === 'icc') return icc(services);
  return services.flatMap((service) => {
    const effect = (kind: Effect['kind'], at: string, reason: string, evidence: Evidence, remedy?: string): Effect => ({
      ...{ choice, service: service.name, kind, path: service.source(at), reason, evidence },
      ...(remedy !== undefined && { remedy }),
    });
    if (choice === 'no-new-privileges') return newPrivileges(service, stack, effect);
    if (choice === 'userns-remap') return textOf(service, 'userns_mode') === 'host' ? [] : remap(service, stack, host, effect);
    return rootless(service, stack, host, user, effect);
  });
}

type Say = (kind: Effect['kind'], at: string, reason: string, evidence: Evidence, remedy?: string) => Effect;

function remap(service: ComposeService, stack: Stack, { files, settings, openFiles }: DockerHost, say: Say): Effect[] {
  const out = 'userns_mode: "host"';
  const shared = [
    service.privileged ? ['privileged', 'privileged containers'] : [],
    service.networkMode?.text === 'host' ? ['network_mode', 'containers on the network of the host'] : [],
    textOf(service, 'pid') === 'host' ? ['pid', 'containers that see the processes of the host'] : [],
    textOf(service, 'ipc') === 'host' ? ['ipc', 'containers that share the memory of the host'] : [],
  ].filter(([key]) => key !== undefined);
  const [first] = shared;
  if (first) return [say('refused', first[0]!, `the daemon starts no ${first[1]} in a remapped namespace`, REMAP, out)];
  const named = settings.value('userns-remap');
  const map = remapped(files, typeof named === 'string' && !['', 'default'].includes(named) ? named.split(':')[0] : undefined);
  return [
    ...users(service, map, say),
    ...raised(service, openFiles, say, out),
    ...mounts(service, stack, files, map, say, OWNERS),
    ...devices(service, files, map, say, OWNERS),
  ];
}

function rootless(service: ComposeService, stack: Stack, host: DockerHost, user: RootlessUser, say: Say): Effect[] {
  const { files } = host;
  const map = rootlessOf(files, user.name, user.uid, user.gid);
  const lowest = Number(files.kernel('/proc/sys/net/ipv4/ip_unprivileged_port_start') ?? 1024);
  const low = service.ports.find(
    ({ published }) => published !== undefined && Number(published.split('-')[0]) > 0 && Number(published.split('-')[0]) < lowest,
  );
  return [
    ...(low
      ? [
          say(
            'refused',
            'ports',
            `port ${low.published} is below ${lowest}, which a user may not open`,
            ROOTLESS_PORTS,
            `sysctl net.ipv4.ip_unprivileged_port_start=${low.published!.split('-')[0]}`,
          ),
        ]
      : []),
    ...(service.networkMode?.text === 'host'
      ? [
          say(
            'changes',
            'network_mode',
            "its network is that of the user's Engine, where nobody outside reaches it",
            ROOTLESS,
            'publish its ports instead',
          ),
        ]
      : []),
    ...users(service, map, say),
    ...raised(service, host.openFiles, say),
    ...mounts(service, stack, files, map, say, ROOTLESS),
    ...devices(service, files, map, say, ROOTLESS),
  ];
}

function newPrivileges(service: ComposeService, { advise }: Stack, say: Say): Effect[] {
  const own = service.securityOpt.some(({ text }) => /^no-new-privileges(?:[:=]|$)/.test(text));
  const verdict = advise(service).noNewPrivileges;
  if (own || verdict.value !== false) return [];
  return [
    say(
      'fails',
      'image',
      verdict.breaks ?? verdict.why,
      verdict.evidence[0] ?? manual('reference/cli/dockerd/', 'a default for all containers'),
      'security_opt: ["no-new-privileges:false"]',
    ),
  ];
}

/** Only the default bridge knows the setting, and only who calls another one there misses something. */
function icc(services: readonly ComposeService[]): Effect[] {
  const bridged = services.filter((service) => service.networkMode?.text === 'bridge');
  if (bridged.length < 2) return [];
  return bridged.map((service) => ({
    choice: 'icc',
    service: service.name,
    kind: 'changes',
    path: service.source('network_mode'),
    reason: `on the default bridge it reaches ${bridged.length - 1} other services of its file, and then no more unless they are linked`,
    remedy: 'take network_mode: bridge out, so that they share a network of their own',
    evidence: manual('engine/network/drivers/bridge/#use-the-default-bridge-network', 'icc is about the default bridge alone'),
  }));
}

function users(service: ComposeService, map: IdentityMap, say: Say): Effect[] {
  const id = Number(service.user?.text.split(':')[0]);
  if (!Number.isInteger(id) || map.onHost(id) !== undefined) return [];
  return [
    say(
      'refused',
      'user',
      `user ${id} is outside of the range of users that containers have`,
      OWNERS,
      'a larger range in /etc/subuid and /etc/subgid',
    ),
  ];
}

const RAISED: Evidence = {
  kind: 'engine-run',
  ref: 'containers with userns-remap and more than the daemon has, on Engine 20.10.24',
  detail: 'they do not start: error setting rlimit, or the end of the pipe of runc',
};

/** Limits above those of the daemon, which only root of the host may set. */
function raised(service: ComposeService, openFiles: number | undefined, say: Say, remedy?: string): Effect[] {
  const found: Effect[] = [];
  const adjusted = service.data('oom_score_adj');
  if (Number(adjusted) < 0)
    found.push(
      say('refused', 'oom_score_adj', `only root of the host may lower what the kernel kills first (${String(adjusted)})`, RAISED, remedy),
    );
  const limits = service.data('ulimits');
  if (limits === null || typeof limits !== 'object' || Array.isArray(limits)) return found;
  const hard = (name: string): number | undefined => {
    const value = limits[name];
    const own = value !== null && typeof value === 'object' && !Array.isArray(value) ? value.hard : value;
    return own === undefined ? undefined : Number(own) === -1 ? Number.POSITIVE_INFINITY : Number(own);
  };
  if ((hard('memlock') ?? 0) === Number.POSITIVE_INFINITY)
    found.push(say('refused', 'ulimits', 'only root of the host may lock memory without end', RAISED, remedy));
  if (openFiles !== undefined && (hard('nofile') ?? 0) > openFiles)
    found.push(say('refused', 'ulimits', `the daemon itself may open ${openFiles} files, and it asks for more`, RAISED, remedy));
  return found;
}

/** Directories and files of the host that a service can use now and could not then. */
function mounts(
  service: ComposeService,
  { project, directory, advise }: Stack,
  files: HostFiles,
  map: IdentityMap,
  say: Say,
  evidence: Evidence,
): Effect[] {
  const found: Effect[] = [];
  const who = actors(service, advise(service));
  const from = (key: string, source: string): string => path.resolve(service.directory(key) ?? directory, source);
  const named = service.mounts.flatMap((mount) => {
    const device = mount.kind === 'volume' && mount.source !== undefined ? project.boundDevice(mount.source) : undefined;
    const source = mount.kind === 'bind' ? mount.source : device;
    // A home directory, and what hangs on a variable, is not known.
    return !mount.known || source === undefined || source.startsWith('~') || source.includes('$')
      ? []
      : [{ key: 'volumes', source: from('volumes', source), mount }];
  });
  for (const { key, source, mount } of named) {
    const facts = files.stat(source);
    // The daemon makes what is missing, for root of the container.
    if (!facts) continue;
    const lost = lostOf(source, facts, mount.readOnly, mount.target, who, files, map);
    if (lost === undefined) continue;
    found.push(
      say(
        'fails',
        key,
        `${lost} ${source}, which belongs to ${nameOf(files, 'passwd', facts.uid)}`,
        evidence,
        remedyOf(source, who, map, facts),
      ),
    );
  }
  for (const kind of ['secrets', 'configs'] as const)
    for (const grant of service[kind]) {
      if (grant.source !== 'file' || grant.file === undefined) continue;
      const source = from(kind, grant.file);
      const facts = files.stat(source);
      if (facts && who.some((id) => may('read', id, facts, SAME)) && !who.some((id) => may('read', id, facts, map)))
        found.push(
          say(
            'fails',
            kind,
            `it can no longer read ${source}, which belongs to ${nameOf(files, 'passwd', facts.uid)}`,
            evidence,
            remedyOf(source, who, map, facts),
          ),
        );
    }
  return found;
}

/** Whom the service's processes are, as numbers: who starts, and whom that is known to become. Most images that nothing is known of start as root. */
function actors(service: ComposeService, { startsAsRoot, imageUser, user }: ReturnType<Stack['advise']>): number[] {
  const number = (text: string): number => (text === 'root' ? 0 : Number(text.split(':')[0]));
  if (service.user) return [number(service.user.text)].filter(Number.isInteger);
  if (startsAsRoot === false) return [number(imageUser ?? user?.value ?? '')].filter(Number.isInteger);
  const later = user !== undefined && user.confidence === 'known' ? number(user.value) : 0;
  return [...new Set([0, later])].filter(Number.isInteger);
}

/** What somebody could do before and nobody can afterwards, in words; undefined = nothing. */
function lostOf(
  source: string,
  facts: FileFacts,
  readOnly: boolean,
  target: string,
  who: readonly number[],
  files: HostFiles,
  map: IdentityMap,
): string | undefined {
  const can = (want: 'read' | 'write', each: FileFacts, as: IdentityMap): boolean => who.some((id) => may(want, id, each, as));
  if (facts.kind === 'socket')
    return can('write', facts, SAME) && !can('write', facts, map) ? 'it can no longer use the socket' : undefined;
  if (can('read', facts, SAME) && !can('read', facts, map)) return 'it can no longer read';
  // Configuration is mounted writable by those who forget `:ro`, and data is seldom a single file.
  const written = !readOnly && facts.kind === 'directory' && !/^\/(?:etc|usr\/share|opt\/[^/]+\/conf)(?:\/|$)/.test(target);
  if (written && can('write', facts, SAME) && !can('write', facts, map)) return 'it can no longer write to';
  if (facts.kind !== 'directory' || source === '/') return undefined;
  const hidden = (files.names(source) ?? []).slice(0, MOST_LOOKED_AT).find((name) => {
    const inner = files.stat(path.join(source, name));
    return inner !== undefined && can('read', inner, SAME) && !can('read', inner, map);
  });
  return hidden === undefined ? undefined : `it can no longer read ${hidden} in`;
}

const MOST_LOOKED_AT = 200;

function remedyOf(source: string, who: readonly number[], map: IdentityMap, { uid, gid }: FileFacts): string | undefined {
  const id = who.at(-1) ?? 0;
  const then = map.onHost(uid === 0 ? id : who.includes(uid) ? uid : id);
  if (then === undefined || /^\/(?:run|var\/run|proc|sys|dev|etc|boot|usr|lib)?(?:\/|$)/.test(source) || source === '/')
    return 'userns_mode: "host"';
  return `chown -R ${then}:${map.onHost(gid) ?? then} ${source}   (or userns_mode: "host")`;
}

function devices(service: ComposeService, files: HostFiles, map: IdentityMap, say: Say, evidence: Evidence): Effect[] {
  return service.devices.flatMap(({ text }) => {
    const source = text.split(':')[0] ?? '';
    const facts = source.startsWith('/dev/') ? files.stat(source) : undefined;
    if (!facts || facts.kind === 'directory' || may('read', 0, facts, map)) return [];
    return [
      say(
        'fails',
        'devices',
        `it can no longer open ${source}, which belongs to ${nameOf(files, 'passwd', facts.uid)}:${nameOf(files, 'group', facts.gid)}`,
        evidence,
        'userns_mode: "host"',
      ),
    ];
  });
}

function textOf(service: ComposeService, key: string): string | undefined {
  const data = service.data(key);
  return typeof data === 'string' ? service.evaluate(data).text : undefined;
}
