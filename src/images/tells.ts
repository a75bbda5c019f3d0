import type { Service } from '../compose/types';
import { parseReference } from './reference';

/** Installs or upgrades software when it starts. */
const INSTALLS =
  /\b(apt(-get)?|apk|yum|dnf|microdnf|pacman|pip3?|uv|poetry|npm|pnpm|yarn|bun|gem|bundle|composer|cargo|go)\s+(-\S+\s+)*(install|add|i|ci|get|update|upgrade|sync)\b/;

/** Programs that need root, or a root start, to do their work. */
const ROOT_PROGRAM =
  /\b(apt(-get)?|apk|yum|dnf|chown|chgrp|useradd|adduser|usermod|groupadd|gosu|su-exec|setpriv|crond?|supervisord|sshd|rsyslogd|iptables|ip6tables|mount|modprobe|sysctl|openvpn|wg-quick|dockerd|systemd|s6-svscan|update-ca-certificates|postfix|dovecot|named|dhcpd|keepalived|smbd|nfsd|tc|setcap)\b/;

/** Variables by which an image is told whom to step down to: it starts as root to do so. */
const RUN_AS_VARIABLE =
  /^(PUID|PGID|UID|GID|USER_ID|GROUP_ID|USER_UID|USER_GID|APP_UID|APP_GID|HOST_UID|HOST_GID|LOCAL_UID|USERMAP_UID|USERMAP_GID|NB_UID|NB_GID|RUN_AS|RUN_AS_USER)$/;

const MAIL_IMAGE = /(^|[/_-])(docker-)?(mailserver|mailcow|mailu|postfix|poste\.io|iredmail|exim|sendmail|smtp-relay|smtp)([/_-]|$)/;

/** Words of entrypoint and command, as one line to search in. */
export function commandLine(service: Service): string {
  return [...(service.entrypoint ?? []), ...(service.command ?? [])].join(' ');
}

const paths = new Map<string, string>();

/** The image's path below its registry, or '' when there is none. */
export function imagePath(service: Service): string {
  const image = service.image?.raw ?? '';
  let path = paths.get(image);
  if (path === undefined) {
    path = image === '' ? '' : parseReference(image).path;
    paths.set(image, path);
  }
  return path;
}

/** Whether the container is a Windows one, which has no processes to count and no signals to reap. */
export function isWindows(service: Service): boolean {
  const image = service.image?.raw ?? '';
  return (
    service.has('isolation') ||
    /^windows/i.test(String(service.data('platform') ?? '')) ||
    /nanoserver|servercore|ltsc20\d\d|\/windows\/|:windows|-windows[^/]*$/i.test(image) ||
    service.mounts.some((mount) => mount.kind === 'npipe' || /^[A-Za-z]:[\\/]/.test(mount.target))
  );
}

/** Whether the command installs software, which needs a writable root and a way out. */
export function installsSoftware(service: Service): boolean {
  return INSTALLS.test(commandLine(service));
}

