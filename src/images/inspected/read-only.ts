import { covers, parentOf, samePath } from '../../compose/container-path';
import type { Service } from '../../compose/types';
import { writesAsTold } from '../programs';
import type { Situation } from '../situation';
import type { Evidence, ReadOnlyAdvice, TmpfsMount, Verdict } from '../types';
import type { DirectoryFacts, ImageFacts, Place, Step } from '../xray';
import { type InspectedImage, placeEvidence, placeText, stepText } from './places';
import { type StartHere, staying } from './start';

/** What the Engine gives a container beside its files: nothing there is of the image. */
const GIVEN = ['/dev', '/proc', '/sys'];

/** Made anew at each start, wherever it is. */
const OF_A_RUN = /\.(?:lock|pid|sock|socket)$/;

/** What an image has there is left from when it was made. */
const EMPTIED = ['/tmp', '/var/tmp', '/run', '/run/lock'];

/** Where nobody expects what is written to be there after a restart. */
const PASSING = ['/tmp', '/var/tmp', '/run', '/var/cache', '/var/lock', '/var/log'];

/** Interpreters whose libraries are loaded out of temporary files. */
const LOADS_FROM_TMP = new Set(['java']);

/**
 * Whether the root can be read-only, and with which tmpfs: for what the start is seen to write outside of volumes, and, for who is not root, for
 * the other empty directories that user may write to. Undefined where the image does not say enough to be better than a rule of thumb.
 *
 * @param service as its container will be, with the volumes of the image.
 */
export function readOnlyOf(
  image: InspectedImage,
  start: StartHere,
  service: Service,
  situation: Situation,
): Verdict<ReadOnlyAdvice> | undefined {
  const { facts } = image;
  const writes = writesOf(start, service);
  const wanted = new Map<string, { at: Place; detail: string }>();
  const ofARun = new Map<string, boolean>();
  for (const { path, at, detail, certain, makes } of writes) {
    const place = makes ? path : parentOf(path);
    const directory = directoryAt(place, facts) ?? (makes ? undefined : nearest(place, facts));
    const hides = directory !== undefined && (directory.files ?? 0) > 0 && !EMPTIED.includes(directory.realPath ?? directory.path);
    if (!hides && place !== '/' && (directory !== undefined || makes)) {
      const there = directory?.realPath ?? directory?.path ?? place;
      wanted.set(there, { at, detail });
      ofARun.set(there, (ofARun.get(there) ?? true) && !makes && OF_A_RUN.test(path));
      continue;
    }
    if (!certain) continue;
    const why = `${detail} (${placeText(at)}), ${hides ? `beside ${directory.files} files of the image` : 'in the root of the image'}`;
    return { value: false, confidence: 'known', why: `at its start ${why}`, evidence: [placeEvidence(at, detail, image)] };
  }
  const stays = staying(start);
  const asRoot = stays.filter(({ step }) => (step.as === undefined || step.as === 0) && step.server === undefined);
  // A program that stays root may write anywhere, and what it does is not seen.
  // Whoever is not root writes no further than permissions let it, also by what was not followed.
  const missed = start.notFollowed.some((each) => !('note' in each) || each.note.as === undefined || each.note.as === 0);
  if (asRoot.length > 0 || stays.length === 0 || missed) return undefined;
  const users = new Set(stays.flatMap(({ step }) => (step.as === undefined || step.as === 0 ? [] : [step.as])));
  const becomes = start.doings.flatMap(({ step }) => (step.do === 'become' && step.owner.uid !== undefined ? [step.owner.uid] : []));
  for (const uid of becomes) users.add(uid);
  const told = !bringsFiles(service) && stays.every(({ step }) => step.server !== undefined && writesAsTold(step.program));
  const written = new Set(wanted.keys());
  const own = [...facts.directories, ...facts.worldWritable].filter(
    ({ why, there, uid }) => there && (why.includes('owned') || why.length === 0) && uid !== undefined && uid !== 0 && users.has(uid),
  );
  const kept: DirectoryFacts[] = [];
  for (const directory of own) {
    if (directory.streams || isMounted(directory.path, service) || isConfiguration(directory.path) || holdsMount(directory.path, service))
      continue;
    const known = written.has(directory.realPath ?? directory.path);
    if (told && !known) continue;
    if ((directory.files ?? 0) === 0)
      wanted.set(directory.realPath ?? directory.path, {
        at: { layer: directory.layer ?? facts.id, path: directory.path },
        detail: `belongs to ${directory.uid}`,
      });
    else kept.push(directory);
  }
  wanted.set('/tmp', wanted.get('/tmp') ?? { at: { layer: facts.id, path: 'config' }, detail: 'anybody may write to /tmp' });
  const java = start.doings.some(({ step }) => step.do === 'run' && step.server !== undefined && LOADS_FROM_TMP.has(step.server));
  const tmpfs = outermost([...wanted.keys()], facts).map((path) => mountAt(path, facts, situation, java));
  const evidence: Evidence[] = [...wanted].slice(0, 8).map(([, { at, detail }]) => placeEvidence(at, detail, image));
  const forgotten = tmpfs.find(
    ({ path, uid }) => uid !== undefined && uid !== 0 && !ofARun.get(path) && !PASSING.some((each) => covers(each, path)),
  );
  const doubt = kept[0]
    ? `it may also write to ${kept[0].path}, which belongs to ${kept[0].uid} and holds ${kept[0].files} files of the image`
    : forgotten && `what it keeps in ${forgotten.path} would be gone after a restart, as no volume is mounted there`;
  return {
    value: { tmpfs },
    confidence: doubt === undefined ? 'generic' : 'guess',
    why:
      doubt === undefined
        ? 'what its start writes is known, and beside volumes and temporary files its user may write to no other directory of the image'
        : `what its start writes is known, but ${doubt}`,
    breaks: 'single files of the image that belong to its user, and what is written to /var/tmp',
    evidence,
  };
}

