import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { leadBeside, type Placed, place } from '../../../src/engine/prove/place';
import type { NewText } from '../../../src/engine/prove/rewriter';
import { Scratch } from '../../../src/engine/trial/scratch';

const directory = mkdtempSync(path.join(tmpdir(), 'batten-place-'));
const scratch = Scratch.create();
afterAll(() => {
  rmSync(directory, { recursive: true });
  scratch.remove();
});

let count = 0;

/** Places new texts of a project whose files are these, both by their names in it. */
function placed(files: Record<string, string>, texts: Record<string, string | NewText>): Placed {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), text);
  }
  const news = new Map(
    Object.entries(texts).map(([name, text]) => [path.join(directory, name), typeof text === 'string' ? { text } : text]),
  );
  count += 1;
  return place(scratch, `trial-${count}`, { files: [path.join(directory, 'compose.yaml')], directory, profiles: [] }, news);
}

const read = (file: string): { include: unknown[]; services: Record<string, unknown> } => parse(readFileSync(file, 'utf8'));

test("a file without a new text is the person's own", () => {
  const { files, beside, envFile } = placed({ 'compose.yaml': 'services: {}\n' }, {});
  expect({ files, beside: beside.size, envFile }).toEqual({ files: [path.join(directory, 'compose.yaml')], beside: 0, envFile: undefined });
});

describe('a file that is included', () => {
  const sub = path.join(directory, 'sub');
  const MAIN = `include:
  - sub/compose.yaml # the rest
  - path: [other/a.yaml, other/b.yaml]
    env_file: x.env
services: { web: { image: a } }
`;
  const files = {
    'compose.yaml': MAIN,
    'sub/compose.yaml': 'services: { db: { image: b } }\n',
    'other/a.yaml': 'services: {}\n',
    'other/b.yaml': '{}\n',
  };

  test('is read from its new text, and is still where it was to its paths', () => {
    const main = read(placed(files, { 'sub/compose.yaml': 'services: { db: { image: b, init: true } }\n' }).files[0]!);
    expect(main.include[0]).toEqual({ path: [expect.stringContaining(scratch.directory)], project_directory: sub });
    expect(main.include[1]).toEqual({ path: ['other/a.yaml', 'other/b.yaml'], env_file: 'x.env' });
    expect(main.services).toEqual({ web: { image: 'a' } });
    const [copy] = (main.include[0] as { path: string[] }).path;
    expect(read(copy!).services).toEqual({ db: { image: 'b', init: true } });
  });

  test('and merged with others keeps them and what else is said of it', () => {
    const main = read(placed(files, { 'other/b.yaml': 'services: {}\n', 'compose.yaml': MAIN.replace('image: a', 'image: c') }).files[0]!);
    expect(main.include[0]).toBe('sub/compose.yaml');
    expect(main.include[1]).toEqual({
      path: [path.join(directory, 'other/a.yaml'), expect.stringContaining(scratch.directory)],
      env_file: 'x.env',
      project_directory: path.join(directory, 'other'),
    });
    expect(main.services).toEqual({ web: { image: 'c' } });
  });

  test('by one that is included itself, with a variable of .env and a directory of its own', () => {
    const main = placed(
      {
        '.env': 'WHERE=sub\n',
        'compose.yaml': 'include:\n  - path: "${WHERE}/compose.yaml"\n    project_directory: .\nservices: {}\n',
        'sub/compose.yaml': 'include: [sub/deep.yaml]\nservices: {}\n',
        'sub/deep.yaml': 'services: {}\n',
      },
      { 'sub/deep.yaml': 'services: { deep: { image: d } }\n' },
    ).files[0]!;
    const [first] = read(main).include as { path: string[]; project_directory: string }[];
    expect(first!.project_directory).toBe(directory);
    const [second] = read(first!.path[0]!).include as { path: string[]; project_directory: string }[];
    expect(second!.project_directory).toBe(sub);
    expect(read(second!.path[0]!).services).toEqual({ deep: { image: 'd' } });
  });

  test('by itself is no way without an end', () => {
    const loop = { 'compose.yaml': 'include: [sub/compose.yaml]\n', 'sub/compose.yaml': 'include: [../compose.yaml]\n' };
    expect(placed(loop, { 'sub/compose.yaml': 'include: [../compose.yaml]\nservices: {}\n' }).files).toHaveLength(1);
  });
});

test('files beside it are made in the scratch folder, with their modes, and the model is led there', () => {
  const { files, envFile, beside } = placed(
    { 'compose.yaml': 'services: {}\n', '.env': 'A=1\n', 'app/Dockerfile': 'FROM a\n' },
    {
      '.env': 'A=1\nB=2\n',
      'secrets/db': { text: 's3cret', mode: 0o640, secret: true, beside: true },
      'app/Dockerfile': 'FROM a\nUSER 1000\n',
    },
  );
  expect(files).toEqual([path.join(directory, 'compose.yaml')]);
  expect(readFileSync(envFile!, 'utf8')).toBe('A=1\nB=2\n');
  const secret = beside.get(path.join(directory, 'secrets/db'))!;
  expect(statSync(secret).mode & 0o777).toBe(0o640);
  const model = leadBeside(
    {
      services: { app: { build: { context: path.join(directory, 'app') } }, other: { build: { context: path.join(directory, 'other') } } },
      secrets: { db: { file: path.join(directory, 'secrets/db') }, given: { file: '/run/given' } },
    },
    beside,
  );
  expect(model.services.app!.build).toEqual({
    context: path.join(directory, 'app'),
    dockerfile: beside.get(path.join(directory, 'app/Dockerfile')),
  });
  expect(model.services.other!.build).toEqual({ context: path.join(directory, 'other') });
  expect(model.secrets).toEqual({ db: { file: secret }, given: { file: '/run/given' } });
});

test('a limit of 0, which Compose leaves out of its JSON, is one again', () => {
  const { normalise } = require('../../../src/engine/compose/normalise') as typeof import('../../../src/engine/compose/normalise');
  const { services } = normalise({
    services: { a: { ulimits: { core: {}, nproc: 9, nofile: { hard: 20 }, rtprio: { soft: 1, hard: 2 } } } },
  });
  expect(services.a!.ulimits).toEqual({ core: 0, nproc: 9, nofile: { soft: 0, hard: 20 }, rtprio: { soft: 1, hard: 2 } });
});
