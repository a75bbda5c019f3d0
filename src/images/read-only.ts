import { covers, samePath } from '../compose/container-path';
import type { Service } from '../compose/types';
import type { Match } from './match';
import { atMost } from './rules';
import type { Owner, Situation } from './situation';
import type { TemplateTmpfs } from './template';
import type { Evidence, ReadOnlyAdvice, TmpfsMount, Verdict } from './types';

/** A tmpfs a service needs, and whether it runs without. */
interface Wanted extends TmpfsMount {
  optional: boolean;
}

const COPIED_FILES: Evidence = {
  kind: 'issue',
  ref: 'https://github.com/docker/compose/issues/12303',
  detail: 'Compose copies such a secret or config into the container, and refuses to when its root is read-only',
};

const SAME_PLACE: Evidence = {
  kind: 'source',
  ref: 'https://github.com/compose-spec/compose-go/blob/main/loader/validate.go',
  detail: 'a tmpfs and a volume at the same place are an error, or the tmpfs silently takes its place and the data is lost',
};

/** Turns a template's tmpfs into one for this service: owners become numbers. */
export function ownedBy(tmpfs: readonly TemplateTmpfs[], situation: Situation): Wanted[] {
  return tmpfs.map(({ owner, optional = false, ...mount }) => {
    const who: Owner | undefined = owner === 'service' ? situation.serviceOwner : owner === 'start' ? situation.startOwner : undefined;
    return { ...mount, ...(who?.uid !== undefined && { uid: who.uid }), ...(who?.gid !== undefined && { gid: who.gid }), optional };
  });
}

/**
 * What the service's own mounts, secrets and configs make of a read-only verdict. A tmpfs over something that is mounted is left out when
 * the service has a writable place there already, or can do without; else read-only is not possible.
 */
export function settleReadOnly(
  verdict: Verdict<ReadOnlyAdvice>,
  service: Service,
  situation: Situation,
  match?: Match,
): Verdict<ReadOnlyAdvice> {
  if (verdict.value === false) return verdict;
  const no = (why: string, evidence: Evidence): Verdict<ReadOnlyAdvice> => ({
    value: false,
    confidence: 'known',
    why,
    evidence: [evidence],
  });
  const copied = [...service.secrets, ...service.configs].find((grant) => grant.source === 'environment' || grant.source === 'content');
  if (copied)
    return no(`${copied.name} comes from an environment variable or from content, which cannot be combined with read_only`, COPIED_FILES);
  if (hasWatch(service)) {
    return no('develop.watch copies files into the container, which a read-only root refuses', {
      kind: 'issue',
      ref: 'https://github.com/zammad/zammad-docker-compose/issues/617',
      detail: 'copying into a container with a read-only root is refused',
    });
  }

  const kept: TmpfsMount[] = [];
  for (const { optional, ...tmpfs } of verdict.value.tmpfs as Wanted[]) {
    const obstacle = obstacleTo(tmpfs.path, service, verdict.confidence === 'guess');
    if (obstacle === 'covered') continue;
    if (obstacle === undefined) kept.push(tmpfs);
    else if (!optional && verdict.confidence !== 'guess')
      return no(`it needs a tmpfs at ${tmpfs.path}, and ${obstacle} is mounted below it`, SAME_PLACE);
  }
  const settled: Verdict<ReadOnlyAdvice> = { ...verdict, value: { tmpfs: kept } };
  const ownerUnknown = situation.start === 'user' && situation.startOwner === undefined && kept.some((tmpfs) => tmpfs.uid === undefined);
  return match && ownerUnknown ? atMost(settled, 'guess', 'the number of its user is not known, so a tmpfs may belong to root') : settled;
}

function hasWatch(service: Service): boolean {
  const develop = service.data('develop');
  return (
    typeof develop === 'object' && develop !== null && !Array.isArray(develop) && Array.isArray(develop.watch) && develop.watch.length > 0
  );
}

/**
 * What is in the way of a tmpfs at `path`: `covered` when something is mounted there or above, else the mount below it. A file that is
 * bind-mounted on its own (a socket, a file secret) lies on top of the tmpfs and stays visible, so it is no obstacle to what is known to work.
 */
function obstacleTo(path: string, service: Service, cautious: boolean): string | 'covered' | undefined {
  const mounts = service.mounts.map((mount) => ({ target: mount.target, file: mount.kind === 'bind' && /\.\w+$/.test(mount.target) }));
  const grants = [...service.secrets, ...service.configs].map((grant) => ({ target: grant.target, file: grant.source === 'file' }));
  const taken = [...mounts, ...service.tmpfs.map((entry) => ({ target: entry.target, file: false })), ...grants];
  if (taken.some((each) => each.target !== '' && each.target !== '/' && (samePath(each.target, path) || covers(each.target, path))))
    return 'covered';
  return taken.find((each) => covers(path, each.target) && (cautious || !each.file))?.target;
}
