import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { batten } from '../../src';
import type { Input, RunOptions } from '../../src/harden/api';
import { hashOfChange, PROOF_FILE, type ServiceProof, type StoredProof, sealed } from '../../src/harden/proof';
import type { FileResult, Finding } from '../../src/harden/types';
import type { Inspected } from '../../src/images';

const TEXT = `services:
  app:
    image: acme/app
    ports: ["8080:80"]
`;
const directory = mkdtempSync(path.join(tmpdir(), 'batten-proof-'));
afterAll(() => rmSync(directory, { recursive: true }));

const KEY = Buffer.alloc(32, 7);
const input = (text = TEXT): Input => ({ path: 'compose.yaml', text, directory });
const hash = (text: string): string => batten.fingerprints(input(text)).get('app')!;
/** A run on the machine that made the proof. */
const run = (text = TEXT, options: RunOptions = {}): FileResult => batten.run(input(text), { proofKey: () => KEY, ...options });

const ENGINE: StoredProof['engine'] = { version: '28.0', os: 'Debian', kernel: '6', security: ['seccomp'] };

function proofOf(proof: Partial<ServiceProof>, engine = ENGINE): Omit<StoredProof, 'mac'> {
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
  return { version: 2, date: '2026-11-25T10:00:00Z', engine, compose: '2', services: { app: full } };
}

function keep(text: string): void {
  mkdirSync(path.join(directory, '.batten'), { recursive: true });
  writeFileSync(path.join(directory, PROOF_FILE), text);
}

const store = (proof: Partial<ServiceProof>, engine = ENGINE): void => keep(JSON.stringify(sealed(proofOf(proof, engine), KEY)));

const finding = (transform: string, text = TEXT): Finding => run(text).findings.find((each) => each.transform === transform)!;

/** The changes of a transform as they are proposed without any proof, or with another value. */
function hashesOf(transform: string, value?: string, options: RunOptions = {}): string[] {
  const findings = run(TEXT, { proof: false, confidence: 'guess', ...options }).findings.filter((each) => each.transform === transform);
  return findings.map(({ ops, files, editable }) => {
    const rebuilt = value === undefined ? ops! : editable!.rebuild(value);
    if (!Array.isArray(rebuilt)) throw new Error(rebuilt.error);
    return hashOfChange({ ops: rebuilt, files });
  });
}

const ran = (transform: string, value?: string, outcome: 'proven' | 'relaxed' | 'ran' = 'proven'): ServiceProof['changes'] => ({
  [transform]: { outcome, hashes: hashesOf(transform, value), ...(value !== undefined && { value }) },
});

test('a change that ran is proven, and says where', () => {
  store({ changes: ran('no-new-privileges') });
  expect(finding('no-new-privileges')).toMatchObject({ confidence: 'proven', status: 'would-fix' });
  expect(finding('no-new-privileges').evidence.at(-1)).toMatchObject({
    kind: 'engine-run',
    ref: PROOF_FILE,
    detail: expect.stringContaining('Docker 28.0'),
  });
  expect(finding('cap-drop').confidence).toBe('generic');
});

test('another change of the same transform is not', () => {
  store({ changes: { 'no-new-privileges': { outcome: 'proven', hashes: ['0'.repeat(64)] } } });
  expect(finding('no-new-privileges').confidence).toBe('generic');
});

test('the value that ran takes the place of the proposed one', () => {
  store({ changes: { ...ran('cap-drop', 'SETUID SETGID', 'relaxed'), ...ran('read-only', '/tmp /cache:uid=7,gid=7') } });
  const { after } = run();
  expect(after).toContain('cap_add: [SETUID, SETGID]\n');
  expect(after).toContain('tmpfs: [/tmp, "/cache:uid=7,gid=7"]');
  expect(finding('cap-drop').confidence).toBe('proven');
  expect(finding('read-only')).toMatchObject({ confidence: 'proven', status: 'would-fix' });
});

