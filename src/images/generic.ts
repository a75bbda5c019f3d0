import type { Service } from '../compose/types';
import type { Hints } from './hints/ask';
import type { Match } from './match';
import { fitsData, type OwnedData } from './owned';
import type { Situation } from './situation';
import { mayBelongToAnother, rootProgram, wantsRootBySettings } from './tells';
import type { Advice, Evidence, ReadOnlyAdvice, Verdict } from './types';

/**
 * What a root process of an unknown image may need: to step down, to own its files, to signal its children. NET_BIND_SERVICE is there for
 * programs with that file capability, which cannot even be executed without it.
 */
export const GENERIC_CAPABILITIES: readonly string[] = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'];

const STEP_DOWN: Evidence = {
  kind: 'issue',
  ref: 'https://github.com/docker-library/postgres/issues/649',
  detail: 'entrypoints that step down need SETUID and SETGID, and on a restart also a way into the directories they gave away',
};

const FILE_CAPABILITY: Evidence = {
  kind: 'issue',
  ref: 'https://github.com/caddyserver/caddy-docker/issues/396',
  detail: 'a program whose file capability is not in the bounding set cannot be executed, not even by root',
};

const NO_NEW_PRIVILEGES: Evidence = {
  kind: 'documentation',
  ref: 'https://docs.kernel.org/userspace-api/no_new_privs.html',
  detail:
    'gosu, su-exec, setpriv and su from root work under no-new-privileges; only setuid and setgid programs and file capabilities gain nothing',
};

/** Capabilities for an image nothing is known about. */
export function genericCapabilities(situation: Situation): Verdict<string[]> {
  if (situation.start === 'user') {
    return {
      value: ['NET_BIND_SERVICE'],
      confidence: 'generic',
      why: 'a process that is not root gets nothing from added capabilities; NET_BIND_SERVICE only lets a program with that file capability start',
      breaks: 'programs with another file capability, such as ping',
      evidence: [FILE_CAPABILITY],
    };
  }
  return {
    value: [...GENERIC_CAPABILITIES],
    confidence: 'generic',
    why: `nothing is known about what this ${situation.startsAsRoot === undefined ? 'image' : 'root process'} needs, so it keeps what stepping down, file ownership and low ports need`,
    breaks: 'chroot, raw sockets (ping), mknod, setcap',
    evidence: [STEP_DOWN, FILE_CAPABILITY],
  };
}

/** no-new-privileges for an image nothing is known about. */
export function genericNoNewPrivileges(): Verdict<boolean> {
  return {
    value: true,
    confidence: 'generic',
    why: 'stepping down from root does not need new privileges',
    breaks: 'sudo, user crontabs and postfix inside the container',
    evidence: [NO_NEW_PRIVILEGES],
  };
}

/** The first user of most machines. */
const GENERIC_USER = '1000:1000';

/** A user for an image nothing is known about: one worth trying, or the reason why not. */
export function genericUser(service: Service, match: Match | undefined, hints: Hints, owned?: OwnedData): Pick<Advice, 'user' | 'noUser'> {
  const evidence: Evidence[] = [
    {
      kind: 'compose-semantics',
      ref: 'https://docs.docker.com/reference/compose-file/services/#user',
      detail: 'user: replaces the user of the image; files of the image and of existing volumes keep their owner',
    },
  ];
  const program = rootProgram(service, match);
  if (program) {
    const why = `its command runs ${program.program}, which needs root`;
    return { noUser: { value: null, confidence: 'generic', why, evidence: program.evidence } };
  }
  const said = hints.first('user');
  if (said) return { noUser: { value: null, confidence: said.confidence, why: said.why, evidence: said.evidence } };
  const wants = wantsRootBySettings(service);
  const other = wants === undefined && !fitsData(owned, GENERIC_USER) ? mayBelongToAnother(service) : undefined;
  const why = wants ?? other?.why;
  if (why !== undefined) {
    const ownerUnseen = other && { kind: other.kind, source: other.mount.source ?? '', target: other.mount.target };
    return { noUser: { value: null, confidence: 'generic', why, evidence, ...(ownerUnseen && { ownerUnseen }) } };
  }
  const breaks = 'writing to directories of the image, entrypoints that want root, and a home directory that does not exist';
  return { user: { value: GENERIC_USER, confidence: 'guess', why: 'nothing in the file says that it needs root', breaks, evidence } };
}

/** Read-only for an image nothing is known about. */
export function genericReadOnly(situation: Situation): Verdict<ReadOnlyAdvice> {
  const evidence: Evidence[] = [
    {
      kind: 'compose-semantics',
      ref: 'https://docs.docker.com/reference/cli/docker/container/run/#read-only',
      detail: 'only volumes, tmpfs mounts and /dev/shm stay writable',
    },
  ];
  const owner = situation.startOwner;
  return {
    value: {
      tmpfs: [
        { path: '/tmp', ...(owner && { ...owner, mode: '1777' }) },
        { path: '/run', ...owner },
      ],
    },
    confidence: 'guess',
    why: 'most services write only to their volumes, /tmp and /run',
    breaks: 'any write elsewhere: caches, logs, configuration written at the start',
    evidence,
  };
}

/** Whether an image without a template needs `privileged: true`. */
export function genericPrivileged(hints: Hints): Verdict<'needed' | 'unknown'> {
  const said = hints.first('privileged');
  if (said) return { value: 'needed', confidence: said.confidence, why: said.why, evidence: said.evidence };
  return { value: 'unknown', confidence: 'guess', why: 'nothing is known about what this image does with its privileges', evidence: [] };
}
