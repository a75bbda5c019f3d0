import { build, type Case } from './cases';
import { type Failure, live, type Run, Volumes } from './run';
import { type MountKind, NOTHING, partsOf, type Settings, type Way, waysOf, without } from './settings';

/** Where something fails: on an empty or an existing volume, or in a directory of the host. */
export interface Failed extends Failure {
  on: string;
}

export interface WayRun extends Way {
  /** Where the whole settings fail; undefined = all their starts worked. */
  failure?: Failed;
  /** For each thing left out, where that fails; undefined = nowhere. */
  leftOut: Map<string, Failed | undefined>;
}

export interface CaseRun {
  of: Case;
  /** A start without any hardening. Nothing else is tried when it fails. */
  baseline: Run;
  ways: WayRun[];
}

const MOUNTS: Record<MountKind, [string, string]> = {
  volume: ['an empty volume', 'an existing volume'],
  bind: ['a new directory of root', 'an existing directory of the host'],
};

/** Starts on empty data and then on the same data again, for each kind of mount: the first failure. */
async function twoLives(of: Case, settings: Settings, mounts: MountKind[], patience: number): Promise<Failed | undefined> {
  for (const mount of mounts) {
    const volumes = new Volumes(of, mount);
    try {
      for (const on of MOUNTS[mount]) {
        const { failure } = await live(of, settings, volumes, patience);
        if (failure) return { ...failure, on };
      }
    } finally {
      await volumes.remove();
    }
  }
  return undefined;
}

async function oneLife(of: Case, settings: Settings, patience: number, mount: MountKind = 'volume'): Promise<Run> {
  const volumes = new Volumes(of, mount);
  try {
    return await live(of, settings, volumes, patience);
  } finally {
    await volumes.remove();
  }
}

/** A failure decides only when it repeats; when the two tries differ, a third one does. What works was started twice on each kind of mount. */
async function settled(of: Case, settings: Settings, mounts: MountKind[], patience: number): Promise<Failed | undefined> {
  const first = await twoLives(of, settings, mounts, patience);
  if (!first) return undefined;
  const there = mounts.filter((mount) => MOUNTS[mount].includes(first.on));
  return (await twoLives(of, settings, there, patience)) ? first : twoLives(of, settings, mounts, patience);
}

/** Builds a case's image and runs it with exactly what batten writes for the published one, and with each thing left out. */
export async function rederive(of: Case): Promise<CaseRun> {
  await build(of.name);
  const baseline = await oneLife(of, NOTHING, 60);
  if (baseline.failure) return { of, baseline, ways: [] };
  // A start that fails quietly is only seen by waiting. Other starts run beside this one, so the margin is wide.
  const patience = Math.max(6, Math.ceil(baseline.seconds * 3));
  // What does not work in a directory of root without any hardening, or does not last there, says nothing about the settings.
  const bindable = !(await twoLives(of, NOTHING, ['bind'], patience * 2));
  const ways: WayRun[] = [];
  for (const way of waysOf(of.compose, { guesses: of.no_guess === undefined })) {
    const mounts = way.mounts.filter((mount) => mount === 'volume' || bindable);
    if (mounts.length === 0) continue;
    const run: WayRun = { ...way, mounts, leftOut: new Map() };
    ways.push(run);
    // Twice from empty data: one passing run can lie.
    const once = await oneLife(of, way.settings, patience * 2, mounts[0]);
    run.failure = once.failure ? { ...once.failure, on: 'empty data' } : await twoLives(of, way.settings, mounts, patience * 2);
    if (run.failure) continue;
    run.leftOut = await leaveOut(of, run, ways, patience);
  }
  return { of, baseline, ways };
}

/**
 * What each capability and each tmpfs is for. Those that are said to be kept are first left out together, which settles all of them when it
 * works. What fails with a writable root is not tried again with a read-only one, which only forbids more.
 */
async function leaveOut(of: Case, { way, settings, mounts }: Way, before: WayRun[], patience: number): Promise<WayRun['leftOut']> {
  const freer = before.find(({ settings: other }) => !other.read_only && settings.read_only && sameRights(other, settings));
  const leftOut: WayRun['leftOut'] = new Map();
  const kept = partsOf(settings).filter((what) => keptWhy(of, way, what));
  const together = kept.length > 1 && !(await settled(of, without(settings, kept), mounts, patience));
  for (const what of partsOf(settings)) {
    const known = freer?.leftOut.get(what);
    if (known) leftOut.set(what, known);
    else leftOut.set(what, together && kept.includes(what) ? undefined : await settled(of, without(settings, [what]), mounts, patience));
  }
  return leftOut;
}

function sameRights(one: Settings, other: Settings): boolean {
  return one.user === other.user && one.cap_add.join() === other.cap_add.join();
}

/** Why something is written that nothing here needed; undefined = nobody says. */
export function keptWhy(of: Case, way: string, what: string): string | undefined {
  return of.kept?.find((kept) => kept.what.includes(what) && (kept.settings?.includes(way) ?? true))?.why;
}
