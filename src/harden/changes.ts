import { splitFile } from '../compose/file-path';
import type { YamlDocument } from '../yaml/document';
import type { Edit } from '../yaml/types';
import { type ChainSetup, chain } from './chain';
import type { Change, TextEdit } from './types';

/**
 * Each change on its own, as edits of the files as they are: for tools that offer them one by one. Changes are those of a run in which
 * nothing else is accepted, so that none counts on another: without a `user`, `cap_drop` comes with the capabilities that root needs.
 *
 * @throws InputError as the chain
 */
export function changesAlone(setup: ChainSetup): Change[] {
  const changes: Change[] = [];
  const running = chain(setup);
  for (let step = running.next(); !step.done; step = running.next({ kind: 'hold' })) {
    const { finding, workspace } = step.value;
    if (!finding.ops) continue;
    const trial = workspace.fork();
    const refused = finding.ops.some((op) => 'refusal' in trial.apply(op));
    // A change that needs another file is more than edits of these.
    if (refused || finding.files?.length || 'reason' in trial.prove()) continue;
    const { identity, plan, breaks, confidence, path } = finding;
    const edited = trial.documents.flatMap((document, file) => {
      const edits = joined(document.edits()).map((edit) => textEdit(document, edit));
      return edits.length > 0 ? [{ file: trial.pathOf(file), edits }] : [];
    });
    changes.push({ file: trial.pathOf(splitFile(path).file), identity, plan, breaks, confidence, edited });
  }
  return changes;
}

/** Edits that touch become one: of two insertions at one place, a reader could not know which comes first. */
function joined(edits: readonly Edit[]): Edit[] {
  const out: Edit[] = [];
  for (const edit of edits) {
    const last = out.at(-1);
    if (last?.end === edit.start) out[out.length - 1] = { start: last.start, end: edit.end, text: last.text + edit.text };
    else out.push(edit);
  }
  return out;
}

/** An edit in lines and columns. Edits speak of whole lines; where the file ends within one, the line break goes before the new text. */
function textEdit({ source }: YamlDocument, { start, end, text }: Edit): TextEdit {
  const last = source.text.length;
  const span = { start: source.position(Math.min(start, last)), end: source.position(Math.min(end, last)) };
  if (end <= last) return { range: span, text };
  const inside = text.replace(/\r?\n$/, '');
  return { range: span, text: start > last ? `${source.eol}${inside}` : inside };
}
