import { canUse, may, outside, type Person } from '../../src/ownership/access';
import type { Entry } from '../../src/ownership/entries';
import { fileSystemOf } from '../../src/ownership/filesystems';
import { inContainer, isSame, onHost, readNumberMap, SAME } from '../../src/ownership/numbers';
import { type MountUse, planMount } from '../../src/ownership/plan';

const person = (uid: number, more: Partial<Person> = {}): Person => ({
  uid,
  gid: uid,
  groups: [],
  overrides: uid === 0 ? 'all' : 'none',
  ...more,
});

let inode = 0;
const entry = (path: string, uid: number, mode: number, more: Partial<Entry> = {}): Entry => ({
  path,
  kind: path === '' || path.endsWith('/') ? 'directory' : 'file',
  uid,
  gid: uid,
  mode,
  links: 1,
  device: '1',
  inode: String(++inode),
  ...more,
});

const use = (service: string, after: Person, more: Partial<MountUse> = {}): MountUse => ({
  service,
  target: '/data',
  writable: true,
  before: person(0),
  after,
  ...more,
});

const plan = (entries: Entry[], uses: MountUse[], { kind = 'volume' as 'volume' | 'bind', all = false, complete = true } = {}) =>
  planMount({ entries, complete }, uses, { kind, all });

const changed = (result: ReturnType<typeof plan>) => result.changes.map(({ entry: { path }, uid, gid }) => [path, uid, gid]);

describe('who may use what', () => {
  test.each<[string, Person, Partial<Entry>, number, boolean]>([
    ['its owner', person(5), { uid: 5, mode: 0o600 }, 6, true],
    ['its owner, who is shut out although others are not', person(5), { uid: 5, mode: 0o077 }, 4, false],
    ['its group', person(5, { groups: [9] }), { uid: 1, gid: 9, mode: 0o060 }, 6, true],
    ['its group, which is shut out', person(5, { groups: [9] }), { uid: 1, gid: 9, mode: 0o607 }, 4, false],
    ['others', person(5), { uid: 1, gid: 1, mode: 0o604 }, 4, true],
    ['root with its capabilities', person(0), { uid: 1, gid: 1, mode: 0 }, 6, true],
    ['root without them', person(0, { overrides: 'none' }), { uid: 1, gid: 1, mode: 0o600 }, 4, false],
    ['root that may search, and wants to read', person(0, { overrides: 'read' }), { uid: 1, gid: 1, mode: 0 }, 4, true],
    ['root that may search, and wants to write', person(0, { overrides: 'read' }), { uid: 1, gid: 1, mode: 0o400 }, 2, false],
    ['root that wants to run what nobody may', person(0), { uid: 1, gid: 1, mode: 0o600 }, 1, false],
  ])('%s', (_, who, what, wanted, expected) => {
    expect(may(who, { ...entry('file', 0, 0), ...what }, wanted)).toBe(expected);
  });

  test('what its owner may not write is not meant to be written', () => {
    expect(canUse(person(5), entry('file', 0, 0o444), true)).toBe(true);
    expect(canUse(person(5), entry('file', 0, 0o644), true)).toBe(false);
    expect(canUse(person(5), entry('file', 0, 0o644), false)).toBe(true);
  });

  test('capabilities of a user namespace reach only what has a number there', () => {
    const namespace = { users: readNumberMap('0 100000 65536')!, groups: readNumberMap('0 100000 65536')! };
    const root = outside(person(0), namespace);
    expect(root).toMatchObject({ uid: 100000, gid: 100000 });
    expect(may(root, entry('file', 100999, 0o600), 6)).toBe(true);
    expect(may(root, entry('file', 0, 0o600), 6)).toBe(false);
  });
});

