import { createHmac, timingSafeEqual } from 'node:crypto';
import { sorted } from '../../compose/data';
import type { Data } from '../../yaml/types';
import type { StoredProof } from './file';

/*
 * A proof lies in the project, where a stranger may have put it. What was written here carries a message authentication code under a key that only this
 * person on this machine has; see docs/design.md.
 */

/** A proof with its code, as it is written. */
export function sealed(proof: Omit<StoredProof, 'mac'>, key: Uint8Array | undefined): StoredProof {
  return key === undefined ? { ...proof } : { ...proof, mac: codeOf(proof as unknown as Data, key) };
}

/** Whether all of the data is what was written with this key. */
export function isSealed(data: { [key: string]: Data }, key: Uint8Array): boolean {
  const { mac, ...rest } = data;
  if (typeof mac !== 'string' || !/^[\da-f]{64}$/.test(mac)) return false;
  return timingSafeEqual(Buffer.from(mac, 'hex'), Buffer.from(codeOf(rest, key), 'hex'));
}

/** Of everything in the proof, in whatever order and with whatever blanks it is written. What is undefined is not written. */
function codeOf(proof: Data, key: Uint8Array): string {
  const written = JSON.parse(JSON.stringify(proof)) as Data;
  return createHmac('sha256', key)
    .update('batten proof, version 2\n')
    .update(JSON.stringify(sorted(written)))
    .digest('hex');
}
