import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { batten } from '../../src';
import type { Input } from '../../src/harden/api';
import { PROOF_FILE, parseProof, type ServiceProof, type StoredProof } from '../../src/harden/proof';
import type { Finding } from '../../src/harden/types';
import type { Inspected } from '../../src/images';

const TEXT = `services:
  app:
    image: acme/app
    ports: ["8080:80"]
`;
const directory = mkdtempSync(path.join(tmpdir(), 'batten-proof-'));
afterAll(() => rmSync(directory, { recursive: true }));

const input = (text = TEXT): Input => ({ path: 'compose.yaml', text, directory });
const hash = (text: string): string => batten.fingerprints(input(text)).get('app')!;

const ENGINE: StoredProof['engine'] = { version: '28.0', os: 'Debian', kernel: '6', security: ['seccomp'] };

function store(proof: Partial<ServiceProof>, engine = ENGINE): void {
  const full = {
    image: 'acme/app',
    imageId: 'sha256:0123',
    before: hash(TEXT),
    after: '',
    changes: {},
    exercised: ['GET /'],
    notExercised: [],
    ...proof,
  };
  mkdirSync(path.join(directory, '.batten'), { recursive: true });
  writeFileSync(
    path.join(directory, PROOF_FILE),
    JSON.stringify({ version: 1, date: '2026-11-25T10:00:00Z', engine, compose: '2', services: { app: full } }),
  );
}

const finding = (transform: string, text = TEXT): Finding => batten.run(input(text)).findings.find((each) => each.transform === transform)!;
const plansOf = (transform: string): string[] => {
  rmSync(path.join(directory, PROOF_FILE), { force: true });
  return [finding(transform).plan];
};

test('a change that ran is proven, and says where', () => {
  store({ changes: { 'no-new-privileges': { outcome: 'proven', plans: plansOf('no-new-privileges') } } });
  expect(finding('no-new-privileges')).toMatchObject({ confidence: 'proven', status: 'would-fix' });
  expect(finding('no-new-privileges').evidence.at(-1)).toMatchObject({
    kind: 'engine-run',
    ref: PROOF_FILE,
    detail: expect.stringContaining('Docker 28.0'),
  });
  expect(finding('cap-drop').confidence).toBe('generic');
});

test('another change of the same transform is not', () => {
  store({ changes: { 'no-new-privileges': { outcome: 'proven', plans: ['something else'] } } });
  expect(finding('no-new-privileges').confidence).toBe('generic');
});

test('the value that ran takes the place of the proposed one', () => {
  store({
    changes: {
      'cap-drop': { outcome: 'relaxed', plans: [], value: 'SETUID SETGID' },
      'read-only': { outcome: 'proven', plans: [], value: '/tmp /cache:uid=7,gid=7' },
    },
  });
  const { after } = batten.run(input());
  expect(after).toContain('cap_add: [SETUID, SETGID]\n');
  expect(after).toContain('tmpfs: [/tmp, "/cache:uid=7,gid=7"]');
  expect(finding('cap-drop').confidence).toBe('proven');
  expect(finding('read-only')).toMatchObject({ confidence: 'proven', status: 'would-fix' });
});

test('of several changes of one transform each is known by its plan', () => {
  const strict = (): Finding[] => batten.run(input(), { preset: 'strict' }).findings.filter(({ transform }) => transform === 'limits');
  rmSync(path.join(directory, PROOF_FILE), { force: true });
  const plans = strict().map(({ plan }) => plan);
  expect(plans.length).toBeGreaterThan(1);
  store({ changes: { limits: { outcome: 'proven', plans } } });
  expect(strict().map(({ confidence }) => confidence)).toEqual(plans.map(() => 'proven'));
  store({ changes: { limits: { outcome: 'proven', plans: plans.slice(0, 1) } } });
  expect(strict().map(({ confidence }) => confidence)).toEqual(['proven', ...plans.slice(1).map(() => 'generic')]);
});

test('a change of a value that ran is proven when it ran with it', () => {
  const proof: ServiceProof['changes'] = { 'read-only': { outcome: 'proven', plans: [], value: '/tmp' } };
  const options = { preset: 'strict', confidence: 'proven' } as const;
  store({ changes: proof });
  expect(batten.run(input(), options).after).toContain('tmpfs: [/tmp]');
  store({ changes: { ...proof, 'tmpfs-options': { outcome: 'proven', plans: ['limit the tmpfs at /tmp of "app" to 64m'] } } });
  expect(batten.run(input(), options).after).toContain('tmpfs: [/tmp:size=64m]');
});

test('what failed there is a guess, with the reason', () => {
  store({ changes: { 'no-new-privileges': { outcome: 'left-out', why: 'it ends with exit code 1', line: 'sudo: no' } } });
  expect(finding('no-new-privileges')).toMatchObject({
    confidence: 'guess',
    status: 'held',
    breaks: expect.stringContaining('it ends with exit code 1'),
  });
});