describe('a plan', () => {
  const data = (): Entry[] => [entry('', 0, 0o755), entry('sub/', 0, 0o700), entry('file', 0, 0o600)];

  test('is nothing where the data fits', () => {
    expect(plan([entry('', 999, 0o700), entry('file', 999, 0o600), entry('shared', 0, 0o666)], [use('db', person(999))])).toMatchObject({
      changes: [],
    });
    expect(plan(data(), [use('db', person(0))]).changes).toEqual([]);
    expect(plan([entry('', 0, 0o755), entry('file', 0, 0o644)], [use('web', person(33), { writable: false })]).changes).toEqual([]);
  });

  test('gives what belongs to root to the user, and leaves a group other than root', () => {
    const entries = [...data(), entry('group', 0, 0o660, { gid: 50 }), entry('own', 999, 0o600)];
    expect(changed(plan(entries, [use('db', person(999))]))).toEqual([
      ['', 999, 999],
      ['sub/', 999, 999],
      ['file', 999, 999],
      ['group', 999, 50],
    ]);
  });

  test('gives what the user before had to the one after', () => {
    const entries = [entry('', 1000, 0o755), entry('file', 1000, 0o600)];
    expect(changed(plan(entries, [use('app', person(999), { before: person(1000) })], { kind: 'bind' }))).toEqual([
      ['', 999, 999],
      ['file', 999, 999],
    ]);
  });

  test('leaves programs that run as their owner, and devices', () => {
    const entries = [
      ...data(),
      entry('su', 0, 0o4755),
      entry('group', 0, 0o2755),
      entry('set/', 0, 0o2770),
      entry('null', 0, 0o666, { kind: 'device' }),
    ];
    const result = plan(entries, [use('db', person(999))]);
    expect(result.left).toEqual([
      { why: 'setuid', count: 2, example: 'su' },
      { why: 'device', count: 1, example: 'null' },
    ]);
    expect(changed(result).map(([path]) => path)).toEqual(['', 'sub/', 'file', 'set/']);
  });

  test.each<[string, () => ReturnType<typeof plan>]>([
    ['others-files', () => plan([...data(), entry('mine', 1000, 0o600)], [use('db', person(999))], { kind: 'bind' })],
    ['several-users', () => plan(data(), [use('db', person(999)), use('backup', person(34))])],
    ['several-users', () => plan(data(), [use('a', person(1), { writable: false }), use('b', person(2), { writable: false })])],
    ['locks-out', () => plan(data(), [use('db', person(999)), use('reader', person(34), { writable: false })])],
    ['locks-out', () => plan(data(), [use('db', person(999)), use('root', person(0, { overrides: 'none' }), { writable: false })])],
    ['names-outside', () => plan([...data(), entry('linked', 0, 0o644, { links: 2 })], [use('db', person(999))])],
    ['too-many', () => plan(data(), [use('db', person(999))], { complete: false })],
  ])('is refused: %s', (code, make) => {
    const result = make();
    expect(result.refusal?.code).toBe(code);
    expect(result.changes).toEqual([]);
  });

  test('in a volume of one user takes all there is; in a directory, and in what others use, only with --all', () => {
    const entries = [...data(), entry('mine', 1000, 0o600)];
    expect(changed(plan(entries, [use('db', person(999))]))).toContainEqual(['mine', 999, 1000]);
    expect(changed(plan(entries, [use('db', person(999))], { kind: 'bind', all: true }))).toContainEqual(['mine', 999, 1000]);
    expect(plan(entries, [use('db', person(999)), use('root', person(0))]).refusal?.code).toBe('others-files');
  });

  test('counts other names of a file that are in the mount', () => {
    const same = { inode: 'same', links: 2 };
    const entries = [...data(), entry('one', 0, 0o644, same), entry('two', 0, 0o644, same)];
    expect(plan(entries, [use('db', person(999))]).refusal).toBeUndefined();
    expect(plan([...data(), entry('one', 0, 0o644, same)], [use('db', person(999))], { all: true }).refusal).toBeUndefined();
  });

  test('may be one that all can live with: a reader who may read, and root with its capabilities', () => {
    const entries = [entry('', 0, 0o755), entry('file', 0, 0o644)];
    const uses = [use('db', person(999)), use('reader', person(34), { writable: false }), use('backup', person(0))];
    expect(changed(plan(entries, uses))).toEqual([
      ['', 999, 999],
      ['file', 999, 999],
    ]);
  });

  test('of a remapped container gives what is root there, or here, to its user', () => {
    const namespace = { users: readNumberMap('0 100000 65536')!, groups: readNumberMap('0 100000 65536')! };
    const entries = [entry('', 100000, 0o755), entry('file', 0, 0o600)];
    const [before, after] = [person(0), person(999)].map((each) => outside(each, namespace));
    expect(changed(plan(entries, [use('db', after!, { before: before! })]))).toEqual([
      ['', 100999, 100999],
      ['file', 100999, 100999],
    ]);
  });
});

describe('numbers of a user namespace', () => {
  test('are those of the host, moved', () => {
    const map = readNumberMap('         0       1000          1\n         1     100000      65536\n')!;
    expect([0, 1, 999, 65536].map((inside) => onHost(map, inside))).toEqual([1000, 100000, 100998, 165535]);
    expect(onHost(map, 65537)).toBeUndefined();
    expect([1000, 100998, 0].map((host) => inContainer(map, host))).toEqual([0, 999, undefined]);
    expect([isSame(map), isSame(SAME)]).toEqual([false, true]);
  });

  test('that are none are not read', () => {
    for (const text of ['', '0 0', 'a b c', '0 0 1 1', '-1 0 1']) expect(readNumberMap(text)).toBeUndefined();
  });
});

test('some file systems keep no owners, and some have others decide', () => {
  expect(fileSystemOf('cifs')).toEqual({ name: 'CIFS', owners: 'never' });
  expect(fileSystemOf('nfs4')?.owners).toBe('asked');
  expect(fileSystemOf('fuse.mergerfs')?.owners).toBe('asked');
  for (const type of ['ext4', 'xfs', 'btrfs', 'zfs', 'overlay', 'tmpfs', 'constructor']) expect(fileSystemOf(type)).toBeUndefined();
});
