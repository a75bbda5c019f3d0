import { createHash } from 'node:crypto';
import type { Finding } from './types';

/** A finding's identity in 32 hexadecimal digits: short enough for a file that is read by people. */
export function fingerprint({ identity }: Pick<Finding, 'identity'>): string {
  return createHash('sha256').update(identity).digest('hex').slice(0, 32);
}
