import { withoutInit } from './commands';
import { evidenceFrom, table } from './hints/load';
import type { EntrypointFact } from './hints/tables';
import type { Evidence } from './types';
import type { ImageFacts } from './xray';

/** Digits of a fingerprint that are kept: enough for the scripts there are. */
const DIGITS = 16;

/** A family, and why an image is known to be of it. */
export interface KnownStart {
  family: string;
  evidence: Evidence[];
}

/**
 * The family whose published images have started with what an image starts with: its entrypoint script by its fingerprint, else the program that is its
 * entrypoint, by its path. Undefined for what nobody knows.
 */
export function startFamily({ fingerprint, config }: Pick<ImageFacts, 'fingerprint' | 'config'>): KnownStart | undefined {
  if (fingerprint.entrypoint !== undefined) {
    const wanted = fingerprint.entrypoint.replace(/^sha256:/, '').slice(0, DIGITS);
    return knownBy(({ scripts }) => scripts?.includes(wanted));
  }
  const [program = ''] = withoutInit(config.entrypoint);
  return program.startsWith('/') ? knownBy(({ programs }) => programs?.includes(program)) : undefined;
}

/** Whether the entrypoint scripts of a family are known. */
export function hasEntrypoints(family: string): boolean {
  return table('entrypoints').entrypoints.some((each) => each.family === family && each.scripts !== undefined);
}

function knownBy(fits: (fact: EntrypointFact) => boolean | undefined): KnownStart | undefined {
  const found = table('entrypoints').entrypoints.find(fits);
  return found && { family: found.family, evidence: evidenceFrom('entrypoints', found.sources) };
}
