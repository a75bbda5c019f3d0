import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readEngineImage } from '../../../src/engine/engine-image';
import { readRegistryImage } from '../../../src/engine/registry-image';
import { readArchive } from '../../../src/images/xray/archive';
import type { ImageFacts } from '../../../src/images/xray/facts';
import { imageFacts } from '../../../src/images/xray/facts-from';
import { TarReader } from '../../../src/images/xray/tar';
import { gzip, layoutArchive } from '../../images/xray/tars';
import { build, type Case, cases, tagOf } from '../cases';
import { docker, mustDocker } from '../docker';
import { buildOwn, OWN, processesOf, tagOfOwn, truthOf } from './images';

/*
 * What is found in an image by reading it, against what the Engine makes of it: the same owners, modes, capabilities and users in a container.
 */

const ON = process.env.BATTEN_ENGINE === '1';
const only = process.env.BATTEN_ENGINE_ONLY?.split(',');
const wanted = (name: string): boolean => only === undefined || only.includes(name);
/** All are read on demand; a sample takes half a minute. */
const SAMPLE = new Set(['postgres', 'redis-setpriv', 'php-apache', 'cron', 'rabbitmq']);
const platform = { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch };

async function factsOf(tag: string): Promise<ImageFacts> {
  return imageFacts(await readEngineImage(tag, process.env, { platform }));
}

/** Every number that a user of the start has, as it is started by default. */
function usersOf({ start }: ImageFacts): Set<number> {
  const users = new Set<number>();
  for (const step of start.steps) {
    if (step.usual === false) continue;
    if (step.as !== undefined && step.do === 'run') users.add(step.as);
    if (step.do === 'become' && step.owner.uid !== undefined) users.add(step.owner.uid);
  }
  return users;
}

async function holdsAgainst(tag: string, facts: ImageFacts): Promise<void> {
  const there = facts.directories.filter((each) => each.there);
  const stat = await truthOf(tag, there.map(({ path: each }) => `stat -Lc '%u %g %a' '${each}';`).join(' '));
  expect(there.map(({ uid, gid, mode }) => `${uid} ${gid} ${Number.parseInt(mode!, 8).toString(8)}`)).toEqual(stat);
  const absent = facts.directories.filter((each) => !each.there).map(({ path: each }) => each);
  // The Engine makes volumes and the work directory.
  const missing = await truthOf(tag, `${absent.map((each) => `[ -d '${each}' ] && echo '${each}';`).join(' ')} :`);
  expect(missing.filter((each) => !facts.config.volumes.includes(each) && each !== facts.config.workdir)).toEqual([]);
  const setuid = await truthOf(tag, 'find / -xdev -type f -perm /6000 -perm /111 | sort');
  expect(facts.setuid.map(({ at }) => at.path)).toEqual(setuid);
  const capabilities = await truthOf(tag, 'getcap -r / 2>/dev/null | sort; :');
  const written = facts.fileCapabilities.map(
    ({ at, permitted }) =>
      `${at.path} ${permitted
        .map((name) => `cap_${name.toLowerCase()}`)
        .sort()
        .join(',')}=ep`,
  );
  expect(written).toEqual(
    capabilities.map((line) => line.replace(/(\S+)=ep$/, (_, names: string) => `${names.split(',').sort().join(',')}=ep`)),
  );
  const users = await truthOf(tag, 'cut -d: -f1,3,4 /etc/passwd | sort');
  expect(facts.accounts.map(({ name, uid, gid }) => `${name}:${uid}:${gid}`).sort()).toEqual(users);
  const tools = await truthOf(
    tag,
    `for each in ${['bash', 'curl', 'nc', 'perl', 'python3', 'wget', 'pg_isready', 'redis-cli'].join(' ')}; do command -v $each >/dev/null && echo $each; done; :`,
  );
  expect(
    facts.tools.map(({ name }) => name).filter((name) => /^(?:bash|curl|nc|perl|python3|wget|pg_isready|redis-cli)$/.test(name)),
  ).toEqual(tools.sort());
}

