import { showPath } from './path';
import type { Path, Refusal, RefusalCode } from './types';

/** Thrown inside an op before it changes anything; `applyOp` answers with the refusal. */
export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

export function refuse(code: RefusalCode, message: string): Refused {
  return new Refused({ code, message });
}

export function aliased(path: Path, anchor: string): Refused {
  return refuse('alias', `${showPath(path)} is shared through the anchor &${anchor}: changing it here would change every user of it`);
}

export function inherited(path: Path): Refused {
  return refuse('merge-inherited', `${showPath(path)} is inherited through a merge key: a local value would replace it`);
}
