import type { Severity } from '../../src/harden/types';

/** A confinement of the kernel that an item of `security_opt` switches off. */
export interface Confinement {
  /** What facts about images call it. */
  kind: 'seccomp' | 'apparmor' | 'label' | 'systempaths';
  severity: Severity;
  control: string;
  /** `"app" runs without …`. */
  what: string;
  /** `let … hold`. */
  holds: string;
  /** What a process has by it. */
  gives: string;
  breaks: string;
}

const CONFINEMENTS: readonly (Confinement & { value: RegExp })[] = [
  {
    kind: 'seccomp',
    value: /^unconfined$/,
    severity: 'high',
    control: 'CIS 5.22',
    what: 'a seccomp profile',
    holds: 'the default seccomp profile',
    gives: 'it may ask the kernel for everything, also where the faults of the kernel are',
    breaks:
      'sandboxes of browsers and other programs that make namespaces; images newer than the Engine (before 20.10.10 it refuses system calls it does not know)',
  },
  {
    kind: 'apparmor',
    value: /^unconfined$/,
    severity: 'high',
    control: 'CIS 5.2',
    what: 'an AppArmor profile',
    holds: 'the AppArmor profile docker-default',
    gives: 'only capabilities keep it from mounting and from writing below /proc and /sys',
    breaks: 'mounting file systems, and looking into processes of other containers; nothing on a host without AppArmor',
  },
  {
    kind: 'label',
    value: /^disable$/,
    severity: 'medium',
    control: 'CIS 5.3',
    what: 'SELinux labels',
    holds: 'SELinux labels',
    gives: 'SELinux keeps it from nothing on the host',
    breaks: 'on a host with SELinux, reading bind mounts that are not labelled for containers (`z`); nothing elsewhere',
  },
  {
    kind: 'systempaths',
    value: /^unconfined$/,
    severity: 'high',
    control: 'CIS 5.22',
    what: 'masked system paths',
    holds: 'the masks over /proc and /sys',
    gives: 'all of /proc and /sys is open to it, with what can bring the host down',
    breaks: 'containers inside of the container',
  },
];

/** The confinement an option switches off; undefined for profiles of one's own and everything else. */
export function confinementOf(key: string, value: string | undefined): Confinement | undefined {
  return CONFINEMENTS.find((each) => each.kind === key && each.value.test(value ?? ''));
}
