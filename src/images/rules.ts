import type { Service } from '../compose/types';
import { atLeast, lessSure } from './confidence';
import { cited } from './evidence-kind';
import { doubtAbout, holdsData } from './host-directories';
import type { Match } from './match';
import type { OperationAdvice } from './operation';
import { fitsData, type OwnedData } from './owned';
import type { Situation } from './situation';
import { engineSocket, rootProgram } from './tells';
import type { Advice, Confidence, Evidence, Verdict } from './types';

/** Advice while it is being settled; every rule may change its verdicts. */
export type Draft = Omit<
  Advice,
  keyof OperationAdvice | 'port' | 'listens' | 'tmpfs' | 'hostAccess' | 'secretFile' | 'digest' | 'dockerSocket'
>;

interface Context {
  service: Service;
  situation: Situation;
  match?: Match;
  /** Whether the template says which capabilities it needs with its data in a bind mount. */
  bindKnown?: boolean;
  /** Container paths of bind mounts whose directory is not there yet. */
  absent?: ReadonlySet<string>;
  /** What is known of whom its mounts belong to. */
  owned?: OwnedData;
}

/** What holds whatever the image is: the service's own mounts, secrets and networks change what a template says. */
export function applyRules(draft: Draft, context: Context): void {
  capabilityRules(draft, context);
  userRules(draft, context);
  privilegeRules(draft, context);
}

/** What a draft grants, each verdict no surer than `limit`; what is no surer anyway stays as it is. That no user can be set is no grant. */
export function limitDraft(draft: Draft, limit: Confidence, reason: string, evidence: readonly Evidence[]): void {
  const limited = <T>(verdict: Verdict<T>): Verdict<T> => limitSureness(verdict, limit, reason, evidence);
  draft.user = draft.user && limited(draft.user);
  draft.capabilities = limited(draft.capabilities);
  draft.noNewPrivileges = limited(draft.noNewPrivileges);
  draft.readOnly = limited(draft.readOnly);
  draft.egress = limited(draft.egress);
  draft.privileged = limited(draft.privileged);
}

/** A verdict that is surer than `limit` as `atMost` makes it; any other unchanged. */
export function limitSureness<T>(verdict: Verdict<T>, limit: Confidence, reason: string, evidence: readonly Evidence[]): Verdict<T> {
  return atLeast(limit, verdict.confidence) ? verdict : atMost(verdict, limit, reason, ...evidence);
}

/** The verdict, no surer than `limit`, with the reason added to its sentence. */
export function atMost<T>(verdict: Verdict<T>, limit: Confidence, reason: string, ...evidence: readonly Evidence[]): Verdict<T> {
  return {
    ...verdict,
    confidence: lessSure(verdict.confidence, limit),
    why: `${verdict.why}; but ${reason}`,
    evidence: [...verdict.evidence, ...evidence],
  };
}

const LOW_PORTS = cited('https://github.com/moby/moby/pull/41030', "only a container's own network has ip_unprivileged_port_start=0");

const KEY_LIKE = /(\.(key|pem|crt|cer|p12|pfx|jks)$|\/(certs?|ssl|tls|keys?|private|letsencrypt|acme|secrets?|htpasswd|\.ssh)(\/|$|\.))/i;

function capabilityRules(draft: Draft, { service, situation, match, bindKnown }: Context): void {
  const add = (capability: string, why: string, evidence: Evidence) => {
    const verdict = draft.capabilities;
    if (verdict.value.includes(capability)) return;
    draft.capabilities = {
      ...verdict,
      value: [...verdict.value, capability].sort(),
      why: `${verdict.why}; ${capability} because ${why}`,
      evidence: [...verdict.evidence, evidence],
    };
  };

  if (situation.start === 'user') return;

  if (situation.user.kind === 'maybe-root') {
    draft.capabilities = {
      ...draft.capabilities,
      why: `${draft.capabilities.why}; user: hangs on a variable and is root when that is unset`,
    };
  }
  if (situation.stepsDown && situation.init) {
    const ref = 'https://github.com/krallin/tini';
    add(
      'KILL',
      'init: true makes root signal a process of another uid',
      cited(ref, 'without KILL tini dies on SIGTERM and the server is killed'),
    );
  }
  const chowns = !match || match.template.capabilities.some(({ value }) => value.includes('CHOWN'));
  if (situation.stepsDown && situation.data === 'bind' && chowns) {
    const ref = 'https://github.com/docker-library/postgres/issues/649';
    add(
      'CHOWN',
      'its data is a bind mount, which Docker creates as root',
      cited(ref, 'the entrypoint gives a root-owned data directory away'),
    );
  }
  const readsEverything = () => draft.capabilities.value.some((name) => name === 'DAC_OVERRIDE' || name === 'DAC_READ_SEARCH');
  const writable = service.mounts.find(
    (mount) =>
      mount.kind === 'bind' &&
      !mount.readOnly &&
      !mount.target.endsWith('.sock') &&
      !isTimezone(mount.target) &&
      !(bindKnown && holdsData(mount.target, match)),
  );
  if (match && !situation.stepsDown && writable && match.template.role !== 'agent') {
    const ref = 'https://docs.docker.com/engine/storage/bind-mounts/';
    const why = `it stays root and ${writable.target} is a bind mount that may belong to another user`;
    add('DAC_OVERRIDE', why, cited(ref, 'root without DAC_OVERRIDE cannot write to files and directories of another uid'));
  }
  if (situation.fileSecrets && !readsEverything()) {
    const ref = 'https://github.com/docker/compose/issues/9648';
    add(
      'DAC_READ_SEARCH',
      'a secret or config from a file keeps the owner and mode of the host',
      cited(ref, 'a 0600 file of another uid is unreadable for root without it'),
    );
  }
  const key = service.mounts.find((mount) => mount.kind === 'bind' && mount.readOnly && KEY_LIKE.test(mount.target));
  if (key && !readsEverything()) {
    const ref = 'https://github.com/nself-org/cli/pull/276';
    add(
      'DAC_READ_SEARCH',
      `${key.target} may be readable by its owner only`,
      cited(ref, 'root without it cannot read a 0600 key of another uid'),
    );
  }
  const low = situation.hostNetwork ? match?.template.ports.find((port) => port.port < 1024)?.port : undefined;
  if (low) {
    add('NET_BIND_SERVICE', `on the host network port ${low} is privileged`, LOW_PORTS);
  }
}

