import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { batten } from '../../src';
import type { Opened } from '../../src/cli/inputs';
import { requireProofPlace, storeProof } from '../../src/cli/proof-file';
import { ProofKey } from '../../src/cli/proof-key';
import type { Proof } from '../../src/engine';
import type { ProvenChange, ProvenService } from '../../src/engine/prove/report';
import { hashOfChange, PROOF_FILE, type StoredProof } from '../../src/harden/proof';
import type { Finding } from '../../src/harden/types';
import { engine } from '../report/proof';

/** How a proof is kept beside a project, and by what it is told from others. */
const TEXT = 'services:\n  db:\n    image: acme/db\n    ports: ["5432:5432"]\n';
let base: string;
let directory: string;
let key: ProofKey;
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'batten-proof-file-'));
  directory = path.join(base, 'project');
  mkdirSync(directory);
  writeFileSync(path.join(directory, 'compose.yaml'), TEXT);
  key = keyIn('state');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const keyIn = (state: string): ProofKey => new ProofKey({ env: { XDG_STATE_HOME: path.join(base, state) } });
const opened = (): Opened =>
  ({
    path: 'compose.yaml',
    absolute: path.join(directory, 'compose.yaml'),
    input: { path: 'compose.yaml', text: TEXT, directory },
  }) as Opened;
const file = (): string => path.join(directory, PROOF_FILE);
const kept = (): StoredProof => JSON.parse(readFileSync(file(), 'utf8')) as StoredProof;
const findings = (from = key): Finding[] => batten.run(opened().input!, { proofKey: () => from.get() }).findings;
const proven = (from = key): string[] =>
  findings(from).flatMap(({ transform, confidence }) => (confidence === 'proven' ? [transform] : []));

/** A proof in which one change of a service ran. */
function proofOf(name = 'db'): Proof {
  const change = batten.run(opened().input!, { proof: false }).findings.find(({ transform }) => transform === 'no-new-privileges')!;
  const ran: ProvenChange = {
    transform: 'no-new-privileges',
    outcome: 'proven',
    plan: '',
    plans: [],
    hashes: [hashOfChange({ ops: change.ops! })],
  };
  const service: ProvenService = {
    ...{ name, image: 'acme/db', imageId: 'sha256:1', status: 'proven', changes: [ran], exercised: [], notExercised: [], withheld: [] },
    ...{ baseline: { processes: {}, listening: [] }, log: '' },
  };
  const report = {
    version: 1,
    files: [],
    engine,
    compose: '2',
    date: '2026-11-25T10:00:00.000Z',
    works: true,
    services: [service],
    cis: [],
    notes: [],
    runs: 1,
    seconds: 1,
  };
  return { report, plans: new Map() } as Proof;
}
const store = (proof = proofOf(), from = key): string | undefined => storeProof(batten, opened(), proof, {}, base, from);

test('what ran here is proven here, and nowhere else', () => {
  expect(store()).toBeUndefined();
  expect(proven()).toEqual(['no-new-privileges']);
  expect(proven(keyIn('state'))).toEqual(['no-new-privileges']);
  expect(proven(keyIn('elsewhere'))).toEqual([]);
  expect(kept()).toMatchObject({ version: 2, mac: expect.stringMatching(/^[\da-f]{64}$/) });
});

test('the key is nobody else’s to read, and one that others can read is none', () => {
  store();
  const secret = path.join(base, 'state/batten/proof.key');
  expect([statSync(secret).mode & 0o777, statSync(path.dirname(secret)).mode & 0o777]).toEqual([0o600, 0o700]);
  expect(readFileSync(file(), 'utf8')).not.toContain(readFileSync(secret, 'utf8').trim());
  chmodSync(secret, 0o644);
  expect(keyIn('state').get()).toBeUndefined();
  expect(proven(keyIn('state'))).toEqual([]);
  // The next proof makes another.
  const next = keyIn('state');
  store(proofOf(), next);
  expect(statSync(secret).mode & 0o777).toBe(0o600);
  expect(proven(keyIn('state'))).toEqual(['no-new-privileges']);
  for (const text of ['', 'x', '0'.repeat(63)]) {
    writeFileSync(secret, text);
    expect(keyIn('state').get()).toBeUndefined();
  }
});

test('where no key can be kept, what was just proven counts until the end, and that is said', () => {
  writeFileSync(path.join(base, 'full'), '');
  const homeless = keyIn('full');
  expect(store(proofOf(), homeless)).toContain('proof.key');
  expect(proven(homeless)).toEqual(['no-new-privileges']);
  expect(proven(keyIn('full'))).toEqual([]);
});

test('what somebody put there is not sealed with the next proof', () => {
  store();
  const mine = kept().services;
  const forged = { ...kept(), services: { ...mine, other: { ...mine.db, before: '' } } };
  writeFileSync(file(), JSON.stringify(forged));
  store();
  expect(Object.keys(kept().services)).toEqual(['db']);
  // What an earlier run found here stays.
  store(proofOf('web'));
  expect(Object.keys(kept().services).sort()).toEqual(['db', 'web']);
});

test('nothing is written through a link: not to another file, not into another directory', () => {
  const victim = path.join(base, 'victim');
  const inside = path.join(directory, 'compose.yaml');
  mkdirSync(path.join(base, 'other'));
  mkdirSync(path.join(directory, '.batten'));
  writeFileSync(victim, 'precious');
  for (const [link, to] of [
    [file(), victim],
    [file(), '../compose.yaml'],
    [file(), '../not-there'],
    [file(), '/dev/null'],
    [file(), 'proof.json'],
    [path.join(directory, '.batten'), path.join(base, 'other')],
    [path.join(directory, '.batten'), '.'],
  ] as const) {
    rmSync(link, { recursive: true, force: true });
    symlinkSync(to, link);
    expect(() => requireProofPlace(opened(), base)).toThrow(/is a link, or is behind one/);
    expect(() => store()).toThrow(/is a link, or is behind one/);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    rmSync(link);
    mkdirSync(path.join(directory, '.batten'), { recursive: true });
  }
  expect([readFileSync(victim, 'utf8'), readFileSync(inside, 'utf8'), existsSync(path.join(base, 'other/proof.json'))]).toEqual([
    'precious',
    TEXT,
    false,
  ]);
  execFileSync('mkfifo', [file()]);
  expect(() => store()).toThrow();
});

test('a directory that the person reaches through a link keeps its proof', () => {
  symlinkSync('project', path.join(base, 'linked'));
  directory = path.join(base, 'linked');
  store();
  expect(existsSync(path.join(base, 'project', PROOF_FILE))).toBe(true);
  expect(proven()).toEqual(['no-new-privileges']);
});
