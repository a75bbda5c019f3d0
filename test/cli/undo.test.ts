import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Journal, journalDirectory, journaledRuns } from '../../src/cli/journal';
import { batten, project, read, removeProjects, STACK } from './run';

afterEach(removeProjects);

/** A project with a state of its own; `run` works in it. */
function fixed(text = STACK) {
  const cwd = project({ 'compose.yaml': text });
  const state = project({});
  const run = (...args: string[]) => batten(args, { cwd, env: { XDG_STATE_HOME: state } });
  expect(run('fix', '--yes').code).toBe(0);
  expect(read(cwd)).not.toBe(text);
  const entries = () => journaledRuns({ env: { XDG_STATE_HOME: state } }).flatMap((run) => run.entries);
  return { cwd, state, run, entries };
}

describe('undo', () => {
  test.each([
    ['a plain file', STACK],
    ['CRLF, a BOM and no final newline', `\uFEFF${STACK.replaceAll('\n', '\r\n').trimEnd()}`],
  ])('restores %s byte for byte, and its mode', (_, text) => {
    const { cwd, run } = fixed(text);
    chmodSync(path.join(cwd, 'compose.yaml'), 0o640);
    expect(run('undo')).toEqual({ code: 0, out: '', err: 'Restored compose.yaml\n' });
    expect(readFileSync(path.join(cwd, 'compose.yaml')).equals(Buffer.from(text))).toBe(true);
    expect(statSync(path.join(cwd, 'compose.yaml')).mode & 0o777).toBe(0o640);
  });

  test('goes back write by write, and no further', () => {
    const { cwd, run } = fixed();
    const once = read(cwd);
    const changed = `${once}# more\n`.replace('    image: nginx', '    privileged: true\n    image: nginx');
    writeFileSync(path.join(cwd, 'compose.yaml'), changed);
    run('fix', '--yes', '--confidence', 'guess');
    expect(read(cwd)).not.toBe(changed);
    expect(run('undo').code).toBe(0);
    expect(read(cwd)).toBe(changed);
    // The person's own edit lies between the two.
    expect(run('undo').code).toBe(2);
    writeFileSync(path.join(cwd, 'compose.yaml'), once);
    expect(run('undo').code).toBe(0);
    expect(read(cwd)).toBe(STACK);
    expect(run('undo')).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no write of batten in this directory to take back'),
    });
  });

  test('refuses a file that was edited since, or is gone, and changes nothing', () => {
    const { cwd, run, entries } = fixed();
    const edited = `${read(cwd)}# mine\n`;
    writeFileSync(path.join(cwd, 'compose.yaml'), edited);
    const { code, err } = run('undo', 'compose.yaml');
    expect([code, err]).toEqual([
      2,
      'compose.yaml: error: was edited since batten wrote it\n  hint: nothing was changed; take it back by hand, or from version control\n',
    ]);
    expect(read(cwd)).toBe(edited);
    expect(entries()).toHaveLength(1);
  });

  test('takes back one project of several, the one that is named', () => {
    const cwd = project({ 'a/compose.yaml': STACK, 'b/compose.yaml': STACK });
    batten(['fix', '--yes', '.'], { cwd });
    const changed = read(cwd, 'a/compose.yaml');
    expect(batten(['undo', 'b/compose.yaml'], { cwd }).err).toBe('Restored b/compose.yaml\n');
    expect([read(cwd, 'a/compose.yaml'), read(cwd, 'b/compose.yaml')]).toEqual([changed, STACK]);
    expect(batten(['undo', 'b'], { cwd }).code).toBe(2);
    expect(batten(['undo', 'a'], { cwd }).code).toBe(0);
    expect(read(cwd, 'a/compose.yaml')).toBe(STACK);
  });

  test('takes back an override file, which is then gone', () => {
    const cwd = project({ 'compose.yaml': STACK });
    expect(batten(['fix', '--yes', '--override', 'hardened.yaml'], { cwd }).code).toBe(0);
    expect(existsSync(path.join(cwd, 'hardened.yaml'))).toBe(true);
    expect(batten(['undo'], { cwd }).err).toBe('Removed hardened.yaml\n');
    expect([existsSync(path.join(cwd, 'hardened.yaml')), read(cwd)]).toEqual([false, STACK]);
  });

  test('--list shows what there is, and changes nothing', () => {
    const { cwd, run } = fixed();
    expect(run('undo', '--list').out).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d {2}compose\.yaml {2}1 file\n$/);
    expect(read(cwd)).not.toBe(STACK);
  });
});