test('of several changes of one transform each is known by what it is', () => {
  const strict = (): Finding[] => run(TEXT, { preset: 'strict' }).findings.filter(({ transform }) => transform === 'limits');
  const hashes = hashesOf('limits', undefined, { preset: 'strict' });
  expect(new Set(hashes).size).toBeGreaterThan(1);
  store({ changes: { limits: { outcome: 'proven', hashes } } });
  expect(strict().map(({ confidence }) => confidence)).toEqual(hashes.map(() => 'proven'));
  store({ changes: { limits: { outcome: 'proven', hashes: hashes.slice(0, 1) } } });
  expect(strict().map(({ confidence }) => confidence)).toEqual(['proven', ...hashes.slice(1).map(() => 'generic')]);
});

test('another wording of a change is the same change, and another change of the same wording is not', () => {
  const [change] = run(TEXT, { proof: false }).findings.filter(({ transform }) => transform === 'cap-drop') as [Finding];
  const ops = change.ops!;
  expect(hashOfChange({ ops: ops.map((op) => ('near' in op ? { ...op, near: ['elsewhere'] } : op)) })).toBe(hashOfChange({ ops }));
  expect(hashOfChange({ ops: [...ops].reverse() })).toBe(hashOfChange({ ops }));
  expect(hashOfChange({ ops: ops.map((op) => ({ ...op, path: [1, ...op.path] })) })).toBe(hashOfChange({ ops }));
  for (const other of [[], ops.slice(1), [...ops, { op: 'remove', path: ['services', 'app', 'user'] } as const]])
    expect(hashOfChange({ ops: other })).not.toBe(hashOfChange({ ops }));
});

test('a change of a value that ran is proven when it ran with it', () => {
  const proof = ran('read-only', '/tmp');
  const options = { preset: 'strict', confidence: 'proven' } as const;
  store({ changes: proof });
  expect(run(TEXT, options).after).toContain('tmpfs: [/tmp]');
  const limit = { op: 'replace', path: ['services', 'app', 'tmpfs', 0], value: '/tmp:size=64m' } as const;
  store({ changes: { ...proof, 'tmpfs-options': { outcome: 'proven', hashes: [hashOfChange({ ops: [limit] })] } } });
  expect(run(TEXT, options).after).toContain('tmpfs: [/tmp:size=64m]');
});

test('what only ran stays as sure as it was, with the value that ran and what was not exercised', () => {
  const [change] = Object.values(ran('cap-drop', 'SETUID', 'ran')) as [object];
  store({ changes: { 'cap-drop': { ...change, unexercised: ['sockets'] } as never }, notExercised: ['what it does with the socket'] });
  expect(finding('cap-drop')).toMatchObject({ confidence: 'generic', status: 'would-fix', breaks: expect.stringContaining('the socket') });
  expect(finding('cap-drop').evidence.at(-1)!.detail).toContain('was not exercised: sockets');
  expect(run().after).toContain('cap_add: [SETUID]\n');
  expect(run(TEXT, { confidence: 'proven' }).after).toBe(TEXT);
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
    store({ changes: ran('no-new-privileges') });
    expect(finding('no-new-privileges', changed).confidence).toBe('generic');
    expect(run(changed).notes.join()).toContain('in "app", the proof of 2026-11-25 is stale');
  });

  test('has not, when it is written as it was proven', () => {
    store({ after: hash(changed) });
    expect(run(changed).notes).toEqual([]);
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
    const { staleProofs, notes, findings } = run(text, { inspected: now });
    const change = findings.find(({ transform }) => transform === 'no-new-privileges')!;
    expect(change.confidence === 'proven').toBe(staleProofs === undefined);
    expect(notes.some((note) => note.includes('is stale'))).toBe(staleProofs !== undefined);
    return staleProofs?.[0]?.reason;
  };
  const proof = (): void => {
    store({ changes: ran('no-new-privileges') }, { ...engine, os: 'Debian', kernel: '6' });
  };

  test('the same image is, under whatever id, when its digest is', () => {
    proof();
    expect(stale(inspected('sha256:0123'))).toBeUndefined();
    store({ digest: 'sha256:d1', changes: ran('no-new-privileges') });
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
    expect(run(TEXT, { inspected: newer }).notes.join()).toContain('is of Docker 28.0, and this is 29.1: it still counts');
  });

  test('an image that is not there, or that is built, says nothing', () => {
    proof();
    expect(stale(inspected('', { ids: new Map(), missing: ['acme/app'] }))).toBeUndefined();
  });
});

