import { table } from '../table';

const UNITS: Record<string, number> = table({ '': 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 });

/**
 * Bytes of a size as Docker writes it: `512m`, `0.5g`, `1gb`, `1GiB`, `1073741824`. Undefined for anything else.
 * Source: docker/go-units `RAMInBytes`, which counts in powers of 1024 whatever the letters.
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim());
  return match ? Math.floor(Number(match[1]) * UNITS[match[2]!.toLowerCase()]!) : undefined;
}

/** The shortest way to write a number of bytes for Compose: `2g`, `1536m`. Less than a mebibyte counts as one. */
export function showSize(bytes: number): string {
  const mebibytes = Math.max(1, Math.ceil(bytes / UNITS.m!));
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}g` : `${mebibytes}m`;
}
