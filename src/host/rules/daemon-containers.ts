import { table } from '../../table';
import type { Data } from '../../yaml/types';
import { dataOf, inSwarm, isMap, isRootless } from '../read-host';
import type { HostRule } from '../types';
import { manual, setting } from './make';

const DOCKERD = 'reference/cli/dockerd/';

export const usernsRemap: HostRule = {
  id: 'userns-remap',
  title: 'Root of a container is nobody on the host',
  summary: 'Sets `userns-remap: default`, so that root of a container is a user without rights on the host.',
  severity: 'high',
  controls: ['CIS 2.9', 'NIST 800-190 4.4.3'],
  takes: 'restart',
  *find(host) {
    const { settings, files } = host;
    const value = settings.value('userns-remap');
    if ((typeof value === 'string' && value !== '') || isRootless(host)) return;
    const held = dataOf(host);
    const empty = held !== undefined && held.containers === 0 && held.volumes === 0;
    const off =
      files.kernel('/proc/sys/user/max_user_namespaces') === '0' || files.kernel('/proc/sys/kernel/unprivileged_userns_clone') === '0';
    yield {
      path: ['userns-remap'],
      message: 'root of a container is root of this host when it gets out',
      plan: 'map the users of containers to users of the host that own nothing',
      breaks: `${
        empty ? '' : `${said(held)} are no longer seen, since the daemon begins a data directory of its own; `
      }containers with privileged, network_mode: host or pid: host (unless they have userns_mode: host), and directories of the host that belong to its users`,
      confidence: empty ? 'generic' : 'guess',
      evidence: [
        manual(
          'engine/security/userns-remap/',
          'dockerd makes the user dockremap with its ranges in /etc/subuid and /etc/subgid when it is "default"',
        ),
      ],
      ...(off
        ? {
            refusal: {
              code: 'needs-decision',
              message: 'user namespaces are switched off in this kernel: set user.max_user_namespaces first',
            },
          }
        : { ops: setting(host, ['userns-remap'], 'default') }),
    };
  },
};

function said(held: ReturnType<typeof dataOf>): string {
  if (!held) return 'images, containers and volumes that are there';
  const parts = [held.containers > 0 && `${held.containers} containers`, held.volumes > 0 && `${held.volumes} volumes`];
  return parts.filter(Boolean).join(' and ');
}

export const noNewPrivileges: HostRule = {
  id: 'no-new-privileges',
  title: 'No new privileges by default',
  summary: 'Sets `no-new-privileges: true`, so that no container gains rights by a setuid program unless it says otherwise.',
  severity: 'medium',
  controls: ['CIS 2.14', 'OWASP D04'],
  takes: 'restart',
  *find(host) {
    if (host.settings.value('no-new-privileges') === true) return;
    yield {
      path: ['no-new-privileges'],
      message: 'a process in a container can gain rights by a setuid program, unless its service says otherwise',
      plan: 'let no container gain rights, unless it has security_opt: no-new-privileges:false',
      breaks:
        'images that call sudo or su as another user than root, and programs with file capabilities that another user than root starts',
      confidence: 'generic',
      evidence: [manual(`${DOCKERD}#daemon-configuration-file`, 'no-new-privileges sets the default of new containers')],
      ops: setting(host, ['no-new-privileges'], true),
    };
  },
};

export const liveRestore: HostRule = {
  id: 'live-restore',
  title: 'Containers outlive the daemon',
  summary: 'Sets `live-restore: true`, so that an update of the daemon does not stop what runs; not in a swarm, which does not allow it.',
  severity: 'low',
  controls: ['CIS 2.15'],
  takes: 'reload',
  *find(host) {
    if (host.settings.value('live-restore') === true || host.info?.LiveRestoreEnabled === true || inSwarm(host)) return;
    yield {
      path: ['live-restore'],
      message: 'all containers stop when the daemon does, also for an update of it',
      plan: 'let containers run on while the daemon is away',
      breaks: 'nothing that runs; docker swarm init, which does not allow it',
      confidence: 'generic',
      evidence: [manual('engine/daemon/live-restore/', 'it is read again on a reload, and is of standalone containers only')],
      ops: setting(host, ['live-restore'], true),
    };
  },
};

