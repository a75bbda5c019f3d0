import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { appendDotEnv } from '../../../src/compose/dotenv';
import { composeText } from '../../../src/convert/compose-text';
import { exportProject } from '../../../src/convert/export/project';
import { exportRun } from '../../../src/convert/export/run';
import { stackOfContainers } from '../../../src/convert/inspect/read';
import type { InspectedContainer, InspectedImage, InspectedInfo } from '../../../src/convert/inspect/types';
import { stackOfRunLines } from '../../../src/convert/run/read';
import { type MovedSecret, takeSecretsOut } from '../../../src/convert/secrets';
import type { Stack } from '../../../src/convert/stack';
import { batten } from '../../../src/index';
import { comparable, type Inspected } from '../../convert/comparable';
import { runWords, shellText, type World } from '../../convert/run-line';
import { docker, mustDocker } from '../docker';

const compose = process.env.BATTEN_COMPOSE;
const onEngine = process.env.BATTEN_ENGINE && compose ? describe : describe.skip;
const COUNT = process.env.BATTEN_FULL ? Number(process.env.BATTEN_IMPORTS ?? 100) : 20;
const BATCH = 10;
const PREFIX = `import-${process.pid}-`;

let base = '';
let world: World;

/** Containers of random lines: what the Engine says of them, of those made of an imported line, and of those made of an imported container. */
onEngine('an imported container is the one that was there', () => {
  beforeAll(async () => {
    base = realpathSync(mkdtempSync(path.join(tmpdir(), 'batten-import-')));
    const directory = path.join(base, 'data');
    mkdirSync(path.join(directory, 'a b'), { recursive: true });
    writeFileSync(
      path.join(base, 'Dockerfile'),
      `FROM scratch
COPY Dockerfile /
ENV PATH=/usr/bin LEVEL=info
LABEL org.example=image
EXPOSE 80 9000/udp
VOLUME /image-volume
USER 1234
WORKDIR /srv
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=30s --retries=5 CMD check
ENTRYPOINT ["/entry"]
CMD ["serve", "--port", "80"]
`,
    );
    const image = `${PREFIX}image`;
    await mustDocker(['build', '-q', '-t', image, base]);
    const third = process.pid % 200;
    world = {
      ...{ image, directory, network: `${PREFIX}net`, otherNetwork: `${PREFIX}other`, peer: `${PREFIX}peer`, prefix: `${PREFIX}v-` },
      subnet: `10.251.${third}.`,
    };
    await mustDocker(['network', 'create', '--subnet', `${world.subnet}0/24`, world.network]);
    await mustDocker(['network', 'create', world.otherNetwork]);
    await mustDocker([
      'create',
      '--name',
      world.peer,
      '--network',
      world.otherNetwork,
      '-v',
      `${world.prefix}peer:/from-peer`,
      '--ipc',
      'shareable',
      image,
    ]);
    for (const each of ['one', 'two', 'three']) await mustDocker(['volume', 'create', `${world.prefix}${each}`]);
  }, 120_000);

  afterAll(async () => {
    const ids = (await mustDocker(['ps', '-aq', '--filter', `name=${PREFIX}`])).split('\n').filter(Boolean);
    if (ids.length > 0) await docker(['rm', '-fv', ...ids]);
    await docker(['network', 'rm', world.network, world.otherNetwork]);
    await docker(['volume', 'rm', ...['one', 'two', 'three', 'peer'].map((each) => `${world.prefix}${each}`)]);
    await docker(['rmi', world.image]);
    rmSync(base, { recursive: true, force: true });
  }, 120_000);

  test(`${COUNT} random lines, by the line, by the container, and exported again`, async () => {
    const seed = Number(process.env.BATTEN_SEED ?? 20_260);
    const lines = fc.sample(runWords(world), { numRuns: COUNT * 2, seed });
    let equal = 0;
    let at = 0;
    const differing: string[] = [];
    while (equal + differing.length < COUNT && at < lines.length) {
      const batch: { name: string; words: string[]; text: string }[] = [];
      const before = new Map<string, Inspected>();
      while (batch.length < BATCH && at < lines.length && equal + differing.length + batch.length < COUNT) {
        const words = lines[at++]!;
        const name = `${PREFIX}c${at}`;
        const { code } = await docker(['create', '--name', name, ...words.filter((word) => !/^(?:-d|--detach)$/.test(word))]);
        // What the Engine itself refuses is no container to import.
        if (code !== 0) continue;
        batch.push({ name, words, text: `docker run ${shellText(['--name', name, ...words], at)}` });
      }
      const names = batch.map(({ name }) => name);
      for (const each of await inspect<Inspected>(names)) before.set(each.Name.slice(1), each);
      const image = (await inspect<InspectedImage>([world.image]))[0]!;
      const info = JSON.parse(await mustDocker(['info', '--format', '{{json .}}'])) as InspectedInfo;
      const containers = [...before.values()].map((container) => ({ container: container as unknown as InspectedContainer, image }));
      const peer = (await inspect<InspectedContainer>([world.peer]))[0]!;
      const ways: [string, Stack][] = [
        ['lines', stackOfRunLines(batch.map(({ text }) => text).join('\n'))],
        ['containers', stackOfContainers(containers, info, new Map([[peer.Id, world.peer]]))],
      ];
      await docker(['rm', '-fv', ...names]);
      const wrong = new Set<string>();
      const compare = async (way: string): Promise<void> => {
        for (const each of await inspect<Inspected>(names)) {
          const name = each.Name.slice(1);
          const [was, is] = [comparable(before.get(name)!, name), comparable(each, name)].map((data) => JSON.stringify(data, null, 1));
          if (was === is) continue;
          wrong.add(name);
          differing.push(`${way}: ${batch.find((one) => one.name === name)!.text}\n${difference(was!, is!)}`);
        }
        await docker(['rm', '-fv', ...names]);
      };
      for (const [way, stack] of ways) {
        expect([way, stack.losses.filter(({ code, what }) => code !== 'client' && !what.startsWith('/'))]).toEqual([way, []]);
        const directory = path.join(base, `${way}-${at}`);
        const secrets = await make(directory, stack);
        await compare(way);
        if (way === 'containers') continue;
        await runScript(path.join(directory, 'compose.yaml'), secrets);
        await compare('exported lines');
      }
      equal += batch.length - wrong.size;
    }
    console.info(`  engine: import ${equal} of ${equal + differing.length} containers equal`);
    expect(differing.join('\n\n')).toBe('');
    expect(equal).toBe(COUNT);
  }, 900_000);
});

