import type { Service } from '../compose/types';
import type { HostAccessKind } from './facts';
import { commandLine, imagePath } from './tells';

/** What a kind of image is known to need of the host, for images without a template. */
export interface HostTell {
  value: 'needed' | 'optional';
  why: string;
  /** Whether a mount may be read-only. */
  readOnly?: boolean;
}

interface Known {
  image: { test(path: string): boolean };
  kinds: readonly HostAccessKind[];
  /** Only for these values or paths. */
  what?: RegExp;
  tell: HostTell;
}

/** A name between separators of an image's path. The patterns are large, so each is made when it is first needed. */
function named(...names: string[]): Known['image'] {
  let pattern: RegExp | undefined;
  return {
    test(path) {
      pattern ??= new RegExp(`(^|[/_.-])(${names.join('|')})([/_.-]|$)`);
      return pattern.test(path);
    },
  };
}

const AGENT = named(
  'node[-_]?exporter',
  'process[-_]exporter',
  'cadvisor',
  'datadog/agent',
  'datadog-agent',
  'newrelic/(nrdot|infrastructure).*',
  'zabbix-agent2?',
  'telegraf',
  'glances',
  'netdata',
  'beszel-agent',
  'dcgm-exporter',
  'dynatrace/oneagent',
  'wazuh-agent',
  'elastic-agent',
  'metricbeat',
  'auditbeat',
  'osquery',
  'falco',
  'sysdig',
  'tracee',
  'pyroscope-ebpf',
  '\\w*ebpf\\w*',
  'scaphandre',
  'dashdot',
  'komodo-periphery',
  'machinaris',
);
const LOGS = named(
  'promtail',
  'vector',
  'filebeat',
  'fluent-bit',
  'fluentd',
  'alloy',
  'logspout',
  'opentelemetry-collector\\S*',
  'crowdsec',
  'fail2ban',
);
const LAN = named(
  'home-?assistant',
  'homebridge',
  'hyperion(\\.ng)?',
  'plex\\w*',
  'pms-docker',
  'emby\\w*',
  'jellyfin',
  'scrypted',
  'minidlna',
  'avahi',
  'mdns\\S*',
  'unifi\\S*',
  'omada\\S*',
  'netalertx',
  'pi\\.?alert',
  'samba',
  'shairport-sync',
  'snapcast',
  'airconnect',
  'roon\\w*',
  'matter-server',
  'otbr',
  'asterisk',
  'freepbx',
  'owntone',
  'music-assistant',
);
const ROUTER = named(
  'tailscale',
  'zerotier\\S*',
  'netbird',
  'netmaker\\S*',
  'wireguard',
  'wg-easy',
  'wg',
  'openvpn\\S*',
  'gluetun',
  'strongswan',
  'ipsec-vpn-server',
  'keepalived',
  'frr',
  'bird',
  'dhcpd?',
  'kea\\S*',
  'dnsmasq',
  'pihole',
  'adguardhome',
  'suricata',
  'ntopng',
  'zeek',
  'softflowd',
  'tcpdump',
  'iperf3?',
  'speedtest\\S*',
);
const ENGINE = named(
  'dind',
  'k3s',
  'k3d',
  'kind',
  'minikube',
  'kubelet',
  'rancher',
  'buildkit',
  'buildkitd',
  'podman',
  'buildah',
  'sysbox',
  'lxd',
  'incus',
);
const BROWSER = named(
  'browserless',
  'chrome',
  'chromium',
  'alpine-chrome',
  'puppeteer',
  'playwright',
  'firefox',
  'standalone-\\w+',
  'node-(chrome|chromium|edge|firefox)',
  'webtop',
  'kasm\\w*',
  'linkwarden',
  'flaresolverr',
  'archivebox',
);
const SHARED_MEMORY = named(
  'pytorch\\S*',
  'vllm\\S*',
  'sglang',
  'tensorflow',
  'tritonserver',
  'nemo',
  'ros2?',
  'osrf/ros',
  'frigate',
  'cuda',
  'deepspeed',
  'comfyui',
);
const SMART = named(
  'scrutiny',
  'smartctl[-_]exporter',
  'smartd',
  'hddtemp',
  'hd-idle',
  'openmediavault',
  'testdisk',
  'ddrescue',
  'makemkv',
  'automatic-ripping-machine',
);
const BACKUP = named(
  'restic',
  'resticker',
  'borg\\w*',
  'kopia',
  'duplicati',
  'duplicacy',
  'urbackup\\S*',
  'bareos\\S*',
  'veeam',
  'backrest',
  'rclone',
  'clamav',
  'trivy',
);
const FILE_MANAGER = named(
  'filebrowser',
  'cloudcmd',
  'code-server',
  'cockpit',
  'webmin',
  'nextcloud',
  'mergerfs',
  'syncthing',
  'dufs',
  'sftpgo',
  'portainer',
);