interface Write {
  path: string;
  at: Place;
  detail: string;
  certain: boolean;
  /** A directory that is made or given away itself; else something in it. */
  makes: boolean;
}

/** What the start changes in files of the image. */
function writesOf({ doings }: StartHere, service: Service): Write[] {
  // What it first tries, and may not, it leaves alone from then on.
  const tried = new Set<string>();
  return doings.flatMap(({ step, paths, certain }) => {
    if (step.do !== 'write' && step.do !== 'link' && step.do !== 'chown' && step.do !== 'chmod') return [];
    if (step.mayFail) for (const path of paths) tried.add(path);
    if (step.mayFail || paths.every((path) => tried.has(path)) || asksFirst(step, service)) return [];
    const makes = (step.do === 'write' && step.what === 'directory') || step.do === 'chown' || step.do === 'chmod';
    return paths
      .filter((path) => !GIVEN.some((each) => covers(each, path)) && !isMounted(path, service))
      .map((path) => ({ path, at: step.at, detail: stepText(step), certain, makes }));
  });
}

/** Whether it is done only where a file may be written, which a read-only root answers. */
function asksFirst({ when = [] }: Step, service: Service): boolean {
  return when.some((each) => each.if === 'file' && each.is === 'writable' && !isMounted(each.path, service));
}

function isMounted(path: string, service: Service): boolean {
  const mounts = [...service.mounts.filter(({ readOnly }) => !readOnly), ...service.tmpfs];
  return mounts.some(({ target }) => target !== '' && target !== '/' && covers(target, path));
}

/** Configuration and programs are read when it starts: to own them is no sign of writing to them. */
function isConfiguration(path: string): boolean {
  return ['/etc', '/usr/bin', '/usr/sbin', '/usr/lib', '/usr/libexec', '/usr/src'].some((each) => covers(each, path));
}

/** Whether files of the project are mounted, which may be a configuration that says otherwise than that of the image. */
function bringsFiles({ mounts, configs }: Service): boolean {
  return configs.length > 0 || mounts.some(({ kind }) => kind === 'bind');
}

/** What is kept there is on the mount. */
function holdsMount(path: string, service: Service): boolean {
  return service.mounts.some(({ target }) => target !== path && covers(path, target));
}

/** A mount holds what is below it; one over files of the image would hide them. */
function outermost(paths: readonly string[], facts: ImageFacts): string[] {
  const sorted = [...new Set(paths)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  return sorted
    .filter((path, index) => !sorted.slice(0, index).some((above) => covers(above, path) && (samePath(above, path) || !there(path, facts))))
    .sort();
}

function there(path: string, facts: ImageFacts): boolean {
  return directoryAt(path, facts)?.there === true;
}

/** As the image has the directory: whoever may write to it may write to the mount. */
function mountAt(path: string, facts: ImageFacts, { startOwner }: Situation, exec: boolean): TmpfsMount {
  const directory = directoryAt(path, facts);
  const runs = exec && path === '/tmp' ? { exec: true } : {};
  if (path === '/tmp') return { path, ...(startOwner && { uid: startOwner.uid, gid: startOwner.gid, mode: '1777' }), ...runs };
  const uid = directory?.there ? directory.uid : startOwner?.uid;
  const gid = directory?.there ? directory.gid : startOwner?.gid;
  const root = (uid ?? 0) === 0 && (gid ?? 0) === 0;
  return { path, ...(!root && { uid, gid }), ...(directory?.mode === undefined || root ? {} : { mode: String(Number(directory.mode)) }) };
}

function directoryAt(path: string, { directories, worldWritable }: ImageFacts): DirectoryFacts | undefined {
  return [...directories, ...worldWritable].find((each) => samePath(each.path, path) || each.realPath === path);
}

function nearest(path: string, { directories, worldWritable }: ImageFacts): DirectoryFacts | undefined {
  return [...directories, ...worldWritable]
    .filter((each) => each.there && each.path !== '/' && covers(each.path, path))
    .sort((a, b) => b.path.length - a.path.length)[0];
}
