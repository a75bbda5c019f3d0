import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from '../cases';
import { IMAGE, owners, snapshot, TestProject } from './stack';

/** An Engine whose containers have numbers of their own: what is 999 in a container is another number on the host. */
const enabled =
  process.env.BATTEN_ENGINE === '1' &&
  process.getuid?.() === 0 &&
  (process.env.BATTEN_ENGINE_ONLY?.split(',').includes('migrate-remap') ?? true);
const SCRIPT = path.join(__dirname, 'remap.sh');

const compose = (name: string): string => `name: ${name}
services:
  app:
    image: ${IMAGE}
    command: ["sh", "-c", "id -u >> /volume/log && id -u >> /bind/log && exec sleep 1000"]
    init: true
    network_mode: none
    volumes:
      - data:/volume
      - ./bind:/bind
  host: # has the numbers of the host
    image: ${IMAGE}
    command: ["sleep", "1000"]
    init: true
    network_mode: none
    userns_mode: host
    user: "5:5"
    volumes:
      - ./host:/host
volumes:
  data:
`;

(enabled ? describe : describe.skip)('migrate on an Engine that remaps users', () => {
  const project = new TestProject('remap');
  const engine = process.env.DOCKER_HOST;
  let first = 0;

  beforeAll(async () => {
    await build('base');
    const said = execFileSync(SCRIPT, ['start', IMAGE], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    process.env.DOCKER_HOST = /BATTEN_REMAP_HOST=(\S+)/.exec(said)![1]!;
    first = Number(/^daemon:(\d+):/m.exec(readFileSync('/etc/subuid', 'utf8'))![1]);
  }, 900_000);
  afterAll(async () => {
    await project.remove();
    execFileSync(SCRIPT, ['stop'], { stdio: 'ignore' });
    process.env.DOCKER_HOST = engine;
  }, 120_000);

  test('gives files to the number that the user of a service has on the host', async () => {
    const at = (name: string): string => path.join(project.directory, name);
    chmodSync(project.directory, 0o755);
    for (const name of ['bind', 'host']) mkdirSync(at(name));
    // As the Engine makes a directory that is missing.
    chownSync(at('bind'), first, first);
    writeFileSync(at('host/file'), 'x', { mode: 0o600 });
    writeFileSync(at('.batten.yaml'), 'user: 999:998\n');
    project.write(compose(project.name));
    await project.compose('up', '-d');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    // Somebody put it there who is root of the host, and nobody in the container.
    writeFileSync(at('bind/from-the-host'), 'x', { mode: 0o600 });
    const places = [await project.volume('data'), at('bind'), at('host')];
    const before = places.map((place) => owners(snapshot(place)));
    expect(before).toEqual([new Set([`${first}:${first}`]), new Set([`${first}:${first}`, '0:0']), new Set(['0:0'])]);

    const dry = await project.batten('migrate', '--format', 'json');
    const [{ services }] = (JSON.parse(dry.out) as { projects: [{ services: { name: string; after: unknown }[] }] }).projects;
    expect(services.map(({ name, after }) => [name, after])).toEqual([
      ['app', { uid: 999, gid: 998, groups: [], onHost: { uid: first + 999, gid: first + 998 } }],
      ['host', { uid: 5, gid: 5, groups: [] }],
    ]);
    expect(await project.batten('migrate', '--apply')).toMatchObject({ code: 0 });
    const moved = `${first + 999}:${first + 998}`;
    expect(places.map((place) => [...owners(snapshot(place))])).toEqual([[moved], [moved], ['5:5']]);
    expect(readFileSync(at('bind/log'), 'utf8')).toBe('0\n999\n');

    await project.batten('migrate', '--undo');
    expect(places.map((place) => owners(snapshot(place)))).toEqual(before);
    expect(readFileSync(project.file, 'utf8')).toBe(compose(project.name));
  }, 300_000);
});
