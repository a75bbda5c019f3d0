import type { AccountFacts, GroupFacts, Place, UserFacts } from './facts';
import type { FileTree } from './file-tree';

const MAX_LINES = 5000;

/** The users and groups of an image: `/etc/passwd` and `/etc/group`, as the Engine and the C library read them. */
export class Accounts {
  readonly users: AccountFacts[] = [];
  readonly groups: GroupFacts[] = [];

  constructor(files: FileTree, place: (path: string, line: number) => Place | undefined) {
    for (const [fields, at] of entriesOf('/etc/passwd', files, place)) {
      const [name, , uid, gid, , home = '', shell = ''] = fields;
      if (name && isNumber(uid) && isNumber(gid)) this.users.push({ name, uid: Number(uid), gid: Number(gid), home, shell, at });
    }
    for (const [fields, at] of entriesOf('/etc/group', files, place)) {
      const [name, , gid, members = ''] = fields;
      if (name && isNumber(gid)) this.groups.push({ name, gid: Number(gid), members: members.split(',').filter(Boolean).sort(), at });
    }
  }

  user(nameOrUid: string | number): AccountFacts | undefined {
    return this.users.find(({ name, uid }) => (typeof nameOrUid === 'number' ? uid === nameOrUid : name === nameOrUid));
  }

  group(nameOrGid: string | number): GroupFacts | undefined {
    return this.groups.find(({ name, gid }) => (typeof nameOrGid === 'number' ? gid === nameOrGid : name === nameOrGid));
  }

  /**
   * `postgres`, `1000`, `1000:1000`, `app:staff`, as the Engine reads USER: a name that is not there has no number, and a user without a group
   * has the one of its entry, else root's.
   */
  resolve(written: string, separator: RegExp = /:/): UserFacts {
    const [user = '', group] = written.split(separator);
    const account = isNumber(user) ? (this.user(user) ?? this.user(Number(user))) : this.user(user === '' ? 'root' : user);
    const uid = account?.uid ?? (isNumber(user) ? Number(user) : user === '' || user === 'root' ? 0 : undefined);
    const ofGroup = group === undefined || group === '' ? undefined : isNumber(group) ? Number(group) : this.group(group)?.gid;
    const gid = group ? ofGroup : (account?.gid ?? (uid === undefined ? undefined : 0));
    return {
      written,
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
      ...(account && { name: account.name, home: account.home, at: account.at }),
    };
  }
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,10}$/.test(text);
}

function* entriesOf(path: string, files: FileTree, place: (path: string, line: number) => Place | undefined): Generator<[string[], Place]> {
  const lines = (files.text(path) ?? '').split('\n').slice(0, MAX_LINES);
  for (const [index, line] of lines.entries()) {
    const at = place(path, index + 1);
    if (at && line.trim() !== '' && !line.startsWith('#')) yield [line.split(':').map((field) => field.trim()), at];
  }
}
