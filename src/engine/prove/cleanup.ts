import { readFileSync } from 'node:fs';
import type { Engine } from '../client/engine';
import { instances, removeInstance } from '../trace/tracefs';
import { processHome } from '../trial/machine';
import { HOME_LABEL, LABEL, PREFIX } from '../trial/options';
import { isAlive, type Leftover, leftovers, removeFolder, type Scratch } from '../trial/scratch';

/** What a clean-up removed, and what it left and why. */
export interface CleanedUp {
  containers: number;
  networks: number;
  volumes: number;
  images: number;
  folders: number;
  /** Places where the kernel was told to trace. */
  traces: number;
  left: string[];
}

/**
 * Removes what one run made. Used at its end, whatever the end is.
 *
 * @returns what could not be removed, and why
 */
export async function removeRun(engine: Engine, scratch: Scratch): Promise<string | undefined> {
  await removeLabelled(engine, `${LABEL}=${scratch.id}`);
  for (const { id, directory } of instances()) if (id === scratch.id) removeInstance(directory);
  const left = scratch.remove();
  return left && foreign(left);
}

const foreign = (directory: string): string => `${directory} has files of other users: remove it as root`;

/**
 * Removes everything that trials of this machine left behind: what carries the labels, and folders. A run that is still going on keeps what it has, and
 * so does one of another machine that uses the same Engine. Compose processes of a run that is gone are ended first, or they would go on making containers.
 */
export async function cleanUp(engine: Engine): Promise<CleanedUp> {
  const sum: CleanedUp = { containers: 0, networks: 0, volumes: 0, images: 0, folders: 0, traces: 0, left: [] };
  const all = leftovers();
  const alive = new Set<string>();
  const elsewhere = new Map<string, string>();
  const here = processHome();
  // Asked about each thing as it is found: a run may have networks before it has any container, and may have begun a moment ago.
  const isGone = (id: string, home = here): boolean => {
    // A number of a process of another machine says nothing here.
    if (home !== here) elsewhere.set(id, home);
    else if (isAlive(id)) alive.add(id);
    return home === here && !alive.has(id);
  };
  for (const each of all) if (isGone(each.id)) endStarted(each);
  for (const { id, directory } of instances()) {
    if (!isGone(id)) continue;
    if (removeInstance(directory)) sum.traces += 1;
    else sum.left.push(`${directory} is in use`);
  }
  // A request that was on its way when its Compose was ended may be finished by the Engine a moment later.
  for (let round = 0, empty = 0; empty < 2 && round < 20; round++) {
    const removed = await removeLabelled(engine, LABEL, isGone);
    for (const key of ['containers', 'networks', 'volumes', 'images'] as const) sum[key] += removed[key];
    empty = removed.containers + removed.networks + removed.volumes === 0 ? empty + 1 : 0;
    if (empty < 2) await new Promise((resolve) => setTimeout(resolve, 300));
  }
  for (const { directory, id } of all) {
    if (!isGone(id)) continue;
    const left = removeFolder(directory);
    if (left) sum.left.push(foreign(left));
    else sum.folders += 1;
  }
  for (const id of alive) sum.left.push(`the run ${id} is still going on`);
  for (const [id, home] of elsewhere) {
    const [name] = home.split('/');
    const whose = name
      ? `is of another machine (${name}), which has to say whether it still goes on`
      : 'does not say on which machine it is';
    sum.left.push(`the run ${id} ${whose}: docker ps --all --filter label=${LABEL}=${id} shows it`);
  }
  return sum;
}

/** Ends Compose processes of a run, known by the run's own folder or project among their arguments. */
function endStarted({ started, directory, id }: Leftover): void {
  for (const pid of started) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (words.includes(directory) || words.includes(`${PREFIX}${id}`)) process.kill(pid, 'SIGKILL');
    } catch {
      // It is gone, or this is no Linux, where it ends by itself.
    }
  }
}

type Counts = Pick<CleanedUp, 'containers' | 'networks' | 'volumes' | 'images'>;

async function removeLabelled(engine: Engine, label: string, isOurs: (id: string, home: string) => boolean = () => true): Promise<Counts> {
  const ours = (labels: Record<string, string> | null | undefined): boolean => isOurs(labels?.[LABEL] ?? '', labels?.[HOME_LABEL] ?? '');
  const counts: Counts = { containers: 0, networks: 0, volumes: 0, images: 0 };
  const filters = JSON.stringify({ label: [label] });
  const remove = async (path: string, kind: keyof Counts, query?: Record<string, boolean>): Promise<void> => {
    const done = await engine.client.bytes('DELETE', path, { query }).then(
      () => true,
      () => false,
    );
    if (done) counts[kind] += 1;
  };
  for (const { Id, Labels } of await engine.containers(label))
    if (ours(Labels)) await remove(`/containers/${Id}`, 'containers', { force: true, v: true });
  const networks = await engine.client.get<{ Id: string; Labels: Record<string, string> }[]>('/networks', { filters });
  for (const { Id, Labels } of networks) if (ours(Labels)) await remove(`/networks/${Id}`, 'networks');
  const { Volumes } = await engine.client.get<{ Volumes: { Name: string; Labels: Record<string, string> }[] | null }>('/volumes', {
    filters,
  });
  for (const { Name, Labels } of Volumes ?? []) if (ours(Labels)) await remove(`/volumes/${Name}`, 'volumes', { force: true });
  const images = await engine.client.get<{ Id: string; Labels: Record<string, string> | null }[]>('/images/json', { filters });
  for (const { Id, Labels } of images) if (ours(Labels)) await remove(`/images/${Id}`, 'images', { force: true });
  return counts;
}