/** ping as a command of a shell line: `ping -c1 x`, `… && ping x`; not `mysqladmin ping`. */
const PING_IN_SHELL = /(^|[;&|(`!]|\b(if|then|else|do|while|until|exec|timeout\s+\S+)\s)\s*(\/usr)?(\/s?bin\/)?(ping6?|fping|arping)\s/;

/** Whether a health check or the command calls ping, which has a file capability in most distributions. */
export function usesPing(service: Service): boolean {
  const words = [...(service.entrypoint ?? []), ...(service.command ?? [])];
  return isPing(words[0]) || words.some((word) => PING_IN_SHELL.test(word)) || healthCheckPings(service);
}

function healthCheckPings(service: Service): boolean {
  const health = service.data('healthcheck');
  const test = typeof health === 'object' && health !== null && !Array.isArray(health) ? health.test : undefined;
  if (typeof test === 'string') return PING_IN_SHELL.test(test);
  if (!Array.isArray(test)) return false;
  return isPing(test[1]) || test.some((word) => typeof word === 'string' && PING_IN_SHELL.test(word));
}

function isPing(word: unknown): boolean {
  return typeof word === 'string' && /^(\/usr)?(\/s?bin\/)?(ping6?|fping|arping)$/.test(word);
}

/** The variable that names whom the image steps down to, if one is set. */
export function runAsVariable(service: Service): string | undefined {
  return [...service.environment.keys()].find((name) => RUN_AS_VARIABLE.test(name));
}

/** Where a Docker (or containerd, podman) socket is mounted, if one is. */
export function engineSocket(service: Service): string | undefined {
  return service.mounts.find(
    (mount) => /\b(docker|containerd|podman|crio)\.sock$/.test(mount.target) || /\bdocker\.sock$/.test(mount.source ?? ''),
  )?.target;
}

/** Why an unknown image cannot be expected to run as another user; undefined when nothing speaks against trying. */
export function needsRoot(service: Service): string | undefined {
  const variable = runAsVariable(service);
  if (variable) return `${variable} tells the image whom to step down to, so it has to start as root`;
  if ([...service.environment.keys()].some((name) => /^S6_/.test(name)) || /(^|\/)linuxserver\//.test(imagePath(service))) {
    return 'the image is supervised by s6-overlay, which starts as root';
  }
  if (engineSocket(service)) return 'the Docker socket belongs to root and to a group whose number only the host knows';
  if (service.devices.length > 0) return 'device files belong to groups whose numbers only the host knows';
  if (service.capAdd.length > 0) return 'it is given capabilities, which only a root process gets';
  if (service.privileged) return 'it is privileged, which is of no use to another user';
  const command = commandNeedsRoot(service);
  if (command) return command;
  const low = service.networkMode?.text === 'host' ? service.ports.find((port) => Number.parseInt(port.target, 10) < 1024) : undefined;
  if (low) return `on the host network port ${low.target} needs root or a capability`;
  if (MAIL_IMAGE.test(imagePath(service))) return 'mail servers start as root';
  const bind = service.mounts.find((mount) => mount.kind === 'bind' && !mount.readOnly);
  if (bind) return `${bind.target} is a bind mount, whose owner cannot be seen from here`;
  const volume = service.mounts.find((mount) => mount.kind === 'volume');
  if (volume) return `the volume at ${volume.target} may hold files of another user`;
  return undefined;
}

/** Why the command needs root, for an image that runs whatever it is told to. */
export function commandNeedsRoot(service: Service): string | undefined {
  const program = ROOT_PROGRAM.exec(commandLine(service))?.[0];
  if (program) return `its command runs ${program}, which needs root`;
  return installsSoftware(service) ? 'its command installs software, which needs root' : undefined;
}

/** What speaks against no-new-privileges; undefined when nothing does. */
export function needsNewPrivileges(service: Service, startsAsUser: boolean): string | undefined {
  const line = commandLine(service);
  const path = imagePath(service);
  const env = [...service.environment.keys()];
  if (/\bsudo\b/.test(line)) return 'its command uses sudo, which no-new-privileges stops';
  if (startsAsUser && /\bsu\s/.test(line)) return 'its command uses su from another user than root, which no-new-privileges stops';
  if (env.includes('GRANT_SUDO') || env.includes('NB_UID') || /(^|\/)(jupyter|docker-stacks)/.test(path))
    return 'Jupyter images use sudo to become another user';
  if (/(^|[/_-])code-server([/_-]|$)/.test(path) || env.includes('SUDO_PASSWORD'))
    return 'code-server offers sudo, which no-new-privileges stops';
  if (/devcontainers?\//.test(path)) return 'development containers use sudo';
  if (/jenkins\/.*(agent|slave)/.test(path)) return 'Jenkins agents commonly use sudo';
  if (env.some((name) => name.startsWith('FIXUID')) || /\bfixuid\b/.test(line))
    return 'fixuid is a setuid program, which no-new-privileges stops';
  if (MAIL_IMAGE.test(path)) return 'postfix queues mail with setgid programs, which no-new-privileges silently stops';
  if (/\bcrontab\b/.test(line)) return 'crontab is a setgid program, which no-new-privileges stops';
  if (startsAsUser && env.some((name) => /^S6_/.test(name))) return 's6-overlay needs its setuid helper when it does not start as root';
  return undefined;
}

/** Why an unknown image cannot be expected to run from a read-only root; undefined when nothing speaks against trying. */
export function writesItsRoot(service: Service): string | undefined {
  const variable = runAsVariable(service);
  if (variable) return `with ${variable} the image rewrites its /etc/passwd when it starts`;
  if (/(^|\/)linuxserver\//.test(imagePath(service)) || [...service.environment.keys()].some((name) => /^S6_/.test(name))) {
    return 's6-overlay images write below /run and /etc when they start';
  }
  if (installsSoftware(service)) return 'its command installs software';
  if (/\b(sed\s+-i|envsubst|tee|useradd|adduser|usermod|chown|crontab|update-ca-certificates)\b/.test(commandLine(service)))
    return 'its command changes files of the image';
  if (MAIL_IMAGE.test(imagePath(service))) return 'mail servers write their configuration when they start';
  if (
    /(^|[/_-])(home-assistant|homeassistant|gitlab-[ce]e|gitlab|minecraft(-server)?|unifi|steamcmd|watchtower|mailserver|nextcloud|pihole)([/_-]|$)/.test(
      imagePath(service),
    )
  ) {
    return 'the image installs or updates itself when it runs';
  }
  return undefined;
}

/** Variables that make a service call out even if its image does not. */
export function callsOut(service: Service): string | undefined {
  const named = [...service.environment.keys()].find((name) =>
    /(^|_)(SMTP|MAIL_HOST|S3|AWS|AZURE|GCS|GCP|B2|OIDC|OAUTH|WEBHOOK|DDNS|HTTPS?_PROXY|WALG|PLUGINS|REMOTE_WRITE|REPLICA(TION)?_HOST|MASTER_HOST|PRIMARY_HOST)(_|$)|_API_KEY$|_LICENSE/i.test(
      name,
    ),
  );
  if (named) return `${named} is set`;
  return installsSoftware(service) ? 'its command installs software' : undefined;
}

const PRIVILEGED_IMAGE =
  /^(library\/docker$|(.*\/)?(dind|docker-dind)$|cadvisor\/cadvisor$|google\/cadvisor$|netdata\/netdata$|rancher\/|k3s-io\/k3s|kindest\/node|(.*\/)?home-assistant$|homeassistant\/|linuxserver\/(homeassistant|kasm|diskover)$|moby\/buildkit|tonistiigi\/binfmt|multiarch\/qemu|jrei\/systemd|geerlingguy\/docker-|nestybox\/|balena)/;

/** Whether an image without a template is one whose work needs `privileged: true`. */
export function isPrivilegedImage(service: Service): boolean {
  return PRIVILEGED_IMAGE.test(imagePath(service)) || /\b(systemd|dockerd|\/sbin\/init)\b/.test(commandLine(service));
}
