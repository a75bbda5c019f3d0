import { createHash } from 'node:crypto';
import { sorted } from '../../compose/data';
import type { ComposeService } from '../../compose/service';
import type { Data } from '../../yaml/types';

/**
 * Keys that say how a service runs. What a trial cannot see (published ports, restart policies, labels, logging) is no part of a proof, so it
 * may change without making it stale.
 */
const KEYS = [
  ...['image', 'build', 'command', 'entrypoint', 'environment', 'env_file', 'working_dir', 'user', 'group_add', 'cap_add', 'cap_drop'],
  ...[
    'security_opt',
    'privileged',
    'read_only',
    'tmpfs',
    'volumes',
    'volumes_from',
    'devices',
    'secrets',
    'configs',
    'networks',
    'network_mode',
  ],
  ...[
    'pid',
    'ipc',
    'uts',
    'userns_mode',
    'cgroup',
    'init',
    'sysctls',
    'ulimits',
    'shm_size',
    'mem_limit',
    'memswap_limit',
    'pids_limit',
    'cpus',
  ],
  ...['deploy', 'hostname', 'extra_hosts', 'depends_on', 'stop_signal', 'stop_grace_period', 'runtime', 'platform', 'tty', 'stdin_open'],
];

/** Tells whether a service is still written as it was when it was proven. */
export function fingerprint(service: ComposeService): string {
  const written = KEYS.flatMap((key): [string, Data][] => {
    const data = service.data(key);
    if (data === undefined) return [];
    // A digest names the image the tag did.
    return [[key, key === 'image' ? String(data).replace(/@sha256:[\da-f]+$/, '') : sorted(data)]];
  });
  return createHash('sha256').update(JSON.stringify(written)).digest('hex').slice(0, 32);
}
