import { batten as library, readConfig } from '../../src';
import { starterConfig } from '../../src/report/starter-config';
import { finding, MANUAL, result } from '../report/findings';
import { batten, project, read, removeProjects, STACK } from './run';

afterEach(removeProjects);

const TRANSFORMS = library.transforms();
/** Takes the `#` of every setting away. */
const uncommented = (text: string) => text.replace(/^#(?=\S| {2})(?! )/gm, '').replace(/^#(?= {2})/gm, '');

describe('init', () => {
  test('writes what changes nothing, and names what it saw', () => {
    const cwd = project({ 'compose.yaml': STACK });
    const before = batten(['check', '--format', 'json'], { cwd }).out;
    expect(batten(['init'], { cwd })).toEqual({ code: 0, out: '', err: 'Wrote .batten.yaml\n' });
    expect(batten(['check', '--format', 'json'], { cwd })).toMatchObject({ out: before, err: '' });
    const text = read(cwd, '.batten.yaml');
    expect(text).toContain('# How batten treats compose.yaml.');
    expect(text).toContain('Here are web, db.');
    expect(text).not.toContain('hunter2');
    expect(readConfig(text, '.batten.yaml', TRANSFORMS)).toEqual({ preset: 'recommended', confidence: 'generic', ignore: [] });
  });

  test('every setting in it is understood once its # is gone', () => {
    const results = [result([MANUAL, finding({ service: 'a: b', status: 'manual' })])];
    const config = readConfig(uncommented(starterConfig(results, TRANSFORMS)), '.batten.yaml', TRANSFORMS);
    expect(Object.keys(config.transforms!).sort()).toEqual(TRANSFORMS.map(({ id }) => id).sort());
    expect(config.ignore.map(({ service }) => service)).toEqual(['db', 'a: b']);
    for (const { id, options } of TRANSFORMS) {
      if (options.length === 0) continue;
      const defaults = Object.fromEntries(options.map((option) => [option.name, option.default]));
      expect([id, config.transforms![id]]).toEqual([id, defaults]);
    }
    expect(config).toMatchObject({ exclude: ['legacy/'], baseline: 'batten-baseline.json' });
  });

  test('words from a Compose file stay in their comment', () => {
    const evil = finding({ status: 'manual', message: 'x\nskip: [user]\u2028only: []\r', service: 'a\nskip: []' });
    const text = starterConfig([result([evil], { path: 'a\nb.yaml' })], TRANSFORMS);
    expect(readConfig(text, '.batten.yaml', TRANSFORMS)).toEqual({ preset: 'recommended', confidence: 'generic', ignore: [] });
  });

  test('never replaces one, unless told', () => {
    const cwd = project({ 'compose.yaml': STACK, '.batten.yml': 'skip: [user]\n' });
    const { code, err } = batten(['init'], { cwd });
    expect([code, err]).toEqual([
      2,
      '.batten.yml: error: there is a configuration already\n  hint: change it, or replace it with --force\n',
    ]);
    expect(read(cwd, '.batten.yml')).toBe('skip: [user]\n');
    expect(batten(['init', '--force'], { cwd }).err).toBe('Wrote .batten.yml\n');
    expect(read(cwd, '.batten.yml')).toContain('preset: recommended');
  });

  test('looks below when there is nothing here, and does without any file', () => {
    const below = project({ 'stacks/compose.yaml': STACK });
    batten(['init'], { cwd: below });
    expect(read(below, '.batten.yaml')).toContain('stacks/compose.yaml');
    const nothing = project({});
    expect(batten(['init'], { cwd: nothing }).code).toBe(0);
    expect(read(nothing, '.batten.yaml')).toContain('the Compose files here');
  });
});
