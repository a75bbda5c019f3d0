import { isMap } from '../../src/compose/data';
import { healthState } from '../../src/compose/health';
import type { ComposeService } from '../../src/compose/service';
import { about, eachService } from '../../src/harden/each';
import { isBorrowed, isOwn, setEntry, setKey } from '../../src/harden/ops';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Evidence, Proposal } from '../../src/harden/types';
import type { Data, Op } from '../../src/yaml/types';

const transform: Transform = {
  id: 'start-order',
  title: 'Wait until a service is healthy',
  summary: 'Lets a service wait for the health of what it depends on, where that has a health check, instead of for its start.',
  severity: 'low',
  controls: ['CIS 5.27'],
  preset: 'strict',
  *find(context) {
    // A stack file has depends_on as a list that nobody reads.
    if (context.project.swarm) return;
    yield* eachService(context, propose);
  },
};

export default transform;

const ORDER: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/compose/how-tos/startup-order/',
  detail: 'without a condition Compose waits until a container runs, not until it is ready',
};

function propose(service: ComposeService, context: TransformContext): Proposal | undefined {
  const data = service.data('depends_on');
  const names = Array.isArray(data) ? data.map(String) : isMap(data) ? Object.keys(data) : [];
  const early = names.filter((name) => waitsForStart(data, name) && isChecked(name, service, context));
  if (early.length === 0) return undefined;
  const ops = Array.isArray(data) ? asMap(service, names, early) : early.flatMap((name) => wait(service, name));
  return {
    ...about(transform, service, 'depends_on'),
    message: `"${service.name}" starts before ${early.map((name) => `"${name}"`).join(', ')} ${early.length > 1 ? 'are' : 'is'} ready`,
    plan: `let "${service.name}" wait until ${early.map((name) => `"${name}"`).join(', ')} ${early.length > 1 ? 'are' : 'is'} healthy`,
    breaks: 'it starts later, and not at all where that service never becomes healthy',
    confidence: 'guess',
    evidence: [ORDER],
    ops,
  };
}

const HEALTHY = 'service_healthy';
const STARTED = 'service_started';

/** A list has no place for a condition. One that is inherited is replaced by a local map, except through `extends`: Compose merges there. */
function asMap(service: ComposeService, names: readonly string[], early: readonly string[]): Op[] {
  if (!isOwn(service, 'depends_on') && !isBorrowed(service, 'depends_on')) return early.flatMap((name) => wait(service, name));
  const value = Object.fromEntries(names.map((name) => [name, { condition: early.includes(name) ? HEALTHY : STARTED }]));
  return setKey(service, 'depends_on', value);
}

function waitsForStart(data: Data | undefined, name: string): boolean {
  const how = isMap(data) ? data[name] : undefined;
  return !isMap(how) || how.condition === undefined || how.condition === STARTED;
}

function isChecked(name: string, service: ComposeService, { project, advise }: TransformContext): boolean {
  const other = project.service(name);
  if (!other?.complete || other === service) return false;
  const state = healthState(other);
  return state === 'real' || ((state === 'missing' || state === 'tuned') && advise(other).healthcheck()?.value?.builtin === true);
}

function wait(service: ComposeService, name: string): Op[] {
  return setEntry(service, ['depends_on', name, 'condition'], HEALTHY);
}
