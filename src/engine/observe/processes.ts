import type { Engine } from '../client/engine';

/** The names of a container's processes, with the effective uids each name has; empty when it does not run. */
export async function processesOf(engine: Engine, id: string): Promise<Record<string, number[]>> {
  const rows = await engine.top(id, 'pid,euid,comm').catch(() => undefined);
  const found = new Map<string, Set<number>>();
  for (const [, uid = '', ...rest] of rows ?? []) {
    const name = rest.join(' ').trim();
    if (name === '') continue;
    found.set(name, (found.get(name) ?? new Set()).add(Number(uid)));
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, uids]) => [name, [...uids].sort((a, b) => a - b)]));
}
