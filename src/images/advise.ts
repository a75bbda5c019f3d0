import { samePath } from '../compose/container-path';
import type { Service } from '../compose/types';
import { applyHints } from './apply-hints';
import { choose, holds } from './conditions';
import { atLeast } from './confidence';
import { genericCapabilities, genericNoNewPrivileges, genericPrivileged, genericReadOnly, genericUser } from './generic';
import { Hints } from './hints/ask';
import type { HintSays } from './hints/types';
import { hostAccess } from './host-access';
import { applyInspected } from './inspected/apply';
import { believed, evidenceOf, type Match, matchService } from './match';
import { operation } from './operation';
import type { OwnImage, ProjectEvidence } from './own-image';
import { applyOwn } from './own-rules';
import { fitsData, type OwnedData } from './owned';
import { wellKnownPort } from './ports';
import { ownedBy, settleReadOnly } from './read-only';
import { parseReference } from './reference';
import { applyRules, atMost, type Draft } from './rules';
import { secretAdvice } from './secret';
import { seenWith } from './seen';
import { type Situation, situationOf } from './situation';
import { socketAdvice } from './socket';
import type { Entry, LoweredField, Template, TemplateTmpfs } from './template';
import type { Advice, PortKind, ReadOnlyAdvice, Verdict } from './types';

/**
 * What a service's image needs and allows, for the service as it is configured at this moment: what a template says where its conditions
 * hold, else a rule of thumb; and what the project's own files say, as `gatherEvidence` found them. Pure and cheap; ask again after
 * changing the service.
 *
 * @param options.templates false = as if no image were known.
 * @param options.owned what is known of whom its mounts belong to.
 */
export function advise(
  written: Service,
  project?: ProjectEvidence,
  { templates = true, owned }: { templates?: boolean; owned?: OwnedData } = {},
): Advice {
  const own = project?.images.get(written.name);
  const match = templates ? matchService(written, own) : undefined;
  const service = own ? seenWith(written, own, match) : written;
  const situation = situationOf(service, match, own);
  const read = reader(service, situation, match);

  const template = {
    capabilities: read((each) => each.capabilities, 'capabilities'),
    noNewPrivileges: read((each) => each.no_new_privileges, 'no_new_privileges'),
    readOnly: read((each) => each.read_only, 'read_only'),
    user: read<string | null>((each) => each.user, 'user'),
    egress: read((each) => each.egress, 'egress'),
    privileged: read((each) => each.privileged, 'privileged'),
  };
  const configuration = project?.configurations.get(written.name);
  const hints = new Hints({ service, match, start: situation.start, configuration, settled: settledBy(template, match) });
  const capabilities = template.capabilities ?? fallbackCapabilities(service, situation, match);
  const draft: Draft = {
    family: match?.template.family,
    label: labelOf(written, match),
    role: match?.template.role ?? 'unknown',
    variant: situation.variant?.id,
    imageUser: situation.imageUser,
    startsAsRoot: situation.startsAsRoot,
    ...userOf(service, situation, match, template.user, hints, owned),
    capabilities: { ...capabilities, value: [...capabilities.value].sort() },
    noNewPrivileges: template.noNewPrivileges ?? genericNoNewPrivileges(),
    readOnly: readOnlyOf(situation, template.readOnly),
    egress: template.egress ?? {
      value: 'unknown',
      confidence: 'guess',
      why: 'nothing is known about whom this service calls',
      evidence: [],
    },
    privileged: template.privileged ?? genericPrivileged(hints),
  };
  if (own) applyOwn(draft, { service, situation, match, own, templated: template.capabilities !== undefined });
  if (own?.inspected) applyInspected(draft, own.inspected, { written, seen: service, situation, match, owned });
  const bindKnown = match && [choose(match.template.capabilities, situation, service)?.when?.data].flat().includes('bind');
  giveData(draft, { service, situation, match, owned });
  applyRules(draft, { service, situation, match, bindKnown, absent: project?.absent.get(written.name), owned });
  applyHints(draft, hints);
  const wanted = draft.readOnly;
  draft.readOnly = settleReadOnly(draft.readOnly, service, situation, match);
  return {
    ...draft,
    owned,
    ...operation({ service, situation, match, own, role: draft.role, hints }),
    port: (port, protocol) => portOf(port, protocol, match, own),
    listens: match?.template.ports ?? [],
    tmpfs: (path) => (wanted.value === false ? undefined : wanted.value.tmpfs.find((each) => samePath(each.path, path))),
    hostAccess: (kind, what) => hostAccess(kind, what, match, draft, hints),
    secretFile: (variable) => secretAdvice(variable, match, situation),
    get digest() {
      return digestOf(service, own);
    },
    get dockerSocket() {
      return socketAdvice(
        read((template) => template.docker_socket ?? []),
        service,
      );
    },
  };
}

