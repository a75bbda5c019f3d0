import type { SeenMount, SeenService } from '../engine';
import { canUse, type Person } from '../ownership/access';
import { type Entry, shownEntry } from '../ownership/entries';
import { numbers, ownersOf } from '../ownership/plan';
import type { Colors } from './colors';
import { hang } from './layout';
import { plural } from './summary';
import { type Shown, say } from './text/screen';

interface Screen {
  colors: Colors;
  width: number;
}

/**
 * Who can use what a service mounts, as it runs now and as the user that is proposed for it. Ends in a newline.
 *
 * @param proposed `uid:gid`; undefined when none is.
 */
export function ownersText({ mounts, person }: SeenService, proposed: string | undefined, { colors, width }: Screen): Shown {
  const [uid, gid] = (proposed ?? '').split(':').map(Number);
  const after: Person | undefined =
    proposed !== undefined && Number.isInteger(uid)
      ? { uid: uid!, gid: gid ?? 0, groups: person?.groups ?? [], overrides: 'none' }
      : undefined;
  const lines = [say``, colors.bold('Who can use its files, as they are on this machine')];
  if (mounts.length === 0) lines.push(say`  it mounts nothing`);
  for (const mount of mounts) {
    const what = `${mount.target}, ${mount.writable ? 'written' : 'read-only'}: ${holds(mount)}`;
    lines.push(...hang(say`  · `, what, width));
    if (person) lines.push(...verdict(`as ${shown(person)} today`, person, mount, { colors, width }));
    if (after) lines.push(...verdict(`as ${numbers(after)}`, after, mount, { colors, width }));
  }
  const will = after ?? person;
  const stuck = will && mounts.some((mount) => firstShut(will, mount) !== undefined);
  if (stuck) lines.push(...hang('  ', 'batten migrate says what would have to change, and changes it with --apply', width, colors.cyan));
  return say`${say.join(lines, '\n')}\n`;
}

function holds({ entries, complete, denied, source }: SeenMount): string {
  if (entries.length === 0) return `${source} cannot be looked at from here; batten migrate looks through a container`;
  const owners = ownersOf(entries)
    .slice(0, 3)
    .map((owner) => `${owner.count} of ${owner.uid === 0 && owner.gid === 0 ? 'root' : numbers(owner)}`);
  const more = denied === undefined ? '' : `; ${denied} cannot be looked into`;
  return `${complete ? '' : 'more than '}${plural(entries.length, 'file')}, ${owners.join(', ')}${more}`;
}

function verdict(who: string, person: Person, mount: SeenMount, { colors, width }: Screen): Shown[] {
  if (mount.entries.length === 0) return [];
  const shut = firstShut(person, mount);
  if (!shut) return hang(say`    ${colors.green('✓')} `, `${who}: all of it${mount.complete ? '' : ' that was looked at'}`, width);
  const what = canUse(person, shut, false) ? 'write' : shut.kind === 'directory' ? 'go into' : 'read';
  const where = shut.path === '' ? mount.target : `${mount.target}/${shownEntry(shut.path)}`;
  return hang(
    say`    ${colors.red('✗')} `,
    `${who}: Permission denied to ${what} ${where}, which is ${numbers(shut)}, mode ${shut.mode.toString(8).padStart(4, '0')}`,
    width,
  );
}

function firstShut(person: Person, { entries, writable }: SeenMount): Entry | undefined {
  return entries.find((entry) => !canUse(person, entry, writable));
}

const shown = (person: Person): string => (person.uid === 0 ? 'root' : numbers(person));
