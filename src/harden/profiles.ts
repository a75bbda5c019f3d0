import { table } from '../table';
import type { RunOptions } from './api';

/** Who runs batten over the files of others, and what follows from that. */
export const PROFILE_NAMES = ['platform'] as const;
export type Profile = (typeof PROFILE_NAMES)[number];

/*
 * `platform` is a service that deploys what its users hand over: it publishes ports through a proxy of its own, attaches its own networks, sets limits,
 * logging and restarts itself, and has no directory beside the file. Nobody is there to look at a change, so only what there is evidence for is made, and
 * a comment in a user's file switches nothing off.
 */
const PROFILES: Readonly<Record<string, RunOptions>> = table<RunOptions>({
  platform: {
    confidence: 'known',
    skip: ['ports', 'segment', 'limits', 'logging', 'restart', 'start-order', 'image-pin', 'plaintext-secrets', 'dockerfile-user'],
    sideFiles: 'none',
    inlineIgnores: false,
    proof: false,
  },
});

/** What a run means with its profile: what it says itself counts before that. */
export function withProfile(options: RunOptions): RunOptions {
  const { profile, ...given } = options;
  const base = profile === undefined ? undefined : PROFILES[profile];
  if (!base) return options;
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const skip = given.only ? given.skip : [...(base.skip ?? []).filter((id) => !given.also?.includes(id)), ...(given.skip ?? [])];
  return { ...base, ...set, skip };
}
