import { BattenError } from '../../errors';
import { outside, type Person, sameNumbers } from '../../ownership/access';
import { type Listing, ListingError } from '../../ownership/entries';
import { fileSystemOf } from '../../ownership/filesystems';
import { isSame, type NumberMap, readNumberMap } from '../../ownership/numbers';
import { type MountPlan, numbers, planMount, type Refusal } from '../../ownership/plan';
import type { Engine } from '../client/engine';
import type { ContainerInfo } from '../client/types';
import type { Model } from '../compose/model';
import { processHome } from '../trial/machine';
import { HOME_LABEL } from '../trial/options';
import { type Crew, containersOf, keyOf, mountsOf, overlaps, type UsedMount, usersOf } from './mounts';
import { People } from './people';
import { hostPlaceOf } from './places';
import { localImage, Toolboxes } from './toolbox';
import { type MountFacts, OWNERS_LABEL, type Toolbox, Worker } from './worker';

/** What a plan is made with. */
export interface PlanSetup {
  engine: Engine;
  /** Tells what was made for this run from what others made. */
  label: string;
  /** Also what is refused because it reaches further than expected. */
  all: boolean;
  /** A local image with the programs it takes, as the person named it. */
  image?: string;
  /** Told what is looked at. */
  progress(what: string): void;
}

/** One mount with what becomes of it. */
export interface PlannedMount extends UsedMount {
  plan: MountPlan;
  /** What did the looking. */
  toolbox?: Toolbox;
  facts?: MountFacts;
}

/** One service, as whom it runs, and whether it can. */
export interface PlannedService {
  name: string;
  image?: string;
  before?: Person;
  after?: Person;
  /**
   * `same` = its user stays, and can use all it has; `fits` = its user changes, and nothing else has to; `moves` = owners change for it;
   * `refused` = it stays as it is; `unknown` = as whom it runs cannot be told.
   */
  status: 'same' | 'fits' | 'moves' | 'refused' | 'unknown';
  /** Why it stays as it is. */
  refusal?: Refusal;
}

/** What becomes of the owners of a project. */
export interface ProjectPlan {
  project: string;
  services: PlannedService[];
  /** Those that somebody uses who is not root, afterwards. */
  mounts: PlannedMount[];
}

/** Without `all` no more than that is read of the names of a mount, in bytes. */
const MOST_OF_A_LISTING = 64 * 1024 * 1024;

/**
 * Plans whose files have to become whose, for the services of a project to run as they will. A service for which something cannot be done stays as
 * it is, with all it shares. Nothing is changed.
 */
export async function planProject(setup: PlanSetup, before: Model, after: Model): Promise<ProjectPlan> {
  const { engine, label, progress } = setup;
  const images = new Map<string, string>();
  for (const [name, service] of Object.entries(after.services)) {
    const image = await localImage(engine, after, name, service);
    if (image !== undefined) images.set(name, image);
  }
  const toolboxes = new Toolboxes(engine, images, setup.image, label);
  const crew = await crewOf(setup, images, before, after);
  const looked = new Map<string, Looked>();
  const held = new Map<string, Refusal>();
  for (;;) {
    const now = withHeld(crew, held);
    const concerned = (await mountsOf(engine, after, now)).filter(({ uses }) =>
      uses.some((use) => use.after.uid !== 0 && use.after.overrides !== 'all'),
    );
    await inTurns(concerned, async (used) => {
      const key = keyOf(used.mount);
      if (looked.has(key)) return;
      progress(used.shown);
      looked.set(key, await look(setup, toolboxes, used));
    });
    const mounts = concerned.map((used) => planned(used, looked.get(keyOf(used.mount))!, setup.all));
    refuseOverlaps(mounts);
    refuseInUse(mounts, await running(engine, String(after.name)));
    const more = newlyHeld(mounts, now, held);
    if (more.length === 0) return { project: String(after.name), services: servicesOf(after, images, crew, held, mounts), mounts };
    for (const [name, refusal] of more) held.set(name, refusal);
  }
}

/** So many mounts are looked at, or changed, at a time: each takes a container, which takes its time to start. */
const AT_A_TIME = 4;

/** Does something with each of several, some at a time. When one fails, no other is begun, and it fails when those under way have ended. */
export async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const failures: unknown[] = [];
  const next = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined && failures.length === 0; item = queue.shift()) {
      await work(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, items.length) }, next));
  if (failures.length > 0) throw failures[0];
}