const PRIVILEGES: readonly [string, (keyof HintSays)[]][] = [
  ['capabilities', ['capabilities']],
  ['noNewPrivileges', ['no_new_privileges']],
];

/**
 * What the template says, by the names of hints. One of a language says nothing of the program that its image is made to run, and one of a whole
 * namespace nothing of what the programs of an image need.
 */
function settledBy(template: Readonly<Record<string, unknown>>, match: Match | undefined): ReadonlySet<keyof HintSays> {
  if (match?.template.role === 'runtime') return new Set();
  const fields: [string, (keyof HintSays)[]][] = [
    ...(match?.entry?.name.endsWith('*') ? [] : PRIVILEGES),
    ['readOnly', ['read_only', 'tmpfs', 'exec']],
    ['user', ['user']],
    ['egress', ['egress']],
    ['privileged', ['privileged']],
  ];
  return new Set(fields.flatMap(([field, says]) => (template[field] === undefined ? [] : says)));
}

/** Reads one field of the template for the service; undefined when the image is unknown or no entry's conditions hold. */
type Read = <T>(field: (template: Template) => Entry<T>[], name?: LoweredField) => Verdict<T> | undefined;

function reader(service: Service, situation: Situation, match: Match | undefined): Read {
  return (field, name) => {
    if (!match) return undefined;
    const entry = choose(field(match.template), situation, service);
    if (!entry) return undefined;
    const { value, breaks } = entry;
    const verdict = { value, breaks, ...believed(match, entry), ...(entry.owner && { anyOwner: true }) };
    return name ? lowered(verdict, name, match, situation, service) : verdict;
  };
}

/**
 * A value, no surer than the template allows for how the service is configured: scripts or settings of the person's take the place of the
 * image's own. A refusal stays as sure as it was, because they do not take it back.
 */
function lowered<T>(verdict: Verdict<T>, field: LoweredField, match: Match, situation: Situation, service: Service): Verdict<T> {
  const { value } = verdict;
  if (value === false || value === null || value === 'unknown') return verdict;
  return (match.template.lowers ?? [])
    .filter(({ fields }) => fields === undefined || fields.includes(field))
    .filter(({ when }) => holds(when, situation, service))
    .filter(({ to }) => !atLeast(to, verdict.confidence))
    .reduce((sofar, { to, why, sources }) => atMost(sofar, to, why, ...evidenceOf(match, sources).slice(0, 1)), verdict);
}

/** A command of one's own in a known image: the rule of thumb, and whatever the image's own start would need on top. */
function fallbackCapabilities(service: Service, situation: Situation, match: Match | undefined): Verdict<string[]> {
  const generic = genericCapabilities(situation);
  const usual: Situation = { ...situation, command: 'default', entrypoint: 'default' };
  const own = (match && choose(match.template.capabilities, usual, service)?.value) ?? [];
  return { ...generic, value: [...new Set([...generic.value, ...own])] };
}

