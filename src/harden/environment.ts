import { isMap } from '../compose/data';
import type { ComposeService } from '../compose/service';
import type { Data, Op } from '../yaml/types';

/** Where a new `environment:` is written, when a service has none. */
const NEAR = ['env_file', 'container_name', 'image', 'build'];

/** The item of a list (`NAME=value`, or `NAME` alone) that sets a variable; -1 when none does. The last one counts, as in Compose. */
export function indexOfVariable(list: readonly Data[], name: string): number {
  return list.findLastIndex((item) => String(item) === name || String(item).startsWith(`${name}=`));
}

/**
 * Ops that set a variable of a service, in the form in which its variables are written. One that is inherited through `<<` or an alias
 * would be lost with a local one, so the union is written; over what it `extends`, Compose merges by name.
 */
export function setVariable(service: ComposeService, name: string, value: string, style: 'map' | 'list' = 'map'): Op[] {
  const path = service.at('environment');
  const origin = service.origin('environment');
  const data = service.nearest('environment') ?? null;
  if (origin === undefined || origin === 'extends') {
    return [{ op: 'add', path, value: style === 'list' ? [`${name}=${value}`] : { [name]: value }, near: NEAR }];
  }
  if (origin === 'merge') return [{ op: 'add', path, value: withVariable(data, name, value), near: NEAR }];
  if (origin === 'alias' || data === null) return [{ op: 'replace', path, value: withVariable(data, name, value) }];
  return [ownVariable(service, data, name, value)];
}

function ownVariable(service: ComposeService, data: Data, name: string, value: string): Op {
  const path = service.at('environment');
  if (isMap(data)) return { op: service.ownsEntry('environment', name) ? 'replace' : 'add', path: [...path, name], value };
  const index = indexOfVariable(data as Data[], name);
  if (index < 0) return { op: 'append', path, value: `${name}=${value}` };
  return { op: 'replace', path: [...path, index], value: `${name}=${value}` };
}

function withVariable(data: Data, name: string, value: string): Data {
  if (!Array.isArray(data)) return { ...(isMap(data) ? data : {}), [name]: value };
  const index = indexOfVariable(data, name);
  return index < 0 ? [...data, `${name}=${value}`] : data.with(index, `${name}=${value}`);
}

/** How most services of a project write their variables. */
export function environmentStyle(services: readonly ComposeService[]): 'map' | 'list' {
  const lists = services.map((service) => service.nearest('environment')).filter((data) => data !== undefined && data !== null);
  return lists.filter(Array.isArray).length * 2 > lists.length ? 'list' : 'map';
}
