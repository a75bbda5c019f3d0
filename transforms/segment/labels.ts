import type { ComposeProject } from '../../src/compose/project';
import type { Segment, Topology } from '../../src/compose/reach/types';
import type { ComposeService } from '../../src/compose/service';
import { type LabelProxy, labelProxies } from '../../src/harden/intent/proxies';
import { isOwn, setPair } from '../../src/harden/ops';
import type { TransformContext } from '../../src/harden/transform';
import type { Attempt } from '../../src/harden/types';
import type { Op, Refusal } from '../../src/yaml/types';

const LABEL = 'traefik.docker.network';

/**
 * What has to be said so that reverse proxies go on finding their services. Traefik takes any address of a container that is on several
 * networks, unless a label names the network; one that it cannot reach answers 504 (traefik/traefik#6597). The label wants the real name of
 * the network. Caddy's docker-proxy and nginx-proxy look for a network that they are on themselves.
 */
export function labelOps(before: Topology, after: Topology, context: TransformContext): Attempt {
  const moved = context.project.services.filter(({ name }) => before.stations.get(name) !== after.stations.get(name));
  if (moved.length === 0) return { ops: [] };
  const proxies = labelProxies(context);
  const traefiks = proxies.filter(({ kind }) => kind === 'traefik').map(({ service }) => service);
  const ops: Op[] = [];
  const seen = new Set<unknown>();
  for (const service of moved) {
    const [old, now] = [networksOf(service, before), networksOf(service, after)];
    if (old.join() === now.join() || seen.has(service.map)) continue;
    seen.add(service.map);
    const ingress = movedIngress(service, before, after, proxies, context);
    if (ingress) return { refusal: ingress };
    if (![...service.labels.keys()].some((label) => label.startsWith('traefik.'))) continue;
    const done = traefikLabel(service, now, after, traefiks, context);
    if (done.refusal) return done;
    ops.push(...done.ops);
  }
  return { ops };
}

function traefikLabel(
  service: ComposeService,
  now: readonly string[],
  after: Topology,
  traefiks: readonly ComposeService[],
  { project }: TransformContext,
): Attempt {
  const shared =
    traefiks.length > 0 ? now.filter((network) => traefiks.every((each) => networksOf(each, after).includes(network))) : outer(now, after);
  const said = service.labels.get(LABEL)?.raw ?? preset(traefiks);
  if (said === undefined && now.length === 1) return { ops: [] };
  // It reaches every address there is.
  if (said === undefined && traefiks.length > 0 && shared.length === now.length) return { ops: [] };
  if (said !== undefined && shared.some((network) => isNamed(said, after.segments.get(network)!, project))) return { ops: [] };
  const [network] = shared;
  const real =
    network === undefined || (traefiks.length === 0 && shared.length > 1) ? undefined : realName(after.segments.get(network)!, project);
  if (real === undefined || !isOwn(service, 'labels')) return { refusal: stranded(service) };
  return { ops: setPair(service, 'labels', LABEL, real) };
}

/** What Traefik itself is told to use where no label says it. */
function preset(traefiks: readonly ComposeService[]): string | undefined {
  const words = traefiks.map((each) => [
    ...(each.command ?? []),
    ...[...each.environment].map(([name, value]) => `${name}=${value?.raw ?? ''}`),
  ]);
  const found = words.map((all) => /^(?:--providers\.docker\.network|TRAEFIK_PROVIDERS_DOCKER_NETWORK)=(.+)$/im.exec(all.join('\n'))?.[1]);
  return found.length > 0 && found.every((each) => each === found[0]) ? found[0] : undefined;
}

/** The networks on which a Traefik of another project can be. */
function outer(networks: readonly string[], { segments }: Topology): string[] {
  return networks.filter((network) => segments.get(network)?.external);
}

/** The real name as a Compose file can say it: Compose knows its project's name when it reads one. */
function realName({ name, realName: given, external }: Segment, project: ComposeProject): string | undefined {
  if (given !== undefined) return given;
  return external ? name : `${project.name ?? '${COMPOSE_PROJECT_NAME}'}_${name}`;
}

/** Whether a label means this network. Without the project's name, any name that ends like it is taken to. */
function isNamed(said: string, segment: Segment, project: ComposeProject): boolean {
  if (said === realName(segment, project)) return true;
  return segment.realName === undefined && !segment.external && project.name === undefined && said.endsWith(`_${segment.name}`);
}

function stranded(service: ComposeService): Refusal {
  return {
    code: 'needs-decision',
    message: `"${service.name}" is behind a Traefik and does not say which network to use: on one more network Traefik may pick an address it cannot reach`,
    snippet: `labels:\n  - ${LABEL}=<the real name of the network shared with Traefik>`,
  };
}

/** `CADDY_INGRESS_NETWORKS` names networks: a service that leaves the one it is reached on needs another name there. */
function movedIngress(
  service: ComposeService,
  before: Topology,
  after: Topology,
  proxies: readonly LabelProxy[],
  context: TransformContext,
): Refusal | undefined {
  const stays = new Set(networksOf(service, after));
  const left = networksOf(service, before).filter((network) => !stays.has(network));
  for (const { service: proxy, kind } of proxies) {
    const named = kind === 'caddy' ? proxy.environment.get('CADDY_INGRESS_NETWORKS')?.raw.split(/[\s,]+/) : undefined;
    if (!named || ![...service.labels.keys()].some((label) => /^caddy(?:_\d+)?(?:\.|$)/.test(label))) continue;
    const missed = left.find((network) => named.some((name) => isNamed(name, before.segments.get(network)!, context.project)));
    if (missed === undefined) continue;
    return {
      code: 'needs-decision',
      message: `"${proxy.name}" looks for services on "${missed}" (CADDY_INGRESS_NETWORKS), which "${service.name}" would leave`,
      snippet: 'environment:\n  - CADDY_INGRESS_NETWORKS=<the real names of the networks shared with Caddy>',
    };
  }
  return undefined;
}

function networksOf({ name }: ComposeService, { stations }: Topology): string[] {
  return stations.get(name)?.attachments.map(({ network }) => network) ?? [];
}