function userOf(
  service: Service,
  situation: Situation,
  match: Match | undefined,
  verdict: Verdict<string | null> | undefined,
  hints: Hints,
  owned: OwnedData | undefined,
): Pick<Advice, 'user' | 'noUser'> {
  if (!verdict) {
    if (!match) return genericUser(service, match, hints, owned);
    const why =
      situation.command === 'custom' || situation.entrypoint === 'custom'
        ? "its command is not the image's own, so the image's user may not fit"
        : "the image's user depends on a tag that is not known";
    return { noUser: { value: null, confidence: 'generic', why, evidence: [] } };
  }
  if (verdict.value === null) return { noUser: { ...verdict, value: null } };
  const value = verdict.value === 'runs_as' ? situation.variant?.runs_as : verdict.value;
  if (value === undefined) {
    return {
      noUser: {
        value: null,
        confidence: 'known',
        why: "the image's user differs between its tags, and this tag is not known",
        evidence: verdict.evidence,
      },
    };
  }
  return { user: { ...verdict, value } };
}

/**
 * A directory of the host is as good as a volume, once it is known that its user can use all that is in it: what the template says of a volume then holds of
 * it too. The other way round nothing is lost: a volume that is known to fit is what it was.
 */
function giveData(
  draft: Draft,
  { service, situation, match, owned }: { service: Service; situation: Situation; match?: Match; owned?: OwnedData },
): void {
  if (!match || situation.data !== 'bind' || !owned) return;
  const asVolume: Situation = { ...situation, data: 'volume' };
  const verdict = reader(service, asVolume, match)<string | null>((each) => each.user, 'user');
  const value = verdict?.value === 'runs_as' ? situation.variant?.runs_as : verdict?.value;
  if (!verdict || typeof value !== 'string' || !fitsData(owned, value)) return;
  draft.user = { ...verdict, value, evidence: [...verdict.evidence, owned.evidence] };
  draft.noUser = undefined;
}

function readOnlyOf(situation: Situation, verdict: Verdict<false | { tmpfs: TemplateTmpfs[] }> | undefined): Verdict<ReadOnlyAdvice> {
  if (!verdict || verdict.value === false) return verdict ? { ...verdict, value: false } : genericReadOnly(situation);
  return { ...verdict, value: { tmpfs: ownedBy(verdict.value.tmpfs, situation) } };
}

function portOf(port: number, protocol: 'tcp' | 'udp', match: Match | undefined, own: OwnImage | undefined): Verdict<PortKind> {
  const known = match?.template.ports.find((each) => each.port === port && (each.protocol ?? 'tcp') === protocol);
  if (!match || !known) {
    const exposed = own?.exposed.find(({ value }) => value === `${port}/${protocol}`);
    const verdict = wellKnownPort(port, protocol);
    return exposed ? { ...verdict, evidence: [...verdict.evidence, exposed.evidence] } : verdict;
  }
  const why = known.why ?? `${port} is a port of ${match.template.title}`;
  const breaks = known.kind === 'public' ? undefined : 'clients on other machines that use the published port';
  return { value: known.kind, breaks, ...believed(match, { confidence: 'known', why, sources: known.sources }) };
}

/** A name with a digest in a saved configuration is what was pulled: of an image for several platforms, its index. */
function digestOf(service: Service, own: OwnImage | undefined): Verdict<string> | undefined {
  if (service.build || !service.image?.known || own?.source !== 'image-config') return undefined;
  const { name } = parseReference(service.image.text);
  const pulled = own.tags.map(parseReference).find((each) => each.name === name && each.digest !== undefined);
  const evidence = own.user?.evidence;
  if (!pulled?.digest || !evidence) return undefined;
  const why = 'it was pulled by this digest';
  return { value: pulled.digest, confidence: 'generic', why, evidence: [{ ...evidence, detail: `RepoDigests: ${name}@${pulled.digest}` }] };
}

function labelOf(service: Service, match: Match | undefined): string {
  if (service.build) return `the image built for ${service.name}${match ? ` (on ${match.template.title})` : ''}`;
  const image = service.image ? (service.image.known ? service.image.text : service.image.raw) : service.name;
  return match ? `${match.template.title} (${image})` : image;
}
