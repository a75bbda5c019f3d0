import type { Failure } from '../observe/types';
import { BASELINE, keyOf, type Plan } from './plan';

/** What a trial of a plan came to for one service. */
export interface Verdict {
  ok: boolean;
  failures: Failure[];
}

/**
 * One run of the whole stack, each service with its plan: the failures of each. It may end as soon as all that are asked about have failed.
 *
 * @param controls those of `asked` that run as they are, beside nothing that could disturb them, to see whether they do the same as before.
 */
export type RunStack = (
  plans: ReadonlyMap<string, Plan>,
  asked: readonly string[],
  controls: ReadonlySet<string>,
) => Promise<Map<string, Failure[]>>;

interface Request {
  service: string;
  plan: Plan;
  /** Whom it needs has to stand still while it is tried: it failed beside one that failed. */
  alone: boolean;
  tries: number;
  resolve(verdict: Verdict): void;
  reject(error: unknown): void;
}

/**
 * Tries plans of all services side by side: one run of the stack answers one question about each service, so a stack of ten takes no more runs
 * than its most difficult member. A service that fails beside another one it needs, which failed too, is tried again while that one stands still.
 */
export class Laboratory {
  private readonly pending: Request[] = [];
  private readonly known = new Map<string, Verdict>();
  private readonly settled = new Map<string, Plan>();
  private running = false;
  runs = 0;

  constructor(
    private readonly runStack: RunStack,
    private readonly needs: ReadonlyMap<string, ReadonlySet<string>>,
    private readonly services: readonly string[],
  ) {}

  /** Asks whether a service works with a plan. The same question is answered once. */
  try(service: string, plan: Plan): Promise<Verdict> {
    const before = this.known.get(`${service}\n${keyOf(plan)}`);
    return before ? Promise.resolve(before) : this.ask(service, plan, false);
  }

  /** Asks once more, whatever was found before. */
  again(service: string, plan: Plan): Promise<Verdict> {
    return this.ask(service, plan, false);
  }

  /** Asks whether a service as it is does what it did. */
  control(service: string): Promise<Verdict> {
    return this.ask(service, BASELINE, true);
  }

  private ask(service: string, plan: Plan, alone: boolean): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      this.pending.push({ service, plan, alone, tries: 0, resolve, reject });
      this.schedule();
    });
  }

  /** What a service has while others are tried. */
  settle(service: string, plan: Plan): void {
    this.settled.set(service, plan);
  }

  private schedule(): void {
    if (this.running) return;
    this.running = true;
    // The others, who wait for the same run's verdicts, ask in the same moment.
    setTimeout(() => void this.next(), 20);
  }

  private async next(): Promise<void> {
    const batch = this.take();
    try {
      await this.judge(batch);
    } catch (error) {
      for (const request of batch) request.reject(error);
    }
    this.running = false;
    if (this.pending.length > 0) this.schedule();
  }

  /** At most one question a service, and none about a service that one who has to be alone needs. */
  private take(): Request[] {
    const batch: Request[] = [];
    for (const request of [...this.pending].sort((a, b) => Number(b.alone) - Number(a.alone))) {
      const disturbed = batch.some(
        (other) =>
          other.service === request.service ||
          (other.alone && this.needs.get(other.service)?.has(request.service)) ||
          (request.alone && this.needs.get(request.service)?.has(other.service)),
      );
      if (!disturbed) batch.push(request);
    }
    for (const request of batch) this.pending.splice(this.pending.indexOf(request), 1);
    return batch;
  }

  private async judge(batch: readonly Request[]): Promise<void> {
    const plans = new Map(this.services.map((name) => [name, this.settled.get(name) ?? BASELINE]));
    for (const { service, plan } of batch) plans.set(service, plan);
    this.runs += 1;
    const asked = batch.map(({ service }) => service);
    const controls = new Set(batch.filter(({ plan, alone }) => plan.skip === 'all' && alone).map(({ service }) => service));
    const failures = await this.runStack(plans, asked, controls);
    const failed = new Set([...failures].filter(([, list]) => list.length > 0).map(([name]) => name));
    for (const request of batch) {
      const { service, plan } = request;
      const own = failures.get(service) ?? [];
      const beside = [...(this.needs.get(service) ?? [])].some((other) => failed.has(other) && !this.needs.get(other)?.has(service));
      if (own.length > 0 && beside && request.tries < 2) {
        this.pending.push({ ...request, alone: true, tries: request.tries + 1 });
        continue;
      }
      const verdict = { ok: own.length === 0, failures: own };
      this.known.set(`${service}\n${keyOf(plan)}`, verdict);
      request.resolve(verdict);
    }
  }

  /** Forgets what was found about a plan, because another run contradicts it. */
  forget(service: string, plan: Plan): void {
    this.known.delete(`${service}\n${keyOf(plan)}`);
  }
}
