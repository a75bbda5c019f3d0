import type { Evaluated, Mount, Service } from '../compose/types';
import type { Match } from './match';
import type { OwnImage } from './own-image';
import { startWords } from './start-scripts';

/**
 * The service as its container will be: what the Compose file leaves to the image is filled in from the image. An image that has a
 * template is left to it, unless the project builds on it: then what its Dockerfile adds counts.
 */
export function seenWith(service: Service, own: OwnImage, match: Match | undefined): Service {
  if (own.source === 'image-config' && match && !match.byEntrypoint) return service;
  const { entrypoint, command } = startWords(service, own);
  const environment = new Map<string, Evaluated | null>([...own.environment, ...service.environment]);
  const mounted = new Set(service.mounts.map((mount) => mount.target));
  const volumes = own.volumes.filter(({ value }) => !mounted.has(value)).map(({ value }) => anonymous(value));
  const given: Partial<Service> = {
    // The script by which a template was found is the template's own, whatever it is called.
    entrypoint: service.entrypoint ?? (match?.byEntrypoint && entrypoint.length === 1 ? undefined : own.entrypoint?.value.slice()),
    command: own.entrypoint || own.command ? command.slice() : service.command,
    environment,
    mounts: [...service.mounts, ...volumes],
    data: (key) => service.data(key) ?? (key === 'healthcheck' ? own.healthcheck?.value : undefined),
  };
  if (given.command?.length === 0 && entrypoint.length > 0) given.command = service.command;
  if (own.source === 'dockerfile' && own.base) {
    const base = own.base.value;
    given.image = { text: base, raw: base, known: !base.includes('$'), interpolated: false };
  }
  // A service reads itself lazily off its file, so it is shadowed rather than copied.
  return Object.create(
    service,
    Object.fromEntries(Object.entries(given).map(([key, value]) => [key, { value, enumerable: true }])),
  ) as Service;
}

function anonymous(target: string): Mount {
  return { kind: 'anonymous', target, readOnly: false, options: [], long: false, known: true, path: [] };
}
