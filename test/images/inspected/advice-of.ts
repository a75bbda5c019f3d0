import { advise } from '../../../src/images';
import { imageFromFacts } from '../../../src/images/inspected';
import type { Advice } from '../../../src/images/types';
import { type ServiceOptions, service } from '../service-factory';
import { factsOf, startOf } from '../xray/start-of';
import type { Entry } from '../xray/tars';

/** What is said of a service whose image starts with this script, read as an image is. */
export async function adviceOf(
  entry: string,
  options: ServiceOptions = {},
  { more = [], config = {} }: { more?: Entry[]; config?: Record<string, unknown> } = {},
): Promise<Advice> {
  return about(await startOf(entry, more, config), options);
}

/** The same for an image that starts a program. */
export async function adviceOfImage(config: Record<string, unknown>, more: Entry[] = [], options: ServiceOptions = {}): Promise<Advice> {
  return about(await factsOf(more, config), options);
}

function about(facts: Awaited<ReturnType<typeof startOf>>, options: ServiceOptions): Advice {
  const given = service({ image: 'acme/app:1', ...options });
  const image = imageFromFacts({ name: 'acme/app:1', facts });
  return advise(given, { images: new Map([['app', image]]), configurations: new Map(), absent: new Map(), notes: [] });
}

/** `known: CHOWN SETGID SETUID` */
export function capabilities({ capabilities: { value, confidence } }: Advice): string {
  return `${confidence}: ${value.join(' ')}`.trim();
}

/** `generic: /run:0 /tmp`, or `known: no`. */
export function readOnly({ readOnly: { value, confidence } }: Advice): string {
  const mounts = value === false ? 'no' : value.tmpfs.map(({ path, uid }) => (uid === undefined ? path : `${path}:${uid}`)).join(' ');
  return `${confidence}: ${mounts}`.trim();
}

/** `known: 1000:1001`, or `known: no` when there can be none. */
export function user({ user: verdict, noUser }: Advice): string {
  return verdict ? `${verdict.confidence}: ${verdict.value}` : `${noUser?.confidence}: no`;
}
