import { parentOf } from '../../compose/container-path';
import { GENERIC_CAPABILITIES } from '../generic';
import { capabilitiesOf, needsAsRoot } from '../programs';
import type { Evidence, Verdict } from '../types';
import type { Place, Step } from '../xray';
import { Owners, rootMay } from './owners';
import { type InspectedImage, placeEvidence, placeText, stepText } from './places';
import { type NotFollowed, type StartHere, staying } from './start';

/** Programs that start as root to run one child, and pass signals on to it. */
const INIT = new Set(['tini', 'tini-static', 'docker-init', 'dumb-init', 'catatonit']);

/** Programs that stay root while their children are others, whom they signal. */
const SUPERVISORS = new Set(['supervisord', 's6']);

/** The capabilities that the start of an image was seen to use, each with the line that uses it. */
type Needs = Map<string, { why: string; evidence: Evidence }>;

/** A user who is not root gets nothing from capabilities, but what has a file capability cannot be executed without it. */
export function capabilitiesOfUser({ facts, name }: InspectedImage, who: string): Verdict<string[]> {
  const given = facts.fileCapabilities.filter(({ permitted }) => permitted.length > 0);
  const value = [...new Set(given.flatMap(({ permitted }) => permitted))].sort();
  const config: Place = { layer: facts.id, path: 'config' };
  const programs = given.map(({ at, permitted }) => placeEvidence(at, `has the file capabilities ${permitted.join(' ')}`, { name }));
  return {
    value,
    confidence: 'known',
    why:
      given.length === 0
        ? `${who}, and no program of the image has file capabilities`
        : `${who}; ${given.map(({ at, permitted }) => `${at.path} has the file capability ${permitted.join(' and ')}`).join('; ')}, without which it cannot be executed`,
    breaks: given.length === 0 ? 'programs that are put into the container later' : undefined,
    evidence: [placeEvidence(config, `User: ${facts.user.written === '' ? 'root (not set)' : facts.user.written}`, { name }), ...programs],
  };
}

/**
 * What root needs for what the image was seen to do: exactly that where every line was followed, else beside what an unknown process needs.
 */
export function capabilitiesOfRoot(image: InspectedImage, start: StartHere): Verdict<string[]> {
  const { facts } = image;
  const needs = needsOfSteps(image, start);
  const unknown = start.notFollowed.filter((each) => !('note' in each) || each.note.as === undefined || each.note.as === 0);
  const servers: { program: string; value: readonly string[]; evidence: Evidence[] }[] = [];
  for (const { step } of staying(start)) {
    if ((step.as !== undefined && step.as !== 0) || INIT.has(step.program) || SUPERVISORS.has(step.server ?? '')) continue;
    const known = needsAsRoot(step.program);
    if (known) servers.push({ program: step.program, ...known });
    else unknown.push({ reason: `${step.argv.slice(0, 4).join(' ')} runs as root, and may need anything (${placeText(step.at)})` });
  }
  for (const { at, permitted } of facts.fileCapabilities) {
    for (const each of permitted) {
      const why = `${at.path} has it as a file capability, and cannot be executed without it`;
      needs.set(each, needs.get(each) ?? { why, evidence: placeEvidence(at, `has the file capabilities ${permitted.join(' ')}`, image) });
    }
  }
  const seen = [...needs].map(([each, { why }]) => `${each} because ${why}`);
  const exact = unknown.length === 0;
  const value = new Set([...needs.keys(), ...servers.flatMap((each) => each.value)]);
  // Which programs have file capabilities is known here.
  if (!exact) for (const each of GENERIC_CAPABILITIES) if (each !== 'NET_BIND_SERVICE') value.add(each);
  const reasons = [
    ...(seen.length > 0 ? seen : exact && servers.length === 0 ? ['nothing that root does when it starts needs one'] : []),
    ...servers.map((each) => `${each.program} as root needs ${each.value.join(', ')}`),
    ...unknown.slice(0, 1).map((each) => `not followed: ${notFollowedText(each)}`),
  ];
  return {
    value: [...value].sort(),
    confidence: exact && servers.length === 0 ? 'known' : 'generic',
    why: reasons.join('; '),
    breaks: exact ? 'what its programs do as root beyond what the image says of its start' : 'chroot, raw sockets (ping), mknod, setcap',
    evidence: distinct([
      ...[...needs.values()].map(({ evidence }) => evidence),
      ...servers.flatMap(({ evidence }) => evidence),
      ...unknown.slice(0, 3).flatMap((each) => notFollowedEvidence(each, image)),
    ]),
  };
}

/** Where a line that was not followed is. */
export function notFollowedEvidence(each: NotFollowed, image: InspectedImage): Evidence[] {
  return 'note' in each ? [placeEvidence(each.note.at, `not followed: ${each.note.text}`, image)] : [];
}

