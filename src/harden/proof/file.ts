import { isMap } from '../../compose/data';
import type { Data } from '../../yaml/types';
import { isSealed } from './trust';

/** Where a proof is kept, relative to the directory of the Compose file. */
export const PROOF_FILE = '.batten/proof.json';

/** The most that is read of a proof, in bytes: one of a hundred services is a tenth of it. */
export const MAX_PROOF_BYTES = 1024 * 1024;

/**
 * What a run found out about one transform of a service: `proven` and `relaxed` (with a milder value) ran and were exercised, `ran` only ran,
 * `left-out` did not work. `hashes` are those of the changes that ran; a value is as it would be typed at the prompt.
 */
export type ProofChange =
  | { outcome: 'proven' | 'relaxed' | 'ran'; hashes: string[]; value?: string; unexercised?: string[] }
  | { outcome: 'left-out'; why: string; line?: string };

export interface ServiceProof {
  image: string;
  imageId: string;
  digest?: string;
  /** Fingerprints of the service as it was written before, and as it is written with what was proven. */
  before: string;
  after: string;
  changes: Record<string, ProofChange>;
  exercised: string[];
  notExercised: string[];
}

/** `.batten/proof.json`, version 2: what ran on an Engine, and with which settings. */
export interface StoredProof {
  version: 2;
  /** The day and time of the run. */
  date: string;
  engine: { version: string; os: string; kernel: string; platform?: string; security: string[] };
  compose: string;
  services: Record<string, ServiceProof>;
  /** The code that only this machine can make; undefined where it could keep no key. */
  mac?: string;
}

/**
 * What the file beside a project holds: a proof, and whether this machine made it; one of an earlier version, which says nothing any more; or
 * something else, and what is wrong with it.
 */
export type ProofRead =
  | { kind: 'proof'; stored: StoredProof; trusted: boolean }
  | { kind: 'earlier'; services: string[] }
  | { kind: 'unreadable'; why: string };

const MAX_DEPTH = 10;
const MAX_SERVICES = 2000;
const MAX_CHANGES = 200;
const MAX_TEXTS = 500;
const MAX_TEXT = 8000;

/** Thrown by the checks below, with what is wrong. */
class Objection extends Error {}

/** Reads the text of a proof. It may come from anywhere: nothing of it is believed but what is of the right kind and size. Never throws. */
export function readProof(text: string, key: Uint8Array | undefined): ProofRead {
  try {
    requireShallow(text);
    const data = parsed(text);
    if (!isMap(data)) throw new Objection('it is no map');
    if (data.version === 1)
      return { kind: 'earlier', services: isMap(data.services) ? Object.keys(data.services).slice(0, MAX_SERVICES) : [] };
    return { kind: 'proof', stored: proofOf(data), trusted: key !== undefined && isSealed(data, key) };
  } catch (error) {
    if (error instanceof Objection) return { kind: 'unreadable', why: error.message };
    throw error;
  }
}

/** Deep data would overflow who walks through it. */
function requireShallow(text: string): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') {
      if (++depth > MAX_DEPTH) throw new Objection('it is nested too deeply');
    } else if (character === '}' || character === ']') depth--;
  }
}

function parsed(text: string): Data {
  try {
    return JSON.parse(text) as Data;
  } catch {
    throw new Objection('it is no JSON');
  }
}

function proofOf(data: { [key: string]: Data }): StoredProof {
  if (data.version !== 2) throw new Objection('its version is not known');
  const engine = mapIn(data, 'engine');
  return {
    version: 2,
    date: dateIn(data, 'date'),
    engine: {
      ...{ version: textIn(engine, 'version'), os: textIn(engine, 'os'), kernel: textIn(engine, 'kernel') },
      ...(engine.platform !== undefined && { platform: textIn(engine, 'platform') }),
      security: textsIn(engine, 'security'),
    },
    compose: textIn(data, 'compose'),
    services: Object.fromEntries(entriesIn(data, 'services', MAX_SERVICES).map(([name, service]) => [name, serviceOf(service)])),
  };
}

function serviceOf(data: { [key: string]: Data }): ServiceProof {
  return {
    ...{ image: textIn(data, 'image'), imageId: textIn(data, 'imageId') },
    ...(data.digest !== undefined && { digest: textIn(data, 'digest') }),
    ...{ before: textIn(data, 'before'), after: textIn(data, 'after') },
    changes: Object.fromEntries(entriesIn(data, 'changes', MAX_CHANGES).map(([transform, change]) => [transform, changeOf(change)])),
    ...{ exercised: textsIn(data, 'exercised'), notExercised: textsIn(data, 'notExercised') },
  };
}

function changeOf(data: { [key: string]: Data }): ProofChange {
  const { outcome } = data;
  if (outcome === 'left-out') return { outcome, why: textIn(data, 'why'), ...(data.line !== undefined && { line: textIn(data, 'line') }) };
  if (outcome !== 'proven' && outcome !== 'relaxed' && outcome !== 'ran') throw new Objection('the outcome of a change is not known');
  const hashes = textsIn(data, 'hashes');
  if (!hashes.every((each) => /^[\da-f]{64}$/.test(each))) throw new Objection('a hash of a change is none');
  return {
    ...{ outcome, hashes },
    ...(data.value !== undefined && { value: textIn(data, 'value') }),
    ...(data.unexercised !== undefined && { unexercised: textsIn(data, 'unexercised') }),
  };
}

type Fields = { [key: string]: Data };

function fieldOf(data: Fields, key: string): Data | undefined {
  return Object.hasOwn(data, key) ? data[key] : undefined;
}

function mapIn(data: Fields, key: string): Fields {
  const value = fieldOf(data, key);
  if (!isMap(value)) throw new Objection(`${key} is no map`);
  return value;
}

function entriesIn(data: Fields, key: string, most: number): [string, Fields][] {
  const entries = Object.entries(mapIn(data, key));
  if (entries.length > most) throw new Objection(`${key} holds more than ${most}`);
  return entries.map(([name, value]) => {
    if (!isMap(value) || name.length > MAX_TEXT) throw new Objection(`what is in ${key} is no map`);
    return [name, value];
  });
}

function textIn(data: Fields, key: string): string {
  const value = fieldOf(data, key);
  if (typeof value !== 'string' || value.length > MAX_TEXT) throw new Objection(`${key} is no text, or too long`);
  return value;
}

function textsIn(data: Fields, key: string): string[] {
  const value = fieldOf(data, key);
  if (!Array.isArray(value) || value.length > MAX_TEXTS) throw new Objection(`${key} is no list, or too long`);
  return value.map((each) => {
    if (typeof each !== 'string' || each.length > MAX_TEXT) throw new Objection(`what is in ${key} is no text, or too long`);
    return each;
  });
}

function dateIn(data: Fields, key: string): string {
  const text = textIn(data, key);
  if (!/^\d{4}-\d\d-\d\dT[\d:.]{5,20}Z$/.test(text)) throw new Objection(`${key} is no date`);
  return text;
}
