import { createHash } from 'node:crypto';
import { sorted } from '../../compose/data';
import { splitFile } from '../../compose/file-path';
import type { Data, Op } from '../../yaml/types';
import type { ProposedChange } from '../types';

/**
 * What a change is, in 64 hexadecimal digits: what its ops make of the data, and which files it needs. Not how it is worded, which of the project's files
 * it is in, or where in a map a key is written.
 */
export function hashOfChange({ ops, files = [] }: Pick<ProposedChange, 'ops' | 'files'>): string {
  const changes = ops.filter(({ op }) => op !== 'comment').map((op) => JSON.stringify(canonical(op)));
  const beside = files.map(({ path, secret = false }) => JSON.stringify(['file', path, secret]));
  return createHash('sha256')
    .update(JSON.stringify([...changes, ...beside].sort()))
    .digest('hex');
}

/** An op as plain data. A key that is new and one that gets another value both say what it is afterwards. */
function canonical(op: Op): Data {
  const path: Data[] = [...splitFile(op.path).path];
  switch (op.op) {
    case 'add':
    case 'replace':
      return ['set', path, sorted(op.value), op.op === 'add' && op.tag !== undefined ? op.tag : null];
    case 'append':
      return ['append', path, sorted(op.value)];
    case 'rename':
      return ['rename', path, op.key];
    default:
      return [op.op, path];
  }
}
