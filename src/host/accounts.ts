import type { HostFiles } from './files';

/** A group of the host: its number and its members, those with it as their own group included. */
export interface Group {
  gid: number;
  members: readonly string[];
}

/** Undefined when there is no such group, or no list of groups. */
export function groupOf(files: HostFiles, name: string): Group | undefined {
  const row = rows(files.text('/etc/group')).find(([first]) => first === name);
  const gid = Number(row?.[2]);
  if (!row || !Number.isInteger(gid)) return undefined;
  const named = (row[3] ?? '').split(',').filter(Boolean);
  const primary = rows(files.text('/etc/passwd'))
    .filter(([, , , group]) => group === String(gid))
    .map(([user = '']) => user);
  return { gid, members: [...new Set([...named, ...primary])].sort() };
}

/** What a user or a group is called; its number when it has no name. */
export function nameOf(files: HostFiles, kind: 'passwd' | 'group', id: number): string {
  return rows(files.text(`/etc/${kind}`)).find(([, , number]) => number === String(id))?.[0] ?? String(id);
}

/** A range of users, or groups, of the host that a user may map those of containers to. */
export interface SubordinateRange {
  start: number;
  count: number;
}

/** The ranges of a user in /etc/subuid or /etc/subgid, by name or number. @see subuid(5) */
export function subordinate(files: HostFiles, kind: 'subuid' | 'subgid', user: string, uid?: number): SubordinateRange[] {
  return rows(files.text(`/etc/${kind}`)).flatMap(([name, start, count]) => {
    const range = { start: Number(start), count: Number(count) };
    const its = name === user || (uid !== undefined && name === String(uid));
    return its && Number.isInteger(range.start) && Number.isInteger(range.count) && range.count > 0 ? [range] : [];
  });
}

function rows(text: string | undefined): string[][] {
  return (text ?? '').split(/\r?\n/).flatMap((line) => (line === '' || line.startsWith('#') ? [] : [line.split(':')]));
}
