import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { batten, project, read, removeProjects } from '../cli/run';
import { layout, type Planted, SERVICE, snapshot } from './layout';

afterEach(removeProjects);

const SECRET = 'services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: hunter2-planted\n';
const STRICT = ['fix', '--yes', '--preset', 'strict', '--confidence', 'guess'];

/** A repository in which a run must change nothing outside, nor in `.git`. */
const ATTACKS: [what: string, files: Record<string, Planted>, args: string[]][] = [
  ['an absolute COMPOSE_FILE in .env', { '.env': 'COMPOSE_FILE=OUTSIDE/compose.yaml\n' }, ['fix', '--yes']],
  ['a COMPOSE_FILE upwards in .env', { '.env': 'COMPOSE_FILE=link/compose.yaml\n', link: { link: 'OUTSIDE' } }, ['fix', '--yes']],
  [
    'a second COMPOSE_FILE outside',
    { 'compose.yaml': SERVICE, '.env': 'COMPOSE_FILE=compose.yaml:OUTSIDE/compose.yaml\n' },
    ['fix', '--yes'],
  ],
  ['a linked override', { 'compose.yaml': SERVICE, 'compose.override.yaml': { link: 'OUTSIDE/compose.yaml' } }, ['fix', '--yes']],
  [
    'a linked override, found by search',
    { 's/compose.yaml': SERVICE, 's/compose.override.yaml': { link: 'OUTSIDE/compose.yaml' } },
    ['fix', '--yes', '.'],
  ],
  ['a linked Compose file, found by its name', { 'compose.yaml': { link: 'OUTSIDE/compose.yaml' } }, ['fix', '--yes']],
  ['a linked Compose file, found by search', { 's/compose.yaml': { link: 'OUTSIDE/compose.yaml' } }, ['fix', '--yes', '.']],
  ['a linked include', { 'compose.yaml': `include: [a.yaml]\n${SERVICE}`, 'a.yaml': { link: 'OUTSIDE/compose.yaml' } }, ['fix', '--yes']],
  [
    'an include in a linked directory',
    { 'compose.yaml': `include: [d/compose.yaml]\n${SERVICE}`, d: { link: 'OUTSIDE' } },
    ['fix', '--yes'],
  ],
  ['.gitignore linked to .git/config', { 'compose.yaml': SECRET, '.gitignore': { link: '.git/config' } }, STRICT],
  ['.gitignore linked outside', { 'compose.yaml': SECRET, '.gitignore': { link: 'OUTSIDE/notes' } }, STRICT],
  ['.env linked outside', { 'compose.yaml': SECRET, '.env': { link: 'OUTSIDE/env' } }, [...STRICT, 'compose.yaml']],
  ['a directory of secrets linked outside', { 'compose.yaml': SECRET, secrets: { link: 'OUTSIDE/deep' } }, STRICT],
  ['a directory of secrets linked to nowhere', { 'compose.yaml': SECRET, secrets: { link: 'OUTSIDE/new' } }, STRICT],
  ['a directory of secrets linked into .git', { 'compose.yaml': SECRET, secrets: { link: '.git' } }, STRICT],
  ['.git as a project', { '.git/compose.yaml': SERVICE, '.env': 'COMPOSE_FILE=.git/compose.yaml\n' }, ['fix', '--yes']],
  [
    'a configured baseline upwards',
    { 'compose.yaml': SERVICE, '.batten.yaml': 'baseline: ../../x.json\n' },
    ['check', '--update-baseline'],
  ],
  [
    'a configured baseline, absolute',
    { 'compose.yaml': SERVICE, '.batten.yaml': 'baseline: OUTSIDE/known.json\n' },
    ['check', '--update-baseline'],
  ],
  [
    'a configured baseline, linked',
    { 'compose.yaml': SERVICE, '.batten.yaml': 'baseline: b.json\n', 'b.json': { link: 'OUTSIDE/known.json' } },
    ['check', '--update-baseline'],
  ],
  [
    'a configured baseline, linked to nowhere',
    { 'compose.yaml': SERVICE, '.batten.yaml': 'baseline: b.json\n', 'b.json': { link: 'OUTSIDE/new.json' } },
    ['check', '--update-baseline'],
  ],
  ['a configured baseline in .git', { 'compose.yaml': SERVICE, '.batten.yaml': 'baseline: .git/config\n' }, ['check', '--update-baseline']],
  ['a backup that is a link', { 'compose.yaml': SERVICE, 'compose.yaml.bak': { link: 'OUTSIDE/notes' } }, ['fix', '--yes', '--backup']],
  ['an output that is a link', { 'compose.yaml': SERVICE, 'out.yaml': { link: 'OUTSIDE/notes' } }, ['fix', '--yes', '-o', 'out.yaml']],
  [
    'an output that is a link to nowhere',
    { 'compose.yaml': SERVICE, 'out.yaml': { link: 'OUTSIDE/new' } },
    ['fix', '--yes', '-o', 'out.yaml'],
  ],
  ['an output in a linked directory', { 'compose.yaml': SERVICE, d: { link: 'OUTSIDE' } }, ['fix', '--yes', '-o', 'd/out.yaml']],
  [
    'an override file that is a link',
    { 'compose.yaml': SERVICE, 'o.yaml': { link: 'OUTSIDE/new' } },
    ['fix', '--yes', '--override', 'o.yaml'],
  ],
  ['a patch that is a link', { 'compose.yaml': SERVICE, 'p.patch': { link: 'OUTSIDE/notes' } }, ['patch', '-o', 'p.patch']],
  [
    'a drawing that is a link',
    { 'compose.yaml': SERVICE, 'g.html': { link: 'OUTSIDE/notes' } },
    ['graph', '--format', 'html', '-o', 'g.html'],
  ],
  [
    'a named baseline that is a link',
    { 'compose.yaml': SERVICE, 'b.json': { link: 'OUTSIDE/known.json' } },
    ['check', '--update-baseline', '--baseline', 'b.json'],
  ],
  ['a configuration that is a link', { 'compose.yaml': SERVICE, '.batten.yaml': { link: 'OUTSIDE/notes' } }, ['init', '--force']],
];

