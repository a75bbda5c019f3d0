import type { Model } from '../compose/model';

/** A trial's Compose file. JSON is YAML: nothing of it is for people to read or edit. */
export function dump(model: Model): string {
  return JSON.stringify(model, (_, value: unknown) => (value === undefined ? undefined : value), 1);
}
