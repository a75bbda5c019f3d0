import { InputError } from '../../src/errors';
import { type ImageLock, lockKey, lockText, readImageLock, readLock, writeImageLock } from '../../src/harden/image-lock';
import { advise, decidingFacts } from '../../src/images';
import { imageFromFacts } from '../../src/images/inspected';
import { type ServiceOptions, service } from '../images/service-factory';
import { startOf } from '../images/xray/start-of';
import { objections } from '../schema';

const A = `sha256:${'a'.repeat(64)}`;
const B = `sha256:${'b'.repeat(64)}`;

const ENTRY =
  'if [ "$MODE" = x ]; then chmod 700 /data; fi; [ -n "$DB_PASSWORD" ] && touch /run/p; chown -R app "$DATA"; helper; exec gosu app "$@"';

async function lockOf(entry = ENTRY): Promise<{ lock: ImageLock; text: string }> {
  const facts = await startOf(entry, [], { Env: ['PATH=/bin', 'DATA=/data', 'MODE=y', 'OTHER=z', 'DB_PASSWORD=hunter22'], User: '' });
  const lock: ImageLock = new Map([['docker.io/acme/app:1', { digest: A, facts: decidingFacts(facts) }]]);
  return { lock, text: lockText(lock) };
}

test('a lock keeps what is in it, in order', () => {
  const first = writeImageLock(undefined, new Map([['docker.io/library/redis:7', A]]));
  const second = writeImageLock(first, new Map([['docker.io/library/postgres:16', B]]));
  expect([...readImageLock(second)]).toEqual([
    ['docker.io/library/postgres:16', B],
    ['docker.io/library/redis:7', A],
  ]);
});

test('a lock of version 1 is read, and written as this one', () => {
  const old = `{"version":1,"images":{"docker.io/library/redis:7":"${A}"}}`;
  expect([...readLock(old)]).toEqual([['docker.io/library/redis:7', { digest: A }]]);
  expect(JSON.parse(writeImageLock(old, new Map()))).toEqual({ version: 2, images: { 'docker.io/library/redis:7': { digest: A } } });
});

describe('facts in a lock', () => {
  test('are read as they were written, small and in order', async () => {
    const { text } = await lockOf();
    const again = readLock(text);
    expect(lockText(again)).toBe(text);
    expect(objections('lock', JSON.parse(text))).toEqual([]);
    expect(text.length).toBeLessThan(8000);
    const { environment } = again.get('docker.io/acme/app:1')!.facts!.config;
    // What nothing hangs on is there by its name; what is a credential by its name has no value.
    expect(environment).toEqual([
      expect.stringMatching(/^DATA=\/data$/),
      expect.stringMatching(/^DB_PASSWORD=(?!hunter22)/),
      'MODE=y',
      'OTHER',
    ]);
  });

  test.each<ServiceOptions>([
    {},
    { environment: { MODE: 'x' } },
    { environment: { DATA: '/x' }, mounts: ['bind ./x:/x'] },
    { command: ['other'] },
    { user: '1000' },
  ])('give the same advice as the image: %j', async (options) => {
    const { lock, text } = await lockOf();
    const [now, later] = [lock, readLock(text)].map((each) => {
      const image = imageFromFacts({ name: 'acme/app:1', facts: each.get('docker.io/acme/app:1')!.facts! });
      const project = { images: new Map([['app', image]]), configurations: new Map(), absent: new Map(), notes: [] };
      return JSON.stringify(advise(service({ image: 'acme/app:1', ...options }), project));
    });
    expect(later).toBe(now);
  });

  test('are dropped when the tag stands for another image', async () => {
    const { text } = await lockOf();
    const same = readLock(writeImageLock(text, new Map([['docker.io/acme/app:1', A]])));
    expect(same.get('docker.io/acme/app:1')?.facts).toBeDefined();
    const other = readLock(writeImageLock(text, new Map([['docker.io/acme/app:1', B]])));
    expect(other.get('docker.io/acme/app:1')).toEqual({ digest: B });
  });
});

describe('what is no lock is refused', () => {
  const nested = (depth: number): string =>
    `${'{"if":"not","of":'.repeat(depth)}{"if":"variable","name":"A","is":"set"}${'}'.repeat(depth)}`;
  const withFacts = (facts: unknown): string => JSON.stringify({ version: 2, images: { 'a:1': { facts } } });

  test.each<[string, string]>([
    ['nothing', ''],
    ['a list', '[]'],
    ['no version', '{"images":{}}'],
    ['a later version', '{"version":3,"images":{}}'],
    ['no images', '{"version":2}'],
    ['a list of images', '{"version":1,"images":[]}'],
    ['a tag for a digest', '{"version":2,"images":{"a:1":{"digest":"latest"}}}'],
    ['something beside the facts', '{"version":2,"images":{"a:1":{"run":"rm -rf /"}}}'],
    ['a digest that is none', '{"version":2,"images":{"a:1":{"digest":"sha256:x"}}}'],
    ['facts that are none', withFacts({})],
    ['a list for facts', withFacts([])],
    [
      'a thousand and one images',
      JSON.stringify({ version: 2, images: Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`a:${i}`, {}])) }),
    ],
    ['brackets', `${'['.repeat(100_000)}`],
  ])('%s', (_what, text) => {
    expect(() => readLock(text)).toThrow(InputError);
    expect(readImageLock(text).size).toBe(0);
  });

  test.each<[string, (facts: Record<string, never> & { start: { steps: unknown[] }; layers: unknown[] }) => unknown]>([
    ['a step of another kind', (facts) => facts.start.steps.push({ do: 'format', at: { layer: 1, path: '/' } })],
    ['a step without its place', (facts) => facts.start.steps.push({ do: 'become', by: 'x', owner: { written: 'x' } })],
    [
      'a layer that it does not have',
      (facts) => facts.start.steps.push({ do: 'remove', by: 'rm', path: '/', at: { layer: 99, path: '/' } }),
    ],
    ['a field that facts do not have', (facts) => Object.assign(facts, { extra: 1 })],
    ['a text that is too long', (facts) => Object.assign(facts, { platform: 'x'.repeat(20_000) })],
    ['too many steps', (facts) => facts.start.steps.push(...Array(6000).fill(facts.start.steps[0]))],
    [
      'conditions in conditions',
      (facts) => facts.start.steps.push({ do: 'remove', by: 'rm', at: { layer: 0, path: '/' }, when: [JSON.parse(nested(50))] }),
    ],
  ])('%s', async (_what, change) => {
    const data = JSON.parse((await lockOf()).text);
    expect(() => readLock(JSON.stringify(data))).not.toThrow();
    change(data.images['docker.io/acme/app:1'].facts);
    expect(() => readLock(JSON.stringify(data))).toThrow(/says of docker\.io\/acme\/app:1 what is no fact/);
  });
});

test('an image has one name there, however it is written', () => {
  expect(['redis', 'docker.io/redis:latest', 'library/redis:latest'].map(lockKey)).toEqual(Array(3).fill('docker.io/library/redis:latest'));
  expect([lockKey('redis:${TAG}'), lockKey('redis:${TAG:-7}')]).toEqual([undefined, undefined]);
  expect(lockKey(`redis:7@${A}`)).toBe(`docker.io/library/redis@${A}`);
});
