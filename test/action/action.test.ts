import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { Api } from '../../src/action/api';
import { sayReview, suggestionText } from '../../src/action/comment';
import { changedLines, concerns } from '../../src/action/hunks';
import { type Review, readReview } from '../../src/action/review';
import { replacedLines, type Suggestion, suggestionsOf } from '../../src/action/suggestions';
import { batten, project, read, removeProjects, STACK, scrubbedEnv } from '../cli/run';
import { MockApi } from './mock';

const ROOT = path.join(__dirname, '..', '..');
const ACTION = path.join(ROOT, 'dist', 'action', 'main.js');
const HEAD = 'a'.repeat(40);
const IDS = new Set(['cap-drop', 'ports', 'user']);

afterEach(removeProjects);

const SUGGESTION: Suggestion = {
  path: 'compose.yaml',
  startLine: 3,
  endLine: 3,
  text: '    image: nginx:1.27 # the front\n    cap_drop:\n      - ALL',
  transform: 'cap-drop',
  service: 'web',
  severity: 'high',
  message: '"web" keeps capabilities',
  fingerprint: 'f'.repeat(32),
};
const REVIEW: Review = {
  version: 1,
  head: HEAD,
  findings: [
    { severity: 'high', transform: 'cap-drop', service: 'web', path: 'compose.yaml', line: 2, message: '"web" keeps capabilities' },
  ],
  total: 1,
  comparison: {
    from: { name: 'main' },
    to: { name: 'HEAD' },
    projects: [
      {
        path: 'compose.yaml',
        status: 'changed',
        changes: [
          {
            direction: 'gives',
            kind: 'port',
            service: 'web',
            severity: 'medium',
            what: 'port 80 → 80/tcp on all addresses',
            side: 'after',
            place: { file: 'compose.yaml', line: 4 },
          },
        ],
        notes: [],
      },
    ],
  },
  suggestions: [SUGGESTION],
};

describe('a suggestion', () => {
  test('does to its lines what the fix in the report does to the file', () => {
    const cwd = project({
      'compose.yaml': STACK,
      'flow.yaml': 'services: { web: { image: "nginx:1.27", ports: ["80:80"] } }\n',
      'one.yaml': 'services:\n  db:\n    image: postgres:16\n    privileged: true\n    ports: ["5432:5432"]',
    });
    const { out } = batten(['check', 'compose.yaml', 'flow.yaml', 'one.yaml', '--format', 'sarif', '--exit-zero'], {
      cwd,
      env: { GITHUB_WORKSPACE: cwd },
    });
    const suggestions = suggestionsOf(out, (file) => (existsSync(path.join(cwd, file)) ? read(cwd, file) : undefined));
    expect(suggestions.length).toBeGreaterThan(10);
    const fixes = new Map<string, { path: string; replacements: never[] }>();
    for (const { partialFingerprints, fixes: all = [], locations } of JSON.parse(out).runs[0].results) {
      const [change] = all[0]?.artifactChanges ?? [];
      const key = `${locations[0].physicalLocation.artifactLocation.uri} ${Object.values(partialFingerprints)[0]}`;
      if (change) fixes.set(key, { path: change.artifactLocation.uri, replacements: change.replacements });
    }
    for (const { path: file, fingerprint, startLine, endLine, text } of suggestions) {
      const before = read(cwd, file);
      const lines = before.split('\n');
      const suggested = [...lines.slice(0, startLine - 1), ...(text === '' ? [] : text.split('\n')), ...lines.slice(endLine)].join('\n');
      expect(suggested.trimEnd()).toBe(applied(before, fixes.get(`${file} ${fingerprint}`)!.replacements).trimEnd());
    }
  });

  test('takes no more lines than it needs, and none of a file with CRLF', () => {
    const at = (line: number, column: number, text: string, end = [line, column]) => ({
      deletedRegion: { startLine: line, startColumn: column, endLine: end[0]!, endColumn: end[1]! },
      insertedContent: { text },
    });
    const text = 'a:\n  b: 1\n  c: 2\n';
    expect(replacedLines(text, [at(3, 1, '  x: 1\n')])).toEqual({ startLine: 2, endLine: 2, text: '  b: 1\n  x: 1' });
    expect(replacedLines(text, [at(4, 1, '  x: 1\n')])).toEqual({ startLine: 3, endLine: 3, text: '  c: 2\n  x: 1' });
    expect(replacedLines(text, [at(2, 6, '7', [2, 7])])).toEqual({ startLine: 2, endLine: 2, text: '  b: 7' });
    expect(replacedLines(text, [at(2, 1, '', [3, 1])])).toEqual({ startLine: 2, endLine: 2, text: '' });
    expect(replacedLines(text.replaceAll('\n', '\r\n'), [at(2, 6, '7', [2, 7])])).toBeUndefined();
    expect(replacedLines('x\n'.repeat(200), [at(2, 1, 'y'), at(150, 1, 'y')])).toBeUndefined();
  });

  test('is for a line that the pull request changed, where a comment can stand', () => {
    const lines = changedLines(
      '@@ -1,4 +1,5 @@\n services:\n   web:\n-    image: a\n+    image: b\n+    tty: true\n     ports: []\n@@ -20 +21 @@ x\n-a\n+b',
    );
    expect([...lines.added]).toEqual([3, 4, 21]);
    expect(lines.shown).toEqual([
      [1, 5],
      [21, 21],
    ]);
    expect([concerns(lines, 3, 3), concerns(lines, 2, 4), concerns(lines, 1, 2), concerns(lines, 4, 8), concerns(lines, 21, 21)]).toEqual([
      true,
      true,
      false,
      false,
      true,
    ]);
  });

  test('is in a block that nothing in it ends', () => {
    const text = suggestionText({ ...SUGGESTION, text: '````\n<!-- x -->\n@everyone', message: '<img src=x> @everyone `x`' });
    expect(text).toContain('\n`````suggestion\n````\n<!-- x -->\n@everyone\n`````\n');
    expect(text.split('\n')[1]).toContain('&#60;img');
  });
});