/** As whom services run: by the numbers of the host, where the Engine gives containers others. */
async function crewOf({ engine, label }: PlanSetup, images: ReadonlyMap<string, string>, before: Model, after: Model): Promise<Crew> {
  const people = new People(engine, { [OWNERS_LABEL]: label, [HOME_LABEL]: processHome() });
  const crew = new Map<string, { before: Person; after: Person }>();
  const [image] = images.values();
  const namespace = engine.facts.security.includes('userns') && image !== undefined ? await namespaceOf(engine, image, label) : undefined;
  for (const [name, service] of Object.entries(after.services)) {
    const own = images.get(name);
    const old = before.services[name] ?? service;
    const [was, becomes] = own === undefined ? [] : [await people.of(old, own), await people.of(service, own)];
    if (!was || !becomes) continue;
    const place = (person: Person, mode: unknown): Person => (namespace && mode !== 'host' ? outside(person, namespace) : person);
    crew.set(name, { before: place(was, old.userns_mode), after: place(becomes, service.userns_mode) });
  }
  return crew;
}

/** The numbers that containers have where the Engine remaps them; undefined when they are those of the host. */
async function namespaceOf(engine: Engine, image: string, label: string): Promise<{ users: NumberMap; groups: NumberMap } | undefined> {
  const [users, groups] = (await Worker.numbers(engine, image, label)).map((text) => readNumberMap(text));
  return users && groups && !isSame(users) ? { users, groups } : undefined;
}

function withHeld(crew: Crew, held: ReadonlyMap<string, Refusal>): Crew {
  return new Map([...crew].map(([name, { before, after }]) => [name, held.has(name) ? { before, after: before } : { before, after }]));
}

/** What was seen of a mount. */
type Looked = { listing: Listing; facts: MountFacts; toolbox: Toolbox } | { refusal: Refusal };

async function look(setup: PlanSetup, toolboxes: Toolboxes, { mount, uses }: UsedMount): Promise<Looked> {
  const { engine, all } = setup;
  if (mount.type === 'bind') {
    if (!engine.sharesFiles) {
      return {
        refusal: {
          code: 'not-seen',
          message: 'it is on another machine, where its path may lead elsewhere',
          hint: 'run batten on that machine',
        },
      };
    }
    const place = hostPlaceOf(mount.path, engine.home.data);
    if (place !== undefined)
      return {
        refusal: { code: 'host-place', message: `it is of the host's own: ${place}`, hint: 'mount a directory of the project instead' },
      };
  }
  const services = uses.map(({ service }) => service);
  let found: Awaited<ReturnType<Toolboxes['worker']>>;
  try {
    found = await toolboxes.worker(mount, services);
  } catch (error) {
    if (!(error instanceof BattenError)) throw error;
    return { refusal: { code: 'not-seen', message: `it cannot be mounted to be looked at: ${error.message}` } };
  }
  if (!found) return { refusal: NO_TOOLS };
  const { worker, toolbox } = found;
  try {
    return { ...(await worker.look(all ? undefined : MOST_OF_A_LISTING)), toolbox };
  } catch (error) {
    if (!(error instanceof ListingError || error instanceof BattenError)) throw error;
    const hint = 'stop what writes to it, and try again';
    return { refusal: { code: 'not-seen', message: `it cannot be read as it is: ${error.message}`, hint } };
  } finally {
    await worker.end();
  }
}

const NO_TOOLS: Refusal = {
  code: 'no-tools',
  message: 'no image here has a shell with find, stat, xargs and chown',
  hint: 'name a local one with --image, such as busybox after "docker pull busybox"',
};

function planned(used: UsedMount, looked: Looked, all: boolean): PlannedMount {
  if ('refusal' in looked) return { ...used, plan: { total: 0, owners: [], changes: [], left: [], refusal: looked.refusal } };
  const { listing, facts, toolbox } = looked;
  const plan = planMount(listing, used.uses, { kind: used.mount.type, all });
  const refusal = plan.changes.length > 0 ? refusalOf(facts, used) : undefined;
  return { ...used, plan: refusal ? { ...plan, changes: [], refusal } : plan, toolbox, facts };
}

