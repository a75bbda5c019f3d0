import type { Severity } from '../../src/harden/types';

/** A namespace that a container may take from the host instead of having one of its own. */
export interface Namespace {
  key: 'network_mode' | 'pid' | 'ipc' | 'uts' | 'cgroup';
  /** What facts about images call it. */
  kind: 'network' | 'pid' | 'ipc' | 'uts' | 'cgroup';
  severity: Severity;
  control: string;
  /** What the service has by it: `"db" …`. */
  gives: string;
  /** What ends when it is taken away. */
  breaks: string;
  /** What overrides an inherited `host`; `''` is Compose's own default. */
  own: string;
}

export const NETWORK: Namespace = {
  key: 'network_mode',
  kind: 'network',
  severity: 'high',
  control: 'CIS 5.10',
  gives: 'shares the network of the host, with all that listens on its loopback',
  breaks: 'who reaches it by the address of the host, and what it reaches on localhost',
  own: '',
};

export const OTHERS: readonly Namespace[] = [
  {
    key: 'pid',
    kind: 'pid',
    severity: 'high',
    control: 'CIS 5.16',
    gives: 'sees every process of the host, and as root stops or inspects them',
    breaks: 'what looks at, signals or enters processes outside of the container',
    own: '',
  },
  {
    key: 'ipc',
    kind: 'ipc',
    severity: 'medium',
    control: 'CIS 5.17',
    gives: 'shares the memory (/dev/shm), semaphores and message queues of the host',
    breaks: 'what exchanges data with the host or other containers through shared memory, or needs more than 64 MB of it (shm_size)',
    own: 'private',
  },
  {
    key: 'uts',
    kind: 'uts',
    severity: 'low',
    control: 'CIS 5.21',
    gives: 'shares the name of the host',
    breaks: "what names itself or its data after the host, such as RabbitMQ's node or an agent's metrics",
    own: '',
  },
  {
    key: 'cgroup',
    kind: 'cgroup',
    severity: 'medium',
    control: 'CIS 5.25',
    gives: 'sees the control groups of the host',
    breaks: 'what starts containers or systemd inside of the container, or measures other containers',
    own: 'private',
  },
];
