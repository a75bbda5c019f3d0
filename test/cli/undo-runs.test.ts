import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { journalDirectory, journaledRuns } from '../../src/cli/journal';
import { batten, MAIN, project, read, removeProjects, STACK, scrubbedEnv } from './run';

afterEach(removeProjects);

/** Several projects, and a state of their own; `run` works above them. */
function projects(count: number) {
  const names = Array.from({ length: count }, (_, at) => `s${String(at).padStart(3, '0')}/compose.yaml`);
  const cwd = project(Object.fromEntries(names.map((name) => [name, STACK])));
  const state = project({});
  const host = { env: { XDG_STATE_HOME: state } };
  const run = (...args: string[]) => batten(args, { cwd, env: host.env });
  const changed = () => names.filter((name) => read(cwd, name) !== STACK);
  return { cwd, names, host, run, changed, journal: journalDirectory(host) };
}

describe('one run', () => {
  test('is one undo, over however many files', () => {
    const { run, names, changed } = projects(30);
    expect(run('fix', '--yes', '.').code).toBe(0);
    expect(changed()).toEqual(names);
    expect(run('undo', '--list').out).toMatch(/^\S+ \S+ {2}s000\/compose\.yaml and 29 more projects {2}30 files\n$/);
    const { code, err } = run('undo');
    expect([code, err.match(/^Restored /gm)?.length]).toEqual([0, 30]);
    expect(changed()).toEqual([]);
    expect(run('undo', '--list').out).toBe('');
  });

  test('is taken back from a directory of one of its projects as a whole', () => {
    const { cwd, run, changed, host } = projects(3);
    run('fix', '--yes', '.');
    expect(batten(['undo'], { cwd: path.join(cwd, 's001'), env: host.env }).code).toBe(0);
    expect(changed()).toEqual([]);
  });

  test.each([[['--file', 's001/compose.yaml']], [['-f', 's001/compose.yaml']], [['s001/compose.yaml']], [['s001']]])(
    'in part with %j, the rest with the next undo',
    (args) => {
      const { run, names, changed } = projects(3);
      run('fix', '--yes', '.');
      expect(run('undo', ...args)).toEqual({ code: 0, out: '', err: 'Restored s001/compose.yaml\n' });
      expect(changed()).toEqual([names[0], names[2]]);
      expect(run('undo').code).toBe(0);
      expect(changed()).toEqual([]);
    },
  );

  test('in several parts', () => {
    const { run, names, changed } = projects(3);
    run('fix', '--yes', '.');
    expect(run('undo', '--file', names[0]!, '--file', names[2]!).code).toBe(0);
    expect(changed()).toEqual([names[1]]);
    expect(run('undo', '--file', names[0]!)).toMatchObject({ code: 2, err: expect.stringContaining(`no write of batten to ${names[0]}`) });
  });

  test('leaves a project that was edited since, says so, and takes back the others', () => {
    const { cwd, run, names, changed } = projects(4);
    run('fix', '--yes', '.');
    const fixed = read(cwd, names[1]!);
    writeFileSync(path.join(cwd, names[1]!), `${fixed}# mine\n`);
    rmSync(path.join(cwd, names[2]!));
    const { code, err } = run('undo');
    expect(code).toBe(2);
    expect(err).toContain('s001/compose.yaml: error: was edited since batten wrote it\n  hint: nothing of its project was changed');
    expect(err).toContain('s002/compose.yaml: error: cannot be taken back: no such file');
    expect(err).toContain('2 projects taken back, 2 left as they are\n');
    expect(read(cwd, names[1]!)).toBe(`${fixed}# mine\n`);
    // They are still there to take back.
    writeFileSync(path.join(cwd, names[1]!), fixed);
    writeFileSync(path.join(cwd, names[2]!), fixed);
    expect(run('undo').code).toBe(0);
    expect(changed()).toEqual([]);
  });

  test('that wrote one after the other goes back in turn', () => {
    const { cwd, run, names } = projects(2);
    run('fix', '--yes', '.', '--only', 'cap-drop');
    const once = read(cwd, names[0]!);
    run('fix', '--yes', names[0]!);
    expect(run('undo', '--list').out.split('\n')).toHaveLength(3);
    expect(run('undo').err).toBe(`Restored ${names[0]}\n`);
    expect(read(cwd, names[0]!)).toBe(once);
    expect(run('undo').err.match(/Restored/g)).toHaveLength(2);
  });
});

