import { choose } from './conditions';
import type { HealthCheck } from './facts';
import { believed, type Match } from './match';
import type { Ground } from './operation';
import { commandLine, isWindows } from './tells';
import type { Verdict } from './types';
import { meets } from './version';

/** How the health of a service can be checked from inside of its container: a command that its image has, in Compose's list form. */
export interface HealthCheckAdvice {
  /** Empty for one that is built in, where only the image knows it. */
  test: string[];
  /** The image brings the check along: a service has it without writing it. */
  builtin: boolean;
}

/** Settings that move a server to another port than the one its check asks. */
const PORT_VARIABLE = /(^|_)(HTTP|SERVER|LISTEN|WEB)_?(PORT|ADDR|ADDRESS)$|^(PG)?PORT$|^LISTEN/;
const PORT_FLAG = /(^|\s)(-p|--(http[.-])?port|--listen[\w-]*|--web\.listen-address|--bind[\w-]*|-addr)[= ]/;

/**
 * The check for a service as it is configured; null when its image has nothing to check with, undefined when nobody knows. A service that is
 * built has what its Dockerfile says, or its base brings along: what else is in it cannot be told.
 */
export function healthcheckOf(ground: Ground): Verdict<HealthCheckAdvice | null> | undefined {
  const { service, situation, match, own } = ground;
  const written = own?.healthcheck;
  if (written) {
    const value = { test: [], builtin: true };
    return { value, confidence: 'known', why: 'the image has a health check', evidence: [written.evidence] };
  }
  if (isWindows(service)) return undefined;
  const entry = match && choose(match.template.healthcheck ?? [], situation, service);
  if (!match || !entry) return undefined;
  const { value } = entry;
  const { confidence, why, evidence } = believed(match, entry);
  if (value === null) return service.build ? undefined : { value, confidence, why, evidence };
  if (service.build && !value.builtin) return undefined;
  // A template of a language says how, and not on which port.
  const { test = [] } = value;
  if (test.some((word) => /\bPORT\b(?!\})/.test(word.replace(/\$\{?\w+/g, '')))) return undefined;
  const check = { test: [...test], builtin: value.builtin ?? false };
  const doubt = check.builtin ? undefined : (unmet(value, ground, match) ?? moved(ground));
  if (!doubt) return { value: check, confidence, why, breaks: BREAKS, evidence };
  return { value: check, confidence: 'guess', why, breaks: `${doubt}; ${BREAKS}`, evidence };
}

const BREAKS = 'a service that does not pass is shown as unhealthy, and what waits for its health does not start';

/** What the check needs, when it is not certain that the service has it. */
function unmet({ needs, met }: HealthCheck, { service }: Ground, match: Match): string | undefined {
  if (needs === undefined) return undefined;
  const has =
    met !== undefined &&
    (met.major === undefined || meets(match.version, met.major) === true) &&
    (met.open === undefined || !closed(service.environment.keys(), commandLine(service)));
  return has ? undefined : `it needs ${needs}`;
}

/** Whether a server may want a password or TLS: told so, or configured by a file that is not seen. */
function closed(names: Iterable<string>, line: string): boolean {
  return [...names].some((name) => /PASS|AUTH|TLS/.test(name)) || /requirepass|aclfile|tls-|\.conf\b|\$\(|sh -c/.test(line);
}

function moved({ service }: Ground): string | undefined {
  const variable = [...service.environment.keys()].find((name) => PORT_VARIABLE.test(name));
  if (variable) return `${variable} may move it to another port`;
  return PORT_FLAG.test(commandLine(service)) ? 'its command may move it to another port' : undefined;
}
