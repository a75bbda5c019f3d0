import type { Data } from '../yaml/types';
import { isMap } from './data';
import type { ComposeProject } from './project';
import type { ComposeService } from './service';

/**
 * What a service's `healthcheck` comes to: `missing` leaves it to the image; `tuned` sets only times for the image's own; `off`
 * switches it off; `none-word` tries to; `fake` passes whatever happens; `real` is everything else.
 */
export type HealthState = 'missing' | 'tuned' | 'off' | 'none-word' | 'fake' | 'real';

export function healthState(service: ComposeService): HealthState {
  const { test, disable, written } = effective(service);
  if (disable === true || String(disable) === 'true' || (Array.isArray(test) && test[0] === 'NONE')) return 'off';
  if (test === undefined || test === null) return written ? 'tuned' : 'missing';
  if (test === 'NONE') return 'none-word';
  return isFake(test) ? 'fake' : 'real';
}

/** Compose merges the map with that of an extended service; the nearest value counts. */
function effective(service: ComposeService): { test?: Data; disable?: Data; written: boolean } {
  const out: { test?: Data; disable?: Data; written: boolean } = { written: false };
  for (let each: ComposeService | undefined = service; each; each = each.extended) {
    const data = each.data('healthcheck');
    if (!isMap(data)) continue;
    out.written = true;
    out.test ??= data.test;
    out.disable ??= data.disable;
  }
  return out;
}

/** A whole command that cannot fail, and the end of a shell line that makes one of it. */
const CANNOT_FAIL = /^(true|:|\/(usr\/)?bin\/true|exit 0|echo\b[^&|;]*)$/;
const FORGIVEN = /(\|\||;)\s*(true|:|\/(usr\/)?bin\/true|exit 0)\s*$/;

function isFake(test: Data): boolean {
  if (typeof test === 'string') return CANNOT_FAIL.test(test.trim()) || FORGIVEN.test(test);
  if (!Array.isArray(test)) return false;
  const [kind, ...words] = test.map(String);
  const line = words.join(' ').trim();
  return kind === 'CMD' ? CANNOT_FAIL.test(line) && !/^(:|exit)/.test(line) : CANNOT_FAIL.test(line) || FORGIVEN.test(line);
}

/** Services that wait until a service is healthy, by its name. */
export function waitingForHealth({ services }: ComposeProject): ReadonlyMap<string, readonly string[]> {
  const out = new Map<string, string[]>();
  for (const service of services) {
    const data = service.data('depends_on');
    if (!isMap(data)) continue;
    for (const [name, how] of Object.entries(data)) {
      if (isMap(how) && how.condition === 'service_healthy') out.set(name, [...(out.get(name) ?? []), service.name]);
    }
  }
  return out;
}
