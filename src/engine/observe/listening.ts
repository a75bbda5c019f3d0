import { readFileSync } from 'node:fs';
import type { Engine } from '../client/engine';
import type { ContainerInfo } from '../client/types';

const LISTEN = '0A';
/** Docker's own name server listens on it inside every container. */
const DOCKER_DNS = '0B00007F';

/**
 * The TCP ports a container listens on, from its kernel's tables: read on this machine when it may be, else with the container's own `cat`.
 * Undefined when neither works.
 */
export async function listeningPorts(engine: Engine, { Id, State }: ContainerInfo): Promise<number[] | undefined> {
  if (engine.sharesKernel && State.Pid > 0) {
    try {
      return portsOf(['tcp', 'tcp6'].map((table) => read(`/proc/${State.Pid}/net/${table}`)).join('\n'));
    } catch {
      // Not ours to read, or not our kernel.
    }
  }
  const { code, output } = await engine.exec(Id, ['cat', '/proc/net/tcp', '/proc/net/tcp6'], { timeout: 5 });
  return code === 0 || output.includes('local_address') ? portsOf(output) : undefined;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // Without IPv6 there is no such table.
    if (file.endsWith('6') && (error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** The listening ports of a table such as /proc/net/tcp, sorted. */
export function portsOf(table: string): number[] {
  const ports = new Set<number>();
  for (const line of table.split('\n')) {
    const [, local = '', , state] = line.trim().split(/\s+/);
    const [address, port] = local.split(':');
    if (state === LISTEN && port && address !== DOCKER_DNS) ports.add(Number.parseInt(port, 16));
  }
  return [...ports].sort((a, b) => a - b);
}
