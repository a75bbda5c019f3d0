import { parseSize, showSize } from '../../src/compose/size';
import type { Data } from '../../src/yaml/types';

/** A value as it is written, or what is wrong with the text. */
export type Reading = { value: Data } | { error: string };

/** The Engine gives no container less than this. */
const LEAST_MEMORY = 6 * 2 ** 20;

/** A memory limit in bytes or with a unit, not below what is reserved (bytes). */
export function readMemory(text: string, reserved: number): Reading {
  const bytes = parseSize(text);
  if (bytes === undefined) return { error: `"${text}" is not a size: write 512m or 2g` };
  const least = Math.max(LEAST_MEMORY, reserved);
  return bytes < least
    ? { error: `it must be ${showSize(least)} or more${reserved > LEAST_MEMORY ? ', which is reserved' : ''}` }
    : { value: text };
}

/** A number of processors: a fraction in text, as Compose files have it. */
export function readCpus(text: string): Reading {
  if (!/^\d+(?:\.\d+)?$/.test(text) || Number(text) < 0.01) return { error: `"${text}" is not a number of processors: write 0.5 or 2` };
  return { value: text };
}

/** A number of processes and threads. Few programs start with less than ten. */
export function readPids(text: string): Reading {
  return /^\d+$/.test(text) && Number(text) >= 10
    ? { value: Number(text) }
    : { error: `"${text}" is not a number of processes: write 10 or more` };
}
