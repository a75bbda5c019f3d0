import type { SeenService } from '../../src/engine';
import type { Entry } from '../../src/ownership/entries';
import { createColors } from '../../src/report/colors';
import { ownersText } from '../../src/report/owners';

const entry = (path: string, uid: number, mode: number, kind: Entry['kind'] = 'file'): Entry => ({
  ...{ path, kind, uid, gid: uid, mode, links: 1, device: '1', inode: path },
});

const service = (uid: number, entries: Entry[], writable = true): SeenService => ({
  person: { uid, gid: uid, groups: [], overrides: uid === 0 ? 'all' : 'none' },
  mounts: [{ target: '/data', source: '/srv/data', writable, entries, complete: true }],
});

const text = (seen: SeenService, proposed?: string): string => ownersText(seen, proposed, { colors: createColors(false), width: 100 }).text;

const TREE = [entry('', 0, 0o755, 'directory'), entry('key', 0, 0o600)];

test('says who can use a mount today and as the user that is proposed', () => {
  expect(text(service(0, TREE), '999:999')).toBe(`
Who can use its files, as they are on this machine
  · /data, written: 2 files, 2 of root
    ✓ as root today: all of it
    ✗ as 999:999: Permission denied to write /data, which is 0:0, mode 0755
  batten migrate says what would have to change, and changes it with --apply
`);
});

test('says why a service fails today, and where', () => {
  expect(text(service(999, TREE, false))).toContain('✗ as 999:999 today: Permission denied to read /data/key, which is 0:0, mode 0600');
  expect(text(service(999, [entry('', 999, 0o700, 'directory'), entry('a\u001b[2J', 0, 0o600)]))).toContain('/data/a\\u001b[2J');
});

test('claims nothing of what it could not look at', () => {
  const seen = {
    ...service(0, []),
    mounts: [{ target: '/data', source: '/v', writable: true, entries: [], complete: false, denied: '/v' }],
  };
  const said = text(seen, '999:999');
  expect(said).toContain('/v cannot be looked at from here');
  expect(said).not.toMatch(/[✓✗]/);
});
