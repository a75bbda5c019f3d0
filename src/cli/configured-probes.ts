import { type Exercise, type Probe, withProbe } from '../engine/observe/probes';
import type { LoadedConfig } from '../harden/config/nearest';

/** What the configuration says a service has to do in a trial, by its name. Of several for one step all have to hold. */
export function configuredExercises(configured: LoadedConfig | undefined): Map<string, Exercise> {
  const exercises = new Map<string, Exercise>();
  for (const [service, probes] of Object.entries(configured?.config.probes ?? {})) {
    for (const { step = 'check', ...probe } of probes) {
      // The shape of the configuration was checked when it was read.
      exercises.set(service, withProbe(exercises.get(service), step as 'check', probe as unknown as Probe));
    }
  }
  return exercises;
}