describe('a service that has changed since', () => {
  const changed = TEXT.replace('acme/app', 'acme/app:2');

  test('is not proven, and that is said', () => {
    store({ changes: { 'no-new-privileges': { outcome: 'proven', plans: plansOf('no-new-privileges') } } });
    expect(finding('no-new-privileges', changed).confidence).toBe('generic');
    expect(batten.run(input(changed)).notes.join()).toContain('app: the proof of 2026-11-25 is stale');
  });

  test('has not, when it is written as it was proven', () => {
    store({ after: hash(changed) });
    expect(batten.run(input(changed)).notes).toEqual([]);
  });

  test('has not, when only its published port or the digest of its image is another', () => {
    expect(hash(TEXT.replace('8080', '127.0.0.1:8080'))).toBe(hash(TEXT));
    expect(hash(TEXT.replace('acme/app', `acme/app@sha256:${'0'.repeat(64)}`))).toBe(hash(TEXT));
    expect(hash(TEXT.replace('acme/app', 'acme/app\n    command: x'))).not.toBe(hash(TEXT));
  });
});

describe('beside what the Engine says', () => {
  const engine = { version: '28.0', platform: 'linux/x86_64', security: ['seccomp'] };
  const inspected = (id: string, more: Partial<Inspected> = {}): Inspected => ({
    configs: [],
    missing: [],
    ids: new Map([['acme/app', { id, digests: ['sha256:d1'] }]]),
    engine,
    ...more,
  });
  const stale = (now: Inspected, text = TEXT): string | undefined => {
    const { staleProofs, notes, findings } = batten.run(input(text), { inspected: now });
    const change = findings.find(({ transform }) => transform === 'no-new-privileges')!;
    expect(change.confidence === 'proven').toBe(staleProofs === undefined);
    expect(notes.some((note) => note.includes('is stale'))).toBe(staleProofs !== undefined);
    return staleProofs?.[0]?.reason;
  };
  const proof = (): void => {
    const plans = plansOf('no-new-privileges');
    store({ changes: { 'no-new-privileges': { outcome: 'proven', plans } } }, { ...engine, os: 'Debian', kernel: '6' });
  };

  test('the same image is, under whatever id, when its digest is', () => {
    proof();
    expect(stale(inspected('sha256:0123'))).toBeUndefined();
    store({ digest: 'sha256:d1', changes: { 'no-new-privileges': { outcome: 'proven', plans: [finding('no-new-privileges').plan] } } });
    expect(stale(inspected('sha256:4567'))).toBeUndefined();
  });

  test('a tag that moved makes the proof stale, also of what it was applied to', () => {
    proof();
    expect(stale(inspected('sha256:4567'))).toBe('acme/app is another image now (4567, and it ran with 0123)');
    store({ before: '', after: hash(TEXT) });
    expect(stale(inspected('sha256:4567'))).toContain('is another image now');
  });

  test('another platform or other security modules do, another version is only said', () => {
    proof();
    expect(stale(inspected('sha256:0123', { engine: { ...engine, platform: 'linux/aarch64' } }))).toBe(
      'it ran on linux/x86_64, and this is linux/aarch64',
    );
    expect(stale(inspected('sha256:0123', { engine: { ...engine, security: ['seccomp', 'apparmor'] } }))).toContain('apparmor, seccomp');
    const newer = inspected('sha256:0123', { engine: { ...engine, version: '29.1' } });
    expect(stale(newer)).toBeUndefined();
    expect(batten.run(input(), { inspected: newer }).notes.join()).toContain('is of Docker 28.0, and this is 29.1: it still counts');
  });

  test('an image that is not there, or that is built, says nothing', () => {
    proof();
    expect(stale(inspected('', { ids: new Map(), missing: ['acme/app'] }))).toBeUndefined();
  });
});

test('a proof can be left out of account, and one that is none counts for nothing', () => {
  store({ changes: { 'no-new-privileges': { outcome: 'proven', plans: plansOf('no-new-privileges') } } });
  expect(batten.run(input(), { proof: false }).findings.every(({ confidence }) => confidence !== 'proven')).toBe(true);
  for (const text of [
    '',
    '{',
    '[]',
    '{"version":2,"services":{}}',
    '{"version":1}',
    '{"version":1,"date":"x","engine":{},"services":{"app":null}}',
    '{"version":1,"services":{"app":{"changes":[]}}}',
  ]) {
    expect(parseProof(text)).toBeUndefined();
    writeFileSync(path.join(directory, PROOF_FILE), text);
    expect(finding('no-new-privileges').confidence).toBe('generic');
  }
});

test('without templates nothing is known of an image', () => {
  const text = TEXT.replace('acme/app', 'redis:7');
  const known = batten.run(input(text)).findings.find(({ transform }) => transform === 'cap-drop')!;
  const unknown = batten.run(input(text), { templates: false }).findings.find(({ transform }) => transform === 'cap-drop')!;
  expect([known.confidence, unknown.confidence]).toEqual(['known', 'generic']);
});