describe('what is kept', () => {
  test('is outside of the project, and for nobody else to read', () => {
    const { cwd, state, entries } = fixed();
    expect(readdirSync(cwd)).toEqual(['compose.yaml']);
    expect(entries()[0]!.written[0]!.before).toBe(STACK);
    expect(statSync(entries()[0]!.file).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(state, 'batten', 'undo')).mode & 0o777).toBe(0o700);
  });

  test('is only so much of a project', () => {
    const state = project({});
    const host = { env: { XDG_STATE_HOME: state } };
    const note = (main: string, before: string): void => {
      new Journal(host).note(main, [{ path: main, real: main, before, after: 'x' }]);
    };
    note('/other/compose.yaml', 'first');
    for (let at = 0; at < 14; at++) note('/p/compose.yaml', `${at}`);
    note('/other/compose.yaml', 'a');
    const kept = journaledRuns(host).map(({ entries }) => entries[0]!.written[0]!.before);
    expect(kept).toEqual(['a', '13', '12', '11', '10', '9', '8', '7', '6', '5', '4', 'first']);
  });

  test('is a run as a whole, as long as one of its projects wants it', () => {
    const state = project({});
    const host = { env: { XDG_STATE_HOME: state } };
    const both = new Journal(host);
    for (const main of ['/p/compose.yaml', '/q/compose.yaml']) both.note(main, [{ path: main, real: main, before: 'old', after: 'x' }]);
    for (let at = 0; at < 12; at++) {
      new Journal(host).note('/p/compose.yaml', [{ path: '/p/compose.yaml', real: '/p/compose.yaml', before: `${at}`, after: 'x' }]);
    }
    expect(
      journaledRuns(host)
        .at(-1)!
        .entries.map(({ main }) => main),
    ).toEqual(['/p/compose.yaml', '/q/compose.yaml']);
  });

  test('nothing, when the write failed or there was none', () => {
    const { cwd, run, entries } = fixed();
    run('fix', '--yes');
    run('fix', '--diff');
    run('fix', '--yes', '-o', 'other.yaml');
    expect(entries()).toHaveLength(1);
    expect(read(cwd, 'other.yaml')).toBe(read(cwd));
  });

  test('the change is made all the same when it cannot be kept', () => {
    const cwd = project({ 'compose.yaml': STACK, 'state/batten': 'a file' });
    const { code, err } = batten(['fix', '--yes'], { cwd, env: { XDG_STATE_HOME: path.join(cwd, 'state') } });
    expect(code).toBe(0);
    expect(err).toContain('batten undo will not be able to take this back: ');
    expect(read(cwd)).toContain('cap_drop:');
  });

  test('in the home directory where the environment says nothing else', () => {
    expect(journalDirectory({ env: { HOME: '/home/me' } })).toBe('/home/me/.local/state/batten/undo');
    expect(journalDirectory({ env: { HOME: '/home/me', XDG_STATE_HOME: 'relative' } })).toBe('/home/me/.local/state/batten/undo');
  });
});

test('files beside it are taken back too: new ones go, with their directories', () => {
  const cwd = project({ 'compose.yaml': 'new\n', '.gitignore': 'old\nsecrets/\n' });
  const state = project({});
  const at = (name: string) => path.join(cwd, name);
  const file = (name: string) => ({ path: at(name), real: at(name) });
  new Journal({ env: { XDG_STATE_HOME: state } }).note(at('compose.yaml'), [
    { ...file('compose.yaml'), before: 'old\n', after: 'new\n' },
    { ...file('secrets/db/password'), before: undefined, after: 'hunter2' },
    { ...file('.gitignore'), before: 'old\n', after: 'old\nsecrets/\n' },
  ]);
  mkdirSync(at('secrets/db'), { recursive: true });
  writeFileSync(at('secrets/db/password'), 'edited');
  const run = () => batten(['undo'], { cwd, env: { XDG_STATE_HOME: state } });
  expect(run()).toMatchObject({ code: 2, err: expect.not.stringContaining('hunter2') });
  expect(read(cwd)).toBe('new\n');
  writeFileSync(at('secrets/db/password'), 'hunter2');
  expect(run().err).toBe('Restored compose.yaml\nRemoved secrets/db/password\nRestored .gitignore\n');
  expect([read(cwd), read(cwd, '.gitignore'), existsSync(at('secrets'))]).toEqual(['old\n', 'old\n', false]);
});
