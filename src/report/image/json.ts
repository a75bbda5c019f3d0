import type { ImageFacts } from '../../images/xray';
import { maskLine } from '../mask';
import { json } from '../text/json';
import type { Text } from '../text/text';

/**
 * What `explain IMAGE --format json` writes: schemas/image.schema.json. The same for the same image, wherever it was read. What looks like a
 * credential is masked, as scripts and variables of an image may hold some.
 */
export function imageJson(reference: string, facts: ImageFacts, version: string): Text<'json'> {
  return json({ version: 1, tool: { name: 'batten', version }, image: reference, facts: masked(facts) }, 2);
}

/** The facts without what looks like a credential in them. */
export function masked<T>(value: T): T {
  if (typeof value === 'string') return maskLine(value) as T;
  if (Array.isArray(value)) return value.map((each) => masked(each as unknown)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, masked(each as unknown)])) as T;
}
