import { normaliseCapability } from '../../src/compose/capabilities';
import type { ComposeService } from '../../src/compose/service';
import type { Item } from '../../src/compose/types';
import { about, eachContainer, eachItem, lastFirst, placeOfItem } from '../../src/harden/each';
import { removeFromList, replaceInList } from '../../src/harden/ops';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Attempt, Confidence, Draft, Evidence, Proposal } from '../../src/harden/types';
import type { Advice } from '../../src/images/types';
import { type Grade, gradeOf, SEVERITY } from './grades';
import { reasonFor } from './reasons';

const transform: Transform = {
  id: 'dangerous-capabilities',
  title: 'No capabilities that reach the host',
  summary: 'Removes `cap_add` entries that give the host away or do nothing here; keeps those that are known to be the work of the image.',
  severity: 'critical',
  controls: ['CIS 5.4', 'OWASP RULE#3', 'NIST 800-190 4.4.3'],
  preset: 'recommended',
  find: (context) =>
    eachContainer(context, (service) =>
      service.privileged === true ? undefined : eachItem(({ capAdd }) => lastFirst(capAdd), service, context, propose),
    ),
};

export default transform;

const OWN_NETWORK: Evidence = {
  kind: 'issue',
  ref: 'https://github.com/moby/moby/pull/41030',
  detail: "in a network of its own a container may open ports below 1024 without it, and the image's programs have no file capability",
};

const ANOTHER_USER: Evidence = {
  kind: 'issue',
  ref: 'https://github.com/moby/moby/issues/8460',
  detail: 'a process that is not root gets nothing from cap_add: its effective set stays empty',
};

const MEANING: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://man7.org/linux/man-pages/man7/capabilities.7.html',
  detail: 'says what each capability allows',
};

function propose(service: ComposeService, item: Item, context: TransformContext): Proposal | undefined {
  const name = normaliseCapability(item.text);
  const advice = context.advise(service);
  // What the image needs as it is configured here is its work; `cap-drop` would write it too.
  if (advice.capabilities.value.includes(name)) return undefined;
  const reason = reasonFor(name, service, advice);
  const nothing = inert(name, service, advice);
  if (nothing && !reason) {
    return {
      ...common(service, item, name),
      severity: 'low',
      message: `"${service.name}" is given ${name}, which does nothing here: ${nothing.why}`,
      breaks: '',
      confidence: 'known',
      evidence: [...advice.capabilities.evidence, nothing.evidence],
      ...removeFromList(service, 'cap_add', item),
    };
  }
  const grade = gradeOf(name, { network: service.networkMode?.text === 'host', pid: service.data('pid') === 'host' });
  if (!grade || !worthSaying(grade, context)) return undefined;
  if (reason && (context.preset !== 'strict' || grade.reach === 'bounded')) return undefined;
  return {
    ...common(service, item, name),
    severity: SEVERITY[grade.reach],
    message: `"${service.name}" is given ${name}: ${grade.gives}`,
    breaks: name === 'ALL' ? 'whatever uses a capability that a container has not got by itself' : `what uses ${name}`,
    confidence: confidence(advice),
    evidence: [...advice.capabilities.evidence, MEANING],
    ...(reason
      ? { refusal: { code: 'needs-decision', message: `${reason}: take it away only if the service does without` } }
      : item.interpolated
        ? { refusal: { code: 'interpolated', message: 'its name comes from a variable: change it where the variable is defined' } }
        : name === 'ALL'
          ? withoutAll(service, item, advice)
          : removeFromList(service, 'cap_add', item)),
  };
}

/** Where the service drops ALL as well, nothing would be left: then what it needs takes the place. Else `cap-drop` comes after. */
function withoutAll(service: ComposeService, item: Item, { capabilities }: Advice): Attempt {
  const drops = service.capDrop.some(({ text }) => normaliseCapability(text) === 'ALL');
  const others = service.capAdd.filter((each) => each !== item).map(({ text }) => normaliseCapability(text));
  return replaceInList(service, 'cap_add', item, drops ? capabilities.value.filter((name) => !others.includes(name)) : []);
}

function common(service: ComposeService, item: Item, name: string): Pick<Draft, keyof ReturnType<typeof about> | 'subject' | 'plan'> {
  return {
    ...about(transform, service, placeOfItem(item, service, 'cap_add')),
    subject: name,
    plan: name === 'ALL' ? `give "${service.name}" only capabilities that are named` : `take ${name} away from "${service.name}"`,
  };
}

/** Why a capability has no effect, where that is known for sure. */
function inert(name: string, service: ComposeService, advice: Advice): { why: string; evidence: Evidence } | undefined {
  if (advice.capabilities.confidence !== 'known' && advice.capabilities.confidence !== 'proven') return undefined;
  if (name === 'ALL') return undefined;
  if (advice.startsAsRoot === false) return { why: 'it does not run as root', evidence: ANOTHER_USER };
  if (name !== 'NET_BIND_SERVICE') return undefined;
  const mode = service.networkMode;
  const ownNetwork = mode === undefined || (mode.known && /^(bridge|default|none|)$/.test(mode.text));
  const lowPorts = JSON.stringify(service.data('sysctls') ?? '').includes('ip_unprivileged_port_start');
  return ownNetwork && !lowPorts ? { why: 'low ports are open to it in its own network', evidence: OWN_NETWORK } : undefined;
}

/** What reaches only so far is for those who want it strict. */
function worthSaying({ reach }: Grade, { preset }: TransformContext): boolean {
  return preset === 'strict' || reach === 'escape' || reach === 'host';
}

/** A data store whose needs are known does without; who gave it to something unknown had a reason. */
function confidence({ capabilities, privileged, role }: Advice): Confidence {
  const ownWorld = role !== 'agent' && role !== 'client' && role !== 'runtime' && role !== 'unknown';
  const known = capabilities.confidence === 'known' || capabilities.confidence === 'proven';
  return known && ownWorld && privileged.value === 'not-needed' ? 'generic' : 'guess';
}
