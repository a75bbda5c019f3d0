import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { objections } from '../../schema';
import { build } from '../cases';
import { docker } from '../docker';
import { contents, IMAGE, owners, snapshot, TestProject } from './stack';

/** Services whose data belongs to root get another user, keep their data, and go back, on a real Engine. */
const enabled =
  process.env.BATTEN_ENGINE === '1' && process.getuid?.() === 0 && (process.env.BATTEN_ENGINE_ONLY?.split(',').includes('migrate') ?? true);
const MANY = process.env.BATTEN_FULL ? 100_000 : 1000;
const SERVICES = Array.from({ length: process.env.BATTEN_FULL ? 12 : 4 }, (_, index) => ({ name: `s${index + 1}`, uid: 1001 + index }));

/** Each start reads all that was written before, and adds a line that says as whom. */
const SCRIPT =
  'for d in /volume /bind; do test ! -e $$d/log || cat $$d/log >/dev/null || exit 9; mkdir -p $$d/sub; id -u >> $$d/log || exit 8; id -u > $$d/sub/last || exit 7; done; exec sleep 1000';

const compose = (name: string, user: (uid: number) => string): string => `name: ${name}
services:
${SERVICES.map(
  ({ name: service, uid }) => `  ${service}: # kept
    image: ${IMAGE}
    command: ["sh", "-c", "${SCRIPT}"]
    init: true
    network_mode: none
${user(uid)}    volumes:
      - ${service}:/volume
      - ./${service}:/bind
`,
).join('')}volumes:
${SERVICES.map(({ name: service }) => `  ${service}:\n`).join('')}`;

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2500));

