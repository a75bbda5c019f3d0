import { parentPort, workerData } from 'node:worker_threads';
import { BattenError } from '../errors';
import { batten } from '../index';
import { say } from '../report/text/screen';
import { Analysis } from './analysis';
import type { AnalysisSetting, FromAnalysis, KnownTransform, Question, ToAnalysis } from './messages';

/** Thrown where a check is not wanted any more. */
class Outdated extends Error {}

/** Answers what the side that talks to the editor asks, one question after the other. A check ends early once its document has changed. */
export function answer(): void {
  const port = parentPort!;
  const { changes, proofKey } = workerData as AnalysisSetting;
  const counters = new Int32Array(changes);
  let day = '';
  const analysis = new Analysis(batten, { today: () => day, proofKey });
  port.on('message', (message: ToAnalysis) => {
    if (message.kind === 'document') analysis.documents.set(message.document);
    else if (message.kind === 'closed') analysis.documents.delete(message.uri);
    else {
      const { id, question, slot, stamp } = message;
      day = message.day;
      const isOutdated = (): boolean => slot !== undefined && Atomics.load(counters, slot) !== stamp;
      port.postMessage(answered(id, isOutdated, () => answerTo(analysis, question, isOutdated)));
    }
  });
}

function answerTo(analysis: Analysis, question: Question, isOutdated: () => boolean): unknown {
  switch (question.kind) {
    case 'check':
      return analysis.check(question.uri, () => {
        if (isOutdated()) throw new Outdated();
      });
    case 'edit':
      // Edits are of the text that the editor showed.
      if (analysis.documents.get(question.uri)?.version !== question.version) return undefined;
      return analysis.edit(question.uri, question.wanted, question.secondary);
    case 'hover':
      return analysis.hover(question.uri, question.line, question.character);
    case 'hardened':
      return analysis.hardened(question.uri);
    case 'transforms':
      return batten.transforms().map(({ id, title, summary }): KnownTransform => ({ id, title, summary }));
  }
}

function answered(id: number, isOutdated: () => boolean, work: () => unknown): FromAnalysis {
  if (isOutdated()) return { id, cancelled: true };
  try {
    return { id, answer: work() };
  } catch (error) {
    if (isOutdated()) return { id, cancelled: true };
    if (!(error instanceof BattenError)) throw error;
    const { message, hint } = error;
    return { id, error: (hint === undefined ? say`${message}` : say`${message} (${hint})`).text };
  }
}