describe.each([true, false])('in a Git repository: %s', (git) => {
  test.each(ATTACKS)('%s is refused', (_, files, args) => {
    const { repository, outside } = layout(files, { git });
    const before = [snapshot(outside), snapshot(path.join(repository, '.git')), readdirSync(path.dirname(repository)).includes('x.json')];
    const { code, err } = batten(args, { cwd: repository });
    expect(err).not.toContain('internal');
    expect([snapshot(outside), snapshot(path.join(repository, '.git')), readdirSync(path.dirname(repository)).includes('x.json')]).toEqual(
      before,
    );
    // Nothing half-way: no temporary file, and no secret without its Compose file.
    expect(Object.keys(snapshot(repository)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect([0, 1, 2]).toContain(code);
    // What is an error of the input is said with the path and what to do; a change that needs the path is left to the person.
    if (code === 2) expect(err).toMatch(/error: .*hint: /s);
  });
});

test.each(
  ATTACKS.filter(
    ([what]) => /COMPOSE_FILE|Compose file|override|output|baseline|backup|patch|drawing/.test(what) && !what.includes('.git'),
  ),
)('%s is an error, exit 2', (_, files, args) => {
  expect(batten(args, { cwd: layout(files).repository }).code).toBe(2);
});

describe('what the person names is written', () => {
  test('outside of the repository', () => {
    const { repository, outside } = layout({ 'here.yaml': SERVICE });
    expect(batten(['fix', '--yes', path.join(outside, 'compose.yaml')], { cwd: repository }).code).toBe(0);
    expect(read(outside)).toContain('cap_drop');
    expect(batten(['fix', '--yes', 'here.yaml', '-o', path.join(outside, 'new.yaml')], { cwd: repository }).code).toBe(0);
    expect(read(outside, 'new.yaml')).toContain('cap_drop');
    expect(batten(['patch', 'here.yaml', '-o', `../${path.basename(outside)}/p.patch`], { cwd: repository }).code).toBe(0);
    expect(read(outside, 'p.patch')).toContain('+++ b/here.yaml');
    expect(batten(['check', 'here.yaml', '--baseline', path.join(outside, 'b.json'), '--update-baseline'], { cwd: repository }).code).toBe(
      0,
    );
    expect(read(outside, 'b.json')).toContain('here.yaml');
  });

  test('through a link to an input, which stays one, and is taken back there', () => {
    const { repository, outside } = layout({ 'compose.yaml': { link: 'OUTSIDE/compose.yaml' } });
    const before = read(outside);
    expect(batten(['fix', '--yes', 'compose.yaml'], { cwd: repository }).code).toBe(0);
    expect(read(outside)).toContain('cap_drop');
    expect(snapshot(repository)['compose.yaml']).toMatch(/^-> /);
    expect(batten(['undo'], { cwd: repository }).code).toBe(0);
    expect(read(outside)).toBe(before);
  });

  test('through links inside of the repository', () => {
    const { repository } = layout({
      'a/compose.yaml': { link: '../shared/c.yaml' },
      'shared/c.yaml': SERVICE,
      'o.yaml': { link: 'shared/o.yaml' },
      'shared/o.yaml': '',
    });
    expect(batten(['fix', '--yes', '.'], { cwd: repository }).code).toBe(0);
    expect(read(repository, 'shared/c.yaml')).toContain('cap_drop');
    writeFileSync(path.join(repository, 'b.yaml'), SERVICE);
    expect(batten(['fix', '--yes', 'b.yaml', '-o', 'o.yaml'], { cwd: repository }).code).toBe(0);
    expect(read(repository, 'shared/o.yaml')).toContain('cap_drop');
  });
});

test("COMPOSE_FILE of the environment is the person's", () => {
  const { repository, outside } = layout({});
  expect(batten(['fix', '--yes'], { cwd: repository, env: { COMPOSE_FILE: path.join(outside, 'compose.yaml') } }).code).toBe(0);
  expect(read(outside)).toContain('cap_drop');
});

test('undo writes where the run wrote, or nowhere', () => {
  const { repository, outside } = layout({ 'd/compose.yaml': SERVICE });
  expect(batten(['fix', '--yes', 'd/compose.yaml'], { cwd: repository }).code).toBe(0);
  const fixed = read(repository, 'd/compose.yaml');
  // Somebody puts a link to another file of the same text in its place.
  const { renameSync, symlinkSync } = require('node:fs') as typeof import('node:fs');
  renameSync(path.join(repository, 'd/compose.yaml'), path.join(outside, 'moved.yaml'));
  symlinkSync(path.join(outside, 'moved.yaml'), path.join(repository, 'd/compose.yaml'));
  const { code, err } = batten(['undo'], { cwd: repository });
  expect([code, err]).toEqual([2, expect.stringContaining('leads elsewhere now')]);
  expect(readFileSync(path.join(outside, 'moved.yaml'), 'utf8')).toBe(fixed);
});

test('a directory that is a link to a project may be named', () => {
  const stack = project({ 'compose.yaml': SERVICE });
  const { repository } = layout({ stack: { link: stack } });
  mkdirSync(path.join(repository, 'sub'));
  expect(batten(['fix', '--yes', 'stack'], { cwd: repository }).code).toBe(0);
  expect(read(stack)).toContain('cap_drop');
});