/** Drivers that keep everything in files of the host, and so need a bound. `local` has one of its own. */
export const logRotation: HostRule = {
  id: 'log-rotation',
  title: 'Logs within bounds by default',
  summary: 'Gives the logs of new containers a bound, so that one that writes much does not fill the disk of the host.',
  severity: 'medium',
  controls: ['OWASP D07', 'OWASP D10'],
  takes: 'restart',
  *find(host) {
    const { settings } = host;
    const driver = settings.value('log-driver') ?? host.info?.LoggingDriver ?? 'json-file';
    if (driver === 'none') {
      yield {
        path: ['log-driver'],
        message: 'no container keeps a log',
        plan: 'keep logs with the driver local, which bounds them',
        breaks: 'nothing stops',
        confidence: 'guess',
        evidence: [manual('engine/logging/configure/', 'with the driver none nothing is kept')],
        ops: setting(host, ['log-driver'], 'local'),
      };
    }
    if (driver !== 'json-file') return;
    const size = settings.inside(['log-opts', 'max-size']);
    if (size !== undefined && size !== '' && size !== '-1') return;
    yield {
      path: ['log-opts'],
      message: 'the log of a container grows until the disk of the host is full',
      plan: 'rotate the logs of new containers at 10m, and keep three files of each',
      breaks: 'older lines are gone once the files are full; containers that are there keep their settings until they are made anew',
      confidence: 'generic',
      evidence: [manual('engine/logging/drivers/json-file/', 'max-size is unlimited unless it is set, and values of log-opts are strings')],
      ops: [
        // Options of another driver stop containers from being made, so that it is said whose they are.
        ...(settings.value('log-driver') === undefined ? setting(host, ['log-driver'], 'json-file') : []),
        ...setting(host, ['log-opts', 'max-size'], '10m'),
        ...(settings.inside(['log-opts', 'max-file']) === undefined ? setting(host, ['log-opts', 'max-file'], '3') : []),
      ],
    };
  },
};

const [SOFT, HARD] = [65_536, 524_288];

export const defaultUlimits: HostRule = {
  id: 'default-ulimits',
  title: 'Open files within bounds by default',
  summary: 'Sets a limit of open files for new containers, which otherwise have that of the daemon, often none.',
  severity: 'low',
  controls: ['CIS 2.8'],
  takes: 'reload',
  *find(host) {
    const value = host.settings.value('default-ulimits');
    if (isMap(value) && Object.keys(value).length > 0) return;
    const hard = Math.min(host.openFiles ?? HARD, HARD);
    const soft = Math.min(SOFT, hard);
    yield {
      path: ['default-ulimits'],
      message: 'a container may open as many files as the daemon, which often has no limit',
      plan: `let a new container open ${soft} files, and raise that to ${hard} itself`,
      breaks: `services that need more than ${hard} open files and say so nowhere${
        host.openFiles === undefined
          ? '; with remapped users every container, when the daemon itself may open fewer, which is not known here'
          : ''
      }`,
      // With remapped users a container that is to have a higher limit than its daemon does not start.
      confidence: host.openFiles === undefined ? 'guess' : 'generic',
      evidence: [
        manual(`${DOCKERD}#default-ulimit-settings`, 'limits of a container win over these; without any it has those of the daemon'),
        {
          kind: 'engine-run',
          ref: 'a container with userns-remap and a hard limit above that of dockerd, on Engine 20.10.24',
          detail: 'it does not start: error setting rlimit type 7: operation not permitted',
        },
      ],
      ops: setting(host, ['default-ulimits'], { nofile: { Name: 'nofile', Soft: soft, Hard: hard } } as Data),
    };
  },
};

