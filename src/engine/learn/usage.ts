import type { Engine } from '../client/engine';

/** The most a container was seen to use. */
export interface Usage {
  /** Bytes, without the page cache where the kernel tells it apart. */
  memory: number;
  pids: number;
}

interface Stats {
  memory_stats?: { usage?: number; max_usage?: number; stats?: Record<string, number> };
  pids_stats?: { current?: number };
}

/** Asks the Engine a few times: a peak between two questions is not seen, so limits need room above it. */
export async function usageOf(engine: Engine, id: string, times = 3): Promise<Usage> {
  const most: Usage = { memory: 0, pids: 0 };
  for (let time = 0; time < times; time++) {
    const stats = await engine.client.get<Stats>(`/containers/${id}/stats`, { stream: false, 'one-shot': true });
    const { usage = 0, max_usage: peak = 0, stats: detail = {} } = stats.memory_stats ?? {};
    const cache = detail.total_inactive_file ?? detail.inactive_file ?? 0;
    most.memory = Math.max(most.memory, usage - cache, peak > 0 ? peak - cache : 0);
    most.pids = Math.max(most.pids, stats.pids_stats?.current ?? 0);
  }
  return most;
}

/** A limit with room: four times what was seen, and never so little that a busy hour could not pass. */
export function limitsFor({ memory, pids }: Usage): { mem_limit: string; pids_limit: number } {
  const mebibytes = Math.max(64, 2 ** Math.ceil(Math.log2(Math.max(1, (memory * 4) / 2 ** 20))));
  return { mem_limit: `${mebibytes}m`, pids_limit: Math.max(64, Math.ceil((pids * 4) / 32) * 32) };
}
