import { trimEndOf } from '../trim';
/** A version read from a tag, as far as it is written: `16.4-alpine` -> [16, 4], `16` -> [16]. */
export type Version = readonly number[];

/**
 * The version a tag starts with (`v3.1`, `16-alpine`), or that `pattern`'s first group finds in it. Undefined when there is none
 * (`latest`, `stable-fpm`) or when a date takes its place (`RELEASE.2025-…`).
 */
export function versionOf(tag: string, pattern = '^v?(\\d+(?:\\.\\d+)?)'): Version | undefined {
  // An undetermined part (`*`) may continue the number before it: `1${MINOR}` says nothing, `16.${MINOR}` says 16.
  const star = tag.indexOf('*');
  const told = star < 0 ? tag : trimEndOf(tag.slice(0, star), '0123456789');
  const found = new RegExp(pattern).exec(told)?.[1];
  return found?.split('.').map(Number);
}

/** Whether a version meets `>=18`, `<2.4` or `=8`; undefined when it is unknown or not written finely enough to tell. */
export function meets(version: Version | undefined, condition: string): boolean | undefined {
  const parsed = /^(>=|<|=)(\d+)(?:\.(\d+))?$/.exec(condition);
  const major = version?.[0];
  if (!parsed || major === undefined) return undefined;
  const [, operator, wantedMajor, wantedMinor] = parsed;
  let difference = major - Number(wantedMajor);
  if (difference === 0 && wantedMinor !== undefined) {
    const minor = version?.[1];
    if (minor === undefined) return undefined;
    difference = minor - Number(wantedMinor);
  }
  if (operator === '=') return difference === 0;
  return operator === '<' ? difference < 0 : difference >= 0;
}
