import { parse } from 'yaml';
import { batten } from '../../../src';
import { readEngineImage } from '../../../src/engine/engine-image';
import { inspectedConfig } from '../../../src/images';
import { imageFacts } from '../../../src/images/xray';
import { build, type Case, cases, tagOf } from '../cases';
import { type Failure, live, Volumes } from '../run';
import { NOTHING, partsOf, type Settings, tmpfsPath, without } from '../settings';
import { type InspectedRow, recordRow } from './record';

/*
 * Images under a name that nobody knows, without templates: what batten writes after looking into them works, and how far it is from the least that
 * does. BATTEN_ENGINE_ONLY=redis,nginx takes these cases; without it a sample, with BATTEN_FULL=1 all of them. BATTEN_ENGINE_RECORD=2026-11-30 writes
 * runs.yaml with that date, of which `npm run docs` makes the table in docs/inspected.md.
 */

const ON = process.env.BATTEN_ENGINE === '1';
const only = process.env.BATTEN_ENGINE_ONLY?.split(',');
const full = process.env.BATTEN_FULL === '1';
const date = process.env.BATTEN_ENGINE_RECORD;
const SAMPLE = new Set(['redis-setpriv', 'postgres', 'nginx', 'alertmanager']);
const platform = { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch };
const chosen = cases().filter(({ name }) => (only ? only.includes(name) : full || SAMPLE.has(name)));

/** Nothing in the name says what it is. */
const UNKNOWN = 'registry.example/team/app:1';

interface Row {
  name: string;
  failure?: Failure;
  settings: Settings;
  /** What nothing failed without. */
  spare: { capabilities: string[]; tmpfs: string[] };
  /** Whether a user is set, or the image is none that starts as root, or it is known why it has to. */
  userDecided: boolean;
}

const rows: Row[] = [];

async function settingsOf(of: Case): Promise<Pick<Row, 'settings' | 'userDecided'>> {
  const facts = imageFacts(await readEngineImage(tagOf(of.name), process.env, { platform }));
  const text = of.compose.replace(/^( +image: ).*$/m, `$1${UNKNOWN}`);
  const inspected = { configs: [inspectedConfig(facts, [UNKNOWN])], missing: [], ids: new Map() };
  const { after, findings } = batten.run({ path: 'compose.yaml', text }, { templates: false, inspected });
  const written = (parse(after) as { services: { app: Partial<Settings> } }).services.app;
  const { user, cap_drop = [], cap_add = [], security_opt = [], read_only = false, tmpfs = [] } = written;
  const about = findings.find(({ transform }) => transform === 'user');
  const settings = { ...NOTHING, ...(user !== undefined && { user }), cap_drop, cap_add, security_opt, read_only, tmpfs };
  return { settings, userDecided: user !== undefined || !about || (about.refusal !== undefined && about.confidence === 'known') };
}

function recordOf({ failure, settings, spare, userDecided }: Row, day: string): InspectedRow {
  return {
    date: day,
    ...(failure && { failure: `${failure.step}: ${failure.how}` }),
    ...(settings.user !== undefined && { user: settings.user }),
    user_decided: userDecided,
    cap_add: settings.cap_add,
    read_only: settings.read_only,
    tmpfs: settings.tmpfs.map(tmpfsPath),
    spare: { cap_add: spare.capabilities, tmpfs: spare.tmpfs },
  };
}

/** On an empty volume and then on the same again: the first failure. */
async function twice(of: Case, settings: Settings, patience: number): Promise<Failure | undefined> {
  const volumes = new Volumes(of, 'volume');
  try {
    return (await live(of, settings, volumes, patience)).failure ?? (await live(of, settings, volumes, patience)).failure;
  } finally {
    await volumes.remove();
  }
}

async function rowOf(of: Case): Promise<Row> {
  await build(of.name);
  const { settings, userDecided } = await settingsOf(of);
  const row: Row = { name: of.name, settings, userDecided, spare: { capabilities: [], tmpfs: [] } };
  const volumes = new Volumes(of, 'volume');
  const { seconds, failure: baseline } = await live(of, NOTHING, volumes, 120).finally(() => volumes.remove());
  if (baseline) throw new Error(`${of.name} does not work as it is: ${baseline.step}: ${baseline.how}`);
  const patience = Math.max(10, Math.ceil(seconds * 4));
  const failure = await twice(of, settings, patience * 2);
  if (failure) return { ...row, failure };
  for (const part of partsOf(settings)) {
    // What fails once may have been slow.
    if ((await twice(of, without(settings, [part]), patience)) && (await twice(of, without(settings, [part]), patience))) continue;
    (settings.cap_add.includes(part) ? row.spare.capabilities : row.spare.tmpfs).push(part);
  }
  return row;
}

(ON ? describe : describe.skip)('images that nobody knows, looked into', () => {
  test.each(chosen.map((each) => [each.name, each] as const))(
    '%s works with what is written',
    async (_, of) => {
      const row = await rowOf(of);
      rows.push(row);
      if (date) recordRow(row.name, recordOf(row, date));
      expect(row.failure).toBeUndefined();
    },
    2_400_000,
  );

  afterAll(() => {
    if (rows.length === 0) return;
    const lines = rows.map(({ name, failure, settings, spare, userDecided }) =>
      [
        name,
        failure ? `${failure.step}: ${failure.how}` : 'works',
        `caps ${settings.cap_add.join(' ') || '-'} (spare ${spare.capabilities.join(' ') || '-'})`,
        settings.read_only
          ? `read-only ${settings.tmpfs.map(tmpfsPath).join(' ') || '-'} (spare ${spare.tmpfs.join(' ') || '-'})`
          : 'writable',
        `user ${settings.user ?? (userDecided ? 'decided' : 'not decided')}`,
      ].join('; '),
    );
    const share = (is: (row: Row) => boolean): string => `${rows.filter(is).length} of ${rows.length}`;
    const mean = (of: (row: Row) => number): string => (rows.reduce((sum, row) => sum + of(row), 0) / rows.length).toFixed(2);
    lines.push(
      `works ${share(({ failure }) => !failure)}; spare capabilities ${mean(({ spare }) => spare.capabilities.length)}, spare tmpfs ${mean(({ spare }) => spare.tmpfs.length)}; user decided ${share((row) => row.userDecided)}; read-only ${share(({ settings }) => settings.read_only)}`,
    );
    process.stdout.write(`${lines.join('\n')}\n`);
  });

  (full && !only ? test : test.skip)('are on average no more than one capability and one tmpfs from the least', () => {
    const mean = (of: (row: Row) => number): number => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
    expect(mean(({ spare }) => spare.capabilities.length)).toBeLessThanOrEqual(1);
    expect(mean(({ spare }) => spare.tmpfs.length)).toBeLessThanOrEqual(1);
    expect(rows.filter((row) => row.userDecided).length / rows.length).toBeGreaterThanOrEqual(0.7);
    expect(rows.filter(({ settings }) => settings.read_only).length / rows.length).toBeGreaterThanOrEqual(0.7);
  });
});
