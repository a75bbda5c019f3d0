import { basename } from 'node:path';
import type { PlannedMount, PlannedService, ProjectPlan } from '../engine/ownership/project-plan';
import type { Person } from '../ownership/access';
import { inContainer, isSame, onHost } from '../ownership/numbers';
import { numbers, type Refusal } from '../ownership/plan';
import type { Colors } from './colors';
import { columnFor, hang, pad } from './layout';
import { plural } from './summary';
import { type Shown, say } from './text/screen';

interface Screen {
  colors: Colors;
  width: number;
}

/** A plan with what it is about. */
export interface MigrationReport {
  /** The Compose file, as the person named it. */
  path: string;
  plan: ProjectPlan;
}

/** So many owners are changed in a second, or fewer. Measured on an ordinary disk, through an Engine. */
const A_SECOND = 20_000;

/** What a migration would do, for a person: each service, and below it whose files become whose. Ends in a newline. */
export function prettyMigration({ path, plan }: MigrationReport, screen: Screen): Shown {
  const { colors, width } = screen;
  const shown = plan.services.filter((service) => isTold(service, plan));
  const lines: Shown[] = [say`${colors.bold(path)}  ${summary(plan)}`];
  for (const service of shown) {
    lines.push(say``, ...serviceLines(service, screen));
    const mounts = plan.mounts.filter(({ uses }) => uses.some(({ service: name }) => name === service.name));
    const column = columnFor(mounts.map(({ shown: name }) => name));
    for (const mount of mounts) lines.push(...mountLines(mount, service, column, screen));
    if (service.refusal && !mounts.some(({ plan: own }) => own.refusal)) lines.push(...refusalLines(service.refusal, '  ', screen));
  }
  const unknown = plan.services.filter(({ status }) => status === 'unknown').map(({ name }) => name);
  if (unknown.length > 0) {
    const why = `${unknown.join(', ')}: as whom it runs cannot be told, as its image is not here or does not know its user`;
    lines.push(say``, ...hang('', why, width, colors.dim));
  }
  return say`${say.join(lines, '\n')}\n`;
}

/** Whether there is something to say of a service. */
function isTold({ status, before, after }: PlannedService, { mounts }: ProjectPlan): boolean {
  if (status === 'same') return false;
  return status !== 'unknown' && (mounts.length > 0 || (before !== undefined && after !== undefined));
}

