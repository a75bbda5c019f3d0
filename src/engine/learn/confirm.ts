import type { Model } from '../compose/model';
import { compareAll, type Habits } from '../observe/compare';
import type { Failure } from '../observe/types';
import { type Running, runStack } from '../prove/run-stack';
import type { Conversion } from '../trial/convert';
import type { Confirmation } from './report';

/** What a service is given at the end, in parts that can be taken back one by one. */
export interface Settings {
  capabilities?: readonly string[];
  tmpfs?: readonly string[];
  limits?: { mem_limit: string; pids_limit: number };
}

/** The parts, and what goes first when a service does not work with all of them: what rests on the least evidence. */
const PARTS = ['capabilities', 'read_only', 'limits'] as const;
type Part = (typeof PARTS)[number];
const DOUBTS: readonly Part[] = ['read_only', 'limits'];

/** Which parts a service has. */
function partsOf({ capabilities, tmpfs, limits }: Settings): Part[] {
  return PARTS.filter((part) => ({ capabilities, read_only: tmpfs, limits })[part] !== undefined);
}

/**
 * Runs the stack with all settings together, twice from empty volumes. A service that does not work is tried without one part and then the
 * other, so that what is to blame is known by name.
 *
 * @returns by service what held, and the number of runs it took.
 */
export async function confirmTogether(
  running: Running,
  settings: ReadonlyMap<string, Settings>,
  habits: ReadonlyMap<string, Habits>,
): Promise<{ confirmed: Map<string, Confirmation>; runs: number }> {
  const without = new Map<string, Part[]>();
  const blamed = new Map<string, Failure>();
  const confirmed = new Map<string, Confirmation>();
  let runs = 0;
  // All of it, without each doubtful part, and without both.
  for (const round of [[], ...DOUBTS.map((part) => [part]), [...DOUBTS]]) {
    const open = [...settings.keys()].filter((name) => !confirmed.has(name) && partsOf(settings.get(name)!).length > 0);
    if (open.length === 0 || running.bench.signal.aborted) break;
    for (const name of open) without.set(name, round);
    runs += 1;
    const failures = await tried(running, settings, habits, without);
    for (const name of open) {
      const [why] = failures.get(name) ?? [];
      const parts = partsOf(settings.get(name)!);
      if (why) blamed.set(name, blamed.get(name) ?? why);
      else {
        const held = parts.filter((part) => !round.includes(part));
        const failed = parts.filter((part) => round.includes(part)).map((what) => ({ what, why: blamed.get(name)! }));
        confirmed.set(name, { held, failed });
      }
    }
  }
  for (const [name, why] of blamed) {
    if (!confirmed.has(name)) confirmed.set(name, { held: [], failed: partsOf(settings.get(name)!).map((what) => ({ what, why })) });
  }
  return { confirmed, runs };
}

async function tried(
  running: Running,
  settings: ReadonlyMap<string, Settings>,
  habits: ReadonlyMap<string, Habits>,
  without: ReadonlyMap<string, readonly Part[]>,
): Promise<Map<string, Failure[]>> {
  const adjust = ({ model }: Conversion): void => {
    for (const [name, each] of settings) give(model, name, each, without.get(name) ?? []);
  };
  const run = await runStack(running, new Map(), { adjust });
  return compareAll(habits, run.lives);
}

export function give(model: Model, name: string, { capabilities, tmpfs, limits }: Settings, without: readonly string[]): void {
  const service = model.services[name];
  if (!service) return;
  if (capabilities) giveCapabilities(model, name, capabilities);
  if (tmpfs && !without.includes('read_only')) {
    service.read_only = true;
    service.tmpfs = [...new Set([...((service.tmpfs as string[] | undefined) ?? []), ...tmpfs])];
  }
  if (limits && !without.includes('limits')) {
    // The file's own limits, and those of its deploy section, are a decision.
    if (service.deploy === undefined && service.mem_limit === undefined) service.mem_limit = limits.mem_limit;
    if (service.deploy === undefined && service.pids_limit === undefined) service.pids_limit = limits.pids_limit;
  }
}

/** All capabilities but these are dropped. What the file gives beside the default ones stays. */
export function giveCapabilities(model: Model, name: string, kept: readonly string[]): void {
  const service = model.services[name];
  if (!service) return;
  service.cap_drop = ['ALL'];
  service.cap_add = [...new Set([...((service.cap_add as string[] | undefined) ?? []), ...kept])];
}
