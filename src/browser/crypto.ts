import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** The hash that findings are known by, as Node's own `createHash('sha256')`. */
export function createHash(name: string): { update(text: string): { digest(form: 'hex'): string } } {
  if (name !== 'sha256') throw new Error(`there is no hash ${name} here`);
  return { update: (text) => ({ digest: () => bytesToHex(sha256(new TextEncoder().encode(text))) }) };
}

/** A proof lies in a file beside the project, and there is none here. */
export function createHmac(): never {
  throw new Error('there are no proofs here');
}

export const timingSafeEqual = createHmac;
