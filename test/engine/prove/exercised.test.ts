import { parse } from 'yaml';
import type { ProvenService } from '../../../src/engine/prove/report';
import { objections } from '../../schema';
import { build } from '../cases';
import { batten, copyOf, read, removeAll } from './stacks';

/** Services that all run hardened, and of which only some did what they are for. */
const enabled = process.env.BATTEN_ENGINE === '1' && (process.env.BATTEN_ENGINE_ONLY?.split(',').includes('exercised') ?? true);

(enabled ? describe : describe.skip)('what was not exercised', () => {
  let directory: string;
  let services: Map<string, ProvenService>;

  beforeAll(async () => {
    await build('base');
    directory = copyOf('exercised');
    const { out, err } = await batten(['prove', '--only', 'no-new-privileges', '--no-trace', '--format', 'json'], directory);
    if (out === '') throw new Error(err);
    expect(objections('prove', JSON.parse(out))).toEqual([]);
    services = new Map(
      (JSON.parse(out) as { proofs: { services: ProvenService[] }[] }).proofs[0]!.services.map((each) => [each.name, each]),
    );
  }, 900_000);
  afterAll(removeAll);

  test('is not proven: a service without its socket, without its device, and one that nobody asked anything', () => {
    const found = [...services.values()].map(({ name, status, changes }) => [name, status, changes[0]!.outcome, changes[0]!.unexercised]);
    expect(found.sort()).toEqual([
      ['asked', 'proven', 'proven', undefined],
      ['bridge', 'ran', 'ran', ['devices']],
      ['idle', 'ran', 'ran', ['work']],
      ['job', 'proven', 'proven', undefined],
      ['watcher', 'ran', 'ran', ['sockets']],
    ]);
    expect(services.get('watcher')!.withheld).toEqual([{ reach: 'sockets', what: 'the socket /var/run/docker.sock' }]);
    expect(services.get('bridge')!.notExercised[0]).toBe('what it does with devices, which a trial does not give it');
  });

  test('is as sure as it was, so that only the others are changed where a proof is asked for', async () => {
    const { code } = await batten(['fix', '--yes', '--confidence', 'proven', '--only', 'no-new-privileges'], directory);
    expect(code).toBe(0);
    const { services: after } = parse(read(directory)) as { services: Record<string, { security_opt?: string[] }> };
    const changed = Object.entries(after).filter(([, { security_opt }]) => security_opt);
    expect(changed.map(([name]) => name).sort()).toEqual(['asked', 'job']);
    const { out } = await batten(['check', '--format', 'json', '--only', 'no-new-privileges', '--service', 'watcher'], directory);
    const [finding] = (JSON.parse(out) as { files: { findings: { confidence: string; evidence: { detail: string }[] }[] }[] }).files[0]!
      .findings;
    expect(finding!.confidence).not.toBe('proven');
    expect(finding!.evidence.at(-1)!.detail).toContain('was not exercised: sockets');
  });
});
