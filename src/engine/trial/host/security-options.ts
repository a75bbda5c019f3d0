import { parseSecurityOpt, readNoNewPrivileges } from '../../../compose/security-opt';
import { narrowedProfile } from './seccomp';

/** What a service asks of the security modules, as a trial has it. */
export interface Confinement {
  options: string[];
  /** A seccomp profile in place of the file the service names. */
  profile?: string;
  /** What is held back, in words. */
  withheld: string[];
  /** What is given with less in it, in words. */
  narrowed: string[];
}

/** What has to be known of the machine to judge options. */
export interface ConfinementWorld {
  /** As Node calls it. */
  machine: string;
  /** The text of a file that a trial may read; undefined when there is none. */
  read(file: string): string | undefined;
  /** Whether a profile of this name is loaded into the kernel and enforced. */
  enforced(profile: string): boolean;
}

/** Profiles that an Engine, and batten's own advice, load. */
const USUAL_APPARMOR = /^(?:docker-default|containers-default[\w.-]*|batten-[\w.-]+)$/;

/**
 * Of `security_opt`, what confines. All that takes confinement away is held back by not being known here: `seccomp=unconfined`,
 * `apparmor=unconfined`, `label=…`, `systempaths=unconfined`, `mask=`, `unmask=`, `writable-cgroups=`, `credentialspec=`, and what comes next.
 */
export function confine(written: readonly string[], capabilities: readonly string[], world: ConfinementWorld): Confinement {
  const found: Confinement = { options: [], withheld: [], narrowed: [] };
  for (const option of written) {
    const { key, value = '' } = parseSecurityOpt(option);
    if (readNoNewPrivileges(option) !== undefined) found.options.push(option);
    else if (key === 'seccomp' && value === 'builtin') found.options.push(option);
    else if (key === 'seccomp' && value !== 'unconfined') {
      const text = world.read(value);
      const narrowed = text === undefined ? undefined : narrowedProfile(text, world.machine, capabilities);
      if (!narrowed) found.withheld.push(`the seccomp profile ${value}`);
      else {
        found.profile = narrowed.text;
        if (narrowed.removed.length > 0)
          found.narrowed.push(`the seccomp profile ${value} is given without ${narrowed.removed.join(', ')}`);
      }
    } else if (key === 'apparmor' && (USUAL_APPARMOR.test(value) || (value !== 'unconfined' && world.enforced(value))))
      found.options.push(option);
    else found.withheld.push(option);
  }
  return found;
}
