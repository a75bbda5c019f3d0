import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { apparmorOf, checkSyntax, profileName } from '../../../src/engine/learn/apparmor';
import { programsIn, resolveIn } from '../../../src/engine/trace/programs';
import { Scratch } from '../../../src/engine/trial/scratch';

const facts = {
  name: 'batten-shop-db',
  capabilities: ['SETGID', 'DAC_READ_SEARCH'],
  sockets: ['inet stream', 'netlink raw', '99 77'],
  programs: ['/usr/bin/dash', '/opt/with space/a*b'],
  writes: ['/data/', '/run/db'],
};

describe('an AppArmor profile', () => {
  test('allows what was seen, reading, and writing where it has to', () => {
    const lines = apparmorOf(facts)
      .split('\n')
      .map((line) => line.trim());
    expect(lines).toEqual(
      expect.arrayContaining([
        'profile batten-shop-db flags=(attach_disconnected,mediate_deleted) {',
        'capability setgid,',
        'capability dac_read_search,',
        'network inet stream,',
        'network netlink raw,',
        '/** mrk,',
        '/usr/bin/dash ix,',
        '"/opt/with space/a\\*b" ix,',
        '/data{,/**} rwkl,',
        '/run/db{,/**} rwkl,',
        '/tmp{,/**} rwkl,',
        'deny mount,',
        'deny @{PROC}/sysrq-trigger rwklx,',
      ]),
    );
    expect(lines.filter((line) => /^(?:capability|network|file|\/\*\* ix)/.test(line))).toHaveLength(4);
  });

  test('without a trace allows every socket and program, and says no more than that', () => {
    const text = apparmorOf({ ...facts, sockets: undefined, programs: undefined });
    expect(text).toContain('  network,\n');
    expect(text).toContain('  /** ix,\n');
  });

  test('has a name that fits into the kernel', () => {
    expect(profileName('my shop', 'db/1')).toBe('batten-my_shop-db_1');
  });

  const parser = spawnSync('apparmor_parser', ['--version'], { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } });
  if (parser.error)
    process.stderr.write('skipped: what apparmor_parser says of a profile, because it is not installed (package apparmor)\n');
  (parser.error ? test.skip : test)('is read by apparmor_parser, which refuses another', async () => {
    const scratch = Scratch.create();
    try {
      const { signal } = new AbortController();
      const check = (text: string): Promise<string | undefined> => checkSyntax(text, 'batten-shop-db', scratch, signal);
      expect(await check(apparmorOf(facts))).toBe('ok');
      expect(await check(apparmorOf({ ...facts, sockets: undefined, programs: undefined, capabilities: [] }))).toBe('ok');
      expect(await check(apparmorOf({ ...facts, capabilities: ['NO_SUCH'] }))).toMatch(/batten-shop-db.*line \d+/);
    } finally {
      scratch.remove();
    }
  });
});

describe('programs of a container', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'batten-root-'));
  beforeAll(() => {
    mkdirSync(path.join(root, 'usr/bin'), { recursive: true });
    symlinkSync('usr/bin', path.join(root, 'bin'));
    writeFileSync(path.join(root, 'usr/bin/dash'), '\x7fELF');
    symlinkSync('dash', path.join(root, 'usr/bin/sh'));
    writeFileSync(path.join(root, 'entrypoint.sh'), '#! /bin/sh -e\n');
    symlinkSync('/etc/../../../usr/bin/dash', path.join(root, 'usr/bin/out'));
    mkdirSync(path.join(root, 'etc'));
    symlinkSync('loop', path.join(root, 'loop'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test('are where their links lead, which is never outside', () => {
    expect(resolveIn(root, '/bin/sh')).toBe('/usr/bin/dash');
    expect(resolveIn(root, '/usr/bin/out')).toBe('/usr/bin/dash');
    expect(resolveIn(root, '/loop')).toBeUndefined();
    expect(resolveIn(root, '/no/such')).toBeUndefined();
  });

  test('include the interpreters of scripts', () => {
    expect(programsIn(root, ['/entrypoint.sh', '/gone', './relative'])).toEqual(['/entrypoint.sh', '/gone', '/usr/bin/dash']);
  });
});
