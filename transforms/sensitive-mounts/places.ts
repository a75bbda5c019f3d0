import type { Confidence, Severity } from '../../src/harden/types';
import { trimEndOf } from '../../src/trim';

/** A place of the host that is not a service's own data. */
export interface Place {
  /** What is there: `"app" may write …`. */
  what: string;
  /** How bad it is that it can be written. */
  writable: Severity;
  /** How bad it is that it can be read; undefined = not at all. */
  readable?: Severity;
  /** Reading is reported in the preset `strict` only. */
  readableInStrict?: boolean;
  /** How sure it is that nothing in a container writes there. */
  readOnly?: Confidence;
  /** Never mounted read-only by batten: a person has to say what of it is needed. */
  ask?: string;
}

interface Rule extends Place {
  path: RegExp;
}

const HOME = String.raw`(~|\$\{?HOME\}?|/root|/home/[^/]+)`;
const CREDENTIALS = String.raw`\.(ssh|gnupg|aws|azure|kube|docker|netrc|git-credentials|npmrc|pypirc|config/gcloud)`;

/** In order: the first that fits. Directories end in `$` where what is below them is somebody's data. */
const RULES: readonly Rule[] = [
  { path: /^\/etc\/(localtime|timezone)$/, what: 'the time zone of the host', writable: 'low', readOnly: 'known' },
  {
    path: /^\/(usr\/share\/zoneinfo|etc\/(machine-id|os-release|hostname|hosts|resolv\.conf|nsswitch\.conf|ssl\/certs|pki\/tls\/certs)|usr\/(local\/)?share\/ca-certificates)(\/|$)/,
    what: 'settings of the host that are only looked up',
    writable: 'low',
    readOnly: 'generic',
  },
  { path: /^\/etc\/(passwd|group)$/, what: 'the accounts of the host', writable: 'critical', readOnly: 'generic' },
  {
    path: /^\/etc\/(shadow|gshadow|sudoers|sudoers\.d)(\/|$)/,
    what: 'the passwords and rights of the host',
    writable: 'critical',
    readable: 'high',
  },
  {
    path: /^\/(etc\/(cron[^/]*|systemd|init\.d|profile\.d|pam\.d|ld\.so\.[^/]+|rc\.local)|var\/spool\/cron)(\/|$)/,
    what: 'what the host runs by itself',
    writable: 'critical',
  },
  {
    path: /^\/etc\/(ssh|docker|kubernetes|ssl\/private)(\/|$)/,
    what: 'keys and settings of services of the host',
    writable: 'critical',
    readable: 'medium',
    readableInStrict: true,
  },
  { path: /^\/etc$/, what: 'all settings of the host, with its password hashes', writable: 'critical', readable: 'high' },
  {
    path: new RegExp(`^${HOME}/${CREDENTIALS}(/|$)`),
    what: 'keys and passwords of a person',
    writable: 'high',
    readable: 'medium',
    readableInStrict: true,
  },
  {
    path: new RegExp(`^(${HOME}|/home)$`),
    what: 'home directories, with the keys in them',
    writable: 'high',
    readable: 'medium',
    ask: 'mount the one directory it needs',
  },
  { path: /^\/boot(\/|$)/, what: 'what the host starts with', writable: 'critical' },
  {
    path: /^\/(lib\/modules|usr\/src|usr\/lib\/modules)(\/|$)/,
    what: 'the modules and headers of the kernel',
    writable: 'high',
    readOnly: 'generic',
  },
  { path: /^\/((usr\/(local\/)?)?(bin|sbin|lib|lib64)|usr|usr\/local|opt\/bin)$/, what: 'the programs of the host', writable: 'critical' },
  { path: /^\/usr\/(local\/)?s?bin\/[^/]+$/, what: 'a program of the host', writable: 'high', readOnly: 'generic' },
  { path: /^\/proc(\/|$)/, what: 'the kernel interface of the host', writable: 'high' },
  { path: /^\/sys\/(class|bus|devices)(\/|$)/, what: 'the hardware of the host', writable: 'low' },
  { path: /^\/sys(\/|$)/, what: 'the kernel interface of the host', writable: 'high' },
  {
    path: /^\/dev$/,
    what: 'the devices of the host',
    writable: 'medium',
    readable: 'medium',
    ask: 'give the devices it needs in `devices:`, where they also may be used',
  },
  {
    path: /^\/var\/lib\/docker\/containers$/,
    what: 'the logs and settings of other containers',
    writable: 'critical',
    readable: 'medium',
    readableInStrict: true,
  },
  {
    path: /^\/var\/lib\/(containerd|containers|kubelet|docker(\/.+)?)(\/|$)/,
    what: 'the files of other containers',
    writable: 'critical',
    readable: 'medium',
  },
  { path: /^\/var\/lib$/, what: 'the data of every service of the host', writable: 'critical', readable: 'high' },
  { path: /^\/var\/log(\/journal)?$/, what: 'the logs of the host', writable: 'medium' },
];

/** The place of the host that a source is; undefined for data of the service itself. Sockets of engines are no matter of this. */
export function placeOf(source: string): Place | undefined {
  const path = source.length > 1 ? trimEndOf(source, '/') : source;
  return RULES.find((rule) => rule.path.test(path));
}

/** Directories that the Engine refuses to relabel for SELinux, or better had. Source: opencontainers/selinux go-selinux/label/label_linux.go */
const NEVER_RELABEL =
  /^\/((bin|boot|dev|etc|home|lib|lib64|media|opt|proc|root|run|sbin|srv|sys|tmp|usr|var|var\/lib|var\/log|home\/[^/]+)\/?|etc\/(passwd|pki|shadow)|)$/;

export function mayBeRelabelled(source: string): boolean {
  return !NEVER_RELABEL.test(source) && !/^(~|\$\{?HOME\}?)\/?$/.test(source);
}
