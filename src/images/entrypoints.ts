import { evidenceFrom, table } from './hints/load';
import type { Evidence } from './types';

/** Digits of a fingerprint that are kept: enough for the scripts there are. */
const DIGITS = 16;

/** The family whose published images have had an entrypoint script, by its fingerprint; undefined for a script that nobody knows. */
export function entrypointFamily(fingerprint: string): { family: string; evidence: Evidence[] } | undefined {
  const wanted = fingerprint.replace(/^sha256:/, '').slice(0, DIGITS);
  const found = table('entrypoints').entrypoints.find(({ scripts }) => scripts.includes(wanted));
  return found && { family: found.family, evidence: evidenceFrom('entrypoints', found.sources) };
}

/** Whether the entrypoints of a family are known. */
export function hasEntrypoints(family: string): boolean {
  return table('entrypoints').entrypoints.some((each) => each.family === family);
}