(enabled ? describe : describe.skip)('migrate', () => {
  const project = new TestProject('migrate');

  beforeAll(() => build('base'), 900_000);
  afterAll(() => project.remove(), 120_000);

  test(`moves ${SERVICES.length} services with what root wrote in volumes and directories, and moves them back`, async () => {
    for (const { name } of SERVICES) mkdirSync(path.join(project.directory, name));
    project.write(compose(project.name, () => ''));
    await project.compose('up', '-d');
    await settled();
    const text = compose(project.name, (uid) => `    user: "${uid}:${uid}"\n`);
    project.write(text);
    const places = new Map<string, { place: string; uid: number }>();
    for (const { name, uid } of SERVICES) {
      places.set(`volume ${name}`, { place: await project.volume(name), uid });
      places.set(`bind ${name}`, { place: path.join(project.directory, name), uid });
    }
    const before = new Map([...places].map(([name, { place }]) => [name, snapshot(place)]));
    for (const tree of before.values()) expect(owners(tree)).toEqual(new Set(['0:0']));

    const dry = await project.batten('migrate', '--format', 'json');
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(objections('migrate', JSON.parse(dry.out))).toEqual([]);
    const [{ services, mounts }] = (
      JSON.parse(dry.out) as { projects: [{ services: unknown[]; mounts: { changes: number; files: number }[] }] }
    ).projects;
    expect(services).toHaveLength(SERVICES.length);
    expect(mounts).toHaveLength(2 * SERVICES.length);
    expect(mounts.every(({ changes, files }) => changes === files && changes === 4)).toBe(true);
    for (const [name, { place }] of places) expect(snapshot(place)).toEqual(before.get(name));

    const done = await project.batten('migrate', '--apply');
    expect({ code: done.code, wrong: done.err.includes('something is wrong') }).toEqual({ code: 0, wrong: false });
    await settled();
    for (const [name, { place, uid }] of places) {
      const after = snapshot(place);
      expect({ name, owners: [...owners(after)] }).toEqual({ name, owners: [`${uid}:${uid}`] });
      // The first line is what root wrote, the second what its successor could add.
      expect(readFileSync(path.join(place, 'log'), 'utf8')).toBe(`0\n${uid}\n`);
    }

    const undone = await project.batten('migrate', '--undo');
    expect(undone.code).toBe(3);
    expect(undone.err).toContain(`Gave back ${8 * SERVICES.length} owners`);
    for (const [name, { place }] of places) expect({ name, owners: [...owners(snapshot(place))] }).toEqual({ name, owners: ['0:0'] });
    expect(readFileSync(project.file, 'utf8')).toBe(text);
  }, 600_000);

  test('writes the user with the owners, takes both back, and works for an image that has no shell', async () => {
    const bare = new TestProject('bare');
    const image = `batten-bare-${process.pid}`;
    try {
      execFileSync('sh', ['-c', `tar -cT /dev/null | docker import - ${image}`]);
      mkdirSync(path.join(bare.directory, 'data'));
      writeFileSync(path.join(bare.directory, 'data/file'), 'x', { mode: 0o600 });
      const text = `name: ${bare.name}\nservices:\n  app:\n    image: ${image}\n    command: ["/app"]\n    volumes: ["./data:/data"] # kept\n`;
      bare.write(text);
      writeFileSync(path.join(bare.directory, '.batten.yaml'), 'user: 70:71\n');
      expect(await bare.batten('migrate', '--apply')).toMatchObject({ code: 0 });
      expect(readFileSync(bare.file, 'utf8')).toBe(`${text}    user: "70:71"\n`);
      expect(owners(snapshot(path.join(bare.directory, 'data')))).toEqual(new Set(['70:71']));
      // One of the two alone would lock the service out.
      const half = await bare.batten('undo');
      expect({ code: half.code, hint: half.err.includes('batten migrate --undo') }).toEqual({ code: 2, hint: true });

      expect(await bare.batten('migrate', '--undo')).toMatchObject({ code: 0 });
      expect(readFileSync(bare.file, 'utf8')).toBe(text);
      expect(owners(snapshot(path.join(bare.directory, 'data')))).toEqual(new Set(['0:0']));
      expect((await bare.batten('migrate', '--undo')).code).toBe(2);
    } finally {
      await bare.remove();
      await docker(['rmi', image]);
    }
  }, 300_000);

  test('refuses with the reason what it could not take back, and leaves the service as it is', async () => {
    const shared = new TestProject('shared');
    try {
      const at = (name: string): string => path.join(shared.directory, name);
      for (const name of ['both', 'mine']) mkdirSync(at(name));
      writeFileSync(at('mine/file'), 'x');
      chownSync(at('mine/file'), 1000, 1000);
      chmodSync(at('mine/file'), 0o600);
      const service = (name: string, user: string, mounts: string): string =>
        `  ${name}:\n    image: ${IMAGE}\n    network_mode: none\n    user: "${user}"\n    volumes: [${mounts}]\n`;
      const text = `name: ${shared.name}\nservices:\n${service('a', '11:11', '"./both:/data"')}${service('b', '12:12', '"./both:/data"')}${service('c', '13:13', '"./mine:/data"')}${service('d', '14:14', '"/etc:/data"')}`;
      shared.write(text);
      const before = ['both', 'mine'].map((name) => snapshot(at(name)));
      const { out } = await shared.batten('migrate', '--format', 'json');
      const [{ services }] = (JSON.parse(out) as { projects: [{ services: { name: string; refusal?: { code: string } }[] }] }).projects;
      expect(services.map(({ name, refusal }) => [name, refusal?.code])).toEqual([
        ['a', 'several-users'],
        ['b', 'several-users'],
        ['c', 'others-files'],
        ['d', 'host-place'],
      ]);
      expect((await shared.batten('migrate', '--apply')).err).toContain('There is nothing to do.');
      expect(['both', 'mine'].map((name) => snapshot(at(name)))).toEqual(before);
    } finally {
      await shared.remove();
    }
  }, 300_000);

  test(`gives back a tree with ${MANY} files, odd names, links, sockets and other names, to the byte`, async () => {
    const odd = new TestProject('odd');
    try {
      const bind = path.join(odd.directory, 'data');
      mkdirSync(bind);
      odd.write(tree(odd.name));
      await odd.compose('up', '-d');
      const volume = await odd.volume('data');
      for (const place of [bind, volume]) oddTree(place, MANY);
      const outside = path.join(odd.directory, 'outside');
      writeFileSync(outside, 'not yours');
      const before = [bind, volume].map(snapshot);
      const dry = await odd.batten('migrate');
      expect(dry.out).toContain('program that runs as its owner left as it is: setuid');

      const done = await odd.batten('migrate', '--apply');
      expect(done.code).toBe(0);
      const after = [bind, volume].map(snapshot);
      // Nothing but owners, and not those of programs that run as their owner.
      expect(after.map(contents)).toEqual(before.map(contents));
      for (const each of after) {
        expect([...each].filter(([name]) => !name.startsWith('/setuid')).every(([, kept]) => kept.startsWith('1234 '))).toBe(true);
        expect(each.get('/setuid')).toMatch(/^0 0 104755 /);
        expect(each.get('/group')).toMatch(/^1234 50 /);
      }
      expect([...owners(snapshot(outside))]).toEqual(['0:0']);

      expect((await odd.batten('migrate', '--undo')).code).toBe(0);
      expect([bind, volume].map(snapshot)).toEqual(before);
    } finally {
      await odd.remove();
    }
  }, 900_000);
});

