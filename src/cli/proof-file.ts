import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { writeFileAtomic } from '../compose/write';
import type { Proof } from '../engine';
import type { ProvenService } from '../engine/prove/report';
import type { Batten, Input, RunOptions } from '../harden/api';
import { PROOF_FILE, type ProofChange, parseProof, type StoredProof } from '../harden/proof';
import type { FileResult } from '../harden/types';
import type { Opened } from './inputs';

/**
 * Writes what was proven beside the Compose file. Services that were not part of the run keep what an earlier one found.
 *
 * @param run what the files are rewritten with afterwards.
 */
export function storeProof(batten: Batten, { input, absolute }: Opened, { report }: Proof, run: RunOptions, cwd: string): void {
  const file = join(dirname(resolve(cwd, absolute)), PROOF_FILE);
  const before = batten.fingerprints(input!);
  const { version, os, kernel, security } = report.engine;
  const earlier = existsSync(file) ? parseProof(readFileSync(file, 'utf8')) : undefined;
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
    engine: { version, os, kernel, security },
    compose: report.compose,
    services,
  };
  mkdirSync(dirname(file), { recursive: true });
  const write = (): void => writeFileAtomic(file, `${JSON.stringify(stored, null, 2)}\n`, { shown: PROOF_FILE });
  write();
  // Only with the proof in place it is known what the files become with it.
  const after = batten.fingerprints(rewritten(input!, batten.runProject(input!, { ...run, sideFiles: 'none' })));
  for (const { name } of report.services) if (services[name]) services[name].after = after.get(name) ?? '';
  write();
}

function rewritten(input: Input, results: readonly FileResult[]): Input {
  const texts = new Map(results.map(({ path, after }) => [path, after]));
  return {
    ...input,
    text: texts.get(input.path) ?? input.text,
    overrides: input.overrides?.map((file) => ({ ...file, text: texts.get(file.path) ?? file.text })),
  };
}

function changesOf({ changes }: ProvenService): Record<string, ProofChange> {
  return Object.fromEntries(
    changes.flatMap(({ transform, outcome, plans, value, why }): [string, ProofChange][] => {
      if (outcome === 'untried') return [];
      if (outcome === 'left-out')
        return [[transform, { outcome, why: why?.how ?? 'it did not work', ...(why?.line && { line: why.line }) }]];
      return [[transform, { outcome, plans, ...(value !== undefined && { value }) }]];
    }),
  );
}
