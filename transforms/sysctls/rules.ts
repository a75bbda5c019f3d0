import type { Severity } from '../../src/harden/types';

/** What the Engine lets a container set for itself; everything else is one for the whole host. Source: docker/cli opts/opts.go, ValidateSysctl */
const OWN = /^(net\.|fs\.mqueue\.|kernel\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)$)/;

export function isPerContainer(name: string): boolean {
  return OWN.test(name);
}

/** A value that undoes what the kernel does against others on the network. */
export interface Danger {
  severity: Severity;
  gives: string;
  /** What a router or a VPN has to do. */
  routing?: boolean;
}

const DANGERS: readonly (Danger & { name: RegExp; value: RegExp })[] = [
  {
    name: /^net\.ipv[46]\.conf\.[^.]+\.accept_source_route$/,
    value: /^[1-9]/,
    severity: 'medium',
    gives: 'whoever sends a packet chooses the way it takes, past filters',
  },
  {
    name: /^net\.ipv[46]\.conf\.[^.]+\.accept_redirects$/,
    value: /^[1-9]/,
    severity: 'medium',
    gives: 'a neighbour in the network may redirect its traffic to itself',
  },
  {
    name: /^net\.ipv4\.conf\.[^.]+\.route_localnet$/,
    value: /^[1-9]/,
    severity: 'medium',
    gives: 'what listens on its loopback can be reached from outside',
    routing: true,
  },
  {
    name: /^net\.ipv4\.conf\.[^.]+\.rp_filter$/,
    value: /^0/,
    severity: 'low',
    gives: 'it takes packets with a forged sender',
    routing: true,
  },
  { name: /^net\.ipv4\.tcp_syncookies$/, value: /^0/, severity: 'medium', gives: 'a flood of half-open connections shuts it off' },
  { name: /^net\.ipv4\.icmp_echo_ignore_broadcasts$/, value: /^0/, severity: 'low', gives: 'it may be used to flood others' },
  {
    name: /^net\.(ipv4\.ip_forward|ipv[46]\.conf\.[^.]+\.forwarding)$/,
    value: /^[1-9]/,
    severity: 'low',
    gives: 'it passes packets on between its networks, also internal ones',
    routing: true,
  },
];

export function dangerOf(name: string, value: string): Danger | undefined {
  return DANGERS.find((each) => each.name.test(name) && each.value.test(value));
}
