import { table } from '../../table';
import type { Near } from '../../yaml/types';

/** Keys that harden a service are written together: beside each other when some are there, else at the end of the service. */
const HARDENING = ['user', 'cap_drop', 'cap_add', 'security_opt', 'read_only', 'tmpfs'];

/** Both lists are read together, whichever a file has first. */
const CAPABILITIES = ['cap_drop', 'cap_add'];

const LIMITS = ['mem_limit', 'cpus', 'pids_limit'];

/** What a new key is written after: the first of them that the service has, else at its end. */
const NEAR: Readonly<Record<string, readonly Near[]>> = table({
  command: ['entrypoint', 'container_name', 'image', 'build'],
  depends_on: ['restart', 'container_name', 'image'],
  environment: ['env_file', 'container_name', 'image', 'build'],
  networks: ['ports', 'depends_on'],
  secrets: ['environment', 'env_file', 'volumes'],
  shm_size: ['ipc'],
});

/** Where a new key of a service is written. */
export function nearOf(key: string): readonly Near[] {
  if (HARDENING.includes(key)) return groupedAfter(key);
  if (LIMITS.includes(key)) return limitAfter(key);
  return NEAR[key] ?? [];
}

/** After the nearest key that comes before it in the group, else after the last of the group. */
function groupedAfter(key: string): Near[] {
  const at = HARDENING.indexOf(key);
  const before = HARDENING.slice(0, at).reverse();
  const behind = HARDENING.slice(at + 1).reverse();
  if (key === 'cap_drop') return ['cap_add', ...before, ...behind];
  return [...before.map((each) => (CAPABILITIES.includes(each) ? CAPABILITIES : each)), ...behind];
}

function limitAfter(key: string): Near[] {
  const others = [...LIMITS, 'memswap_limit', 'mem_reservation'].filter((each) => each !== key);
  return [...others, 'tmpfs', 'read_only', 'security_opt', 'cap_add', 'cap_drop'];
}
