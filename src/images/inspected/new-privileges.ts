import type { Verdict } from '../types';
import type { Place, Step } from '../xray';
import { type InspectedImage, placeEvidence, placeText, stepText } from './places';
import type { StartHere } from './start';

/** Setuid and setgid programs that distributions put into every image, and services do not run. */
const USUAL =
  /\/(?:su|mount|umount|passwd|chsh|chfn|newgrp|gpasswd|expiry|chage|unix_chkpwd|pam_timestamp_check|utempter|wall|write|ssh-agent|ssh-keysign|dbus-daemon-launch-helper|pkexec|fusermount3?|ntfs-3g|bbsuid|locate|mlocate|pt_chown|sg|vlock|dotlockfile)$/;

/** Whether a setuid or setgid program is one that every image of its distribution has. */
export function isUsualSetuid(path: string): boolean {
  return USUAL.test(path);
}

/**
 * Whether new privileges can be refused: not when the start, or a script of it, runs a program that gains some. A setuid program run by root gains
 * nothing; sudo refuses to work all the same.
 *
 * @param start undefined when the image does not say what happens here.
 */
export function newPrivileges(image: InspectedImage, start: StartHere | undefined): Verdict<boolean> {
  const { setuid, fileCapabilities } = image.facts;
  const gaining = [
    ...setuid.map((each) => ({ ...each, gives: 'is setuid or setgid' })),
    ...fileCapabilities.map((each) => ({ ...each, gives: `has the file capability ${each.permitted.join(' and ')}` })),
  ];
  for (const { at, named, gives } of gaining) {
    const place = named.find((each) => isSudo(at) || !byRoot(at, each, start));
    if (!place || losesNothing(gives)) continue;
    return {
      value: false,
      confidence: start ? 'known' : 'generic',
      why: `${placeText(place)} runs ${at.path}, which ${gives} and gains nothing with no-new-privileges`,
      evidence: [placeEvidence(at, gives, image), placeEvidence(place, `names ${at.path}`, image)],
    };
  }
  const others = setuid.filter(({ at }) => !isUsualSetuid(at.path));
  const sudo = others.find(({ at }) => isSudo(at));
  const [first] = sudo ? [sudo] : others;
  if (first) {
    return {
      value: true,
      confidence: sudo ? 'guess' : 'generic',
      why: `nothing of its start runs a setuid program or one with file capabilities; it has ${first.at.path}, which no script of the start names`,
      breaks: `${first.at.path}, should the service use it`,
      evidence: [placeEvidence(first.at, 'is setuid or setgid', image)],
    };
  }
  return {
    value: true,
    confidence: start ? 'known' : 'generic',
    why: 'nothing of its start runs a setuid program or one with file capabilities',
    breaks: 'sudo and other setuid programs that are put into the container later',
    evidence: [placeEvidence({ layer: image.facts.id, path: 'config' }, 'no program that gains privileges is named', image)],
  };
}

/** A low port is free for everybody in a container's own network: a program that may bind it loses nothing. */
function losesNothing(gives: string): boolean {
  return gives === 'has the file capability NET_BIND_SERVICE';
}

function isSudo({ path }: Place): boolean {
  return /\/(?:sudo|doas)$/.test(path);
}

/** Whether it is root alone who runs a program, of all that happens at a place. */
function byRoot(program: Place, place: Place, start: StartHere | undefined): boolean {
  if (!start) return false;
  const name = program.path.replace(/^.*\//, '');
  const here = (at: Place): boolean => at.path === place.path && at.line === place.line;
  const names = (text: string): boolean =>
    text.split(/[\s;&|()'"`]+/).some((word) => word === program.path || word.replace(/^.*\//, '') === name);
  const steps = start.doings
    .map(({ step }): Step => step)
    .filter((step) => here(step.at) && names(step.do === 'run' ? step.argv.join(' ') : stepText(step)));
  const notes = start.notFollowed.flatMap((each) => ('note' in each && here(each.note.at) && names(each.note.text) ? [each.note] : []));
  return [...steps, ...notes].every(({ as }) => as === 0);
}
