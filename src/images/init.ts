import type { Ground } from './operation';
import { commandLine, imagePath, isWindows, runAsVariable } from './tells';
import type { Evidence, Verdict } from './types';

/** Whether a small init process may come first in a container, and whether it then needs KILL to pass signals on. */
export interface InitAdvice {
  possible: boolean;
  /** A root process that hands over to another user: an init without KILL cannot stop it. */
  needsKill: boolean;
}

const FIRST_PROCESS: Evidence = {
  kind: 'engine-run',
  ref: 'https://github.com/kipsilabs/altmount/issues/578',
  detail: 's6-overlay-suexec: fatal: can only run as pid 1',
};

const REAPS: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/reference/compose-file/services/#init',
  detail: 'an init process passes signals on and reaps processes whose parent has gone',
};

/** Images whose supervisor insists on being the first process. */
const OWN_SUPERVISOR =
  /(^|\/)(linuxserver|hotio|homeassistant|serversideup|just-containers|imagegenius|binhex)\/|(^|\/)(home-assistant|tdarr|tdarr_node)$/;

/** Programs that do the work of an init already, when the service or its image starts with them. */
const OWN_INIT = /(^|[\s/])(tini(-static)?|dumb-init|catatonit|docker-init|s6-svscan|runsvdir|supervisord|my_init|init)(\s|$)/;

/** Undefined where an init process is there already, or means nothing. */
export function initOf(ground: Ground): Verdict<InitAdvice> | undefined {
  const { service, situation, match, own } = ground;
  if (isWindows(service)) return undefined;
  const line = [commandLine(service), ...(own?.entrypoint?.value ?? [])].join(' ');
  const needsKill = situation.start === 'root' && (situation.stepsDown || match === undefined);
  const first = firstProcess(ground);
  if (first) return { value: { possible: false, needsKill }, confidence: 'known', why: first, evidence: [FIRST_PROCESS] };
  if (OWN_INIT.test(line)) return undefined;
  const breaks = 'an image that starts a supervisor which has to be the first process, such as s6-overlay, does not start';
  const why = match ? 'nothing in the image insists on being the first process' : 'nothing is known of what the image starts';
  return { value: { possible: true, needsKill }, confidence: match ? 'generic' : 'guess', why, breaks, evidence: [REAPS] };
}

function firstProcess({ service }: Ground): string | undefined {
  const names = [...service.environment.keys()];
  if (names.some((name) => name.startsWith('S6_')) || OWN_SUPERVISOR.test(imagePath(service))) {
    return 's6-overlay has to be the first process of the container, and ends with an error when it is not';
  }
  const variable = runAsVariable(service);
  if (variable) return `${variable} is a sign of an image with s6-overlay, which has to be the first process of the container`;
  if (/\bsystemd\b|\/sbin\/init\b/.test(`${imagePath(service)} ${commandLine(service)}`)) {
    return 'systemd has to be the first process of the container';
  }
  return undefined;
}
