import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MAIN } from '../../cli/run';
import { build } from '../cases';
import { docker, mustDocker } from '../docker';
import { contents, IMAGE, owners, run, snapshot, TestProject } from './stack';

/** Killed at any moment, with no chance to clean up: a migration is gone on with, or taken back, and ends right either way. */
const enabled =
  process.env.BATTEN_ENGINE === '1' &&
  process.getuid?.() === 0 &&
  (process.env.BATTEN_ENGINE_ONLY?.split(',').includes('migrate-killed') ?? true);
const TIMES = Number(process.env.BATTEN_KILLS ?? (process.env.BATTEN_FULL ? 100 : 1));
const FILES = 400;

const compose = (name: string, user: string): string => `name: ${name}
services:
  app:
    image: ${IMAGE}
    command: ["sleep", "1000"]
    init: true
    network_mode: none
${user}    volumes:
      - data:/volume
      - ./data:/bind
volumes:
  data:
`;

(enabled ? describe : describe.skip)('migrate that is killed', () => {
  const project = new TestProject('migrate-killed');
  const text = (): string => compose(project.name, '');

  beforeAll(() => build('base'), 900_000);
  afterAll(() => project.remove(), 120_000);

  test(`${TIMES} times ends right, gone on with or taken back`, async () => {
    const bind = path.join(project.directory, 'data');
    mkdirSync(bind);
    writeFileSync(path.join(project.directory, '.batten.yaml'), 'user: 1234:1234\n');
    project.write(text());
    await project.compose('up', '-d');
    const places = [bind, await project.volume('data')];
    for (const place of places) for (let index = 0; index < FILES; index++) writeFileSync(path.join(place, `file ${index}`), String(index));
    const before = places.map((place) => snapshot(place));
    // How long it takes here: kills are spread over all of it.
    let whole = Date.now();
    expect((await project.batten('migrate', '--apply')).code).toBe(0);
    whole = Date.now() - whole;
    const reached: string[] = [];
    for (let time = 0; time < TIMES; time++) {
      // From migrated to killed on the way back, and from there to killed on the way forth, by turns.
      const way = time % 2 === 0 ? '--undo' : '--apply';
      await run(process.execPath, [MAIN, 'migrate', way], project.directory, Math.random() * whole);
      const end = Math.random() < 0.5 ? '--undo' : '--apply';
      const [first, second] = [await project.batten('migrate', end), await project.batten('migrate', '--undo')];
      reached.push(`${way}, ${end}: ${first.code} ${second.code}`);
      // Whatever it had come to, it is taken back now.
      expect({ kept: places.map((place) => snapshot(place)), text: readFileSync(project.file, 'utf8'), first, second }).toEqual({
        kept: before,
        text: text(),
        first,
        second,
      });
      expect(
        (await mustDocker(['ps', '--all', '--filter', 'label=batten.migrate', '--format', '{{.Label "batten.migrate"}}']))
          .split('\n')
          .filter((label) => label.endsWith(project.directory)),
      ).toEqual([]);
      const done = await project.batten('migrate', '--apply');
      expect(done).toMatchObject({ code: 0 });
      const after = places.map((place) => snapshot(place));
      expect(after.map((each) => [...owners(each)])).toEqual([['1234:1234'], ['1234:1234']]);
      expect(after.map(contents)).toEqual(before.map(contents));
      expect((await docker(['inspect', '--format', '{{.State.Running}} {{.Config.User}}', `${project.name}-app-1`])).stdout.trim()).toBe(
        'true 1234:1234',
      );
    }
    process.stderr.write(`engine: migrate was killed ${TIMES} times: ${reached.join('; ')}\n`);
    expect((await project.batten('migrate', '--undo')).code).toBe(0);
  }, 7_200_000);
});
