import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { batten, MAIN, project, read, removeProjects, STACK, scrubbedEnv } from './run';

afterEach(removeProjects);

const ROOT = path.join(__dirname, '..', '..');
const HARDENED = 'services:\n  job:\n    image: acme/job:1\n    user: "1000:1000"\n    cap_drop: [ALL]\n';
const CONFIG = 'only: [user, cap-drop]\n';

function yaml(file: string) {
  return parse(readFileSync(path.join(ROOT, file), 'utf8'));
}

describe('the workflow for GitHub', () => {
  interface Step {
    name?: string;
    if?: string;
    run?: string;
    with?: Record<string, string>;
  }
  const steps = yaml('docs/ci/github-workflow.yml').jobs.compose.steps as Step[];

  /** Runs its steps as GitHub does: the ones with `failure()` only after one that failed. */
  function run(files: Record<string, string>) {
    const cwd = project({ '.batten.yaml': CONFIG, ...files });
    mkdirSync(path.join(cwd, '.git'));
    const bin = project({ summary: '' });
    writeFileSync(path.join(bin, 'batten'), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
    chmodSync(path.join(bin, 'batten'), 0o755);
    const summary = path.join(bin, 'summary');
    const env = { ...scrubbedEnv(), PATH: `${bin}:${scrubbedEnv().PATH}`, GITHUB_STEP_SUMMARY: summary, GITHUB_WORKSPACE: cwd };
    const ran: Record<string, { status: number | null; stdout: string }> = {};
    let failed = false;
    for (const { name, if: when, run: script } of steps) {
      if (!name || !script || (when === 'failure()') !== failed) continue;
      const { status, stdout } = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], { cwd, env, encoding: 'utf8' });
      ran[name] = { status, stdout };
      failed ||= status !== 0;
    }
    return { cwd, ran, failed, summary: readFileSync(summary, 'utf8') };
  }

  test('fails with annotations, a summary, SARIF and a patch', () => {
    const { cwd, ran, failed, summary } = run({ 'stacks/compose.yaml': STACK });
    expect(failed).toBe(true);
    expect(ran.Check!.stdout).toMatch(/^::error file=stacks\/compose\.yaml,line=\d+/);
    expect(summary).toContain('### batten');
    const { sarif_file: sarif } = steps.find((step) => step.with?.sarif_file)!.with!;
    expect(JSON.parse(read(cwd, sarif)).runs[0].results.length).toBeGreaterThan(2);
    const { path: patch } = steps.find((step) => step.if === 'failure()' && step.with?.path)!.with!;
    expect(read(cwd, patch)).toMatch(/^--- a\/stacks\/compose\.yaml\n/);
  });

  test('passes when there is nothing to do', () => {
    const { ran, failed, cwd } = run({ 'compose.yaml': HARDENED });
    expect([failed, Object.keys(ran)]).toEqual([false, ['Code scanning', 'Summary', 'Check']]);
    expect(existsSync(path.join(cwd, 'hardening.patch'))).toBe(false);
  });
});

describe('the hooks for pre-commit', () => {
  const hooks = yaml('.pre-commit-hooks.yaml') as { id: string; entry: string; language: string; files: string }[];
  const entry = (id: string) =>
    hooks
      .find((hook) => hook.id === id)!
      .entry.split(' ')
      .slice(1);

  test('look at the files Compose would load, and at no others', () => {
    for (const { files, entry: command, language } of hooks) {
      const matches = (name: string) => new RegExp(files).test(name);
      for (const name of ['compose.yaml', 'a/docker-compose.yml', 'compose.prod.yml', 'a b/compose.override.yaml'])
        expect(matches(name)).toBe(true);
      for (const name of ['x-compose.yaml', 'compose.yaml.bak', 'compose.d/x.yaml', 'docker-compose.json'])
        expect(matches(name)).toBe(false);
      expect([command.split(' ')[0], language]).toEqual(['batten', 'node']);
    }
  });

  test('check fails with a finding and touches nothing', () => {
    const cwd = project({ '.batten.yaml': CONFIG, 'compose.yaml': STACK, 'b/compose.yaml': HARDENED });
    expect(batten([...entry('batten-check'), 'compose.yaml', 'b/compose.yaml'], { cwd }).code).toBe(1);
    expect(read(cwd)).toBe(STACK);
    expect(batten([...entry('batten-check'), 'b/compose.yaml'], { cwd }).code).toBe(0);
  });

  test('fix fails once, having changed the file, and passes then', () => {
    const cwd = project({ '.batten.yaml': CONFIG, 'compose.yaml': STACK });
    expect(batten([...entry('batten-fix'), 'compose.yaml'], { cwd }).code).toBe(1);
    expect(read(cwd)).toContain('cap_drop:');
    expect(batten([...entry('batten-fix'), 'compose.yaml'], { cwd }).code).toBe(0);
  });
});
