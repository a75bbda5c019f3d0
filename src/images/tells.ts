import type { Mount, Service } from '../compose/types';
import { startCommands } from './commands';
import type { Match } from './match';
import { factsOf } from './programs';
import type { Evidence } from './types';

/** Words of entrypoint and command, as one line to search in. */
export function commandLine(service: Service): string {
  return [...(service.entrypoint ?? []), ...(service.command ?? [])].join(' ');
}

/** Whether the container is a Windows one, which has no processes to count and no signals to reap. */
export function isWindows(service: Service): boolean {
  const image = service.image?.raw ?? '';
  return (
    service.has('isolation') ||
    /^windows/i.test(String(service.data('platform') ?? '')) ||
    /nanoserver|servercore|ltsc20\d\d|\/windows\/|:windows/i.test(image) ||
    /-windows/i.test(image.slice(image.lastIndexOf('/') + 1)) ||
    service.mounts.some((mount) => mount.kind === 'npipe' || /^[A-Za-z]:[\\/]/.test(mount.target))
  );
}

/** Where a Docker (or containerd, podman) socket is mounted, if one is. */
export function engineSocket(service: Service): string | undefined {
  return service.mounts.find(
    (mount) => /\b(docker|containerd|podman|crio)\.sock$/.test(mount.target) || /\bdocker\.sock$/.test(mount.source ?? ''),
  )?.target;
}

/** A program of its start that only root can run, or that becomes another user; undefined when there is none. */
export function rootProgram(service: Service, match: Match | undefined): { program: string; evidence: Evidence[] } | undefined {
  for (const { program } of startCommands(service, match)) {
    const fact = factsOf(program).find(({ root, daemon }) => root || daemon);
    if (fact) return { program, evidence: fact.evidence };
  }
  return undefined;
}

/** What of the service's own settings speaks for root, for an image nothing is known about; undefined when nothing does. */
export function wantsRootBySettings(service: Service): string | undefined {
  if (engineSocket(service)) return 'the Docker socket belongs to root and to a group whose number only the host knows';
  if (service.devices.length > 0) return 'device files belong to groups whose numbers only the host knows';
  if (service.capAdd.length > 0) return 'it is given capabilities, which only a root process gets';
  if (service.privileged) return 'it is privileged, which is of no use to another user';
  const low = service.networkMode?.text === 'host' ? service.ports.find((port) => Number.parseInt(port.target, 10) < 1024) : undefined;
  return low && `on the host network port ${low.target} needs root or a capability`;
}

/** What of its mounts may belong to another user, for an image nothing is known about. */
export function mayBelongToAnother(service: Service): { kind: 'bind' | 'volume'; mount: Mount; why: string } | undefined {
  const bind = service.mounts.find((mount) => mount.kind === 'bind' && !mount.readOnly);
  if (bind) return { kind: 'bind', mount: bind, why: `${bind.target} is a bind mount, whose owner cannot be seen from here` };
  const volume = service.mounts.find((mount) => mount.kind === 'volume');
  return volume && { kind: 'volume', mount: volume, why: `the volume at ${volume.target} may hold files of another user` };
}
