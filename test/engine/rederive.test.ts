import { readFileSync, writeFileSync } from 'node:fs';
import { build, type Case, cases } from './cases';
import { docker, limiter } from './docker';
import { essence, RECORD_FILE, type RecordedCase, recorded, recordOf, recordText } from './record';
import { type CaseRun, keptWhy, rederive } from './rederive';

/**
 * Every value batten writes for these images, run on a real Engine. BATTEN_ENGINE=1 turns it on (see README.md here);
 * BATTEN_ENGINE_ONLY=redis,nginx takes only these cases; without it a sample, with BATTEN_FULL=1 all of them;
 * BATTEN_ENGINE_RECORD=2026-11-23 writes templates/engine-runs.yaml with that date.
 */
const only = process.env.BATTEN_ENGINE_ONLY?.split(',');
const date = process.env.BATTEN_ENGINE_RECORD;
/** A few ways to another user; all of them take half an hour. */
const SAMPLE = ['redis', 'redis-setpriv', 'redis-without-volume', 'nginx', 'eclipse-mosquitto'];
const wanted = only ?? (date || process.env.BATTEN_FULL === '1' ? undefined : SAMPLE);
const chosen = cases().filter(({ name }) => wanted?.includes(name) ?? true);

const enabled = process.env.BATTEN_ENGINE === '1';
if (!enabled) process.stderr.write('  skipped: runs on a real Engine (BATTEN_ENGINE=1 and test/engine/engine.sh turn them on)\n');

(enabled ? describe : describe.skip)('what batten writes works on a real Engine', () => {
  const runs = new Map<string, CaseRun | Error>();

  beforeAll(async () => {
    const reachable = await docker(['version', '--format', '{{.Server.Version}}'], 10);
    if (reachable.code !== 0) throw new Error(`no Engine: ${reachable.stderr.trim()}`);
    await timed('base', () => build('base'));
    // What they wait for is mostly the processor.
    const slot = limiter(2);
    await Promise.all(chosen.map((of) => slot(() => timed(of.name, () => keep(of)))));
  }, 35 * 60_000);

  async function keep(of: Case): Promise<void> {
    runs.set(of.name, await rederive(of).catch((error: Error) => error));
  }

  function runOf(name: string): CaseRun {
    const run = runs.get(name);
    if (run === undefined || run instanceof Error) throw run ?? new Error('it did not run');
    return run;
  }

  describe.each(chosen.map(({ name }) => name))('%s', (name) => {
    test('works without any hardening', () => {
      expect(runOf(name).baseline.failure).toBeUndefined();
    });

    test('works with exactly what batten writes', () => {
      expect(
        runOf(name)
          .ways.filter(({ failure }) => failure)
          .map(({ way, settings, failure }) => ({ way, settings, failure })),
      ).toEqual([]);
      expect(runOf(name).ways).not.toHaveLength(0);
    });

    test('nothing is written that nothing needs, except what says why', () => {
      const run = runOf(name);
      const superfluous = run.ways.flatMap(({ way, leftOut }) =>
        [...leftOut].filter(([what, failure]) => !failure && !keptWhy(run.of, way, what)).map(([what]) => `${way}: ${what}`),
      );
      expect(superfluous).toEqual([]);
    });

    test('what is kept for a reason was not needed in any of its settings', () => {
      const run = runOf(name);
      const stale = (run.of.kept ?? []).flatMap(({ what, settings }) =>
        what.filter(
          (each) => !run.ways.some(({ way, leftOut }) => (settings?.includes(way) ?? true) && leftOut.has(each) && !leftOut.get(each)),
        ),
      );
      expect(stale).toEqual([]);
    });

    test('is what templates/engine-runs.yaml says', () => {
      if (date) return;
      const before = recorded()?.cases[name];
      expect(before && essence(before)).toEqual(essence(recordOf(runOf(name))));
    });
  });

  test('can be written down', async () => {
    if (!date) return;
    const now: Record<string, RecordedCase> = { ...(only ? recorded()?.cases : {}) };
    for (const { name } of chosen) now[name] = { ...(only && { date }), ...recordOf(runOf(name)) };
    writeFileSync(RECORD_FILE, await recordText(now, (only && recorded()?.engine.date) ?? date));
    expect(readFileSync(RECORD_FILE, 'utf8')).toContain(date);
  });
});

async function timed(name: string, work: () => Promise<void>): Promise<void> {
  const begin = Date.now();
  await work();
  process.stderr.write(`  engine: ${name}: ${Math.round((Date.now() - begin) / 1000)} s\n`);
}
