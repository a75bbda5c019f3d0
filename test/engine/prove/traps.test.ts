import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { StoredProof } from '../../../src/harden/proof';
import { build } from '../cases';
import { mustDocker } from '../docker';
import { batten, copyOf, type Ran, read, removeAll } from './stacks';

/** Services that look healthy when hardening has broken them, each built so. All are tried at once, without knowing the image. */
const enabled = process.env.BATTEN_ENGINE === '1' && (process.env.BATTEN_ENGINE_ONLY?.split(',').includes('traps') ?? true);

interface Service {
  user?: string;
  cap_add?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  read_only?: boolean;
  tmpfs?: string[];
}

(enabled ? describe : describe.skip)('traps on a real Engine', () => {
  let ran: Ran;
  let after: Record<string, Service>;
  let proof: StoredProof;

  beforeAll(async () => {
    await build('base');
    await mustDocker(['build', '--quiet', '--network', 'host', '--tag', 'batten-engine/traps', path.join(__dirname, 'traps')], 300);
    const directory = copyOf('traps');
    // A guess that only ran stays one: the program is asked for what it is there for.
    const probe = ['--probe', 'native=grep -q libnative /proc/1/maps'];
    ran = await batten(['fix', '--prove', '--yes', '--no-templates', '--skip', 'user', ...probe], directory);
    process.stderr.write(ran.err);
    after = (parse(read(directory)) as { services: typeof after }).services;
    proof = JSON.parse(readFileSync(path.join(directory, '.batten/proof.json'), 'utf8')) as StoredProof;
  }, 40 * 60_000);
  afterAll(removeAll);

  test('all of them work in the end, and are proven', () => {
    expect(ran.code).toBe(0);
    expect(Object.keys(proof.services).sort()).toEqual(Object.keys(after).sort());
  });

  test('a directory that only the second start cannot enter keeps a way in', () => {
    expect(after.restart!.cap_add).toEqual(expect.arrayContaining(['SETGID', 'SETUID']));
    expect(after.restart!.cap_add!.some((name) => name === 'DAC_OVERRIDE' || name === 'DAC_READ_SEARCH')).toBe(true);
  });

  test('a healthy cron whose jobs do not run keeps what it needs to become their users', () => {
    expect(after.cron!.cap_add).toEqual(expect.arrayContaining(['SETGID', 'SETUID']));
  });

  test('workers of nginx that die, and workers of apache that stay root, are no success', () => {
    for (const name of ['nginx', 'apache']) expect(after[name]!.cap_add).toEqual(expect.arrayContaining(['SETGID', 'SETUID']));
  });

  test('a setgid mail queue keeps its setgid program', () => {
    expect(after.queue!.security_opt).toBeUndefined();
    expect(proof.services.queue!.changes['no-new-privileges']).toMatchObject({ outcome: 'left-out' });
    expect(after.queue!.cap_drop).toEqual(['ALL']);
  });

  test('a library that is unpacked and loaded gets a tmpfs that allows programs', () => {
    expect(after.native).toMatchObject({ read_only: true, tmpfs: [expect.stringMatching(/^\/tmp:exec/)] });
  });

  test('a tmpfs never hides files of the image: such a service stays writable', () => {
    expect((after.baked!.tmpfs ?? []).some((mount) => mount.startsWith('/opt'))).toBe(false);
    expect(after.baked!.read_only).toBeUndefined();
    expect(proof.services.baked!.changes['read-only']).toMatchObject({
      outcome: 'left-out',
      line: expect.stringContaining('Read-only file system'),
    });
    expect(after.baked!.cap_drop).toEqual(['ALL']);
  });

  test('an init that has to signal another user keeps KILL', () => {
    expect(after.init!.cap_add).toEqual(expect.arrayContaining(['KILL']));
  });
});