/** Ends the process, as a kill would, at the nth rename: the last step of each write. */
function killedAt(step: number, cwd: string, env: Record<string, string>, args: readonly string[]) {
  const spy = path.join(project({}), 'spy.cjs');
  const text = `const fs = require('node:fs'); let count = 0;
    for (const name of ['renameSync', 'rmSync']) { const real = fs[name]; fs[name] = (...args) => { if (++count === ${step}) process.kill(process.pid, 'SIGKILL'); return real(...args); }; }`;
  writeFileSync(spy, text);
  return spawnSync(process.execPath, ['-r', spy, MAIN, ...args], { cwd, env: { ...scrubbedEnv(), ...env }, encoding: 'utf8' });
}

const WITH_SECRET = 'services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: made-up-5512\n';

/** All files, whatever they are called. */
function tree(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [path.relative(directory, path.join(parentPath, name)), read(parentPath, name)]),
  );
}

describe('a run that was killed', () => {
  test.each(Array.from({ length: 14 }, (_, at) => at + 1))('at write %i is taken back to what was there', (step) => {
    const cwd = project({ 'a/compose.yaml': WITH_SECRET, 'b/compose.yaml': WITH_SECRET });
    const before = tree(cwd);
    const env = { XDG_STATE_HOME: project({}) };
    const { signal } = killedAt(step, cwd, env, ['fix', '--yes', '.', '--preset', 'strict', '--confidence', 'guess']);
    const changed = JSON.stringify(tree(cwd)) !== JSON.stringify(before);
    const { code, err } = batten(['undo'], { cwd, env });
    if (signal !== null && step === 1) expect(code).toBe(2);
    else expect([code, err]).toEqual([0, expect.any(String)]);
    if (signal === 'SIGKILL' && changed && step > 2) expect(err).toMatch(/Restored|Removed|Unchanged/);
    expect(tree(cwd)).toEqual(before);
  });

  test.each(Array.from({ length: 8 }, (_, at) => at + 1))('an undo that was killed at step %i goes on', (step) => {
    const cwd = project({ 'a/compose.yaml': WITH_SECRET, 'b/compose.yaml': WITH_SECRET });
    const before = tree(cwd);
    const env = { XDG_STATE_HOME: project({}) };
    expect(batten(['fix', '--yes', '.', '--preset', 'strict', '--confidence', 'guess'], { cwd, env }).code).toBe(0);
    expect(Object.keys(tree(cwd)).length).toBeGreaterThan(2);
    killedAt(step, cwd, env, ['undo']);
    batten(['undo'], { cwd, env });
    expect(tree(cwd)).toEqual(before);
  });
});

describe('a hostile journal', () => {
  const at = (journal: string) => path.join(journal, readdirSync(journal)[0]!);
  const entry = (journal: string) => path.join(at(journal), readdirSync(at(journal))[0]!);

  test.each([
    ['is no JSON', '{'],
    ['is JSON of something else', '[1]'],
    ['is null', 'null'],
    ['holds a relative path', '{"version":2,"main":"/p/c","written":[{"path":"../x","real":"/x","before":"","after":"AFTER","made":[]}]}'],
    [
      'holds a path that is not straight',
      '{"version":2,"main":"/p/c","written":[{"path":"/p/../x","real":"/x","before":"","after":"AFTER","made":[]}]}',
    ],
    [
      'makes directories elsewhere',
      '{"version":2,"main":"/p/c","written":[{"path":"/p/c","real":"/p/c","before":"","after":"AFTER","made":["/etc"]}]}',
    ],
    ['has no texts', '{"version":2,"main":"/p/c","written":[{"path":"/p/c","real":"/p/c","before":7,"after":"AFTER","made":[]}]}'],
    ['is of another version', '{"version":9,"main":"/p/c","written":[]}'],
    ['is prototype', '{"version":2,"main":"/p/c","__proto__":{"written":[]}}'],
  ])('that %s is passed over', (_, text) => {
    const { run, changed, journal } = projects(2);
    run('fix', '--yes', 's000');
    writeFileSync(entry(journal), text.replaceAll('AFTER', '0'.repeat(64)));
    expect(run('undo', '--list')).toEqual({ code: 0, out: '', err: '' });
    expect(run('undo')).toMatchObject({ code: 2, err: expect.stringContaining('no write of batten in this directory') });
    expect(changed()).toHaveLength(1);
    // And it is in nobody's way.
    expect(run('fix', '--yes', 's001').code).toBe(0);
    expect(run('undo').code).toBe(0);
  });

  test.each(['FIFO', 'a link to /dev/zero', 'a directory', 'a file of another user'])(
    'with an entry that is %s is passed over, and said',
    (what) => {
      const { run, names, changed, journal } = projects(3);
      run('fix', '--yes', '.');
      const file = entry(journal);
      const text = read(path.dirname(file), path.basename(file));
      rmSync(file);
      if (what === 'FIFO') spawnSync('mkfifo', [file]);
      else if (what === 'a directory') mkdirSync(file);
      else if (what === 'a link to /dev/zero') symlinkSync('/dev/zero', file);
      else {
        writeFileSync(file, text);
        if (process.getuid?.() !== 0) return;
        chownSync(file, 12345, 12345);
      }
      const { code, err } = run('undo');
      expect([code, err]).toEqual([0, expect.stringContaining('1 entry of this run')]);
      expect(changed()).toEqual([names[0]]);
    },
  );

  test('whose place is a file, or a link to nowhere, keeps nobody from fixing', () => {
    for (const made of ['file', 'link'] as const) {
      const cwd = project({ 'compose.yaml': STACK });
      const state = project({});
      if (made === 'file') writeFileSync(path.join(state, 'batten'), 'x');
      else symlinkSync('/nonexistent/x', path.join(state, 'batten'));
      const { code, err } = batten(['fix', '--yes'], { cwd, env: { XDG_STATE_HOME: state } });
      expect([code, err]).toEqual([0, expect.stringContaining('batten undo will not be able to take this back')]);
      expect(batten(['undo'], { cwd, env: { XDG_STATE_HOME: state } }).code).toBe(2);
    }
  });
});

