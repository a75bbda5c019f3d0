import { YamlDocument } from '../../../src/yaml/document';
import type { Data, Op, Path, Refusal } from '../../../src/yaml/types';

/** The proven text after ops; throws when one is refused or the proof fails. */
export function edited(text: string, ...ops: readonly Op[]): string {
  const document = YamlDocument.open(text);
  for (const op of ops) {
    const done = document.apply(op);
    if ('refusal' in done) throw new Error(`refused: ${done.refusal.code}: ${done.refusal.message}`);
  }
  const proof = document.prove();
  if ('reason' in proof) throw new Error(`not proven: ${proof.reason}`);
  return proof.document.source.raw;
}

/** Why an op is refused; throws when it is not, or when refusing it changed something. */
export function refusal(text: string, op: Op): Refusal {
  const document = YamlDocument.open(text);
  const done = document.apply(op);
  if (!('refusal' in done)) throw new Error(`not refused: ${document.toText()}`);
  if (document.toText() !== text || document.edits().length > 0) throw new Error(`refused, but changed: ${document.toText()}`);
  return done.refusal;
}

/** `services.db.ports.0` as a path: digits are list indices. */
export function at(path: string): Path {
  return path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

export const add = (path: string, value: Data, ...near: string[]): Op => ({
  op: 'add',
  path: at(path),
  value,
  ...(near.length > 0 ? { near } : {}),
});
export const append = (path: string, value: Data): Op => ({ op: 'append', path: at(path), value });
export const replace = (path: string, value: Data): Op => ({ op: 'replace', path: at(path), value });
export const remove = (path: string): Op => ({ op: 'remove', path: at(path) });
export const rename = (path: string, key: string): Op => ({ op: 'rename', path: at(path), key });
export const comment = (path: string, text: string): Op => ({ op: 'comment', path: at(path), text });
