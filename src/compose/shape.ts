import { InputError } from '../errors';
import { table } from '../table';
import type { YamlDocument } from '../yaml/document';
import { effectiveEntries, find, isNull, type MapNode, type Node, resolve } from '../yaml/tree';
import type { Path } from '../yaml/types';
import { nearestKey } from './near-misses';

type Kind = 'map' | 'list' | 'text';

/** What a service's keys may be, for the keys that batten reads as a structure. A wrong kind is an error of the file, found here with its place. */
const SERVICE_KEYS: Record<string, readonly Kind[]> = table({
  cap_add: ['list'],
  cap_drop: ['list'],
  security_opt: ['list'],
  ports: ['list'],
  volumes: ['list'],
  devices: ['list'],
  secrets: ['list'],
  configs: ['list'],
  tmpfs: ['list', 'text'],
  networks: ['list', 'map'],
  environment: ['list', 'map'],
  labels: ['list', 'map'],
  depends_on: ['list', 'map'],
  image: ['text'],
  user: ['text'],
  privileged: ['text'],
  read_only: ['text'],
  network_mode: ['text'],
  deploy: ['map'],
});

/** How many services, or entries of one section or key, a file may have: each is looked at by every transform, and no file people write has as many. */
const MOST_ENTRIES = 10_000;

/**
 * Checks that a document has the shape of a Compose file and returns its root map. Only the `main` file of a project needs services.
 * @throws InputError `not-compose`, `compose-v1`, `no-services`, `wrong-type`, `too-many`, with line and column
 */
export function checkShapes(document: YamlDocument, main = true): MapNode {
  const root = resolve(document.root);
  if (root.kind !== 'map') {
    throw at(document, [], 'not-compose', `the file holds ${article(root)}, not a map`, 'a Compose file has a top-level `services:` map');
  }
  for (const { key, node } of effectiveEntries(root)) bounded(document, [key], resolve(node));
  const services = find(root, 'services');
  if (!services || isNull(services.node)) {
    if (find(root, 'include') || !main) return root;
    throw noServices(document, root);
  }
  if (services.node.kind !== 'map') {
    throw at(
      document,
      ['services'],
      'wrong-type',
      `services must be a map of names, it is ${article(services.node)}`,
      'write each service as a key: `web:`',
    );
  }
  for (const key of ['networks', 'volumes', 'secrets', 'configs']) {
    const node = find(root, key)?.node;
    if (node && node.kind !== 'map' && !isNull(node)) {
      throw at(document, [key], 'wrong-type', `${key} must be a map, it is ${article(node)}`, `write each as a key under \`${key}:\``);
    }
  }
  for (const { key, node } of effectiveEntries(services.node)) if (!key.startsWith('x-')) checkService(document, key, resolve(node));
  return root;
}

function checkService(document: YamlDocument, name: string, service: Node): void {
  const path = ['services', name];
  if (service.kind !== 'map')
    throw at(
      document,
      path,
      'wrong-type',
      `services.${name} must be a map, it is ${article(service)}`,
      'write its keys below its name: `image:`',
    );
  for (const { key, node } of effectiveEntries(service)) {
    const kinds = SERVICE_KEYS[key];
    const value = resolve(node);
    bounded(document, [...path, key], value);
    if (!kinds || value.tag === '!reset' || kinds.includes(kindOf(value)) || (value.kind === 'scalar' && isNull(value))) continue;
    const wanted = kinds.map((kind) => ({ map: 'a map', list: 'a list', text: 'a single value' })[kind]).join(' or ');
    throw at(
      document,
      [...path, key],
      'wrong-type',
      `services.${name}.${key} must be ${wanted}, it is ${article(value)}`,
      'Compose refuses such a file: see its reference for the key',
    );
  }
}

function bounded(document: YamlDocument, path: Path, node: Node): void {
  const count = node.kind === 'map' ? node.entries.length : node.kind === 'seq' ? node.items.length : 0;
  if (count <= MOST_ENTRIES) return;
  const [some, most] = [count, MOST_ENTRIES].map((number) => number.toLocaleString('en'));
  throw at(document, path, 'too-many', `${path.join('.')} has ${some} entries, at most ${most} are read`, 'is it a Compose file?');
}

function noServices(document: YamlDocument, root: MapNode): InputError {
  const looksLikeV1 = root.entries.some((entry) => {
    const value = resolve(entry.value);
    return value.kind === 'map' && (find(value, 'image') !== undefined || find(value, 'build') !== undefined);
  });
  if (looksLikeV1) {
    const hint = 'Compose v2 cannot read it either: put the services under a top-level `services:` key';
    return at(document, [root.entries[0]!.key.text], 'compose-v1', 'this is a Compose v1 file: its services stand at the top level', hint);
  }
  const first = root.entries[0];
  const meant = root.entries.find(({ key }) => nearestKey(key.text, '') === 'services');
  const hint = meant ? 'did you mean services?' : 'is it a Compose file?';
  const place = meant ?? first;
  return at(document, place ? [place.key.text] : [], 'no-services', 'the file has no `services:`', hint);
}

function kindOf(node: Node): Kind {
  return node.kind === 'map' ? 'map' : node.kind === 'seq' ? 'list' : 'text';
}

function article(node: Node): string {
  return { map: 'a map', list: 'a list', text: 'a single value' }[kindOf(node)];
}

function at(document: YamlDocument, path: Path, code: string, message: string, hint?: string): InputError {
  return new InputError(code, message, { position: document.source.position(document.rangeOf(path).start), hint });
}
