import { splitFile } from '../compose/file-path';
import type { ComposeProject } from '../compose/project';
import { IGNORED_IN_SWARM } from '../compose/swarm';
import { NOT_ON_WINDOWS } from '../compose/windows';
import { isWindows } from '../images/tells';
import type { Path } from '../yaml/types';
import type { Proposal } from './types';

/** Keeps back what would do nothing, or be refused, where the project runs: in a Swarm, or on an Engine for Windows containers. Each is noted once. */
export class Honoured {
  private readonly inSwarm = new Set<string>();
  private readonly onWindows = new Set<string>();
  private windows: { project: ComposeProject; services: ReadonlySet<string> } | undefined;

  /** The proposals that mean something to the Engine. */
  of(proposals: readonly Proposal[], project: ComposeProject): Proposal[] {
    let left = [...proposals];
    if (project.swarm) left = left.filter((proposal) => speaksOf(proposal, IGNORED_IN_SWARM, this.inSwarm));
    if (left.length === 0) return left;
    if (this.windows?.project !== project) this.windows = { project, services: windowsServices(project) };
    const { services } = this.windows;
    return left.filter((proposal) => !services.has(proposal.service) || speaksOf(proposal, NOT_ON_WINDOWS, this.onWindows));
  }

  get notes(): string[] {
    const [swarm, windows] = [this.inSwarm, this.onWindows].map((keys) => [...keys].sort().join(', '));
    return [
      ...(swarm ? [`this is a Swarm stack: docker stack deploy ignores ${swarm}, so nothing is proposed about that`] : []),
      ...(windows ? [`these are Windows containers: nothing is proposed about ${windows}, which would be for Linux`] : []),
    ];
  }
}

/** Whether a change reaches beyond `keys`; those of one that does not are remembered. */
function speaksOf({ ops, path }: Proposal, keys: ReadonlySet<string>, remembered: Set<string>): boolean {
  const found = (ops?.map((op) => op.path) ?? [path]).map((place) => keyOf(place, keys));
  if (found.some((key) => key === undefined)) return true;
  for (const key of found) remembered.add(key!);
  return false;
}

/** The key of a service a place is in, or the project's own networks; undefined when it is none of `keys`. */
function keyOf(place: Path, keys: ReadonlySet<string>): string | undefined {
  const [top, , key] = splitFile(place).path;
  const name = top === 'services' ? key : top;
  return typeof name === 'string' && keys.has(name) ? name : undefined;
}

/** One Engine runs containers of one kind, so one tells for all; only the nodes of a Swarm may differ. */
function windowsServices(project: ComposeProject): ReadonlySet<string> {
  const found = project.services.filter(isWindows);
  return new Set((project.swarm || found.length === 0 ? found : project.services).map(({ name }) => name));
}
