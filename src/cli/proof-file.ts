import { dirname, join, resolve } from 'node:path';
import { Repository } from '../compose/bounds';
import { readIfThere } from '../compose/read';
import { makeDirectory, writeFileAtomic } from '../compose/write';
import type { Proof } from '../engine';
import type { ProvenService } from '../engine/prove/report';
import type { Batten, RunOptions } from '../harden/api';
import { PROOF_FILE, type ProofChange, parseProof, type StoredProof } from '../harden/proof';
import type { Opened } from './inputs';

/**
 * Writes what was proven beside the Compose file. Services that were not part of the run keep what an earlier one found.
 *
 * @param run what the files are rewritten with afterwards.
 */
export function storeProof(batten: Batten, { input, absolute }: Opened, { report }: Proof, run: RunOptions, cwd: string): void {
  const file = join(dirname(resolve(cwd, absolute)), PROOF_FILE);
  const before = batten.fingerprints(input!);
  const { version, os, kernel, platform, security } = report.engine;
  const within = Repository.of(dirname(resolve(cwd, absolute)));
  const there = readIfThere(file, PROOF_FILE, within);
  const earlier = there === undefined ? undefined : parseProof(there);
  const services: StoredProof['services'] = { ...earlier?.services };
  for (const service of report.services) {
    const { name, status, image, imageId, digest, exercised, notExercised } = service;
    delete services[name];
    if (status !== 'proven' && status !== 'unchanged') continue;
    services[name] = {
      ...{ image, imageId, digest, before: before.get(name) ?? '', after: '' },
      ...{ changes: changesOf(service), exercised, notExercised },
    };
  }
  const stored: StoredProof = {
    version: 1,
    date: report.date,
    engine: { version, os, kernel, platform, security },
    compose: report.compose,
    services,
  };
  makeDirectory(dirname(file), { within, shown: PROOF_FILE });
  const write = (): void => writeFileAtomic(file, `${JSON.stringify(stored, null, 2)}\n`, { within, shown: PROOF_FILE });
  write();
  // Only with the proof in place it is known what the files become with it.
  const results = batten.runProject(input!, { ...run, sideFiles: 'write' });
  const after = batten.fingerprints(input!, new Map(results.map((each) => [each.path, each.after])));
  for (const { name } of report.services) if (services[name]) services[name].after = after.get(name) ?? '';
  write();
}

function changesOf({ changes }: ProvenService): Record<string, ProofChange> {
  return Object.fromEntries(
    changes.flatMap(({ transform, outcome, plans, value, why }): [string, ProofChange][] => {
      if (outcome === 'untried') return [];
      if (outcome === 'left-out')
        return [[transform, { outcome, why: why?.how ?? 'it did not work', ...(why?.line && { line: why.line }) }]];
      // The value is that of one change. Where there are several, each is known by its plan, which names its own.
      return [[transform, { outcome, plans, ...(value !== undefined && plans.length === 1 && { value }) }]];
    }),
  );
}