/** As any reader of SARIF applies a fix: from the end to the start. */
function applied(
  text: string,
  replacements: readonly {
    deletedRegion: { startLine: number; startColumn: number; endLine: number; endColumn: number };
    insertedContent: { text: string };
  }[],
): string {
  const starts = text.split('\n').map((_, index, lines) => lines.slice(0, index).join('\n').length + (index === 0 ? 0 : 1));
  const offset = (line: number, column: number): number => (starts[line - 1] ?? text.length) + column - 1;
  return [...replacements]
    .sort(
      (a, b) =>
        offset(b.deletedRegion.startLine, b.deletedRegion.startColumn) - offset(a.deletedRegion.startLine, a.deletedRegion.startColumn),
    )
    .reduce(
      (out, { deletedRegion: { startLine, startColumn, endLine, endColumn }, insertedContent }) =>
        out.slice(0, offset(startLine, startColumn)) + insertedContent.text + out.slice(offset(endLine, endColumn)),
      text,
    );
}

describe('a review, said', () => {
  let mock: MockApi;
  let api: Api;
  const waits: number[] = [];
  beforeEach(async () => {
    mock = new MockApi();
    mock.files = [
      {
        filename: 'compose.yaml',
        status: 'modified',
        patch: '@@ -1,3 +1,4 @@\n services:\n   web:\n+    image: nginx:1.27 # the front\n     ports:',
      },
    ];
    waits.length = 0;
    const wait = async (time: number): Promise<void> => void waits.push(time);
    api = new Api({ url: await mock.start(), token: 't0ken', wait });
  });
  afterEach(() => mock.stop());
  const say = (review = REVIEW): Promise<string[]> =>
    sayReview(api, { repository: 'me/shop', number: 7 }, review, { name: 'review', suggest: true });

  test('is one comment and the suggestions, and is updated instead of said again', async () => {
    expect(await say()).toEqual(['a comment was written', '1 suggested']);
    expect(mock.comments[0]!.body).toMatch(/^<!-- batten:review -->\n### batten: privileges\n/);
    expect(mock.comments[0]!.body).toContain('port 80 → 80/tcp on all addresses');
    expect(mock.reviewComments).toEqual([
      expect.objectContaining({
        path: 'compose.yaml',
        line: 3,
        side: 'RIGHT',
        body: expect.stringContaining('```suggestion\n    image: nginx:1.27 # the front\n    cap_drop:\n      - ALL\n```'),
      }),
    ]);
    expect(await say()).toEqual(['the comment says it already', 'no suggestion is for a changed line that has none yet']);
    expect(await say({ ...REVIEW, findings: [], total: 0 })).toEqual([
      'the comment was updated',
      'no suggestion is for a changed line that has none yet',
    ]);
    expect([mock.comments.length, mock.reviewComments.length]).toEqual([1, 1]);
    expect(mock.comments[0]!.body).toContain('Nothing to harden.');
    expect(mock.asked.every(({ token }) => token === 'Bearer t0ken')).toBe(true);
  });

  test('finds its comment behind a hundred others, and passes over one of somebody else', async () => {
    for (let id = 1000; id < 1150; id++) mock.comments.push({ id, body: 'lgtm' });
    mock.comments[20]!.body = '<!-- batten:review -->\nmine';
    mock.comments[20]!.foreign = true;
    mock.comments.push({ id: 2000, body: '<!-- batten:review -->\nold' });
    expect((await say())[0]).toBe('the comment was updated');
    expect(mock.comments.find(({ id }) => id === 2000)!.body).toContain('privileges');
    expect(mock.comments.length).toBe(151);
  });

  test('is not said of a commit that is no longer the head', async () => {
    mock.pull.head.sha = 'b'.repeat(40);
    expect(await say()).toEqual([expect.stringContaining('at another commit by now')]);
    expect(mock.asked.length).toBe(1);
  });

  test('suggests nothing for lines that are not changed, nor two for the same', async () => {
    const elsewhere = { ...SUGGESTION, startLine: 40, endLine: 40, fingerprint: 'e'.repeat(32) };
    const again = { ...SUGGESTION, fingerprint: 'd'.repeat(32) };
    expect((await say({ ...REVIEW, suggestions: [elsewhere, SUGGESTION, again, { ...SUGGESTION, path: 'other.yaml' }] }))[1]).toBe(
      '1 suggested',
    );
  });

  test('waits when it is asked to, and gives up when nothing helps', async () => {
    mock.first = [{ status: 429, headers: { 'retry-after': '3' } }, { status: 502 }];
    expect((await say())[0]).toBe('a comment was written');
    expect(waits).toEqual([3000, 4000]);
    mock.first = Array.from({ length: 4 }, () => ({ status: 500 }));
    await expect(say()).rejects.toThrow('GET /repos/me/shop/pulls/7: 500');
    mock.first = [{ status: 403 }];
    await expect(say()).rejects.toThrow('403');
  });

  test('follows nobody who sends it elsewhere', async () => {
    mock.first = [{ status: 302, headers: { location: 'http://127.0.0.1:1/' } }];
    await expect(say()).rejects.toThrow();
  });
});

describe('a review of a stranger', () => {
  const of = (over: object): Review | undefined => readReview(JSON.stringify({ ...REVIEW, ...over }), IDS);

  test('is read back as it was written', () => {
    expect(of({})).toEqual({
      ...REVIEW,
      comparison: { ...REVIEW.comparison, projects: [{ ...REVIEW.comparison!.projects[0], notes: [] }] },
    });
  });

  test.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['another version', JSON.stringify({ ...REVIEW, version: 2 })],
    ['no commit', JSON.stringify({ ...REVIEW, head: 'main' })],
  ])('%s is none', (_, text) => {
    expect(readReview(text, IDS)).toBeUndefined();
  });

  test('loses what is not of the form', () => {
    const bad = [
      { ...SUGGESTION, path: '../x' },
      { ...SUGGESTION, path: '/etc/passwd' },
      { ...SUGGESTION, transform: 'trust-me' },
      { ...SUGGESTION, startLine: 0 },
      { ...SUGGESTION, endLine: 2 },
      { ...SUGGESTION, endLine: 9000 },
      { ...SUGGESTION, text: 'x'.repeat(9000) },
      { ...SUGGESTION, fingerprint: '-->' },
      null,
      'x',
    ];
    expect(of({ suggestions: [...bad, SUGGESTION] })!.suggestions).toEqual([SUGGESTION]);
    expect(
      of({
        findings: [
          { ...REVIEW.findings[0], severity: 'funny' },
          { ...REVIEW.findings[0], line: '1' },
        ],
      })!.findings,
    ).toEqual([]);
    expect(of({ findings: Array.from({ length: 5000 }, () => REVIEW.findings[0]) })!.findings.length).toBe(200);
    expect(
      of({
        comparison: { from: { name: 'a' }, to: { name: 'b' }, projects: [{ path: 'x', status: 'changed', changes: [{ kind: 'x' }, 7] }] },
      })!.comparison!.projects[0]!.changes,
    ).toEqual([]);
  });

  test('formats nothing, calls nobody, and ends no comment', async () => {
    const mock = new MockApi();
    mock.files = [];
    try {
      const evil = '--> </details> @everyone [x](https://evil.example) <script>';
      const review = of({
        findings: [{ ...REVIEW.findings[0], service: evil, message: evil, path: 'a`b|c.yaml' }],
        comparison: {
          from: { name: evil },
          to: { name: evil },
          projects: [
            { path: evil, status: 'changed', changes: [{ ...REVIEW.comparison!.projects[0]!.changes[0], what: evil, service: evil }] },
          ],
        },
      })!;
      await sayReview(new Api({ url: await mock.start(), token: 't' }), { repository: 'me/shop', number: 7 }, review, {
        name: 'review',
        suggest: false,
      });
      const { body } = mock.comments[0]!;
      const outside = body.replace(/(`+)[^`].*?[^`]?\1/g, '');
      expect(outside).not.toMatch(/<script>|https:|@everyone|\]\(/);
      expect(body.match(/<details>/g)!.length).toBe(outside.match(/<\/details>/g)!.length);
    } finally {
      await mock.stop();
    }
  });
});

describe('action.yml', () => {
  const action = parse(readFileSync(path.join(ROOT, 'action.yml'), 'utf8')) as {
    inputs: Record<string, { description: string }>;
    runs: { using: string; steps: { shell: string; env: Record<string, string>; run: string; uses?: string }[] };
  };

  test('uses nothing of anybody else, and puts nothing of an event into a script', () => {
    expect(action.runs.using).toBe('composite');
    for (const { uses, run } of action.runs.steps) {
      expect(uses).toBeUndefined();
      expect(run).not.toContain('${{');
    }
    const used = Object.values(action.runs.steps[0]!.env).flatMap((value) =>
      [...value.matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name),
    );
    expect(used.sort()).toEqual(Object.keys(action.inputs).sort());
  });

  /** Runs its one step as GitHub does, with the inputs as they come to variables. */
  function act(cwd: string, env: Record<string, string>): Promise<{ code: number | null; out: string; err: string }> {
    return new Promise((resolve) => {
      const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', action.runs.steps[0]!.run], {
        cwd,
        env: { ...scrubbedEnv(), BATTEN_MAIN: ACTION, GITHUB_WORKSPACE: cwd, ...env },
      });
      let [out, err] = ['', ''];
      child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
      child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
      child.on('close', (code) => resolve({ code, out, err }));
    });
  }

  function git(cwd: string, ...words: string[]): string {
    const { stdout, status, stderr } = spawnSync('git', ['-c', 'user.name=n', '-c', 'user.email=n@example.com', ...words], {
      cwd,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    return stdout.trim();
  }

  test('in two stages: what the first leaves, the second says of the pull request of a fork', async () => {
    const cwd = project({ 'compose.yaml': STACK });
    git(cwd, 'init', '-q');
    git(cwd, 'add', '-A');
    git(cwd, 'commit', '-qm', 'one');
    const base = git(cwd, 'rev-parse', 'HEAD');
    writeFileSync(path.join(cwd, 'compose.yaml'), STACK.replace('    image: postgres:16\n', '    image: postgres:17\n    pid: host\n'));
    git(cwd, 'commit', '-qam', 'two');
    const head = git(cwd, 'rev-parse', 'HEAD');
    const summary = path.join(project({ summary: '' }), 'summary');
    const first = await act(cwd, {
      BATTEN_STAGE: 'check',
      BATTEN_BASE: base,
      BATTEN_HEAD: head,
      BATTEN_FAIL_ON: 'high',
      BATTEN_FAIL_CHECK: 'false',
      GITHUB_STEP_SUMMARY: summary,
      BATTEN_TOKEN: 'not-for-it',
    });
    expect([first.code, first.out]).toEqual([1, expect.stringMatching(/^::error file=compose\.yaml,line=\d+/)]);
    expect(first.out).toContain('title=namespace%3A db::Given: ');
    expect(readFileSync(summary, 'utf8')).toContain('### batten: privileges');
    const review = JSON.parse(read(cwd, 'batten-review.json')) as Review;
    expect(review.suggestions.length).toBeGreaterThan(5);
    expect(
      readReview(JSON.stringify(review), new Set(review.findings.map(({ transform }) => transform)))!.suggestions.length,
    ).toBeGreaterThan(5);

    const mock = new MockApi();
    mock.pull.head.sha = head;
    mock.files = [{ filename: 'compose.yaml', status: 'modified', patch: git(cwd, 'diff', base, head).split('\n').slice(4).join('\n') }];
    try {
      const env = {
        BATTEN_STAGE: 'comment',
        BATTEN_TOKEN: 't0ken',
        GITHUB_REPOSITORY: 'me/shop',
        GITHUB_API_URL: await mock.start(),
        BATTEN_HEAD: head,
      };
      expect(await act(cwd, { ...env, BATTEN_HEAD_OWNER: 'nobody', BATTEN_HEAD_BRANCH: 'x' })).toMatchObject({
        code: 0,
        err: expect.stringContaining('No pull request'),
      });
      const second = await act(cwd, { ...env, BATTEN_HEAD_OWNER: 'stranger', BATTEN_HEAD_BRANCH: 'patch' });
      expect(second).toEqual({ code: 0, out: '', err: expect.stringMatching(/^#7: a comment was written\n#7: \d+ suggested\n$/) });
      expect(mock.comments[0]!.body).toContain('the pid namespace of the host');
      expect(mock.reviewComments.every(({ body }) => body.includes('```suggestion\n'))).toBe(true);
      // What is suggested is for the lines that changed.
      const added = changedLines(mock.files[0]!.patch!).added;
      for (const { start_line: start, line } of mock.reviewComments)
        expect([...added].some((each) => each >= (start ?? line!) && each <= line!)).toBe(true);
    } finally {
      await mock.stop();
    }
  }, 60_000);

  test('says what is missing', async () => {
    const cwd = project({ 'compose.yaml': STACK });
    expect(await act(cwd, { BATTEN_MAIN: path.join(cwd, 'none.js') })).toMatchObject({
      code: 2,
      out: expect.stringContaining('was not built'),
    });
    expect(await act(cwd, { BATTEN_STAGE: 'comment', GITHUB_REPOSITORY: 'me/shop' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('batten-review.json: '),
    });
    writeFileSync(path.join(cwd, 'batten-review.json'), '{}');
    expect(await act(cwd, { BATTEN_STAGE: 'comment' })).toMatchObject({ code: 2, err: expect.stringContaining('is no review of batten') });
    expect(await act(cwd, { BATTEN_STAGE: 'all' })).toMatchObject({ code: 2, err: expect.stringContaining('stage "all" is none') });
  });
});
