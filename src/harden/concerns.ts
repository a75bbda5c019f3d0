import { table } from '../table';
/**
 * What of a service has to be seen at work before something can be said of a change to it:
 * - `start`: it starts, stops in time, and starts again on the same volumes.
 * - `work`: somebody asked something of it, and it answered; a job ran to its end.
 * - `health`: its health check ran, and was content.
 * - `load`: as much as it is asked in its busiest hour.
 */
export type Aspect = 'start' | 'work' | 'health' | 'load';

/**
 * What each transform concerns. A change of how a container is confined or what it may write to shows in its work; a limit shows under load, which no
 * trial is; a health check shows in itself.
 */
const CONCERNS: Readonly<Record<string, readonly Aspect[]>> = table({
  'build-privileges': ['start', 'work'],
  'cap-drop': ['start', 'work'],
  confinement: ['start', 'work'],
  'dangerous-capabilities': ['start', 'work'],
  devices: ['start', 'work'],
  'docker-socket': ['start', 'work'],
  'dockerfile-user': ['start', 'work'],
  healthcheck: ['start', 'health'],
  hooks: ['start', 'work'],
  'host-namespaces': ['start', 'work'],
  'image-pin': ['start'],
  init: ['start'],
  limits: ['start', 'work', 'load'],
  logging: ['start'],
  'no-new-privileges': ['start', 'work'],
  'plaintext-secrets': ['start', 'work'],
  ports: ['start', 'work'],
  privileged: ['start', 'work'],
  'read-only': ['start', 'work'],
  'registry-allowlist': ['start'],
  restart: ['start'],
  segment: ['start', 'work'],
  'selinux-labels': ['start', 'work'],
  'sensitive-mounts': ['start', 'work'],
  'start-order': ['start'],
  sysctls: ['start', 'work'],
  'tmpfs-options': ['start', 'work', 'load'],
  ulimits: ['start', 'work', 'load'],
  user: ['start', 'work'],
  userns: ['start', 'work'],
});

/** What a transform concerns; all there is to see of one that nobody described. */
export function concernsOf(transform: string): readonly Aspect[] {
  return Object.hasOwn(CONCERNS, transform) ? CONCERNS[transform]! : ['start', 'work', 'health', 'load'];
}

/** The transforms that are described. */
export const DESCRIBED: readonly string[] = Object.keys(CONCERNS);
