import { isRootless } from '../read-host';
import type { HostRule } from '../types';
import { manual } from './make';

export const securityModules: HostRule = {
  id: 'security-modules',
  title: 'A security module confines containers',
  summary: 'Reports an Engine that runs containers without AppArmor and SELinux, and SELinux that the daemon does not use.',
  severity: 'medium',
  controls: ['CIS 5.2', 'CIS 5.3'],
  takes: 'restart',
  *find(host) {
    const { info, files, settings } = host;
    const options = info?.SecurityOptions;
    const has = (name: string): boolean => (options ?? []).some((option) => option.includes(`name=${name}`));
    const enforcing = (files.text('/etc/selinux/config') ?? '')
      .split(/\r?\n/)
      .some((line) => line.replaceAll(' ', '') === 'SELINUX=enforcing');
    if (enforcing && settings.value('selinux-enabled') !== true && !has('selinux')) {
      yield {
        path: ['selinux-enabled'],
        controls: ['CIS 5.3'],
        message: 'SELinux is enforcing on this host, but the daemon does not label its containers',
        plan: 'let the daemon label containers',
        breaks: 'bind mounts without the label of a container: add :z or :Z to them',
        confidence: 'guess',
        evidence: [manual('reference/cli/dockerd/#daemon-configuration-file', 'selinux-enabled is off by default')],
        ops: [{ op: host.daemon.json.get(['selinux-enabled']) === undefined ? 'add' : 'replace', path: ['selinux-enabled'], value: true }],
      };
      return;
    }
    // Only the Engine that runs knows what it has.
    if (!options || has('apparmor') || has('selinux')) return;
    const rootless = isRootless(host);
    yield {
      message: rootless
        ? 'a rootless Engine confines containers with neither AppArmor nor SELinux'
        : 'the Engine confines containers with neither AppArmor nor SELinux',
      controls: ['CIS 5.2', 'CIS 5.3'],
      plan: rootless
        ? 'rely on seccomp and the user namespace'
        : 'start the kernel with AppArmor (apparmor=1 security=apparmor) and install apparmor',
      breaks: 'nothing; the profile docker-default is the one most people run with',
      confidence: 'known',
      evidence: [manual('engine/security/apparmor/', 'docker-default is loaded and used where the kernel has AppArmor')],
      refusal: { code: 'needs-decision', message: 'that is a matter of the kernel, not of the daemon' },
    };
  },
};

export const cgroups: HostRule = {
  id: 'cgroup-version',
  title: 'Limits by cgroup v2',
  summary: 'Reports cgroup v1, whose support ends, and with which a rootless Engine enforces no limit.',
  severity: 'low',
  controls: ['OWASP D07'],
  takes: 'restart',
  *find({ info }) {
    if (info?.CgroupVersion !== '1') return;
    yield {
      message: 'this host has cgroup v1, in which a rootless Engine enforces no limit of memory, processors or processes',
      plan: 'boot with systemd.unified_cgroup_hierarchy=1',
      breaks: 'programs that read cgroup v1 themselves: older JVMs, agents',
      confidence: 'known',
      evidence: [manual('engine/security/rootless/tips/#limiting-resources', 'limits need cgroup v2 and systemd')],
      refusal: { code: 'needs-decision', message: 'that is a parameter of the kernel' },
    };
  },
};

/** Settings of the kernel that a container's separation, or what the daemon does, hangs on. */
const SYSCTLS: readonly {
  name: string;
  wanted: string;
  when: (value: string) => boolean;
  why: string;
  breaks: string;
  severity: 'medium' | 'low';
}[] = [
  {
    name: 'net.bridge.bridge-nf-call-iptables',
    wanted: '1',
    when: (value) => value === '0',
    why: 'traffic between containers of one bridge passes no rule of the firewall, so that icc: false does nothing',
    breaks: 'bridges of virtual machines, whose traffic is filtered then, too',
    severity: 'medium',
  },
  {
    name: 'kernel.kptr_restrict',
    wanted: '1',
    when: (value) => value === '0',
    why: 'a container can read addresses of the kernel, which most ways out of it need',
    breaks: 'profilers that run without root',
    severity: 'low',
  },
  {
    name: 'kernel.dmesg_restrict',
    wanted: '1',
    when: (value) => value === '0',
    why: 'every user may read the messages of the kernel',
    breaks: 'dmesg without root',
    severity: 'low',
  },
  {
    name: 'fs.protected_symlinks',
    wanted: '1',
    when: (value) => value === '0',
    why: 'a container that writes to a directory of the host can lead programs of the host astray by a link',
    breaks: 'nothing that is known of',
    severity: 'medium',
  },
  {
    name: 'fs.protected_hardlinks',
    wanted: '1',
    when: (value) => value === '0',
    why: 'a user can keep a setuid program that was replaced, by another name of it',
    breaks: 'nothing that is known of',
    severity: 'low',
  },
  {
    name: 'kernel.unprivileged_bpf_disabled',
    wanted: '1',
    when: (value) => value === '0',
    why: 'every user may load programs into the kernel',
    breaks: 'tools of tracing that run without root',
    severity: 'low',
  },
];

const SYSCTL_DIRECTORIES = ['/etc/sysctl.d', '/run/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d', '/lib/sysctl.d'];

