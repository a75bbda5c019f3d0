import type { Text } from '../../src/report/text/text';

/** The same function, with the string that would be printed. */
export function textOf<Given extends unknown[]>(make: (...given: Given) => Text): (...given: Given) => string {
  return (...given) => make(...given).text;
}