export const seccomp: HostRule = {
  id: 'seccomp',
  title: "The Engine's own seccomp profile",
  summary: 'Puts the built-in seccomp profile back where the daemon runs containers without one.',
  severity: 'critical',
  controls: ['CIS 2.17', 'CIS 5.22'],
  takes: 'restart',
  *find(host) {
    const { settings, info } = host;
    const value = settings.value('seccomp-profile');
    if (value === 'unconfined') {
      yield {
        path: ['seccomp-profile'],
        message: 'containers may make every call to the kernel',
        plan: "use the Engine's own seccomp profile",
        breaks: 'services that need a call the profile does not allow: give these a profile of their own (batten learn --seccomp)',
        confidence: 'generic',
        evidence: [manual('engine/security/seccomp/', 'the default profile blocks some 44 of more than 300 calls')],
        // Known to every version, unlike the word builtin.
        ops: setting(host, ['seccomp-profile'], ''),
      };
    } else if (info?.SecurityOptions && !info.SecurityOptions.some((option) => /\bname=seccomp\b/.test(option))) {
      yield {
        message: 'the Engine says that it has no seccomp: containers may make every call to the kernel',
        plan: 'run a kernel with CONFIG_SECCOMP, and an Engine that is built with it',
        breaks: '',
        confidence: 'known',
        evidence: [manual('engine/security/seccomp/', 'seccomp needs a kernel with CONFIG_SECCOMP')],
        refusal: { code: 'needs-decision', message: 'that is no setting of the daemon' },
      };
    }
  },
};

export const cgroupNamespace: HostRule = {
  id: 'cgroup-namespace',
  title: 'Own cgroup namespaces',
  summary: 'Puts `default-cgroupns-mode: private` back, so that containers do not see the cgroups of the host.',
  severity: 'low',
  controls: ['CIS 2.10'],
  takes: 'restart',
  *find(host) {
    if (host.settings.value('default-cgroupns-mode') === 'host')
      yield {
        path: ['default-cgroupns-mode'],
        message: 'containers see the cgroups of the host',
        plan: 'give containers a cgroup namespace of their own',
        breaks: 'agents that read the cgroups of other containers',
        confidence: 'guess',
        evidence: [manual(`${DOCKERD}#daemon-configuration-file`, 'private is the default on cgroup v2')],
        ops: setting(host, ['default-cgroupns-mode'], 'private'),
      };
    const parent = host.settings.value('cgroup-parent');
    if (typeof parent === 'string' && parent !== '')
      yield {
        path: ['cgroup-parent'],
        message: `containers are in the cgroup ${parent}, with its limits instead of those of the daemon`,
        plan: 'make sure that these limits are meant, or leave the setting out',
        breaks: 'limits that were meant',
        confidence: 'guess',
        evidence: [manual(`${DOCKERD}#default-cgroup-parent`, 'the default is /docker, or system.slice with systemd')],
        refusal: { code: 'needs-decision', message: 'somebody chose it' },
      };
  },
};

