import type { ComposeService } from '../../src/compose/service';
import { parseSize, showSize } from '../../src/compose/size';
import { about, eachService } from '../../src/harden/each';
import { asEdit, asManual } from '../../src/harden/proposal';
import type { OptionSpec, Transform, TransformContext } from '../../src/harden/transform';
import type { Attempt, Confidence, Evidence, Proposal } from '../../src/harden/types';
import { Forms, limitOf, type Resource, reservationOf } from './form';
import { hostMemory } from './host-memory';
import { type Reading, readCpus, readMemory, readPids } from './values';

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'everywhere',
    type: 'boolean',
    summary: 'whether services are limited in files that limit none of that kind yet',
    default: false,
    strict: true,
    named: true,
  },
  { name: 'memory', type: 'string', summary: 'the most memory a service may take: bytes, or a number with k, m or g', default: '' },
  {
    name: 'cpus',
    type: 'string',
    summary: 'how many processors a service may use, such as 0.5; must not be more than the host has',
    default: '',
  },
  { name: 'pids', type: 'number', summary: 'how many processes and threads a service may have; 0 = by what the image is', default: 0 },
];

const transform: Transform = {
  id: 'limits',
  title: 'Limit memory, processors and processes',
  summary: 'Limits the processes and the memory of a service, and its processors where a setting says so, in the form the file uses.',
  severity: 'medium',
  controls: ['CIS 5.11', 'CIS 5.12', 'CIS 5.25', 'CIS 5.29', 'OWASP RULE#7'],
  preset: 'recommended',
  options: OPTIONS,
  *find(context) {
    const forms = new Forms(context.project, (resource, service) => Boolean(context.setting(resource, service)));
    yield* eachService(context, (service) => [
      ...[memory, cpus, pids].flatMap((ask) => ask(service, context, forms) ?? []),
      ...hostMemory(service),
    ]);
  },
};

export default transform;

const SETTING: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/engine/containers/resource_constraints/',
  detail: 'the value is set for this transform',
};

interface Wish {
  resource: Resource;
  controls: readonly string[];
  message: string;
  plan(text: string): string;
  breaks: string;
  value: string;
  confidence: Confidence;
  evidence: Evidence[];
  label: string;
  read(text: string): Reading;
}

function pids(service: ComposeService, context: TransformContext, forms: Forms): Proposal | undefined {
  const wanted = context.setting<number>('pids', service);
  const limit = limitOf(service, 'pids');
  const unlimited = limit?.known === true && Number(limit.text) <= 0;
  if (limit ? !unlimited : wanted === 0 && !asked(service, 'pids', context, forms)) return undefined;
  const verdict = context.advise(service).limits().pids;
  if (!verdict) return undefined;
  const proposal = propose(service, forms, {
    resource: 'pids',
    controls: ['CIS 5.29', 'OWASP RULE#7'],
    message: `"${service.name}" ${unlimited ? 'is allowed' : 'may have'} any number of processes and threads`,
    plan: (text) => `limit "${service.name}" to ${text} processes and threads`,
    breaks: verdict.breaks!,
    value: String(wanted || verdict.value),
    // Who wrote -1 had a reason. And a stack file knows the key from version 3.9 on only.
    confidence: unlimited || forms.swarm ? 'guess' : verdict.confidence,
    evidence: wanted ? [SETTING] : verdict.evidence,
    label: 'processes and threads',
    read: readPids,
  });
  return unlimited && limit.interpolated
    ? asManual(proposal, { code: 'interpolated', message: 'the limit comes from a variable: set it there' })
    : proposal;
}

function memory(service: ComposeService, context: TransformContext, forms: Forms): Proposal | undefined {
  const setting = context.setting<string>('memory', service);
  if (limitOf(service, 'memory') || (!setting && !asked(service, 'memory', context, forms))) return undefined;
  const verdict = context.advise(service).limits().memory;
  const reserved = reservationOf(service, 'memory');
  const least = reserved?.known ? (parseSize(reserved.text) ?? 0) : 0;
  const proposal = propose(service, forms, {
    resource: 'memory',
    controls: ['CIS 5.11', 'OWASP RULE#7'],
    message: `"${service.name}" may take all memory of the host`,
    plan: (text) => `limit the memory of "${service.name}" to ${text}`,
    breaks: verdict.breaks!,
    // The Engine refuses a limit below the reservation.
    value: setting || showSize(Math.max(verdict.value, least * 2)),
    confidence: setting ? 'generic' : verdict.confidence,
    evidence: setting ? [SETTING] : verdict.evidence,
    label: 'memory limit',
    read: (text) => readMemory(text, least),
  });
  if (reserved?.known === false)
    return asManual(proposal, {
      code: 'interpolated',
      message: 'its reservation of memory, which the limit must not fall below, is a variable',
    });
  if (service.has('memswap_limit'))
    return asManual(proposal, {
      code: 'needs-decision',
      message: 'it sets memswap_limit, which counts memory and swap together: set both',
    });
  return proposal;
}

function cpus(service: ComposeService, context: TransformContext, forms: Forms): Proposal | undefined {
  const setting = context.setting<string | number>('cpus', service);
  // Without a setting there is nothing to say: a share that is right cannot be known, and more than the host has stops the container.
  if (!setting || limitOf(service, 'cpus') || service.has('cpu_quota')) return undefined;
  return propose(service, forms, {
    resource: 'cpus',
    controls: ['CIS 5.12', 'OWASP RULE#7'],
    message: `"${service.name}" may use all processors of the host`,
    plan: (text) => `limit "${service.name}" to ${text} processors`,
    breaks: 'a container that may use more processors than the host has is not created; with less, its work takes longer',
    value: String(setting),
    confidence: 'generic',
    evidence: [SETTING],
    label: 'processors',
    read: readCpus,
  });
}

/** Whether a missing limit is worth a word: everywhere, or because other services of the file have one and this one has what they leave. */
function asked(service: ComposeService, resource: Resource, { setting }: TransformContext, forms: Forms): boolean {
  return forms.used.has(resource) || setting<boolean>('everywhere', service);
}

function propose(service: ComposeService, forms: Forms, wish: Wish): Proposal {
  const ops = (text: string): Attempt | { error: string } => {
    const reading = wish.read(text.trim());
    return 'error' in reading ? reading : forms.write(service, wish.resource, reading.value);
  };
  const { resource, plan, read, value, label, ...common } = wish;
  const written = ops(value);
  const path = ('error' in written ? undefined : written.ops?.[0]?.path) ?? limitOf(service, resource)?.path ?? service.at(resource);
  const base = { ...about(transform, service, path), ...common, plan: plan(value) };
  if ('error' in written) return { ...base, refusal: { code: 'needs-decision', message: `the setting cannot be used: ${written.error}` } };
  if (written.refusal) return { ...base, ...written };
  return {
    ...base,
    ...written,
    editable: {
      label,
      value,
      rebuild: (text: string) => {
        const again = ops(text);
        return 'error' in again ? again : asEdit(again);
      },
      describe: (text: string) => plan(text.trim()),
    },
  };
}