function summary({ services, mounts }: ProjectPlan): string {
  const moving = services.filter(({ status }) => status === 'moves').length;
  const fitting = services.filter(({ status }) => status === 'fits').length;
  const refused = services.filter(({ status }) => status === 'refused').length;
  const files = mounts.reduce((sum, { plan }) => sum + plan.changes.length, 0);
  const parts = [
    moving > 0 && `${plural(files, 'owner')} to change for ${plural(moving, 'service')}`,
    fitting > 0 && `${plural(fitting, 'service')} can have a user at once`,
    refused > 0 && `${plural(refused, 'service')} left as ${refused === 1 ? 'it is' : 'they are'}`,
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(', ') : 'no owner has to change';
}

function serviceLines({ name, image = '', before, after, status }: PlannedService, { colors }: Screen): Shown[] {
  const change =
    before && after && before.uid !== after.uid ? say`${userOf(before)} → ${colors.green(userOf(after))}` : userOf(after ?? before);
  const word =
    status === 'refused'
      ? say`  ${colors.red('needs your decision')}`
      : status === 'fits'
        ? say`  ${colors.green('nothing else to change')}`
        : '';
  return [say`${colors.bold(name)}  ${colors.dim(image)}  ${change}${word}`];
}

function userOf(person: Person | undefined): string {
  if (!person) return 'an unknown user';
  const { namespace } = person;
  const inside = namespace ? inContainer(namespace.users, person.uid) : person.uid;
  const group = namespace ? inContainer(namespace.groups, person.gid) : person.gid;
  const own = inside === 0 ? 'root' : `${inside}:${group}`;
  return namespace ? `${own} (${numbers(person)} on the host)` : own;
}

function mountLines(mount: PlannedMount, service: PlannedService, column: number, screen: Screen): Shown[] {
  const { colors, width } = screen;
  const { plan, shown, uses, facts } = mount;
  const head = say`  ${pad(shown, column)}  `;
  if (plan.refusal) return [...hang(head, plan.refusal.message, width, colors.red), ...hintLines(plan.refusal, '    ', screen)];
  const readOnly = uses.filter(({ service: name }) => name === service.name).every(({ writable }) => !writable);
  if (plan.changes.length === 0) return hang(head, `${filesOf(plan.total)}, ${readOnly ? 'readable' : 'usable'} as they are`, width);
  const elsewhere =
    facts && !isSame(facts.users) && plan.owner
      ? ` (${onHost(facts.users, plan.owner.uid)}:${onHost(facts.groups, plan.owner.gid)} on the host)`
      : '';
  const what = `${plan.changes.length === plan.total ? 'all' : plan.changes.length} of ${filesOf(plan.total)} go from ${ownersText(mount)} to ${numbers(plan.owner!)}${elsewhere}${timeText(plan.changes.length)}`;
  const others = [...new Set(uses.map(({ service: name }) => name))].filter((name) => name !== service.name);
  return [
    ...hang(head, what, width),
    ...(others.length > 0 ? hang('    ', `also used by ${others.join(', ')}`, width, colors.dim) : []),
    ...plan.left.flatMap((left) => hang('    ', leftText(left), width, colors.dim)),
  ];
}

function leftText({ why, count, example }: PlannedMount['plan']['left'][number]): string {
  const what =
    why === 'setuid' ? plural(count, 'program that runs as its owner', 'programs that run as their owner') : plural(count, 'device');
  return `${what} left as ${count === 1 ? 'it is' : 'they are'}: ${example}`;
}

function ownersText({ plan }: PlannedMount): string {
  const found = new Set(plan.changes.map(({ entry }) => (entry.uid === 0 ? 'root' : String(entry.uid))));
  const few = [...found].slice(0, 3).join(', ');
  return found.size > 3 ? `${few} and ${found.size - 3} more` : few;
}

function timeText(count: number): string {
  return count > 5 * A_SECOND ? `, which takes about ${Math.ceil(count / A_SECOND)} s` : '';
}

const filesOf = (count: number): string => plural(count, 'file');

function refusalLines(refusal: Refusal, indent: string, screen: Screen): Shown[] {
  return [...hang(indent, refusal.message, screen.width, screen.colors.red), ...hintLines(refusal, indent, screen)];
}

function hintLines({ hint }: Refusal, indent: string, { colors, width }: Screen): Shown[] {
  return hint === undefined ? [] : hang(say`${indent}${colors.cyan('hint')}: `, hint, width);
}

/** The same for programs; see schemas/migrate.schema.json. */
export function migrationData({ path, plan }: MigrationReport): Record<string, unknown> {
  return {
    path,
    project: plan.project,
    services: plan.services.map(({ name, image, before, after, status, refusal }) => ({
      name,
      ...(image !== undefined && { image }),
      ...(before && { before: personData(before) }),
      ...(after && { after: personData(after) }),
      status,
      ...(refusal && { refusal }),
    })),
    mounts: plan.mounts.map(({ mount, shown, uses, plan: own, toolbox, facts }) => ({
      type: mount.type,
      source: mount.type === 'bind' ? mount.path : mount.name,
      shown: mount.type === 'bind' ? basename(shown) : shown,
      uses: uses.map(({ service, target, writable }) => ({ service, target, writable })),
      files: own.total,
      owners: own.owners.slice(0, 20),
      changes: own.changes.length,
      ...(own.owner && { owner: own.owner }),
      left: own.left,
      ...(own.refusal && { refusal: own.refusal }),
      ...(toolbox && { lookedAtWith: toolbox.image }),
      ...(facts && { fileSystem: facts.fileSystem }),
    })),
  };
}

function personData(person: Person): Record<string, unknown> {
  const { uid, gid, groups, namespace } = person;
  if (!namespace) return { uid, gid, groups };
  return { uid: inContainer(namespace.users, uid), gid: inContainer(namespace.groups, gid), groups, onHost: { uid, gid } };
}
