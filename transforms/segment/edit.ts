import { isMap } from '../../src/compose/data';
import { inFile } from '../../src/compose/file-path';
import type { ComposeProject, Network } from '../../src/compose/project';
import type { ComposeService } from '../../src/compose/service';
import type { Data, Op } from '../../src/yaml/types';
import { joinsOf, type Plan } from './plan';

/** The ops that make a plan so. */
export function opsOf(plan: Plan, project: ComposeProject): Op[] {
  const file = homeOf(plan, project) ?? 0;
  const ops: Op[] = plan.groups.map(({ name, internal }) => ({
    op: 'add',
    path: inFile(file, ['networks', name]),
    value: internal ? { internal: true } : null,
  }));
  if (plan.close) ops.push(closing(project.networks.get(plan.network)!, project));
  const seen = new Set<unknown>();
  for (const service of project.services) {
    const joins = joinsOf(service.name, plan.groups);
    const leaves = plan.leaving.includes(service.name);
    // `web2: *web` is the same text: changing it once is changing both.
    if ((joins.length === 0 && !leaves) || seen.has(service.map)) continue;
    seen.add(service.map);
    ops.push(...(leaves ? leave(service, plan.network, joins) : join(service, plan.network, joins)));
  }
  return ops;
}

/** Why a plan's changes have no place to be written, or undefined. */
export function noPlace(plan: Plan, project: ComposeProject): string | undefined {
  if (homeOf(plan, project) === undefined) return 'its services are in several files that are included, each with networks of its own';
  const moving = project.services.filter((service) => plan.leaving.includes(service.name) || joinsOf(service.name, plan.groups).length > 0);
  const several = moving.find((service) => ['networks', 'labels'].some((key) => saidIn(service, key) > 1));
  return several && `several files say which networks "${several.name}" is on, or what its labels are`;
}

/** The file for the new networks: an included one is a project of its own, which has to have the networks of its services. */
function homeOf(plan: Plan, project: ComposeProject): number | undefined {
  const moving = project.services.filter((service) => plan.leaving.includes(service.name) || joinsOf(service.name, plan.groups).length > 0);
  const included = new Set(moving.map(({ file }) => file).filter((file) => project.files[file]?.role === 'included'));
  return included.size > 1 ? undefined : ([...included][0] ?? 0);
}

function saidIn({ pieces }: ComposeService, key: string): number {
  return pieces.filter(({ map }) => map.entries.some((entry) => entry.key.text === key)).length;
}

function closing(network: Network, project: ComposeProject): Op {
  const data = project.top('networks')[network.name];
  return { op: isMap(data) && 'internal' in data ? 'replace' : 'add', path: [...network.path, 'internal'], value: true };
}

function leave(service: ComposeService, from: string, joins: readonly string[]): Op[] {
  const path = service.at('networks');
  const data = service.nearest('networks');
  const [first, ...more] = joins;
  if (service.origin('networks') === 'own' && Array.isArray(data) && data.length > 0) {
    const here = [...path, data.indexOf(from)];
    if (first === undefined) return [{ op: 'remove', path: here }];
    return [{ op: 'replace', path: here, value: first }, ...more.map((value): Op => ({ op: 'append', path, value }))];
  }
  if (service.origin('networks') === 'own' && hasKeys(data)) {
    if (first === undefined) return [{ op: 'remove', path: [...path, from] }];
    // Its settings on the old network, aliases above all, go along.
    return [
      { op: 'rename', path: [...path, from], key: first },
      ...more.map((name): Op => ({ op: 'add', path: [...path, name], value: aliases(service, from) })),
    ];
  }
  return whole(
    service,
    from,
    (service.networks?.map(({ name }) => name) ?? [from]).filter((name) => name !== from),
    joins,
  );
}

function join(service: ComposeService, from: string, joins: readonly string[]): Op[] {
  const path = service.at('networks');
  const data = service.nearest('networks');
  if (service.origin('networks') === 'own' && Array.isArray(data) && data.length > 0)
    return joins.map((value): Op => ({ op: 'append', path, value }));
  if (service.origin('networks') === 'own' && hasKeys(data)) {
    // Those who move along still find it by its other names.
    return joins.map((name): Op => ({ op: 'add', path: [...path, name], value: aliases(service, from) }));
  }
  return whole(service, from, service.networks?.map(({ name }) => name) ?? [from], joins);
}

/** All of the networks, where there is no key yet or it is inherited. A key of one's own ends the implicit `default`, so that one is in it. */
function whole(service: ComposeService, from: string, stays: readonly string[], joins: readonly string[]): Op[] {
  const path = service.at('networks');
  const settings = [
    ...stays.map((name) => [name, aliases(service, name)] as const),
    ...joins.map((name) => [name, aliases(service, from)] as const),
  ];
  const value: Data = settings.some(([, each]) => each !== null) ? Object.fromEntries(settings) : settings.map(([name]) => name);
  const origin = service.origin('networks');
  if (origin === 'own' || origin === 'alias') return [{ op: 'replace', path, value }];
  return [{ op: 'add', path, value, near: ['ports', 'depends_on'] }];
}

function aliases(service: ComposeService, network: string): Data {
  const names = service.networks?.find(({ name }) => name === network)?.aliases ?? [];
  return names.length > 0 ? { aliases: [...names] } : null;
}

/** `networks: {}` is the implicit network, as no key at all. */
function hasKeys(data: Data | undefined): boolean {
  return isMap(data) && Object.keys(data).length > 0;
}
