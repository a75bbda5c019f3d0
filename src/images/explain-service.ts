import type { Service } from '../compose/types';
import { advise } from './advise';
import { choose } from './conditions';
import { conditionText } from './explain';
import { matchService } from './match';
import type { OwnImage, ProjectEvidence } from './own-image';
import { seenWith } from './seen';
import { type Situation, situationOf } from './situation';
import { startWords } from './start-scripts';
import type { Entry, Template } from './template';
import type { Evidence } from './types';

/** One thing that is known of a service, and where it is written. */
export interface ServiceFact {
  text: string;
  evidence: Evidence[];
}

/** What batten knows of one service before it proposes anything. */
export interface ServiceDescription {
  /** What its image is and how it starts. */
  facts: ServiceFact[];
  /** Which of a template's values apply, and the condition that makes them. */
  applies: { field: string; condition: string; why: string }[];
  /** What could not be told, one sentence each. */
  notKnown: string[];
}

/** What is known of a service's image, which conditions of a template it meets, and what is not known. Pure. */
export function describeService(service: Service, project?: ProjectEvidence): ServiceDescription {
  const own = project?.images.get(service.name);
  const match = matchService(service, own);
  const seen = own ? seenWith(service, own, match) : service;
  const situation = situationOf(seen, match, own);
  const { label } = advise(service, project);
  const facts: ServiceFact[] = [{ text: label, evidence: own?.base ? [own.base.evidence] : [] }];
  const notKnown: string[] = [];
  if (match) {
    const variant = match.variant && match.template.variants.length > 1 ? `, variant ${match.variant.id}` : '';
    const on = service.build ? 'its base image is of the family' : 'family';
    facts.push({ text: `${on} ${match.template.family}${variant}`, evidence: [] });
    if (!match.variant) notKnown.push('which variant of the image its tag is');
  } else {
    notKnown.push(own?.base ? `${own.base.value}: no template speaks about this image` : 'its image: no template speaks about it');
  }
  facts.push(startFact(service, situation, own));
  facts.push(...ownFacts(service, own));
  if (situation.startsAsRoot === undefined) notKnown.push('whether it starts as root');
  if (service.build && own === undefined) notKnown.push('what its Dockerfile says: it was not read');
  if (situation.data === undefined) notKnown.push('what holds its data');
  notKnown.push(...(own?.unknown ?? []), ...(project?.notes ?? []));
  return { facts, applies: match ? applying(match.template, situation, seen) : [], notKnown };
}

function startFact(service: Service, situation: Situation, own: OwnImage | undefined): ServiceFact {
  const { startsAsRoot, user, startOwner } = situation;
  const evidence = user.kind === 'unset' && own?.user ? [own.user.evidence] : [];
  const by = user.kind === 'unset' ? '' : ' (user: in the Compose file)';
  if (startsAsRoot === undefined) return { text: `may start as root${by}`, evidence };
  if (startsAsRoot) return { text: `starts as root${by}${situation.stepsDown ? ', and steps down to another user' : ''}`, evidence };
  const name = user.kind === 'unset' ? own?.user?.value.text : service.user?.text;
  const number = startOwner && (startOwner.gid === undefined ? `${startOwner.uid}` : `${startOwner.uid}:${startOwner.gid}`);
  const who = name !== undefined && number !== undefined && name !== number ? `${name} (${number})` : (number ?? name ?? 'another user');
  return { text: `starts as ${who}, not as root${by}`, evidence };
}

function ownFacts(service: Service, own: OwnImage | undefined): ServiceFact[] {
  if (!own) return [];
  const facts: ServiceFact[] = [];
  const { entrypoint, command } = startWords(service, own);
  const written = (words: readonly string[]) => words.join(' ').slice(0, 80);
  if (entrypoint.length > 0)
    facts.push({ text: `entrypoint: ${written(entrypoint)}`, evidence: own.entrypoint ? [own.entrypoint.evidence] : [] });
  if (command.length > 0) facts.push({ text: `command: ${written(command)}`, evidence: own.command ? [own.command.evidence] : [] });
  for (const script of own.scripts) {
    const { stepDown, capabilities, notUnderstood } = script;
    if (stepDown) facts.push({ text: `steps down with ${stepDown.value.program}`, evidence: [stepDown.evidence] });
    for (const { value, evidence } of capabilities) facts.push({ text: `uses ${value}`, evidence: [evidence] });
    if (notUnderstood) facts.push({ text: `runs ${notUnderstood.value}, whose needs are not known`, evidence: [notUnderstood.evidence] });
  }
  for (const { value, evidence } of own.fileCapabilities)
    facts.push({ text: `a program has the file capability ${value.join(' and ')}`, evidence: [evidence] });
  for (const { value, evidence } of own.rootPrograms) facts.push({ text: `has ${value} installed`, evidence: [evidence] });
  for (const { value, evidence } of own.exposed) facts.push({ text: `listens on ${value}`, evidence: [evidence] });
  for (const { value, evidence } of own.volumes) facts.push({ text: `has a volume at ${value}`, evidence: [evidence] });
  if (own.healthcheck) facts.push({ text: 'has a health check', evidence: [own.healthcheck.evidence] });
  return facts;
}

function applying(template: Template, situation: Situation, service: Service): ServiceDescription['applies'] {
  const line = <T>(field: string, entries: readonly Entry<T>[]) => {
    const entry = choose(entries, situation, service);
    return entry ? [{ field, condition: conditionText(entry.when, template), why: entry.why }] : [];
  };
  return [
    // Who is not root already needs no other user.
    ...(situation.startsAsRoot === false ? [] : line('user', template.user)),
    ...line('capabilities', template.capabilities),
    ...line('no-new-privileges', template.no_new_privileges),
    ...line('read-only', template.read_only),
    ...line('calls out', template.egress),
    ...line('privileged', template.privileged),
  ];
}
