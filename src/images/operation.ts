import type { Service } from '../compose/types';
import { type HealthCheckAdvice, healthcheckOf } from './healthcheck';
import type { Hints } from './hints/ask';
import { type InitAdvice, initOf } from './init';
import { type LimitAdvice, limitsOf } from './limits';
import type { Match } from './match';
import type { OwnImage } from './own-image';
import type { Situation } from './situation';
import type { Role, Verdict } from './types';

/** What keeps a service within bounds and in sight while it runs. Each part is worked out when it is asked for. */
export interface OperationAdvice {
  /** What its resources may be limited to. */
  limits(): LimitAdvice;
  /** A check of its health; null when its image has nothing to check with, undefined when nobody knows. */
  healthcheck(): Verdict<HealthCheckAdvice | null> | undefined;
  /** Whether an init process may be added; undefined where there is one, or it means nothing. */
  init(): Verdict<InitAdvice> | undefined;
}

/** What the advice about the operation of a service stands on. */
export interface Ground {
  service: Service;
  situation: Situation;
  match: Match | undefined;
  own: OwnImage | undefined;
  role: Role;
  hints: Hints;
}

export function operation(ground: Ground): OperationAdvice {
  return {
    limits: () => limitsOf(ground.service, ground.role, ground.hints),
    healthcheck: () => healthcheckOf(ground),
    init: () => initOf(ground),
  };
}
