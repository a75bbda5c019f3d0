import { createHash } from 'node:crypto';
import { sorted } from '../compose/data';
import { splitFile } from '../compose/file-path';
import type { Op } from '../yaml/types';
import type { Finding } from './types';

/**
 * What an answer is about: a finding, how sure it is, and what it would do. Items of a list count by what they are, not by where they stand. As
 * answers are kept in files, what it would do is a hash, and nothing of the project can be read from it but names.
 */
export function changeKey({ transform, service, identity, path, ops = [], files = [], confidence }: Finding): string {
  const place = ({ path: steps }: Op): unknown[] => steps.map((step, at) => (at > 0 && typeof step === 'number' ? '#' : step));
  const does = ops.map((op) => [op.op, place(op), 'value' in op ? sorted(op.value) : 'key' in op ? op.key : 'text' in op ? op.text : null]);
  const change = JSON.stringify([splitFile(path).file, identity, confidence, does, files.map((file) => file.path)]);
  return JSON.stringify({ transform, service, change: createHash('sha256').update(change).digest('hex') });
}
