import { isMap } from '../../src/compose/data';
import type { ComposeService } from '../../src/compose/service';
import type { Data } from '../../src/yaml/types';

/** Options that bound a log; only json-file and local know them (docker: "unknown log opt 'max-size' for journald log driver"). */
export const ROTATION = ['max-size', 'max-file', 'compress'] as const;

/** How a service logs, as Compose sees it. */
export interface Logging {
  /** Undefined where the file leaves it to the daemon. */
  driver?: string;
  /** False when the driver hangs on a variable without a default. */
  known: boolean;
  options: { readonly [name: string]: Data };
}

/** What a service says about its logs; undefined when it says nothing. Options are merged with those of an extended service of the same driver. */
export function loggingOf(service: ComposeService): Logging | undefined {
  let found: Logging | undefined;
  for (let each: ComposeService | undefined = service; each; each = each.extended) {
    const data = each.data('logging');
    if (!isMap(data)) continue;
    const driver = data.driver === undefined || data.driver === null ? undefined : service.evaluate(String(data.driver));
    const options = isMap(data.options) ? data.options : {};
    if (!found) found = { driver: driver?.text || undefined, known: driver?.known ?? true, options };
    else if (driver === undefined || found.driver === undefined || driver.text === found.driver) {
      found = {
        driver: found.driver ?? driver?.text,
        known: found.known && (driver?.known ?? true),
        options: { ...options, ...found.options },
      };
    }
  }
  return found;
}

/** Whether somebody has thought of how large such logs become: json-file by name, or a size. `local` alone says nothing of it. */
export function minds({ driver, options }: Logging): boolean {
  return driver === 'json-file' || ((driver === 'local' || driver === undefined) && bounded(options));
}

/** Whether a size is set; `-1` is none. */
export function bounded(options: Logging['options']): boolean {
  const size = options['max-size'];
  return size !== undefined && size !== null && String(size) !== '' && String(size) !== '-1';
}

/** Of a service whose logs are bounded, what another can take over: the driver and the bounds, not its labels and tags. */
export function pattern({ driver, options }: Logging): { [key: string]: Data } {
  const kept = Object.fromEntries(ROTATION.filter((name) => options[name] !== undefined).map((name) => [name, options[name]!]));
  return { ...(driver === undefined ? {} : { driver }), ...(Object.keys(kept).length > 0 ? { options: kept } : {}) };
}
