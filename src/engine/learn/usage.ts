import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Engine } from '../client/engine';
import type { ContainerInfo } from '../client/types';

/** The most a container was seen to use. */
export interface Usage {
  /** Bytes, without the page cache where the kernel tells it apart. */
  memory: number;
  /** Processes and threads: what pids_limit counts. */
  pids: number;
}

interface Stats {
  memory_stats?: { usage?: number; max_usage?: number; stats?: Record<string, number> };
  pids_stats?: { current?: number };
}

/**
 * The most a container has used so far. The kernel keeps the peak of its memory, newer kernels that of its processes too; the Engine tells the
 * first with version 1 of control groups only, so both are read from the kernel where it is ours. What is sampled instead can miss a peak.
 */
export async function usageOf(engine: Engine, { Id, State }: ContainerInfo, times = 3): Promise<Usage> {
  const most: Usage = { memory: 0, pids: 0 };
  const kernel = engine.sharesKernel && State.Pid > 0 ? peaksOf(State.Pid) : {};
  for (let time = 0; time < times; time++) {
    const stats = await engine.client.get<Stats>(`/containers/${Id}/stats`, { stream: false, 'one-shot': true });
    const { usage = 0, max_usage = 0, stats: detail = {} } = stats.memory_stats ?? {};
    const peak = Math.max(max_usage, kernel.memory ?? 0);
    const cache = detail.total_inactive_file ?? detail.inactive_file ?? 0;
    most.memory = Math.max(most.memory, usage - cache, peak > 0 ? peak - cache : 0);
    most.pids = Math.max(most.pids, stats.pids_stats?.current ?? 0, kernel.pids ?? 0);
  }
  return most;
}

export function larger(a: Usage, b: Usage | undefined): Usage {
  return { memory: Math.max(a.memory, b?.memory ?? 0), pids: Math.max(a.pids, b?.pids ?? 0) };
}

/** Files in which the kernel keeps peaks, by version of control groups. */
const PEAKS = { v1: { memory: 'memory.max_usage_in_bytes', pids: 'pids.peak' }, v2: { memory: 'memory.peak', pids: 'pids.peak' } };

/** The peaks of a process's control groups, as far as this kernel keeps them. `proc` and `root` are for tests. */
export function peaksOf(pid: number, proc = '/proc', root = '/sys/fs/cgroup'): Partial<Usage> {
  const text = read(path.join(proc, String(pid), 'cgroup')) ?? '';
  const found: Partial<Usage> = {};
  for (const line of text.split('\n')) {
    const [, controllers = '', group] = /^\d+:([^:]*):(.+)$/.exec(line) ?? [];
    if (group === undefined) continue;
    for (const key of ['memory', 'pids'] as const) {
      const old = controllers.split(',').includes(key);
      if (!old && controllers !== '') continue;
      const directory = old ? path.join(root, controllers, group) : path.join(root, group);
      const number = Number(read(path.join(directory, PEAKS[old ? 'v1' : 'v2'][key])));
      if (number > 0) found[key] = number;
    }
  }
  return found;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** A limit with room: four times what was seen, and never so little that a busy hour could not pass. */
export function limitsFor({ memory, pids }: Usage): { mem_limit: string; pids_limit: number } {
  const mebibytes = Math.max(64, 2 ** Math.ceil(Math.log2(Math.max(1, (memory * 4) / 2 ** 20))));
  return { mem_limit: `${mebibytes}m`, pids_limit: Math.max(64, Math.ceil((pids * 4) / 32) * 32) };
}