const KNOWN: readonly Known[] = [
  {
    image: AGENT,
    kinds: ['pid', 'network', 'uts', 'cgroup', 'apparmor', 'seccomp'],
    tell: { value: 'needed', why: 'a monitoring agent watches the host from its namespaces' },
  },
  {
    image: AGENT,
    kinds: ['mount'],
    tell: { value: 'needed', why: 'a monitoring agent reads the figures of the host', readOnly: true },
  },
  {
    image: LOGS,
    kinds: ['mount'],
    what: /^\/(var\/log|var\/lib\/docker|run\/log)(\/|$)/,
    tell: { value: 'needed', why: 'it reads the logs of the host', readOnly: true },
  },
  {
    image: named('fail2ban', 'crowdsec\\S*bouncer\\S*'),
    kinds: ['network'],
    tell: { value: 'needed', why: 'it sets the firewall of the host' },
  },
  { image: LAN, kinds: ['network'], tell: { value: 'optional', why: 'it finds devices of the local network by broadcast' } },
  { image: ROUTER, kinds: ['network'], tell: { value: 'needed', why: 'routes, addresses or packets of the host are its work' } },
  {
    image: ENGINE,
    kinds: ['cgroup', 'seccomp', 'apparmor', 'systempaths', 'mount', 'network', 'pid'],
    tell: { value: 'needed', why: 'it runs containers of its own' },
  },
  {
    image: BROWSER,
    kinds: ['seccomp', 'apparmor'],
    tell: { value: 'optional', why: "the browser's sandbox makes user namespaces, which the default profile forbids" },
  },
  { image: BROWSER, kinds: ['ipc', 'shm'], tell: { value: 'optional', why: 'a browser shares memory between its processes' } },
  { image: SHARED_MEMORY, kinds: ['ipc', 'shm'], tell: { value: 'optional', why: 'its processes exchange data through shared memory' } },
  {
    image: SMART,
    kinds: ['device', 'mount'],
    what: /^\/(dev|run\/udev)(\/|$)/,
    tell: { value: 'needed', why: 'it reads the disks themselves' },
  },
  {
    image: BACKUP,
    kinds: ['mount'],
    tell: { value: 'needed', why: 'it reads the files of the host; only a restore or a clean-up writes them' },
  },
  { image: FILE_MANAGER, kinds: ['mount'], tell: { value: 'optional', why: 'it shows or changes files of the host on demand' } },
];

/** What images without a template are known to need, by their names and their commands. */
export function hostAccessTells(service: Service, kind: HostAccessKind, what: string): HostTell | undefined {
  const line = commandLine(service);
  if (/\bnsenter\b/.test(line)) return { value: 'needed', why: 'its command enters the namespaces of the host (nsenter)' };
  if (kind === 'cgroup' && /\b(systemd|\/sbin\/init|dockerd)\b/.test(line))
    return { value: 'needed', why: 'its command manages control groups' };
  if ((kind === 'seccomp' || kind === 'apparmor') && /\b(bwrap|unshare|chromium|google-chrome|--enable-sandbox)\b/.test(line)) {
    return { value: 'optional', why: 'its command makes user namespaces, which the default profile forbids' };
  }
  const path = imagePath(service);
  return path === ''
    ? undefined
    : KNOWN.find((each) => each.kinds.includes(kind) && (each.what?.test(what) ?? true) && each.image.test(path))?.tell;
}
