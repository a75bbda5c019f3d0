import { covers, parentOf } from '../../compose/container-path';
import type { Service } from '../../compose/types';
import type { OwnedData } from '../owned';
import type { Situation } from '../situation';
import type { Advice, Evidence } from '../types';
import type { ImageFacts, StartFacts } from '../xray';
import { type InspectedImage, placeEvidence, placeText, stepText } from './places';
import { type StartHere, startHere } from './start';

type UserAdvice = Pick<Advice, 'user' | 'noUser'>;

/**
 * The user an image that starts as root becomes anyway: it can be set when, started as that user, it does nothing that only root may. Undefined
 * when the image does not say.
 */
export function userOf(
  image: InspectedImage,
  start: StartHere,
  service: Service,
  situation: Situation,
  owned?: OwnedData,
): UserAdvice | undefined {
  const { facts } = image;
  const becomes = start.doings.filter(({ step }) => step.do === 'become' && step.owner.uid !== 0);
  if (becomes.length === 0) return undefined;
  const evidence = becomes.slice(0, 3).map(({ step }) => placeEvidence(step.at, stepText(step), image));
  const owners = new Map(
    becomes.flatMap(({ step }) => (step.do === 'become' ? [[`${step.owner.uid ?? step.owner.written}`, step] as const] : [])),
  );
  const [first] = becomes;
  const step = first!.step;
  if (step.do !== 'become') return undefined;
  const no = (why: string, more: readonly Evidence[] = []): UserAdvice => ({
    user: undefined,
    noUser: { value: null, confidence: 'known', why, evidence: [...evidence, ...more] },
  });
  if (owners.size > 1) return no(`its processes become ${owners.size} different users, which only root can`);
  const { uid, gid } = step.owner;
  if (uid === undefined)
    return no(`it becomes ${step.owner.written} by itself (${placeText(step.at)}), and the number of that user is not known`);
  const others = startHere(facts, service, { ...situation, start: 'user' });
  if (!others || facts.startAsUser?.uid !== uid)
    return no(`it becomes ${step.owner.written} by itself (${placeText(step.at)}), which only root can`);
  const refused = onlyRoot(others, start, facts, service);
  if (refused)
    return no(
      `started as ${uid} it would fail: ${refused.why}`,
      refused.evidence.map(([at, detail]) => placeEvidence(at, detail, image)),
    );
  const group = gid ?? facts.accounts.find((each) => each.uid === uid)?.gid ?? 0;
  const missed = others.notFollowed.length > 0;
  const fits = owned?.fits({ uid, gid: group }) === true;
  const bind = service.mounts.find(
    (mount) =>
      !fits &&
      mount.kind === 'bind' &&
      !mount.readOnly &&
      start.doings.some(
        (each) => each.step.do === 'chown' && each.paths.some((path) => covers(mount.target, path) || covers(path, mount.target)),
      ),
  );
  return {
    user: {
      value: `${uid}:${group}`,
      confidence: bind ? 'guess' : missed ? 'generic' : 'known',
      why: `it becomes ${step.owner.written} anyway (${placeText(step.at)}), and started as that user it does nothing that only root may${
        bind ? `; but ${bind.target} is a bind mount, whose owner cannot be seen from here, and nobody would give it away` : ''
      }`,
      breaks: 'files and volumes that belong to root, and low ports on the host network',
      evidence: fits ? [...evidence, owned.evidence] : evidence,
    },
    noUser: undefined,
  };
}

interface Refusal {
  why: string;
  evidence: [StartFacts['steps'][number]['at'], string][];
}

/** What another user would try in vain. */
function onlyRoot({ doings, uid, gid }: StartHere, asRoot: StartHere, facts: ImageFacts, service: Service): Refusal | undefined {
  for (const { step, paths, certain } of doings) {
    if ((!certain && step.usual === false) || ('mayFail' in step && step.mayFail)) continue;
    const says = (why: string): Refusal => ({ why: `${why} (${placeText(step.at)})`, evidence: [[step.at, stepText(step)]] });
    if (step.do === 'become') return says(`it still becomes ${step.owner.written} by ${step.by}`);
    if (step.do === 'chown' && step.owner.uid !== uid)
      return says(`it gives ${paths[0] ?? step.written ?? 'files'} to ${step.owner.written}`);
    if (step.do === 'chown' && !paths.every((path) => belongs(path, { uid }, facts, service)))
      return says(`it gives ${paths[0] ?? 'files'} to itself`);
    if (step.do !== 'write' && step.do !== 'link') continue;
    const denied = paths.find(
      (path) => !mayWrite(step.do === 'write' && step.what === 'directory' ? path : parentOf(path), { uid, gid }, facts),
    );
    if (denied !== undefined) return says(`it may not write ${denied}`);
  }
  // A new volume has the owner of the directory of the image.
  for (const { target, kind } of service.mounts) {
    if (kind !== 'volume' && kind !== 'anonymous') continue;
    const own = [...doings, ...asRoot.doings].some(
      ({ paths, step }) => (step.do === 'write' || step.do === 'chown') && paths.some((path) => covers(target, path)),
    );
    if (own && !mayWrite(target, { uid, gid }, facts)) return { why: `a new volume at ${target} would belong to root`, evidence: [] };
  }
  return undefined;
}

function belongs(path: string, { uid }: { uid?: number }, facts: ImageFacts, service: Service): boolean {
  if (service.mounts.some((mount) => mount.kind === 'bind' && covers(mount.target, path))) return true;
  return holder(path, facts)?.uid === uid;
}

/** Whether a user may write into a directory, or make it. */
export function mayWrite(
  path: string,
  { uid, gid }: { uid?: number; gid?: number },
  facts: Pick<ImageFacts, 'directories' | 'worldWritable'>,
): boolean {
  const directory = holder(path, facts);
  if (!directory || directory.mode === undefined) return false;
  const mode = Number.parseInt(directory.mode, 8);
  const shift = directory.uid === uid ? 6 : directory.gid === gid ? 3 : 0;
  return ((mode >> shift) & 2) !== 0;
}

function holder(
  path: string,
  { directories, worldWritable }: Pick<ImageFacts, 'directories' | 'worldWritable'>,
): ImageFacts['directories'][number] | undefined {
  return [...directories, ...worldWritable]
    .filter((each) => each.there && (covers(each.path, path) || (each.realPath !== undefined && covers(each.realPath, path))))
    .sort((a, b) => b.path.length - a.path.length)[0];
}
