import { isTrue } from '../../src/compose/data';
import type { ComposeService } from '../../src/compose/service';
import { removeKey } from '../../src/harden/ops';
import type { Draft, Evidence, Proposal } from '../../src/harden/types';
import { limitOf } from './form';

/*
 * Settings by which a container takes part in the host's own memory management: the cgroup it is put below, and its place among those
 * that are killed when memory runs out.
 */

const PARENT: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/reference/compose-file/services/#cgroup_parent',
  detail: 'the container is put below a cgroup of the host: what is limited there, and what else is in it, decides what it gets',
};

const OOM: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/engine/containers/resource_constraints/#understand-the-risks-of-running-out-of-memory',
  detail: 'the kernel kills other processes of the host instead; Docker says to switch it off only together with a memory limit',
};

/** Findings about both; each may be a decision somebody took, so that their removal is a guess. */
export function* hostMemory(service: ComposeService): Iterable<Proposal> {
  const parent = service.data('cgroup_parent');
  if (typeof parent === 'string' && parent !== '') {
    yield removal(service, 'cgroup_parent', ['CIS 5.25'], PARENT, {
      message: `"${service.name}" runs below ${parent}, a cgroup of the host`,
      plan: `run "${service.name}" in the cgroup that Docker makes for it`,
      breaks: 'limits that are set on that cgroup count no more',
    });
  }
  if (isOn(service, 'oom_kill_disable') && !limitOf(service, 'memory')) {
    yield removal(service, 'oom_kill_disable', ['CIS 5.11'], OOM, {
      message: `"${service.name}" is not killed when the host runs out of memory, and has no limit`,
      plan: `let the kernel end "${service.name}" when memory runs out`,
      breaks: 'the service is among those that may be killed when memory runs out',
    });
  }
  const score = service.evaluate(String(service.data('oom_score_adj') ?? ''));
  if (score.known && /^-[1-9]\d*$/.test(score.text)) {
    yield removal(service, 'oom_score_adj', ['CIS 5.11'], OOM, {
      message: `other processes of the host are killed before "${service.name}" (oom_score_adj ${score.text})`,
      plan: `leave "${service.name}" its turn when memory runs out`,
      breaks: 'the service may be killed where another one was before',
    });
  }
}

function isOn(service: ComposeService, key: string): boolean {
  const value = service.evaluate(String(service.data(key) ?? ''));
  return value.known && isTrue(value.text);
}

function removal(
  service: ComposeService,
  key: string,
  controls: readonly string[],
  evidence: Evidence,
  words: Pick<Draft, 'message' | 'plan' | 'breaks'>,
): Proposal {
  const draft: Draft = {
    service: service.name,
    path: service.at(key),
    severity: 'low',
    controls,
    ...words,
    confidence: 'guess',
    evidence: [evidence],
  };
  if (String(service.data(key)).includes('$')) {
    return { ...draft, refusal: { code: 'interpolated', message: `${key} comes from a variable: set it there` } };
  }
  return { ...draft, ...removeKey(service, key) };
}