/** Why the file system does not let owners be changed. */
function refusalOf({ fileSystem, readOnly }: MountFacts, { mount }: UsedMount): Refusal | undefined {
  if (readOnly) return { code: 'read-only', message: 'its file system is mounted read-only' };
  const special = fileSystemOf(fileSystem);
  if (special?.owners !== 'never') return undefined;
  const where = mount.type === 'volume' ? 'in the o: of its driver_opts' : 'where it is mounted';
  return {
    code: 'no-owners',
    message: `${special.name} keeps no owners: all of it belongs to whom the mount says`,
    hint: `set uid= and gid= ${where} to the user of the service`,
  };
}

/** Two mounts of which one is in the other have the same files: they can only become one user's. */
function refuseOverlaps(mounts: PlannedMount[]): void {
  for (const one of mounts) {
    for (const other of mounts) {
      if (one === other || one.mount.type !== 'bind' || other.mount.type !== 'bind' || !overlaps(one.mount.path, other.mount.path))
        continue;
      const [a, b] = [one.plan.owner, other.plan.owner];
      if (!a || !b || a.uid === b.uid) continue;
      const message = `it overlaps with ${other.shown}, which would belong to ${numbers(b)}`;
      one.plan = { ...one.plan, changes: [], refusal: { code: 'several-users', message, hint: 'give the services the same user' } };
    }
  }
}

/** Containers of others that run: what they use is not taken from under them. */
async function running(engine: Engine, project: string): Promise<ContainerInfo[]> {
  const own = new Set((await containersOf(engine, project)).map(({ listed }) => listed.Id));
  const all = await engine.client.get<{ Id: string; Labels: Record<string, string> | null }[]>('/containers/json');
  const infos = all
    .filter(({ Id, Labels }) => !own.has(Id) && Labels?.[OWNERS_LABEL] === undefined && Labels?.['com.docker.compose.project'] !== project)
    .map(({ Id }) => engine.container(Id).catch(() => undefined));
  return (await Promise.all(infos)).filter((info): info is ContainerInfo => info !== undefined);
}

function refuseInUse(mounts: PlannedMount[], others: readonly ContainerInfo[]): void {
  for (const planned of mounts) {
    if (planned.plan.changes.length === 0) continue;
    const [user] = usersOf(planned.mount, others);
    if (user === undefined) continue;
    const message = `the container ${user}, which is not of this project, uses it`;
    planned.plan = { ...planned.plan, changes: [], refusal: { code: 'in-use', message, hint: `stop it first: docker stop ${user}` } };
  }
}

/** Services whose user changes and that use what cannot be given to them. */
function newlyHeld(mounts: readonly PlannedMount[], crew: Crew, held: ReadonlyMap<string, Refusal>): [string, Refusal][] {
  const more = new Map<string, Refusal>();
  for (const { plan, uses, shown } of mounts) {
    if (!plan.refusal) continue;
    for (const { service } of uses) {
      const { before, after } = crew.get(service)!;
      if (held.has(service) || more.has(service) || sameNumbers(before, after)) continue;
      more.set(service, { ...plan.refusal, message: `${shown}: ${plan.refusal.message}` });
    }
  }
  return [...more];
}

function servicesOf(
  model: Model,
  images: ReadonlyMap<string, string>,
  crew: Crew,
  held: ReadonlyMap<string, Refusal>,
  mounts: readonly PlannedMount[],
): PlannedService[] {
  return Object.keys(model.services).map((name): PlannedService => {
    const people = crew.get(name);
    const image = images.get(name);
    if (!people) return { name, image, status: 'unknown' };
    const refusal = held.get(name);
    if (refusal) return { name, image, ...people, status: 'refused', refusal };
    const own = mounts.filter(({ uses }) => uses.some(({ service }) => service === name));
    const refused = own.find(({ plan }) => plan.refusal);
    // It has its user already, and not the files.
    if (refused)
      return {
        name,
        image,
        ...people,
        status: 'refused',
        refusal: { ...refused.plan.refusal!, message: `${refused.shown}: ${refused.plan.refusal!.message}` },
      };
    if (own.some(({ plan }) => plan.changes.length > 0) && people.after.uid !== 0) return { name, image, ...people, status: 'moves' };
    return { name, image, ...people, status: sameNumbers(people.before, people.after) ? 'same' : 'fits' };
  });
}