const tree = (name: string): string => `name: ${name}
services:
  app:
    image: ${IMAGE}
    command: ["sleep", "1000"]
    init: true
    network_mode: none
    user: "1234:1234"
    volumes:
      - data:/volume
      - ./data:/bind
volumes:
  data:
`;

/** What is found in directories that were used for years. */
function oddTree(place: string, many: number): void {
  const at = (name: string): string => path.join(place, name);
  const names = [
    'with space',
    '-rf',
    '*',
    '$(touch x)',
    '`id`',
    '"quoted"',
    "it's",
    'back\\slash',
    'new\nline',
    'tab\t',
    'übermäßig',
    '日本',
    'a'.repeat(255),
  ];
  for (const name of names) writeFileSync(at(name), name);
  const raw = Buffer.concat([Buffer.from(`${place}/`), Buffer.from([0x6c, 0xe4, 0x63, 0x68, 0x0a, 0xff])]);
  writeFileSync(raw, 'no UTF-8');
  mkdirSync(at('new\ndirectory\\/deep/er'), { recursive: true });
  writeFileSync(at('new\ndirectory\\/deep/er/file'), 'x');
  symlinkSync('../../outside', at('out'));
  symlinkSync('/etc', at('etc'));
  symlinkSync('nowhere', at('dangling'));
  writeFileSync(at('one'), 'several names');
  linkSync(at('one'), at('two'));
  mkdirSync(at('other'));
  linkSync(at('one'), at('other/three'));
  execFileSync('mkfifo', [at('fifo')]);
  execFileSync(process.execPath, ['-e', `require('net').createServer().listen(${JSON.stringify(at('socket'))}, () => process.exit(0))`]);
  writeFileSync(at('setuid'), '#!/bin/sh\n');
  chmodSync(at('setuid'), 0o4755);
  writeFileSync(at('group'), 'of a group');
  chownSync(at('group'), 0, 50);
  for (const [index, mode] of [0o000, 0o600, 0o444, 0o1777, 0o2770].entries()) {
    mkdirSync(at(`mode${index}`));
    writeFileSync(at(`mode${index}/file`), String(mode));
    chmodSync(at(`mode${index}/file`), mode & 0o777);
    chmodSync(at(`mode${index}`), mode);
  }
  for (let index = 0; index < many; index++) {
    if (index % 500 === 0) mkdirSync(at(`many${index / 500}`));
    writeFileSync(at(`many${Math.floor(index / 500)}/file ${index}`), String(index));
  }
}
