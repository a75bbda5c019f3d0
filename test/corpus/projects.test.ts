import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BattenError, batten } from '../../src';
import type { Input, OverrideTarget } from '../../src/harden/api';
import type { FileResult } from '../../src/harden/types';
import { lostReach } from '../transforms/reachability';
import { type CorpusFile, corpus, describeWith, some } from './corpus';
import { faults } from './model';
import { differentViews, keyOf } from './views';

/*
 * Projects of several files, put together again from the corpus, whose names are paths with `__` for `/` and a commit before the ending. A
 * main file and a variant beside it (`docker-compose.yml` and `docker-compose.prod.yml`) are merged, and so is what is included or
 * extended. Compose is asked whether what it loaded before still loads, and whether its view of the whole holds water.
 */

const files = corpus();
const binary = process.env.BATTEN_COMPOSE;
const TRANSFORMS = ['privileged', 'user', 'cap-drop', 'no-new-privileges', 'read-only', 'ports'];
const MAIN = /^(?:docker-)?compose\.ya?ml$/;
const VARIANT = /^(?:docker-)?compose[.-].+\.ya?ml$/;

interface Project {
  directory: string;
  main: string;
  variants: string[];
}

describeWith('projects of several files', [...(files ? [] : ['BATTEN_CORPUS']), ...(binary ? [] : ['BATTEN_COMPOSE'])], () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), 'batten-projects-'));
  });
  afterAll(() => rmSync(root, { recursive: true }));

  test('load after as they did before, merged', () => {
    const found = plant(root, files!);
    const queue = some(found, 40);
    const problems: string[] = [];
    let [loaded, changed, spread] = [0, 0, 0];
    for (const project of queue) {
      const before = config(project);
      if (before === undefined) continue;
      loaded++;
      const results = harden(project);
      if (!results) continue;
      const written = results.filter(({ before: was, after }) => was !== after);
      if (written.length === 0) continue;
      changed++;
      if (written.length > 1) spread++;
      for (const { path: name, after } of written) writeFileSync(path.join(project.directory, name), after);
      const after = config(project);
      const complain = (what: string): number => problems.push(`${path.relative(root, project.directory)} ${project.main}: ${what}`);
      if (after === undefined) complain('does not load any more');
      else for (const fault of [...faults(before, after, results), ...lostReach(before, after)]) complain(fault);
      const again = harden(project) ?? [];
      for (const { path: name, before: was, after: now } of again) if (was !== now) complain(`${name} changes again on a second run`);
      // Another variant of the same main file is another project.
      for (const { path: name, before: was } of written) writeFileSync(path.join(project.directory, name), was);
    }
    console.log(`projects: ${queue.length} of several files, ${loaded} load, ${changed} change, ${spread} in more than one file`);
    expect(problems).toEqual([]);
    expect(spread).toBeGreaterThan(0);
  }, 900_000);

  test('come to the same with an override file on top as with the changes in place', () => {
    const found = plant(root, files!);
    const queue = some(found, 15);
    const problems: string[] = [];
    let [written, merged] = [0, 0];
    for (const project of queue) {
      const complain = (what: string): number => problems.push(`${path.relative(root, project.directory)} ${project.main}: ${what}`);
      const override = { path: 'batten.yaml', absolute: path.join(project.directory, 'batten.yaml') };
      const results = harden(project, override);
      if (!results || results[0]!.after === '' || config(project) === undefined) continue;
      written++;
      writeFileSync(override.absolute, results[0]!.after);
      const onTop = config({ ...project, variants: [...project.variants, 'batten.yaml'] });
      const again = harden(project, { ...override, text: results[0]!.after });
      if (again?.[0]?.after !== results[0]!.after) complain('the override file changes again on a second run');
      rmSync(override.absolute);
      const inPlace = alike(project, results);
      for (const { path: name, after } of inPlace) writeFileSync(path.join(project.directory, name), after);
      const changed = config(project);
      for (const { path: name, before } of inPlace) writeFileSync(path.join(project.directory, name), before);
      if (onTop === undefined || changed === undefined) {
        if (onTop !== changed) complain(`does not load ${onTop === undefined ? 'with the override file' : 'in place'}`);
        continue;
      }
      merged++;
      for (const difference of differentViews(onTop, changed)) complain(difference);
    }
    console.log(`projects: ${queue.length} of several files, ${written} get an override file, ${merged} load with it`);
    expect(problems).toEqual([]);
    expect(merged).toBeGreaterThan(0);
  }, 900_000);

  /** The files themselves with the changes that the override file has taken. */
  function alike({ directory, main, variants }: Project, results: readonly FileResult[]): FileResult[] {
    const fixed = results.flatMap(({ findings }) => findings).filter(({ status }) => status === 'fixed');
    const taken = new Set(fixed.map(keyOf));
    const session = batten.session(inputOf({ directory, main, variants }), { only: TRANSFORMS });
    for (let question = session.current(); question; question = session.current()) {
      session.answer({ kind: taken.has(keyOf(question.finding)) ? 'apply' : 'skip' });
    }
    return session.finish();
  }

  function config({ directory, main, variants }: Project): string | undefined {
    const named = [main, ...variants].flatMap((name) => ['-f', name]);
    try {
      return execFileSync(binary!, ['--profile', '*', '-p', 'batten', ...named, 'config', '--format', 'json'], {
        cwd: directory,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        maxBuffer: 64 << 20,
      });
    } catch {
      return undefined;
    }
  }

  function inputOf({ directory, main, variants }: Project): Input {
    const read = (name: string): string => readFileSync(path.join(directory, name), 'utf8');
    const overrides = variants.map((name) => ({ path: name, absolute: path.join(directory, name), text: read(name) }));
    return { path: main, text: read(main), directory, overrides };
  }

  function harden(project: Project, override?: OverrideTarget): FileResult[] | undefined {
    try {
      return batten.runProject(inputOf(project), { confidence: 'guess', apply: true, only: TRANSFORMS, override });
    } catch (error) {
      if (error instanceof BattenError) return undefined;
      throw error;
    }
  }
});

/** Lays out the files as they were, and finds the projects: a main file with one variant, and each file that includes or extends. */
function plant(root: string, all: readonly CorpusFile[]): Project[] {
  const folders = new Map<string, string[]>();
  const linked = new Set<string>();
  for (const { name, text } of all) {
    const place = name.replace(/@[0-9a-f]+(?=\.ya?ml$)/, '').replaceAll('__', '/');
    const absolute = path.join(root, place);
    const directory = path.dirname(absolute);
    const beside = folders.get(directory) ?? [];
    if (beside.includes(path.basename(absolute))) continue;
    mkdirSync(directory, { recursive: true });
    writeFileSync(absolute, text);
    folders.set(directory, [...beside, path.basename(absolute)]);
    if (/^include:|^\s+extends:/m.test(text)) linked.add(absolute);
  }
  return [...folders].flatMap(([directory, names]) => {
    const main = names.find((name) => MAIN.test(name));
    const variants = main ? names.filter((name) => VARIANT.test(name)) : [];
    const pairs = variants.map((variant): Project => ({ directory, main: main!, variants: [variant] }));
    const alone = names.filter((name) => linked.has(path.join(directory, name)));
    return [...pairs, ...alone.map((name): Project => ({ directory, main: name, variants: [] }))];
  });
}
