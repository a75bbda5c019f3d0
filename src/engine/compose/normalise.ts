import { isMap } from '../../compose/data';
import type { Data } from '../../yaml/types';
import { listOf, type Model, type ModelService, mapOf } from './model';

/**
 * Brings what either Compose writes into one form: ports, mounts and labels as maps. The old Compose writes some of them in their short
 * forms, with paths made absolute.
 */
export function normalise(model: Model): Model {
  const services = Object.fromEntries(Object.entries(model.services ?? {}).map(([name, service]) => [name, normaliseService(service)]));
  return { ...model, services };
}

function normaliseService(service: ModelService): ModelService {
  return {
    ...service,
    ...(service.volumes !== undefined && { volumes: listOf(service.volumes).map(mount) }),
    ...(service.ports !== undefined && { ports: listOf(service.ports).map(port) }),
    ...(service.networks !== undefined && { networks: byName(service.networks) }),
    ...(service.depends_on !== undefined && { depends_on: byName(service.depends_on, { condition: 'service_started' }) }),
    ...(service.ulimits !== undefined && { ulimits: ulimits(service.ulimits) }),
    ...(service.tmpfs !== undefined && { tmpfs: typeof service.tmpfs === 'string' ? [service.tmpfs] : service.tmpfs }),
  };
}

function mount(item: Data): Data {
  if (typeof item !== 'string') return item;
  const [source = '', target, mode = ''] = item.split(':');
  if (target === undefined) return { type: 'volume', target: source };
  const type = source.startsWith('/') ? 'bind' : 'volume';
  return { type, source, target, ...(/\bro\b/.test(mode) && { read_only: true }) };
}

function port(item: Data): Data {
  if (typeof item !== 'string' && typeof item !== 'number') return item;
  const match = /^(?:(?:(.*):)?([\d-]*):)?(\d+)(?:\/(\w+))?$/.exec(String(item));
  if (!match) return { target: Number.parseInt(String(item), 10), protocol: 'tcp' };
  const [, host, published, target, protocol = 'tcp'] = match;
  return { target: Number(target), protocol, ...(published && { published }), ...(host && { host_ip: host }) };
}

/** Compose leaves out a limit of 0 when it writes JSON, and does not read what is left then. */
function ulimits(data: Data): Data {
  return Object.fromEntries(
    Object.entries(mapOf(data)).map(([name, limit]) => {
      if (!isMap(limit)) return [name, limit];
      return [name, Object.keys(limit).length === 0 ? 0 : { soft: 0, hard: 0, ...limit }];
    }),
  );
}

function byName(data: Data, value: Data = null): Data {
  return Array.isArray(data) ? Object.fromEntries(data.map((name) => [String(name), value])) : mapOf(data);
}
