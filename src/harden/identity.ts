import { sorted } from '../compose/data';
import { splitFile } from '../compose/file-path';
import type { YamlDocument } from '../yaml/document';
import { toData } from '../yaml/tree';
import type { Path } from '../yaml/types';
import type { Draft } from './types';
import type { Workspace } from './workspace';

/**
 * Keys of a service whose values are part of what a finding is: another image of a mount or a port is another finding. No key is here
 * whose value may hold a credential, since what comes of it is written to files.
 */
const TELLING = new Set<unknown>([
  'cap_add',
  'cap_drop',
  'cgroup',
  'cgroup_parent',
  'device_cgroup_rules',
  'devices',
  'group_add',
  'image',
  'ipc',
  'mem_limit',
  'network_mode',
  'networks',
  'pid',
  'ports',
  'privileged',
  'read_only',
  'restart',
  'security_opt',
  'tmpfs',
  'user',
  'userns_mode',
  'uts',
  'volumes',
]);

/**
 * What makes a finding the same one in another run: the transform, the service and the place, items of a list by what they say and not by
 * where they stand. Edits elsewhere, a new line above, or another wording of the message change nothing.
 */
export function identityOf(transform: string, { service, path: place }: Draft, { documents }: Workspace): string {
  const { file, path } = splitFile(place);
  const document = documents[file]!;
  const telling = path[0] === 'services' && TELLING.has(path[2]);
  const steps = path.map((part, index) => (typeof part === 'string' ? part : itemStep(document, path.slice(0, index + 1), telling)));
  const value = telling && path.length === 3 ? valueAt(document, path) : undefined;
  return JSON.stringify([transform, service, steps, ...(value === undefined ? [] : [value])]);
}

/** A list item by its value; where that may be a credential, by its name (`NAME=value`), else by its number. */
function itemStep(document: YamlDocument, path: Path, telling: boolean): string {
  const value = valueAt(document, path);
  if (telling && value !== undefined) return value;
  const name = typeof value === 'string' ? /^"([\w.-]+)[=:]/.exec(value)?.[1] : undefined;
  return name ?? `#${path.at(-1)}`;
}

function valueAt(document: YamlDocument, path: Path): string | undefined {
  const node = document.at(path);
  return node && JSON.stringify(sorted(toData(node)));
}
