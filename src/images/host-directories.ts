import { covers } from '../compose/container-path';
import type { Mount, Service } from '../compose/types';
import { cited } from './evidence-kind';
import type { Match } from './match';
import type { Situation } from './situation';
import type { Evidence, Verdict } from './types';

/** How Docker makes a directory of the host that is mounted and not there. */
const MADE_BY_DOCKER: Evidence = cited(
  'https://docs.docker.com/engine/storage/bind-mounts/',
  'a directory that is not there is made by Docker, as root, and a bind mount keeps the owner that it has on the host',
);

interface Context {
  service: Service;
  situation: Situation;
  match?: Match;
  /** Container paths of bind mounts whose directory is not there yet. */
  absent?: ReadonlySet<string>;
}

/** Why a user cannot be set, or no surer than `guess`. */
export type UserDoubt = { refused: Verdict<null> } | { why: string; evidence: Evidence };

/**
 * What directories of the host mean for another user: what root wrote to, that user may not be allowed to; and certainly not what Docker is yet to make.
 * A process that leaves root by itself writes to them as that user already, unless its entrypoint gives them away: then the verdict is a guess for that
 * reason. Undefined when there is no such directory.
 */
export function doubtAbout(user: Verdict<string>, { service, situation, match, absent }: Context): UserDoubt | undefined {
  const mounts = service.mounts.filter((mount) => {
    if (!isWritableDirectory(mount)) return false;
    // What a template says of its data it says of a bind mount too.
    if (holdsData(mount.target, match)) return user.confidence === 'guess';
    return !situation.stepsDown || (match === undefined && user.confidence === 'guess');
  });
  const missing = mounts.find(({ target }) => absent?.has(target));
  if (missing) {
    const why = `${missing.source} is not there yet: Docker would make it, as root, and ${user.value} could not write to it; make it first, and give it to ${user.value}`;
    return { refused: { value: null, confidence: 'known', why, evidence: [MADE_BY_DOCKER] } };
  }
  const [first] = mounts;
  return first && { why: `${first.target} is a bind mount, which may belong to another user`, evidence: MADE_BY_DOCKER };
}

/** Below `/etc` is configuration, which is read; a name with an extension is a file, which is there. */
function isWritableDirectory({ kind, readOnly, target }: Mount): boolean {
  return kind === 'bind' && !readOnly && target !== '' && !/\.\w+$/.test(target) && !covers('/etc', target);
}

/** Whether something that is mounted there holds data of the image, or is held by it. */
export function holdsData(target: string, match: Match | undefined): boolean {
  return (match?.template.data ?? []).some((data) => covers(data, target) || covers(target, data));
}