(ON ? describe : describe.skip)('what is read of an image', () => {
  test.each(OWN.filter(({ name }) => wanted(name)).map((each) => [each.name, each] as const))(
    'is what a container has: %s',
    async (name, { processes }) => {
      await buildOwn(name);
      const facts = await factsOf(tagOfOwn(name));
      await holdsAgainst(tagOfOwn(name), facts);
      const all = new Set(Object.values(processes).flat());
      expect([...usersOf(facts)].sort()).toEqual([...all].sort());
      const real = await processesOf(tagOfOwn(name), (found) =>
        Object.entries(processes).every(([each, uids]) => uids.every((uid) => found.get(each)?.has(uid))),
      );
      for (const [each, uids] of Object.entries(processes)) expect([each, [...(real.get(each) ?? [])].sort()]).toEqual([each, uids]);
      // A program that is waited for may need anything, and that is said; all else was followed.
      expect(facts.start.notUnderstood.filter(({ why }) => why !== 'program')).toEqual([]);
    },
    600_000,
  );

  const chosen = cases().filter(({ name }) => (only ? wanted(name) : process.env.BATTEN_FULL === '1' || SAMPLE.has(name)));
  test.each(chosen.map((each) => [each.name, each] as const))(
    'is what a container has: %s',
    async (name, { processes }: Case) => {
      await build(name);
      const facts = await factsOf(tagOf(name));
      await holdsAgainst(tagOf(name), facts);
      const real = new Set(
        Object.values(processes)
          .flat()
          .map((each) => Number(each.split(':')[0])),
      );
      const found = usersOf(facts);
      // Every user that a process has was seen, and nobody else was.
      expect([...real].filter((uid) => !found.has(uid))).toEqual([]);
      if (process.env.BATTEN_ENGINE_VERBOSE) {
        const { start } = facts;
        process.stdout.write(
          `${name}: users ${[...found].join(' ')} (really ${[...real].join(' ')}), ${start.steps.length} steps, ${start.notUnderstood.filter(({ usual }) => usual !== false).length} not understood\n`,
        );
      }
    },
    600_000,
  );

  (wanted('sources') ? test : test.skip)(
    'is the same, byte for byte, from the Engine, its archive, a layout and a registry, and locked the same',
    async () => {
      await build('registry');
      await build('redis');
      const directory = mkdtempSync(path.join(tmpdir(), 'batten-xray-'));
      const port = await freePort();
      const registry = await mustDocker([
        'run',
        '-d',
        '--network',
        'host',
        '--env',
        `REGISTRY_HTTP_ADDR=127.0.0.1:${port}`,
        tagOf('registry'),
      ]);
      const remote = `127.0.0.1:${port}/team/redis:1`;
      try {
        const text = (facts: ImageFacts) => JSON.stringify(facts);
        const own = text(await factsOf(tagOf('redis')));
        const archive = path.join(directory, 'redis.tar');
        await mustDocker(['save', '-o', archive, tagOf('redis')], 120);
        const chunks = (file: string) => createReadStream(file, { highWaterMark: 1 << 19 }) as AsyncIterable<Buffer>;
        expect(text(imageFacts(await readArchive(chunks(archive), { platform })))).toBe(own);
        const layout = path.join(directory, 'layout.tar');
        writeFileSync(layout, layoutArchive(await savedImage(chunks(archive)), { compress: gzip }));
        expect(text(imageFacts(await readArchive(chunks(layout), { platform })))).toBe(own);
        await mustDocker(['tag', tagOf('redis'), remote]);
        for (let attempt = 0; (await docker(['push', '--quiet', remote], 120)).code !== 0; attempt++) {
          if (attempt > 20) throw new Error('the registry takes nothing');
          await new Promise((resolve) => setTimeout(resolve, 500));
        }
        expect(text(imageFacts(await readRegistryImage(remote, { platform })))).toBe(own);

        // And so is what `batten lock` writes.
        writeFileSync(path.join(directory, 'compose.yaml'), `services:\n  cache:\n    image: ${remote}\n`);
        await mustDocker(['save', '-o', archive, remote], 120);
        const lock = path.join(directory, 'batten.lock.json');
        const locked = (...from: string[]): string => {
          const main = path.join(__dirname, '../../../dist/cli/main.js');
          execFileSync(process.execPath, [main, 'lock', ...from], { cwd: directory, stdio: 'pipe' });
          return readFileSync(lock, 'utf8');
        };
        const resolved = locked('--resolve');
        rmSync(lock);
        expect(locked('--inspect')).toBe(resolved);
        expect(locked('--image-config', archive)).toBe(resolved);
      } finally {
        await docker(['rm', '-f', '-v', registry]);
        await docker(['rmi', remote]);
        rmSync(directory, { recursive: true });
      }
    },
    600_000,
  );
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** The configuration and the layers of an archive that the Engine wrote. */
async function savedImage(chunks: AsyncIterable<Buffer>): Promise<{ config: Buffer; layers: Buffer[] }> {
  const parts = new Map<string, Buffer[]>();
  let current: Buffer[] | undefined;
  const reader = new TarReader({
    entry: ({ path: name, kind }) => {
      current = kind === 'file' ? [] : undefined;
      if (current) parts.set(name, current);
    },
    data: (part) => current?.push(Buffer.from(part)),
    close: () => undefined,
  });
  for await (const chunk of chunks) reader.write(chunk);
  const at = (name: string): Buffer => Buffer.concat(parts.get(name) ?? []);
  const [{ Config, Layers }] = JSON.parse(at('manifest.json').toString()) as [{ Config: string; Layers: string[] }];
  return { config: at(Config), layers: Layers.map(at) };
}