test('a proof can be left out of account', () => {
  store({ changes: ran('no-new-privileges') });
  expect(run(TEXT, { proof: false }).findings.every(({ confidence }) => confidence !== 'proven')).toBe(true);
});

describe('a file that is no proof of this machine', () => {
  const sure = ({ findings, after }: FileResult) => ({
    after,
    findings: findings.map(({ transform, confidence, status, plan }) => ({ transform, confidence, status, plan })),
  });
  const LEAST = ['proven', 'guess'] as const;
  const plain = LEAST.map((confidence) => sure(batten.run({ ...input(), directory: undefined }, { confidence, sideFiles: 'write' })));
  /** Nothing is surer, nothing is less sure, and nothing is another value. */
  const changesNothing = (options: RunOptions = {}): void => {
    for (const [index, confidence] of LEAST.entries()) expect(sure(run(TEXT, { confidence, ...options }))).toEqual(plain[index]);
  };

  test('is evidence of what is proposed anyway, and says so once', () => {
    store({ changes: ran('no-new-privileges') });
    for (const proofKey of [() => undefined, () => Buffer.alloc(32, 8)]) {
      changesNothing({ proofKey });
      const { findings, notes } = run(TEXT, { proofKey });
      const detail = findings.find(({ transform }) => transform === 'no-new-privileges')!.evidence.at(-1)!.detail;
      expect(detail).toContain('a proof that was not made on this machine says: ran with exactly these settings');
      expect(notes.filter((note) => note.includes('was not made on this machine'))).toHaveLength(1);
    }
  });

  test('holds nothing back: what it says failed is as sure as it was', () => {
    store({
      changes: { 'no-new-privileges': { outcome: 'left-out', why: 'it exploded' }, 'cap-drop': { outcome: 'left-out', why: 'boom' } },
    });
    changesNothing({ proofKey: () => undefined });
  });

  test('of an earlier version is stale, with the reason', () => {
    const before = { image: 'x', imageId: '', before: hash(TEXT), after: '', exercised: [], notExercised: [] };
    const changes = { 'cap-drop': { outcome: 'proven', plans: ['x'], value: 'SYS_ADMIN' } };
    keep(JSON.stringify({ ...proofOf({}), version: 1, services: { app: { ...before, changes }, gone: { ...before, changes } } }));
    changesNothing();
    expect(run().staleProofs).toEqual([{ service: 'app', reason: expect.stringContaining('an earlier version of batten') }]);
    expect(run().notes.join()).toContain('run batten prove again');
  });

  const good = (): StoredProof => sealed(proofOf({ changes: { ...ran('cap-drop', 'SETUID'), ...ran('no-new-privileges') } }), KEY);

  test.each<[string, (proof: StoredProof) => string]>([
    ['empty', () => ''],
    ['no JSON', () => '{'],
    ['a list', () => '[]'],
    ['of another version', (proof) => JSON.stringify({ ...proof, version: 3 })],
    ['without an Engine', (proof) => JSON.stringify({ ...proof, engine: undefined })],
    ['with a date that is none', (proof) => JSON.stringify({ ...proof, date: 'yesterday' })],
    ['with a service that is none', (proof) => JSON.stringify({ ...proof, services: { app: null } })],
    ['with changes that are none', (proof) => JSON.stringify({ ...proof, services: { app: { ...proof.services.app, changes: [] } } })],
    ['with a long text', (proof) => JSON.stringify({ ...proof, compose: 'x'.repeat(10_000) })],
    [
      'with a hundred thousand services',
      (proof) => JSON.stringify({ ...proof, services: Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [at, {}])) }),
    ],
    ['nested deeply', (proof) => JSON.stringify(proof).replace('"compose":"2"', `"compose":${'['.repeat(50_000)}${']'.repeat(50_000)}`)],
    ['too large', (proof) => JSON.stringify(proof) + ' '.repeat(2 * 1024 * 1024)],
  ])('%s counts for nothing, and says so', (_, text) => {
    keep(text(good()));
    changesNothing();
    expect(run().notes.join()).toContain('counts for nothing');
  });

  test('behind a link counts for nothing', () => {
    keep(JSON.stringify(good()));
    renameSync(path.join(directory, '.batten'), path.join(directory, 'elsewhere'));
    symlinkSync('elsewhere', path.join(directory, '.batten'));
    changesNothing();
    rmSync(path.join(directory, '.batten'));
    mkdirSync(path.join(directory, '.batten'));
    symlinkSync('../elsewhere/proof.json', path.join(directory, PROOF_FILE));
    changesNothing();
    expect(run().notes.join()).toContain('it is a link, or is behind one');
    rmSync(path.join(directory, '.batten'), { recursive: true });
    renameSync(path.join(directory, 'elsewhere'), path.join(directory, '.batten'));
    expect(finding('cap-drop').confidence).toBe('proven');
  });

  /** Values that somebody would like to have written: weaker than anything batten proposes. */
  const wishes: Record<string, string[]> = {
    'cap-drop': ['SYS_ADMIN', 'SYS_ADMIN,SYS_PTRACE', 'ALL'],
    'read-only': ['/tmp:exec,suid,dev', '/:exec'],
    user: ['0:0', '0'],
    ports: ['0.0.0.0', '::'],
    limits: ['1k'],
    'no-new-privileges': ['x'],
    'plaintext-secrets': ['x'],
  };
  const runs = Math.max(100, Number(process.env.BATTEN_FUZZ_RUNS ?? 0));

  test(`that somebody wrote proves nothing, whatever it says (${runs} of them)`, () => {
    const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
    const change = (transform: string) =>
      fc.oneof(
        fc.record({
          outcome: fc.constantFrom('proven', 'relaxed', 'ran'),
          // Also the right hash, which anybody can work out.
          hashes: fc.array(fc.oneof(hex, fc.constantFrom(...hashesOf(transform), '0'.repeat(64))), { maxLength: 3 }),
          value: fc.constantFrom(...wishes[transform]!),
        }),
        fc.record({ outcome: fc.constant('left-out'), why: fc.string() }),
      );
    const changes = fc.record(Object.fromEntries(Object.keys(wishes).map((transform) => [transform, change(transform)])), {
      requiredKeys: [],
    });
    const mac = fc.option(fc.oneof(hex, fc.constant(good().mac!), fc.string()), { nil: undefined });
    fc.assert(
      fc.property(changes, mac, (forged, code) => {
        keep(JSON.stringify({ ...proofOf({ changes: forged as ServiceProof['changes'] }), mac: code }));
        changesNothing();
      }),
      { numRuns: runs },
    );
  }, 120_000);

  test(`that was made here and altered proves nothing, wherever it was (${runs} of them)`, () => {
    const paths = leavesOf(good() as never);
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.oneof(fc.string(), fc.constantFrom('SYS_ADMIN', 'proven', '0'.repeat(64))),
        (place, value) => {
          const altered = structuredClone(good()) as never as Record<string, unknown>;
          fc.pre(replaceAt(altered, place, value));
          keep(JSON.stringify(altered));
          expect(run().findings.filter(({ confidence }) => confidence === 'proven')).toEqual([]);
          changesNothing();
        },
      ),
      { numRuns: runs },
    );
  }, 120_000);

  test('that was made here is proven however it is written', () => {
    const { mac, services, ...rest } = good();
    keep(JSON.stringify({ mac, services, ...rest }, null, 4));
    expect(finding('cap-drop').confidence).toBe('proven');
  });
});

/** Where the single values of plain data are. */
function leavesOf(data: unknown, place: string[] = []): string[][] {
  if (data === null || typeof data !== 'object') return [place];
  return Object.entries(data).flatMap(([key, value]) => leavesOf(value, [...place, key]));
}

/** @returns whether that is another value. */
function replaceAt(data: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): boolean {
  if (rest.length > 0) return replaceAt(data[key] as Record<string, unknown>, rest, value);
  const other = data[key] !== value;
  data[key] = value;
  return other;
}

test('without templates nothing is known of an image', () => {
  const text = TEXT.replace('acme/app', 'redis:7');
  const known = batten.run(input(text)).findings.find(({ transform }) => transform === 'cap-drop')!;
  const unknown = batten.run(input(text), { templates: false }).findings.find(({ transform }) => transform === 'cap-drop')!;
  expect([known.confidence, unknown.confidence]).toEqual(['known', 'generic']);
});