function isTimezone(target: string): boolean {
  return target === '/etc/localtime' || target === '/etc/timezone';
}

/** What may mount and make namespaces may also run containers of its own, in an image of which nothing is known. */
function privilegeRules(draft: Draft, { service, match }: Context): void {
  if (match || !draft.noNewPrivileges.value) return;
  const able = service.privileged === true || service.capAdd.some(({ text }) => /^(?:CAP_)?(?:SYS_ADMIN|ALL)$/i.test(text));
  if (!able) return;
  const why = 'it is given what running containers of its own takes, and no-new-privileges would hold for all of them too';
  const evidence = cited(
    'https://docs.kernel.org/userspace-api/no_new_privs.html',
    'it is inherited by every child and cannot be taken back',
  );
  draft.noNewPrivileges = atMost(draft.noNewPrivileges, 'guess', why, evidence);
}

function userRules(draft: Draft, context: Context): void {
  const { service, situation } = context;
  if (!draft.user) return;
  const refused = userRefusal(context);
  if (refused) {
    draft.user = undefined;
    draft.noUser = refused;
    return;
  }
  const fits = fitsData(context.owned, draft.user.value);
  const doubt = situation.startsAsRoot === false ? undefined : doubtAbout(draft.user, context);
  if (doubt && 'refused' in doubt) {
    draft.user = undefined;
    draft.noUser = doubt.refused;
    return;
  }
  if (doubt && !fits) draft.user = limitSureness(draft.user, 'guess', doubt.why, [doubt.evidence]);
  if (situation.fileSecrets && !fits) {
    const evidence = cited('https://github.com/docker/compose/issues/9648', 'uid, gid and mode of file secrets are ignored');
    draft.user = atMost(draft.user, 'guess', 'it reads a secret or config from a file, which that user may not be allowed to', evidence);
  }
  if (situation.user.kind === 'root') {
    draft.user = atMost(
      draft.user,
      'guess',
      'user: makes it root, which somebody decided, and the files it has written may belong to root',
    );
  } else if (situation.user.kind === 'maybe-root' && situation.imageUser !== 'root') {
    draft.user = atMost(draft.user, 'guess', 'user: made it root, so the files it has written since may belong to root');
  }
  if (service.devices.length > 0) draft.user = atMost(draft.user, 'guess', 'its devices belong to groups of the host');
  if (service.capAdd.length > 0 && situation.startsAsRoot !== false) {
    // All of them say nothing of which one is needed.
    const all = service.capAdd.every(({ text }) => /^(?:CAP_)?ALL$/i.test(text));
    draft.user = atMost(draft.user, all ? 'generic' : 'guess', 'it is given capabilities, which only a root process gets');
  }
}

/** Why no `user:` can be set, although the image would allow one. */
function userRefusal({ service, situation, match }: Context): Verdict<null> | undefined {
  const refusal = (confidence: Confidence, why: string, evidence: Evidence[]): Verdict<null> => ({
    value: null,
    confidence,
    why,
    evidence,
  });
  const command = match?.template.role === 'runtime' ? rootProgram(service, match) : undefined;
  if (command) return refusal('generic', `its command runs ${command.program}, which needs root`, command.evidence);
  const low = match?.template.ports.find((port) => port.port < 1024)?.port;
  if (situation.hostNetwork && low) {
    return refusal('known', `on the host network port ${low} needs root or a capability, and another user gets none`, [LOW_PORTS]);
  }
  if (engineSocket(service)) {
    const why =
      'the Docker socket belongs to root and to a group whose number only the host knows; user: would also need group_add with that number';
    const evidence = cited('https://github.com/nfrastack/container-traefik/issues/7', "another user without the socket's group is refused");
    return refusal('known', why, [evidence]);
  }
  return undefined;
}