/** A line that was not followed, within a sentence. */
export function notFollowedText(each: NotFollowed): string {
  return 'reason' in each ? each.reason : `${each.note.text} (${placeText(each.note.at)})`;
}

function needsOfSteps(image: InspectedImage, start: StartHere): Needs {
  const needs: Needs = new Map();
  const owners = new Owners(image.facts, start);
  const need = (capability: string, why: string, step: Step): void => {
    if (needs.has(capability)) return;
    needs.set(capability, { why: `${why} (${placeText(step.at)})`, evidence: placeEvidence(step.at, stepText(step), image) });
  };
  for (const { step, paths } of start.doings) {
    if (step.as !== undefined && step.as !== 0) continue;
    if (step.do === 'become' && step.owner.uid !== 0) {
      need('SETUID', `it becomes ${step.owner.written} by ${step.by}`, step);
      need('SETGID', `it becomes ${step.owner.written} by ${step.by}`, step);
      if (step.by === 'chroot') need('SYS_CHROOT', 'it uses chroot', step);
    }
    if (step.do === 'run') for (const each of capabilitiesOf(step.program)) need(each, `it runs ${step.program}`, step);
    if (step.do === 'run' && step.program === 'setpriv' && step.argv.some((word) => /^--(?:bounding-set|securebits)/.test(word)))
      need('SETPCAP', 'setpriv changes what capabilities may be had', step);
    const roots = step.do === 'chown' && step.owner.uid === 0 && paths.length > 0 && paths.every((each) => owners.of(each).uid === 0);
    if (step.do === 'chown' && !roots) need('CHOWN', `it gives ${paths[0] ?? step.written ?? 'files'} to ${step.owner.written}`, step);
    if (step.do === 'chmod' && !step.mayFail && paths.some((each) => owners.of(each).uid !== 0))
      need('FOWNER', `it sets the mode of ${paths[0]}, which belongs to another user`, step);
    if (step.do === 'write' && step.keepsOwner && step.what === 'directory')
      for (const each of ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'])
        need(each, `it unpacks files with their owners and modes into ${paths[0] ?? step.written}`, step);
    for (const path of paths) placed(step, path, owners, (capability, why) => need(capability, why, step));
  }
  const parent = rootAbove(start);
  if (parent) need('KILL', parent.why, parent.step);
  return needs;
}

/** What root needs to get to a place, and to change something there, when a directory on the way belongs to another user. */
function placed(step: Step, path: string, owners: Owners, need: (capability: string, why: string) => void): void {
  const above = owners.above(path);
  const closed = above.find((each) => !rootMay(owners.of(each), 'x'));
  const listed =
    (step.do === 'look' || step.do === 'chown' || step.do === 'chmod') && step.recursive && !rootMay(owners.of(path), 'r')
      ? path
      : undefined;
  const shut = closed ?? listed;
  if (shut !== undefined) need('DAC_READ_SEARCH', `it looks into ${shut}, which another user keeps closed`);
  if (step.do !== 'write' && step.do !== 'remove' && step.do !== 'link') return;
  const directory = step.do === 'write' && step.what === 'directory';
  const holder = parentOf(path);
  // A directory that is there is made no second time.
  const standing = directory ? owners.asBuilt(holder) : owners.of(holder);
  if (!rootMay(standing, 'w')) need('DAC_OVERRIDE', `it writes ${path}, in a directory of another user`);
}

/** A process that stays root above processes of another user, and has to end them. */
function rootAbove(start: StartHere): { step: Step; why: string } | undefined {
  const others = start.doings.some(({ step }) => step.do === 'become' && step.owner.uid !== 0);
  if (!others) return undefined;
  for (const { step } of start.doings) {
    if (step.do !== 'run' || (step.as !== undefined && step.as !== 0)) continue;
    if (INIT.has(step.program)) return { step, why: `${step.program} passes signals on to another user` };
    if (step.server !== undefined && SUPERVISORS.has(step.server)) return { step, why: `${step.server} ends processes of another user` };
  }
  for (const { step } of start.doings) {
    if (step.do === 'run' && step.as !== undefined && step.as !== 0 && step.background)
      return { step, why: 'a process of another user runs beside one that is root' };
  }
  const last = start.doings.map(({ step }) => step).findLast((step) => step.do === 'run');
  if (last?.do === 'run' && last.as !== undefined && last.as !== 0 && !last.replaces)
    return { step: last, why: 'what starts it stays root and passes signals on' };
  return undefined;
}

function distinct(evidence: readonly Evidence[]): Evidence[] {
  return [...new Map(evidence.map((each) => [`${each.ref} ${each.detail}`, each])).values()];
}
