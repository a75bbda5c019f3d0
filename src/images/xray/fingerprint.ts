import { createHash } from 'node:crypto';

/** The SHA-256 of a text, as digests are written. */
export function hashOf(content: string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** The fingerprint of a script: the same whatever its comments, blank lines and indentation are. */
export function scriptFingerprint(script: string): string {
  return hashOf(normalised(script));
}

function normalised(script: string): string {
  const lines = script.split('\n').map((line) => line.trim());
  return lines.filter((line, index) => line !== '' && (!line.startsWith('#') || (index === 0 && line.startsWith('#!')))).join('\n');
}
