import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
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

describe('recipes', () => {
  const RECIPES = ['github-workflow', 'github-pull-request', 'github-fork-check', 'github-fork-comment', 'forgejo', 'azure-pipelines'];

  test.each(['github-pull-request', 'github-fork-check', 'github-fork-comment'])(
    '%s: what it uses is pinned, and nothing of an event is in a script',
    (name) => {
      const workflow = yaml(`docs/ci/${name}.yml`) as {
        permissions: object;
        jobs: Record<string, { steps: { uses?: string; run?: string; with?: Record<string, unknown> }[] }>;
      };
      expect(workflow.permissions).toBeDefined();
      const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
      for (const { uses, run } of steps) {
        if (uses) expect(uses).toMatch(/^\.\/\.batten-source$|^actions\/[\w-]+@[0-9a-f]{40}$/);
        expect(run ?? '').not.toContain('${{');
      }
      const inputs = Object.keys(yaml('action.yml').inputs);
      const given = steps.filter(({ uses }) => uses === './.batten-source').flatMap((step) => Object.keys(step.with ?? {}));
      expect(given.filter((input) => !inputs.includes(input))).toEqual([]);
    },
  );

  test('the stage with a token that may write has none of the files of a fork', () => {
    const text = readFileSync(path.join(ROOT, 'docs/ci/github-fork-comment.yml'), 'utf8');
    expect(text).not.toMatch(/ref: .*(?:head|workflow_run)/);
    expect(yaml('docs/ci/github-fork-check.yml').permissions).toEqual({ contents: 'read' });
    expect(readFileSync(path.join(ROOT, 'docs/ci/github-fork-check.yml'), 'utf8')).not.toContain('token:');
  });

  test.each(RECIPES)('%s is a YAML file of one document', (name) => {
    expect(yaml(`docs/ci/${name}.yml`)).toBeInstanceOf(Object);
  });

  /** A repository in which a change publishes a port and joins the processes of the host. */
  function repository(): { cwd: string; base: string } {
    const cwd = project({ '.batten.yaml': CONFIG, 'compose.yaml': STACK });
    const git = (...words: string[]): string =>
      spawnSync('git', ['-c', 'user.name=n', '-c', 'user.email=n@example.com', ...words], { cwd, encoding: 'utf8' }).stdout.trim();
    git('init', '-q', '-b', 'main');
    git('add', '-A');
    git('commit', '-qm', 'one');
    git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    const base = git('rev-parse', 'HEAD');
    writeFileSync(path.join(cwd, 'compose.yaml'), STACK.replace('    image: postgres:16\n', '    image: postgres:16\n    pid: host\n'));
    git('commit', '-qam', 'two');
    return { cwd, base };
  }

  function shell(script: string, cwd: string, env: Record<string, string>) {
    const { status, stdout, stderr } = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], {
      cwd,
      env: { ...scrubbedEnv(), ...env },
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  }

  test('the component for GitLab leaves both reports, and fails for what is given', () => {
    const [head, body] = parseAllDocuments(readFileSync(path.join(ROOT, 'docs/ci/gitlab.yml'), 'utf8'));
    const { inputs } = (head!.toJSON() as { spec: { inputs: Record<string, { default?: string } | null> } }).spec;
    const { batten: job } = body!.toJSON() as {
      batten: { script: string[]; variables: Record<string, string>; artifacts: { reports: Record<string, string> } };
    };
    const given = (text: string): string => text.replace(/\$\[\[ inputs\.(\w+) \]\]/g, (_, name: string) => inputs[name]?.default ?? name);
    const used = [...JSON.stringify(body!.toJSON()).matchAll(/inputs\.(\w+)/g)].map(([, name]) => name!);
    expect([...new Set(used)].sort()).toEqual(Object.keys(inputs).sort());
    const { cwd, base } = repository();
    const variables = Object.fromEntries(Object.entries(job.variables).map(([name, value]) => [name, given(String(value))]));
    const script = job.script.join('\n').replaceAll('/tmp/batten/', `${ROOT}/`);
    const { status, stdout } = shell(script, cwd, { ...variables, CI_MERGE_REQUEST_DIFF_BASE_SHA: base });
    expect([status, stdout]).toEqual([1, expect.stringContaining('the pid namespace of the host')]);
    expect(JSON.parse(read(cwd, job.artifacts.reports.codequality)).length).toBeGreaterThan(1);
    expect(read(cwd, job.artifacts.reports.junit)).toMatch(/^<\?xml[\s\S]*<\/testsuites>\n$/);
    expect(shell(script, cwd, variables).status).toBe(0);
  });

  test('the workflow for Forgejo and Gitea fails for what is given', () => {
    const { cwd, base } = repository();
    const { steps } = yaml('docs/ci/forgejo.yml').jobs.compose as { steps: { name: string; run: string }[] };
    const run = (name: string) =>
      shell(steps.find((step) => step.name === name)!.run.replaceAll('/tmp/batten/', `${ROOT}/`), cwd, { BASE: base });
    expect(run('What the change gives')).toMatchObject({ status: 1, stdout: expect.stringContaining('the pid namespace of the host') });
    expect(run('Check')).toMatchObject({ status: 1, stdout: expect.stringMatching(/^compose\.yaml:\d+:\d+: /) });
  });

  test('the pipeline for Azure leaves test results and a summary', () => {
    const { cwd } = repository();
    const temporary = project({});
    symlinkSync(ROOT, path.join(temporary, 'batten'));
    const steps = yaml('docs/ci/azure-pipelines.yml').steps as { bash?: string; displayName?: string }[];
    const run = (name: string) =>
      shell(steps.find((step) => step.displayName === name)!.bash!, cwd, { AGENT_TEMPDIRECTORY: temporary, TARGET: 'main' });
    const check = run('Check');
    expect(check).toEqual({ status: 0, stderr: '', stdout: `##vso[task.uploadsummary]${temporary}/batten.md\n` });
    expect(read(temporary, 'batten-junit.xml')).toContain('<testsuites name="batten"');
    expect(read(temporary, 'batten.md')).toContain('### batten');
    expect(run('What the change gives')).toMatchObject({ status: 1, stdout: expect.stringContaining('the pid namespace of the host') });
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

  test('diff fails for what is not committed and gives much', () => {
    const cwd = project({ 'compose.yaml': STACK });
    const git = (...words: string[]) => spawnSync('git', ['-c', 'user.name=n', '-c', 'user.email=n@example.com', ...words], { cwd });
    git('init', '-q');
    git('add', '-A');
    git('commit', '-qm', 'one');
    expect(batten(entry('batten-diff'), { cwd }).code).toBe(0);
    writeFileSync(path.join(cwd, 'compose.yaml'), STACK.replace('ports:', 'pid: host\n    ports:'));
    expect(batten(entry('batten-diff'), { cwd })).toMatchObject({ code: 1, out: expect.stringContaining('namespace') });
  });

  test('fix fails once, having changed the file, and passes then', () => {
    const cwd = project({ '.batten.yaml': CONFIG, 'compose.yaml': STACK });
    expect(batten([...entry('batten-fix'), 'compose.yaml'], { cwd }).code).toBe(1);
    expect(read(cwd)).toContain('cap_drop:');
    expect(batten([...entry('batten-fix'), 'compose.yaml'], { cwd }).code).toBe(0);
  });
});
