import { isMap } from '../../src/compose/data';
import { inFile } from '../../src/compose/file-path';
import type { ComposeProject, Network } from '../../src/compose/project';
import type { ComposeService } from '../../src/compose/service';
import { addNames, type Named, replaceName } from '../../src/harden/ops';
import type { Data, Op } from '../../src/yaml/types';
import { joinsIn, movingIn, type Plan } from './plan';

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
  const [joining, leaving] = [joinsIn(plan), new Set(plan.leaving)];
  for (const service of movingServices(plan, project)) {
    const joins = joining.get(service.name) ?? [];
    const leaves = leaving.has(service.name);
    // `web2: *web` is the same text: changing it once is changing both.
    if (seen.has(service.map)) continue;
    seen.add(service.map);
    ops.push(...(leaves ? leave(service, plan.network, joins) : join(service, plan.network, joins)));
  }
  return ops;
}

/** Why a plan's changes have no place to be written, or undefined. */
export function noPlace(plan: Plan, project: ComposeProject): string | undefined {
  if (homeOf(plan, project) === undefined) return 'its services are in several files that are included, each with networks of its own';
  const moving = movingServices(plan, project);
  const several = moving.find((service) => ['networks', 'labels'].some((key) => saidIn(service, key) > 1));
  return several && `several files say which networks "${several.name}" is on, or what its labels are`;
}

/** The file for the new networks: an included one is a project of its own, which has to have the networks of its services. */
function homeOf(plan: Plan, project: ComposeProject): number | undefined {
  const moving = movingServices(plan, project);
  const included = new Set(moving.map(({ file }) => file).filter((file) => project.files[file]?.role === 'included'));
  return included.size > 1 ? undefined : ([...included][0] ?? 0);
}

/** The services whose networks a plan changes, in the order of the file. */
function movingServices(plan: Plan, project: ComposeProject): ComposeService[] {
  const order = [...movingIn(plan)].flatMap((name) => project.service(name) ?? []);
  return order.sort((a, b) => project.indexOf(a) - project.indexOf(b));
}

function saidIn({ pieces }: ComposeService, key: string): number {
  return pieces.filter(({ map }) => map.entries.some((entry) => entry.key.text === key)).length;
}

function closing(network: Network, project: ComposeProject): Op {
  const data = project.top('networks')[network.name];
  return { op: isMap(data) && 'internal' in data ? 'replace' : 'add', path: [...network.path, 'internal'], value: true };
}

function leave(service: ComposeService, from: string, joins: readonly string[]): Op[] {
  // Its settings on the old network, aliases above all, go along.
  return replaceName(
    service,
    'networks',
    from,
    joins.map((name) => [name, aliases(service, from)]),
    there(service, from).filter(([name]) => name !== from),
  );
}

function join(service: ComposeService, from: string, joins: readonly string[]): Op[] {
  // Those who move along still find it by its other names.
  return addNames(
    service,
    'networks',
    joins.map((name) => [name, aliases(service, from)]),
    there(service, from),
  );
}

/** The networks it is on; a key of its own ends the implicit `default`, so that one is in it. */
function there(service: ComposeService, from: string): Named[] {
  return (service.networks?.map(({ name }) => name) ?? [from]).map((name) => [name, aliases(service, name)]);
}

function aliases(service: ComposeService, network: string): Data {
  const names = service.networks?.find(({ name }) => name === network)?.aliases ?? [];
  return names.length > 0 ? { aliases: [...names] } : null;
}