test('two runs at once have a number each', async () => {
  const { cwd, run, host, changed } = projects(6);
  await Promise.all(
    Array.from({ length: 6 }, (_, index) => {
      const child = spawn(process.execPath, [MAIN, 'fix', '--yes', `s00${index}`], {
        cwd,
        env: { ...scrubbedEnv(), ...host.env },
        stdio: 'ignore',
      });
      return new Promise((done) => child.on('close', done));
    }),
  );
  expect(journaledRuns(host).map(({ entries }) => entries.length)).toEqual([1, 1, 1, 1, 1, 1]);
  for (let at = 0; at < 6; at++) expect(run('undo').code).toBe(0);
  expect(changed()).toEqual([]);
  expect(existsSync(cwd)).toBe(true);
}, 60_000);

describe('a write that fails', () => {
  const STEPS = ['openSync', 'writeFileSync', 'fchmodSync', 'fsyncSync', 'renameSync', 'mkdirSync', 'rmSync', 'rmdirSync'] as const;

  /** The disk is full at the nth of all steps of writing, and, with `on`, from then on. */
  function failing(step: number, on: boolean, cwd: string, env: Record<string, string>, args: readonly string[]) {
    const spy = path.join(project({}), 'spy.cjs');
    const text = `const fs = require('node:fs'); let count = 0;
      const here = ${JSON.stringify(cwd)};
      const fds = new Map();
      for (const name of ${JSON.stringify(STEPS)}) { const real = fs[name]; fs[name] = (...args) => {
        const place = typeof args[0] === 'number' ? fds.get(args[0]) : String(args[0]);
        const writes = place?.startsWith(here) && (name !== 'openSync' || args[1] === 'wx');
        if (writes && (++count === ${step} || (${on} && count > ${step}))) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
        const out = real(...args);
        if (name === 'openSync' && writes) fds.set(out, place);
        return out; }; }
      process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(`${spy}.count`)}, String(count)));`;
    writeFileSync(spy, text);
    const ran = spawnSync(process.execPath, ['-r', spy, MAIN, ...args], { cwd, env: { ...scrubbedEnv(), ...env }, encoding: 'utf8' });
    return { ...ran, steps: Number(read(path.dirname(spy), 'spy.cjs.count')) };
  }

  // Every sixth step is tried, and with BATTEN_FULL=1 each.
  const STRIDE = process.env.BATTEN_FULL ? 1 : 6;
  const FIX = ['fix', '--yes', '.', '--preset', 'strict', '--confidence', 'guess'];

  test.each([false, true])(
    'at any step (and after it: %s) leaves what was there, or what undo takes back',
    (on) => {
      let failed = 0;
      for (let step = on ? 2 : 1; ; step += STRIDE) {
        const cwd = project({ 'a/compose.yaml': WITH_SECRET });
        const before = tree(cwd);
        const env = { XDG_STATE_HOME: project({}) };
        const { status, steps, stderr } = failing(step, on, cwd, env, FIX);
        if (steps < step) break;
        failed++;
        expect([step, status, stderr.includes('internal')]).toEqual([step, expect.any(Number), false]);
        batten(['undo'], { cwd, env });
        const after = tree(cwd);
        const left = Object.keys(after).filter((name) => !name.endsWith('.tmp'));
        expect([step, Object.fromEntries(left.map((name) => [name, after[name]]))]).toEqual([step, before]);
      }
      expect(failed).toBeGreaterThan(Math.floor(8 / STRIDE));
    },
    300_000,
  );
});
