import type { ComposeService } from '../../src/compose/service';
import { about, eachService } from '../../src/harden/each';
import { addToList, removeKey, setKey } from '../../src/harden/ops';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Evidence, Proposal } from '../../src/harden/types';
import type { InitAdvice } from '../../src/images/init';
import type { Verdict } from '../../src/images/types';

const transform: Transform = {
  id: 'init',
  title: 'An init process',
  summary: 'Adds `init: true`, so that ended processes are reaped and signals arrive; never to images with a supervisor of their own.',
  severity: 'low',
  controls: [],
  preset: 'asked',
  // A follower of the same pid namespace has its init there.
  find: (context) => eachService(context, (service) => (service.has('pid') ? undefined : propose(service, context))),
};

export default transform;

const KILL: Evidence = {
  kind: 'issue',
  ref: 'https://github.com/greeves89/AI-Employee/issues/835',
  detail: 'without KILL the init process of root ends with "Operation not permitted" on SIGTERM, and the server of another user is killed',
};

function propose(service: ComposeService, { advise }: TransformContext): Proposal | undefined {
  const verdict = advise(service).init();
  if (!verdict) return undefined;
  if (service.init === true) return verdict.value.possible ? undefined : remove(service, verdict);
  // `init: false` and a variable are decisions.
  if (service.init !== undefined) return undefined;
  const common = {
    ...about(transform, service, 'init'),
    message: `"${service.name}" has no init process`,
    breaks: verdict.breaks ?? '',
    confidence: verdict.confidence,
    evidence: verdict.evidence,
  };
  if (!verdict.value.possible) {
    const plan = `leave "${service.name}" without an init process`;
    return { ...common, plan, refusal: { code: 'needs-decision', message: verdict.why } };
  }
  const lacksKill = verdict.value.needsKill && dropsKill(service);
  return {
    ...common,
    plan: `start "${service.name}" with an init process${lacksKill ? ', which needs KILL to stop a process of another user' : ''}`,
    evidence: lacksKill ? [...verdict.evidence, KILL] : verdict.evidence,
    ops: [...setKey(service, 'init', true), ...(lacksKill ? addToList(service, 'cap_add', ['KILL']) : [])],
  };
}

function remove(service: ComposeService, verdict: Verdict<InitAdvice>): Proposal {
  return {
    ...about(transform, service, 'init'),
    severity: 'medium',
    message: `"${service.name}" has an init process before its own supervisor`,
    plan: `start "${service.name}" without init`,
    breaks: 'nothing, if it does not start today',
    // It may be another image than it looks like.
    confidence: 'guess',
    evidence: verdict.evidence,
    ...removeKey(service, 'init', false),
  };
}

/** Whether root is left without KILL, by dropping all or just that. */
function dropsKill(service: ComposeService): boolean {
  const names = (items: readonly { text: string }[]): string[] => items.map(({ text }) => text.toUpperCase().replace(/^CAP_/, ''));
  const [dropped, added] = [names(service.capDrop), names(service.capAdd)];
  if (dropped.includes('KILL')) return true;
  return dropped.includes('ALL') && !added.includes('KILL') && !added.includes('ALL');
}
