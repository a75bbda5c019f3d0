import { readFileSync } from 'node:fs';
import type { Engine } from '../client/engine';
import type { ContainerInfo } from '../client/types';
import { portsOf } from '../observe/listening';

/** TCP states that show that a connection is or was there: established, and on its way to its end. */
const CONNECTED = new Set(['01', '04', '05', '06', '08', '09', '0B']);

/** The addresses a container has, or just had, TCP connections to. */
export async function peersOf(engine: Engine, { Id, State }: ContainerInfo): Promise<string[]> {
  try {
    if (engine.sharesKernel && State.Pid > 0) {
      return remotesOf(['tcp', 'tcp6'].map((table) => readFileSync(`/proc/${State.Pid}/net/${table}`, 'utf8')).join('\n'));
    }
  } catch {
    // Not ours to read, or not our kernel.
  }
  return remotesOf((await engine.exec(Id, ['cat', '/proc/net/tcp', '/proc/net/tcp6'], { timeout: 5 })).output);
}

/** Whom a container calls, by a table such as /proc/net/tcp: IPv4 addresses, without itself and without who calls it. */
export function remotesOf(table: string): string[] {
  const found = new Set<string>();
  const own = new Set(portsOf(table));
  for (const line of table.split('\n')) {
    const [, local = '', remote = '', state = ''] = line.trim().split(/\s+/);
    if (own.has(Number.parseInt(local.split(':')[1] ?? '', 16))) continue;
    const [address = '', port] = remote.split(':');
    if (!CONNECTED.has(state) || !port || port === '0000') continue;
    // An IPv4 address in a table of IPv6 is in its last four bytes.
    const v4 = address.length === 8 ? address : /^0{16}FFFF0000([\dA-F]{8})$/.exec(address)?.[1];
    if (!v4) continue;
    const text = [3, 2, 1, 0].map((index) => Number.parseInt(v4.slice(index * 2, index * 2 + 2), 16)).join('.');
    if (!text.startsWith('127.')) found.add(text);
  }
  return [...found].sort();
}
