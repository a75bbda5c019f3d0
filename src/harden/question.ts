import { splitFile } from '../compose/file-path';
import type { Op } from '../yaml/types';
import type { Question } from './api';
import type { Pending } from './chain';
import { editableOf, edited } from './edited';
import type { Finding } from './types';

/** A finding that waits for a decision, as it is put to a person: with the texts of its file without and with it. */
export function questionOf(pending: Pending, index: number, total: number): Question {
  const { finding } = pending;
  const value = editableOf(finding);
  const question: Question = { index, total, finding, ...textsOf(pending, finding.ops ?? []) };
  if (!value) return question;
  return {
    ...question,
    edited(text) {
      const rebuilt = value.rebuild(text);
      if ('error' in rebuilt) return rebuilt;
      return { ...question, finding: withValue(finding, text, rebuilt), ...textsOf(pending, rebuilt) };
    },
  };
}

/** The finding, saying the value that a person typed instead of its own. */
function withValue(finding: Finding, value: string, ops: readonly Op[]): Finding {
  return { ...finding, ...edited(finding, value), ops: [...ops] };
}

/** What the ops of a pending finding, or others in their place, make of its file and of others. */
function textsOf(
  { workspace, finding, files, written }: Pending,
  ops: readonly Op[],
): Pick<Question, 'path' | 'before' | 'after' | 'files'> {
  const beside = files.fork();
  beside.apply(finding.files ?? []);
  const { file } = splitFile(finding.path);
  const path = workspace.pathOf(file);
  if (written) return { path, before: written([]), after: written(ops), files: beside.since(files) };
  const trial = workspace.fork();
  for (const op of ops) trial.apply(op);
  const touched = new Set(ops.map((op) => splitFile(op.path).file).filter((each) => each !== file));
  const others = [...touched].map((each) => ({
    path: workspace.pathOf(each),
    before: workspace.documents[each]!.toText(),
    after: trial.documents[each]!.toText(),
    secret: false,
  }));
  return {
    path,
    before: workspace.documents[file]!.toText(),
    after: trial.documents[file]!.toText(),
    files: [...others, ...beside.since(files)],
  };
}