export const sysctls: HostRule = {
  id: 'sysctls',
  title: 'The kernel keeps containers apart',
  summary: "Reports settings of the kernel that weaken the separation of containers: read from /proc/sys, or from the host's sysctl files.",
  severity: 'low',
  controls: ['CIS 1.2.1'],
  takes: 'reload',
  *find({ files }) {
    const configured = files.live ? new Map<string, string>() : configuredSysctls(files);
    for (const { name, wanted, when, why, breaks, severity } of SYSCTLS) {
      const value = files.live ? files.kernel(`/proc/sys/${name.replaceAll('.', '/')}`) : configured.get(name);
      if (value === undefined || !when(value)) continue;
      yield {
        file: '/etc/sysctl.d/99-docker.conf',
        subject: name,
        severity,
        message: `${name} is ${value}: ${why}`,
        plan: `set it to ${wanted}`,
        breaks,
        confidence: 'known',
        evidence: [
          {
            kind: 'documentation',
            ref: name.startsWith('net.') ? 'https://docs.kernel.org/networking/ip-sysctl.html' : 'proc_sys(5)',
            detail: `what ${name} means`,
          },
        ],
        refusal: {
          code: 'needs-decision',
          message: 'settings of the kernel are read, not written',
          snippet: `${name} = ${wanted}`,
        },
      };
    }
  },
};

/** @see sysctl.d(5): of one file name the first directory counts, and files are read in the order of their names. */
function configuredSysctls(files: Parameters<HostRule['find']>[0]['files']): Map<string, string> {
  const named = new Map<string, string>();
  for (const directory of SYSCTL_DIRECTORIES)
    for (const name of files.names(directory) ?? [])
      if (name.endsWith('.conf') && !named.has(name)) named.set(name, `${directory}/${name}`);
  const read = [...[...named].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file), '/etc/sysctl.conf'];
  const found = new Map<string, string>();
  for (const line of read.flatMap((file) => (files.text(file) ?? '').split(/\r?\n/))) {
    const equals = line.indexOf('=');
    if (equals < 1 || /^\s*[#;]/.test(line)) continue;
    const key = line.slice(0, equals).trim().replace(/^-/, '').replaceAll('/', '.');
    found.set(key, line.slice(equals + 1).trim());
  }
  return found;
}

export const contentTrust: HostRule = {
  id: 'content-trust',
  title: 'Signatures of images',
  summary: 'Reports DOCKER_CONTENT_TRUST in the environment of the host: the service it asks is closed.',
  severity: 'medium',
  controls: ['CIS 4.5'],
  takes: 'reload',
  *find({ files }) {
    const profiles = (files.names('/etc/profile.d') ?? []).filter((name) => name.endsWith('.sh')).map((name) => `/etc/profile.d/${name}`);
    for (const file of ['/etc/environment', '/etc/profile', '/etc/bash.bashrc', ...profiles]) {
      const lines = (files.text(file) ?? '').split(/\r?\n/);
      const at = lines.findIndex((line) => /^\s*(?:export\s+)?DOCKER_CONTENT_TRUST=["']?1/.test(line));
      if (at < 0) continue;
      yield {
        file,
        line: at + 1,
        message:
          'every pull asks notary.docker.io for a signature, which is gone from 8 December 2026 on: pulls of images by tag fail then',
        plan: 'take the line out, and pin images by digest instead (batten fix --only image-pin --resolve)',
        breaks: 'nothing: pulls of official images fail with it since their signatures expire',
        confidence: 'known',
        evidence: [
          manual('engine/security/trust/', 'Docker Content Trust is being retired: notary.docker.io shuts down on 8 December 2026'),
          {
            kind: 'documentation',
            ref: 'https://www.docker.com/blog/retiring-docker-content-trust',
            detail: 'signatures of official images expire from 8 August 2025 on, and pulls with DOCKER_CONTENT_TRUST=1 fail',
          },
        ],
        refusal: { code: 'needs-decision', message: 'it is a file of the host that other programs read, too' },
      };
    }
  },
};

export const swarm: HostRule = {
  id: 'swarm',
  title: 'A swarm that is locked',
  summary: 'Reports a swarm whose keys are not locked, and one with an even or single number of managers.',
  severity: 'low',
  controls: ['CIS 7.1', 'CIS 7.5'],
  takes: 'reload',
  *find({ info }) {
    const state = info?.Swarm;
    if (state?.LocalNodeState !== 'active' || state.Cluster?.Spec === undefined) return;
    const shared = {
      breaks: '',
      confidence: 'known' as const,
      evidence: [manual('engine/swarm/swarm_manager_locking/', 'the keys of a swarm lie on the disk of each manager')],
    };
    if (state.Cluster.Spec.EncryptionConfig?.AutoLockManagers !== true)
      yield {
        ...shared,
        subject: 'autolock',
        controls: ['CIS 7.5'],
        message: 'who reads the disk of a manager has the keys of the swarm',
        plan: 'lock the managers: docker swarm update --autolock=true',
        breaks: 'a manager that starts again waits for docker swarm unlock',
        refusal: { code: 'needs-decision', message: 'somebody has to keep the key, and be there when a manager starts' },
      };
    const { Managers: managers = 1 } = state;
    if (managers % 2 === 0 || managers > 7)
      yield {
        ...shared,
        subject: 'managers',
        controls: ['CIS 7.1'],
        message: `the swarm has ${managers} managers: ${managers % 2 === 0 ? 'an even number survives no more failures than one less' : 'each more is one more way in, and slows it'}`,
        plan: 'have 1, 3, 5 or 7 managers (docker node demote)',
        refusal: { code: 'needs-decision', message: 'that is a matter of your machines' },
      };
  },
};
