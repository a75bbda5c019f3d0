import type { ComposeProject } from '../compose/project';
import { PRIVILEGE_KINDS, type Privilege, type PrivilegeChange } from '../harden/privileges';
import { SEVERITIES, type Severity } from '../harden/types';
import { parseReference } from '../images/reference';
import { OUTSIDE, type ProjectPrivileges, privilegesOf } from './project';

/**
 * What a project may do after a change that it might not before, and the other way round. A service that is new is compared with one of which
 * nothing is said; a project that is new has only new services.
 *
 * @param before undefined = there was no such project. @param after undefined = there is none any more.
 * @returns the changes, the worst first.
 * @throws InputError `merge-clash` where Compose would refuse what the files of one side come to together
 */
export function comparePrivileges(before: ComposeProject | undefined, after: ComposeProject | undefined): PrivilegeChange[] {
  const [old, now] = [before && privilegesOf(before), after && privilegesOf(after)];
  const names = [...new Set([...(old?.services.keys() ?? []), ...(now?.services.keys() ?? [])])];
  const changes = [
    ...names.flatMap((name) => ofService(name, old, now, before, after)),
    ...between(...ofBoth(old?.shared ?? [], now?.shared ?? [])),
    ...unseen(before, after),
  ];
  return changes.sort(byWeight);
}

/** Of a network that is new it is nothing new that it leads outside. */
function ofBoth(old: readonly Privilege[], now: readonly Privilege[]): [Privilege[], Privilege[]] {
  const without = (these: readonly Privilege[], others: readonly Privilege[]): Privilege[] => {
    const known = new Set(others.map(({ key }) => key));
    return these.filter(({ key }) => !key.endsWith(` ${OUTSIDE}`) || known.has(key));
  };
  return [without(old, now), without(now, old)];
}

function ofService(
  name: string,
  old: ProjectPrivileges | undefined,
  now: ProjectPrivileges | undefined,
  before: ComposeProject | undefined,
  after: ComposeProject | undefined,
): PrivilegeChange[] {
  const [was, is] = [old?.services.get(name), now?.services.get(name)];
  if (was && is) return between(was, is);
  const [side, project] = was ? (['before', before!] as const) : (['after', after!] as const);
  const all = was ?? is!;
  const plain = (was ? old! : now!).plain(name);
  const image = all.find(({ kind }) => kind === 'image')?.what ?? all.find(({ kind }) => kind === 'build')?.what;
  const place = project.placeOf(project.service(name)!.path);
  const whole: PrivilegeChange = {
    ...{ direction: was ? 'takes' : 'gives', kind: 'service', service: name, severity: 'low', side },
    what: image === undefined ? 'the service' : `the service, ${image}`,
    place: { ...place, file: place.file ?? project.files[0]!.path },
  };
  const has = all.filter(({ kind, key }) => kind !== 'image' && !(kind === 'build' && /^(?:context|dockerfile|target)$/.test(key)));
  const beyond = was ? between(has, plain) : between(plain, has);
  return [whole, ...beyond.filter(({ direction }) => direction === whole.direction)];
}

function between(before: readonly Privilege[], after: readonly Privilege[]): PrivilegeChange[] {
  const [old, now] = [grouped(before), grouped(after)];
  const changes = [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => compared(old.get(key) ?? [], now.get(key) ?? []));
  return withoutImplied(changes);
}

function grouped(privileges: readonly Privilege[]): Map<string, Privilege[]> {
  const out = new Map<string, Privilege[]>();
  for (const each of privileges) {
    const id = JSON.stringify([each.kind, each.key]);
    out.set(id, [...(out.get(id) ?? []), each]);
  }
  return out;
}

/** The ways in which something is had on both sides: mostly one, but a port may be bound to several addresses. */
function compared(before: readonly Privilege[], after: readonly Privilege[]): PrivilegeChange[] {
  const [old, now] = [highest(before), highest(after)];
  if (!old && !now) return [];
  if (!now) return [change('takes', old!, 'before')];
  if (!old) return [change('gives', now, 'after')];
  if (now.rank > old.rank) return [{ ...change('gives', now, 'after'), before: old.what, after: now.what }];
  if (now.rank < old.rank) {
    const { severity, what } = old;
    return [{ ...change('takes', now, 'after'), severity, what, before: old.what, after: now.what }];
  }
  const known = new Set(before.map(({ value }) => value));
  const other = after.find(({ value }) => !known.has(value));
  if (!other) return [];
  return [{ ...change('changes', other, 'after'), severity: severityOfChange(old, other), before: old.what, after: other.what }];
}

function highest(privileges: readonly Privilege[]): Privilege | undefined {
  return privileges.reduce<Privilege | undefined>((best, each) => (best && best.rank >= each.rank ? best : each), undefined);
}

function change(
  direction: PrivilegeChange['direction'],
  { kind, service, severity, what, place }: Privilege,
  side: 'before' | 'after',
): PrivilegeChange {
  return { direction, kind, ...(service !== undefined && { service }), severity, what, side, place: place() };
}

/** Another version of an image is what a change is mostly for; another image, or one that is no longer pinned, is more. */
function severityOfChange(old: Privilege, now: Privilege): Severity {
  if (now.kind !== 'image') return SEVERITIES[Math.min(SEVERITIES.indexOf(old.severity), SEVERITIES.indexOf(now.severity))]!;
  const [before, after] = [old.value, now.value].map(parseReference) as [
    ReturnType<typeof parseReference>,
    ReturnType<typeof parseReference>,
  ];
  return before.name !== after.name || (before.digest !== undefined && after.digest === undefined) ? now.severity : 'low';
}

/** Who is privileged has every capability: these are said as one. */
function withoutImplied(changes: readonly PrivilegeChange[]): PrivilegeChange[] {
  const turned = changes.find(({ kind, direction }) => kind === 'privileged' && direction !== 'changes');
  if (!turned) return [...changes];
  const mine = (each: PrivilegeChange): boolean => each.kind === 'capability' && each.direction === turned.direction;
  const [first] = changes.filter(mine);
  const all = first && { ...first, severity: 'critical' as const, what: 'every capability, as it is privileged', place: turned.place };
  return [...changes.filter((each) => !mine(each)), ...(all ? [all] : [])];
}

/** What one side does not show: something in it may give anything. */
function unseen(before: ComposeProject | undefined, after: ComposeProject | undefined): PrivilegeChange[] {
  const said = (project: ComposeProject | undefined) => new Map((project?.gaps ?? []).map((gap) => [`${gap.code} ${gap.message}`, gap]));
  const [old, now] = [said(before), said(after)];
  const of = (side: 'before' | 'after', project: ComposeProject | undefined, from: typeof old, other: typeof old): PrivilegeChange[] =>
    [...from]
      .filter(([id]) => !other.has(id))
      .map(([, { code, message, file, line, column }]) => ({
        ...{ direction: side === 'after' ? 'gives' : 'takes', kind: 'unseen', severity: code === 'remote' ? 'high' : 'medium', side },
        what: message,
        place: { file: file ?? project!.files[0]!.path, line, column },
      }));
  return [...of('after', after, now, old), ...of('before', before, old, now)];
}

const DIRECTIONS = ['gives', 'changes', 'takes'] as const;

function byWeight(a: PrivilegeChange, b: PrivilegeChange): number {
  return (
    DIRECTIONS.indexOf(a.direction) - DIRECTIONS.indexOf(b.direction) ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compareText(a.service ?? '', b.service ?? '') ||
    PRIVILEGE_KINDS.indexOf(a.kind) - PRIVILEGE_KINDS.indexOf(b.kind) ||
    compareText(a.what, b.what)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
