import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { batten } from '../../src';
import type { RunOptions } from '../../src/harden/api';
import { readConfig } from '../../src/harden/config/read';
import { configuredRun } from '../../src/harden/config/run';
import type { OwnedData } from '../../src/images/owned';

/** Data that a user can use, as it was seen. */
const fits = (user: number): OwnedData => ({
  fits: ({ uid }) => uid === user,
  evidence: { kind: 'engine-run', ref: 'the mounts of app on Engine 28.0', detail: 'all of it' },
});

const only: RunOptions = { only: ['user'] };

function userOf(text: string, options: RunOptions = {}) {
  const result = batten.run({ path: 'compose.yaml', text: `services:\n  app:\n${text}` }, { ...only, ...options });
  const { services } = parse(result.after) as { services: { app: { user?: string } } };
  const [finding] = result.findings;
  return {
    user: services.app.user,
    confidence: finding?.confidence,
    status: finding?.status,
    evidence: finding?.evidence.map(({ kind }) => kind) ?? [],
  };
}

const configured = (yaml: string): RunOptions => ({
  ...configuredRun(readConfig(yaml, '.batten.yaml', batten.transforms()), '.batten.yaml', '2027-01-01').run,
  only: ['user'],
});

const POSTGRES = '    image: postgres:16\n    volumes: ["./pg:/var/lib/postgresql/data"]\n';
const UNKNOWN = '    image: acme/app:1\n    volumes: ["./data:/data"]\n';

describe('whom the data belongs to', () => {
  test('turns the guess about a directory of the host into what is known of a volume', () => {
    expect(userOf(POSTGRES)).toMatchObject({ user: undefined, confidence: 'guess' });
    const seen = userOf(POSTGRES, { owned: () => fits(999) });
    expect(seen).toMatchObject({ user: '999:999', confidence: 'known' });
    expect(seen.evidence).toContain('engine-run');
  });

  test('changes nothing when it is somebody else', () => {
    expect(userOf(POSTGRES, { owned: () => fits(70) })).toEqual(userOf(POSTGRES));
    expect(userOf(UNKNOWN, { owned: () => fits(1) })).toEqual(userOf(UNKNOWN));
  });

  test('settles nothing but the data: the image may still want root', () => {
    expect(userOf(UNKNOWN, { owned: () => fits(1000) })).toMatchObject({ user: undefined, confidence: 'guess', status: 'held' });
    const socket = '    image: acme/app:1\n    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]\n';
    expect(userOf(socket, { owned: () => fits(1000), confidence: 'guess' })).toMatchObject({ user: undefined, status: 'manual' });
  });

  test('settles a secret from a file too', () => {
    const secret =
      '    image: postgres:16\n    secrets: [key]\n    volumes: ["data:/var/lib/postgresql/data"]\nsecrets: { key: { file: ./key } }\nvolumes: { data: }\n';
    expect(userOf(secret)).toMatchObject({ confidence: 'guess' });
    expect(userOf(secret, { owned: () => fits(999) })).toMatchObject({ user: '999:999', confidence: 'known' });
  });
});

describe('the number of the operator', () => {
  test('is a guess for data nobody looked at, and is taken when it fits', () => {
    const run = configured('user: 1001:1002');
    expect(userOf(UNKNOWN, run)).toMatchObject({ user: undefined, confidence: 'guess', status: 'held' });
    expect(userOf(UNKNOWN, { ...run, owned: () => fits(1001) })).toMatchObject({ user: '1001:1002', confidence: 'generic' });
    expect(userOf('    image: acme/app:1\n', run)).toMatchObject({ user: '1001:1002', confidence: 'generic' });
  });

  test('of one service goes over that of all, and none over the user an image keeps for itself', () => {
    const run = { ...configured('user: 1001:1002\nservices: { app: { user: "7:7" } }'), confidence: 'guess' as const };
    expect(userOf(UNKNOWN, run)).toMatchObject({ user: '7:7' });
    expect(userOf(POSTGRES, run)).toMatchObject({ user: '999:999' });
  });

  test('is for an image that is known to run as whoever its data belongs to', () => {
    const komga = '    image: gotson/komga:latest\n    volumes: ["./data:/data"]\n';
    expect(userOf(komga, { owned: () => fits(1001) })).toMatchObject({ user: undefined, status: 'manual' });
    expect(userOf(komga, { ...configured('user: 1001:1002'), owned: () => fits(1001) })).toMatchObject({
      user: '1001:1002',
      confidence: 'generic',
    });
    // No source says of this one that another user works.
    const etcd = '    image: quay.io/coreos/etcd:v3.5.0\n    volumes: ["./data:/data"]\n';
    expect(userOf(etcd, { ...configured('user: 1001:1002'), owned: () => fits(1001) })).toMatchObject({
      user: undefined,
      status: 'manual',
    });
  });

  test.each(['0:0', '0:1000', 'root', '1000', 'me:me', '${UNSET}:${UNSET}'])('that comes to %s is refused', (number) => {
    const run = { ...configured(`user: "${number}"`), confidence: 'guess' as const };
    expect(userOf(UNKNOWN, run)).toMatchObject({ user: undefined, status: 'manual' });
  });

  test('may be variables with a value, which are written as they are', () => {
    const run = { ...configured('user: "${PUID:-1005}:${PGID:-1006}"'), confidence: 'guess' as const };
    expect(userOf(UNKNOWN, run)).toMatchObject({ user: '${PUID:-1005}:${PGID:-1006}' });
  });

  test('may be whom the project belongs to, unless that is root', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'batten-owner-'));
    try {
      const run = { ...configured('user: owner'), confidence: 'guess' as const };
      const [result] = batten.runProject({ path: 'compose.yaml', text: 'services:\n  app:\n    image: acme/app:1\n', directory }, run);
      const { uid, gid } = { uid: process.getuid!(), gid: process.getgid!() };
      if (uid === 0) expect(result!.findings[0]).toMatchObject({ status: 'manual' });
      else expect(result!.after).toContain(`user: "${uid}:${gid}"`);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
