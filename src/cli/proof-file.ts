import { dirname, join, resolve } from 'node:path';
import { straightIn } from '../compose/bounds';
import { readIfThere } from '../compose/read';
import { makeDirectory, writeFileAtomic } from '../compose/write';
import type { Proof } from '../engine';
import type { ProvenService } from '../engine/prove/report';
import type { Batten, RunOptions } from '../harden/api';
import { MAX_PROOF_BYTES, PROOF_FILE, type ProofChange, readProof, type StoredProof, sealed } from '../harden/proof';
import type { Opened } from './inputs';
import type { ProofKey } from './proof-key';

/**
 * Looks whether a proof can be kept beside an input, before an hour is spent on it.
 *
 * @throws InputError where a link is in its place, or on the way to it.
 */
export function requireProofPlace({ absolute }: Opened, cwd: string): void {
  const { file, within } = placeOf(absolute, cwd);
  within.place(file, PROOF_FILE);
}

/**
 * Writes what was proven beside the Compose file. Services that were not part of the run keep what an earlier one found here; what another machine, or
 * somebody, put there is dropped, because it would be sealed with the rest.
 *
 * @param run what the files are rewritten with afterwards.
 * @returns why the proof counts for this process only; undefined = it counts from now on.
 */
export function storeProof(
  batten: Batten,
  { input, absolute }: Opened,
  { report }: Proof,
  run: RunOptions,
  cwd: string,
  key: ProofKey,
): string | undefined {
  const { file, within } = placeOf(absolute, cwd);
  const before = batten.fingerprints(input!);
  const { version, os, kernel, platform, security } = report.engine;
  const there = readIfThere(file, PROOF_FILE, within, MAX_PROOF_BYTES);
  const earlier = there === undefined ? undefined : readProof(there, key.get());
  const problem = key.make();
  const services: StoredProof['services'] = earlier?.kind === 'proof' && earlier.trusted ? { ...earlier.stored.services } : {};
  for (const service of report.services) {
    const { name, status, image, imageId, digest, exercised, notExercised } = service;
    delete services[name];
    if (status !== 'proven' && status !== 'ran' && status !== 'unchanged') continue;
    services[name] = {
      ...{ image, imageId, digest, before: before.get(name) ?? '', after: '' },
      ...{ changes: changesOf(service), exercised, notExercised },
    };
  }
  const proof = {
    version: 2,
    date: report.date,
    engine: { version, os, kernel, platform, security },
    compose: report.compose,
    services,
  } as const;
  makeDirectory(dirname(file), { within, shown: PROOF_FILE });
  const write = (): void => writeFileAtomic(file, `${JSON.stringify(sealed(proof, key.get()), null, 2)}\n`, { within, shown: PROOF_FILE });
  write();
  // Only with the proof in place it is known what the files become with it.
  const results = batten.runProject(input!, { ...run, sideFiles: 'write' });
  const after = batten.fingerprints(input!, new Map(results.map((each) => [each.path, each.after])));
  for (const { name } of report.services) if (services[name]) services[name].after = after.get(name) ?? '';
  write();
  return problem;
}

function placeOf(absolute: string, cwd: string): { file: string; within: ReturnType<typeof straightIn> } {
  const directory = dirname(resolve(cwd, absolute));
  return { file: join(directory, PROOF_FILE), within: straightIn(directory) };
}

function changesOf({ changes }: ProvenService): Record<string, ProofChange> {
  return Object.fromEntries(
    changes.flatMap(({ transform, outcome, hashes, unexercised, value, why }): [string, ProofChange][] => {
      if (outcome === 'untried') return [];
      if (outcome === 'left-out')
        return [[transform, { outcome, why: why?.how ?? 'it did not work', ...(why?.line && { line: why.line }) }]];
      // The value is that of one change. Where there are several, each is known by its hash.
      const own = value !== undefined && hashes.length === 1 && { value };
      return [[transform, { outcome, hashes, ...own, ...(unexercised && { unexercised }) }]];
    }),
  );
}