/** The containers of a stack, made by Compose, secrets in `.env`. */
async function make(directory: string, stack: Stack): Promise<readonly MovedSecret[]> {
  mkdirSync(directory);
  const secrets = takeSecretsOut(stack, undefined);
  const file = path.join(directory, 'compose.yaml');
  const text = composeText(stack, []);
  writeFileSync(file, text);
  for (const { value } of secrets) if (value.length > 8) expect(text).not.toContain(value);
  writeFileSync(
    path.join(directory, '.env'),
    secrets.reduce((env, { name, value }) => appendDotEnv(env, name, value), ''),
  );
  for (const { path: name, text: content } of stack.files) writeFileSync(path.join(directory, name), content);
  await promisify(execFile)(compose!, ['-f', file, '-p', `${PREFIX}p`, 'create'], { timeout: 120_000 }).catch(
    (error: { stderr?: string }) => {
      throw new Error(`${error.stderr}\n${text}`);
    },
  );
  return secrets;
}

/** The containers of a Compose file, made by the lines that it is exported as, which a shell reads. */
async function runScript(file: string, secrets: readonly MovedSecret[]): Promise<void> {
  const directory = path.dirname(file);
  const project = batten.project({ path: 'compose.yaml', text: readFileSync(file, 'utf8'), directory });
  const script = exportRun(exportProject(project, { directory })).files[0]!.text.replaceAll('docker run -d', 'docker create');
  const env = { ...process.env, ...Object.fromEntries(secrets.map(({ name, value }) => [name, value])) };
  await promisify(execFile)('sh', ['-euc', script], { env, cwd: directory, timeout: 120_000 }).catch((error: { stderr?: string }) => {
    throw new Error(`${error.stderr}\n${script}`);
  });
}

async function inspect<T>(names: readonly string[]): Promise<T[]> {
  return JSON.parse(await mustDocker(['inspect', ...names])) as T[];
}

function difference(was: string, is: string): string {
  const [a, b] = [was.split('\n'), is.split('\n')];
  return [
    ...a.filter((line) => !b.includes(line)).map((line) => `- ${line}`),
    ...b.filter((line) => !a.includes(line)).map((line) => `+ ${line}`),
  ].join('\n');
}
