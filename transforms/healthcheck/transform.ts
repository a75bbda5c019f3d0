import { type HealthState, healthState, waitingForHealth } from '../../src/compose/health';
import type { ComposeService } from '../../src/compose/service';
import { about, eachService } from '../../src/harden/each';
import { removeKey, setEntry, setKey } from '../../src/harden/ops';
import type { OptionSpec, Transform, TransformContext } from '../../src/harden/transform';
import type { Evidence, Proposal } from '../../src/harden/types';
import type { Data, Op, Refusal } from '../../src/yaml/types';

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'everywhere',
    type: 'boolean',
    summary: 'whether services get a health check, or have it switched on, that nobody waits for',
    default: false,
    strict: true,
    named: true,
  },
  { name: 'interval', type: 'string', summary: 'how long to wait between two checks', default: '30s' },
  { name: 'timeout', type: 'string', summary: 'after how long a check that does not end counts as failed', default: '10s' },
  { name: 'retries', type: 'number', summary: 'after how many failures in a row a service is unhealthy', default: 3 },
  { name: 'start-period', type: 'string', summary: 'how long after the start failures do not count', default: '60s' },
];

const transform: Transform = {
  id: 'healthcheck',
  title: 'Check the health of services',
  summary: 'Adds health checks with commands that the image is known to have; reports checks that never fail or never run.',
  severity: 'low',
  controls: ['CIS 4.6', 'CIS 5.27'],
  preset: 'recommended',
  options: OPTIONS,
  *find(context) {
    const waiting = waitingForHealth(context.project);
    yield* eachService(context, (service) => propose(service, waiting.get(service.name) ?? [], context));
  },
};

export default transform;

const NO_CHECK: Evidence = {
  kind: 'documentation',
  ref: 'https://docs.docker.com/compose/how-tos/startup-order/',
  detail: 'a service that waits for the health of one without a health check does not start: "container has no healthcheck configured"',
};

const NONE_IS_A_WORD: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://github.com/compose-spec/compose-spec/blob/170098b/05-services.md#healthcheck',
  detail: 'a check written as text is run by a shell; only the list ["NONE"] switches it off, and a program called NONE is never there',
};

const FAKE: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/reference/dockerfile/#healthcheck',
  detail: 'a service is healthy when the command ends with 0, which this one always does',
};

function propose(service: ComposeService, waiting: readonly string[], context: TransformContext): Proposal | undefined {
  const state = healthState(service);
  if (state === 'real' || state === 'tuned') return undefined;
  const everywhere = context.setting<boolean>('everywhere', service);
  if (!everywhere && waiting.length === 0 && (state === 'missing' || state === 'off')) return undefined;
  const verdict = context.advise(service).healthcheck();
  const known = verdict?.value ?? undefined;
  if (state === 'missing' && known?.builtin) return undefined;
  const awaited = waiting.length > 0;
  const common = {
    ...about(transform, service, 'healthcheck'),
    ...(awaited && { severity: 'medium' as const }),
    message: message(service, state, waiting),
    breaks: verdict?.breaks ?? '',
    evidence: [...(verdict?.evidence ?? []), ...(awaited && state !== 'fake' ? [NO_CHECK] : []), ...(state === 'fake' ? [FAKE] : [])],
  };
  // Who switched it off, or made it pass, had a reason. And a Swarm replaces what is unhealthy.
  const confidence = state === 'missing' && !context.project.swarm ? (verdict?.confidence ?? 'guess') : 'guess';
  if (known && (everywhere || awaited || state === 'fake')) {
    const plan = known.builtin
      ? `leave the health of "${service.name}" to the check of its image`
      : `check "${service.name}" with ${shown(known.test)}`;
    return {
      ...common,
      plan,
      confidence,
      ...(known.builtin ? removeKey(service, 'healthcheck') : { ops: check(service, state, known.test, context) }),
    };
  }
  if (state === 'none-word') {
    return {
      ...common,
      path: [...common.path, 'test'],
      plan: `write the health check of "${service.name}" as the list that switches it off`,
      confidence: 'known',
      breaks: '',
      evidence: [NONE_IS_A_WORD],
      ops: setEntry(service, ['healthcheck', 'test'], ['NONE']),
    };
  }
  // Nothing is known of a check. That matters only where one is promised, or where one is missing that the image cannot have.
  if (state === 'missing' && verdict?.value !== null) return undefined;
  if (state === 'off' && !awaited) return undefined;
  if (state === 'missing' && !awaited) return undefined;
  return { ...common, plan: `give "${service.name}" a health check`, confidence, refusal: decision(state, waiting) };
}

function message(service: ComposeService, state: HealthState, waiting: readonly string[]): string {
  const name = `"${service.name}"`;
  if (state === 'fake') return `the health check of ${name} passes whatever happens`;
  if (state === 'none-word') return `the health check of ${name} runs a program called NONE, which is not there`;
  const lack = state === 'off' ? 'has its health check switched off' : 'has no health check';
  return waiting.length > 0 ? `${name} ${lack}, and "${waiting[0]}" waits until it is healthy` : `${name} ${lack}`;
}

function decision(state: HealthState, waiting: readonly string[]): Refusal {
  if (state === 'fake')
    return { code: 'needs-decision', message: 'write a check that fails when the service does not do its work, or none' };
  const message = `nothing in its image is known to check it: write a check, or let "${waiting[0]}" wait for service_started`;
  return { code: 'needs-decision', message };
}

function check(service: ComposeService, state: HealthState, test: readonly string[], { setting }: TransformContext): Op[] {
  // Text is what a shell runs, as after CMD-SHELL.
  const written = test[0] === 'CMD-SHELL' && test.length === 2 ? test[1]! : [...test];
  // Compose merges the map with that of a service it extends, and takes the nearer test.
  if (state === 'fake') return setEntry(service, ['healthcheck', 'test'], written);
  const value: { [key: string]: Data } = {
    test: written,
    interval: setting<string>('interval', service),
    timeout: setting<string>('timeout', service),
    retries: setting<number>('retries', service),
    start_period: setting<string>('start-period', service),
  };
  return setKey(service, 'healthcheck', value);
}

function shown(test: readonly string[]): string {
  const line = test.slice(1).join(' ');
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}
