import type { Probe } from '../engine/observe/probes';
import type { Batten, RunOptions } from '../harden/api';
import type { Opened } from './inputs';

/**
 * Health checks that are known for the images of services without one: what the transform would write, were it asked to. A trial can ask
 * them, whether or not the file gets them.
 */
export function knownChecks(batten: Batten, { input }: Opened, run: RunOptions): Map<string, Probe> {
  const only: RunOptions = {
    only: ['healthcheck'],
    preset: 'strict',
    confidence: 'guess',
    sideFiles: 'none',
    proof: false,
    inlineIgnores: false,
    templates: run.templates,
    imageConfigs: run.imageConfigs,
    inspected: run.inspected,
  };
  const checks = new Map<string, Probe>();
  for (const { service, ops = [] } of batten.runProject(input!, only).flatMap(({ findings }) => findings)) {
    for (const op of ops) {
      const { test } = 'value' in op && op.value !== null && typeof op.value === 'object' ? (op.value as { test?: unknown }) : {};
      const probe = op.path.at(-1) === 'healthcheck' ? probeOf(test) : undefined;
      if (probe) checks.set(service, probe);
    }
  }
  return checks;
}

function probeOf(test: unknown): Probe | undefined {
  if (!Array.isArray(test)) return undefined;
  const [how, ...words] = test.map(String);
  if (how === 'CMD-SHELL' && words[0] !== undefined) return { exec: words[0] };
  return how === 'CMD' && words.length > 0 ? { exec: words } : undefined;
}