export const experimental: HostRule = {
  id: 'experimental',
  title: 'No experimental features, no debugging',
  summary: 'Switches off experimental features and the debugging of the daemon, whose messages hold more than is needed.',
  severity: 'low',
  controls: ['CIS 2.3', 'CIS 2.18'],
  takes: 'reload',
  *find(host) {
    const { settings } = host;
    const shared = {
      confidence: 'generic' as const,
      evidence: [manual(`${DOCKERD}#daemon-configuration-file`, 'debug and experimental are off by default, log-level is info')],
    };
    if (settings.value('experimental') === true)
      yield {
        ...shared,
        path: ['experimental'],
        controls: ['CIS 2.18'],
        message: 'the daemon has experimental features, which may change and are less tested',
        plan: 'switch experimental features off',
        breaks: 'what uses them: checkpoints, and in older Engines builds with --squash',
        ops: setting(host, ['experimental'], false),
      };
    if (settings.value('debug') === true)
      yield {
        ...shared,
        path: ['debug'],
        controls: ['CIS 2.3'],
        message: 'the daemon writes what is for its developers, and serves its profiler on the API',
        plan: 'switch debugging off',
        breaks: '',
        ops: setting(host, ['debug'], false),
      };
    if (settings.value('log-level') === 'debug')
      yield {
        ...shared,
        path: ['log-level'],
        controls: ['CIS 2.3'],
        message: 'the daemon writes what is for its developers',
        plan: 'write what is for administrators',
        breaks: '',
        ops: setting(host, ['log-level'], 'info'),
      };
    const level = settings.value('log-level');
    if (typeof level === 'string' && /^(?:error|fatal|panic)$/.test(level))
      yield {
        ...shared,
        path: ['log-level'],
        controls: ['CIS 2.3'],
        message: `the daemon says nothing below ${level}, so that there is nothing to look into afterwards`,
        plan: 'write what is for administrators',
        breaks: '',
        ops: setting(host, ['log-level'], 'info'),
      };
  },
};

/** Those that current Engines no longer have, or that share blocks in ways which have been withdrawn. */
const OLD_DRIVERS: Readonly<Record<string, string>> = table({
  aufs: 'it was removed in Engine 24',
  devicemapper: 'it was removed in Engine 25',
  overlay: 'it was removed in Engine 24, and overlay2 took its place',
  vfs: 'it copies every layer whole, and is for tests',
});

export const storage: HostRule = {
  id: 'storage',
  title: 'A storage driver that is kept up',
  summary:
    'Reports storage drivers that current Engines no longer have, a changed base size of devices, and data on the disk of the system.',
  severity: 'medium',
  controls: ['CIS 2.6', 'CIS 2.11', 'CIS 1.1.1'],
  takes: 'restart',
  *find(host) {
    const { settings, info, files, dataRoot } = host;
    const driver = settings.value('storage-driver') ?? info?.Driver;
    if (typeof driver === 'string' && Object.hasOwn(OLD_DRIVERS, driver))
      yield {
        path: ['storage-driver'],
        controls: ['CIS 2.6'],
        message: `images are kept by the storage driver ${driver}: ${OLD_DRIVERS[driver]}`,
        plan: 'save the images and volumes, set storage-driver to overlay2, and load them again',
        breaks: 'images and containers of the old driver are no longer seen',
        confidence: 'known',
        evidence: [manual('engine/deprecated/', 'storage drivers that were removed, and in which release')],
        refusal: { code: 'needs-decision', message: 'what is there has to be moved' },
      };
    if (settings.list('storage-opts').some((option) => option.startsWith('dm.basesize')))
      yield {
        path: ['storage-opts'],
        controls: ['CIS 2.11'],
        severity: 'low',
        message: 'the base size of devices is changed (dm.basesize)',
        plan: 'leave it out unless it is needed',
        breaks: 'images that are larger than the default',
        confidence: 'guess',
        evidence: [manual(`${DOCKERD}#options-per-storage-driver`, 'dm.basesize is an option of devicemapper')],
        refusal: { code: 'needs-decision', message: 'somebody chose it' },
      };
    if (files.isMountPoint(dataRoot) === false)
      yield {
        file: dataRoot,
        controls: ['CIS 1.1.1'],
        severity: 'low',
        message: 'images, logs and volumes share a file system with the host: one that is full stops both',
        plan: `put ${dataRoot} on a file system of its own`,
        breaks: 'nothing, once the data is moved while the daemon is stopped',
        confidence: 'known',
        evidence: [manual('engine/daemon/#daemon-data-directory', 'all data of the daemon is below data-root')],
        refusal: { code: 'needs-decision', message: 'that is a matter of the disks of this host' },
      };
  },
};
