import { objections } from '../schema';
import { batten, project, removeProjects, STACK } from './run';

afterEach(removeProjects);

interface Row {
  id: string;
  before: string;
  after: string;
  by?: string;
  services?: { before: number; after: number; of: number; left: string[] };
}

const HOST = { 'etc/docker/daemon.json': '{ "icc": true }\n' };

/** A report as docker-bench-security writes it. */
const measured = (results: Record<string, string>): string =>
  JSON.stringify({
    dockerbenchsecurity: '1.6.0',
    start: 1,
    tests: [
      { id: '2', desc: 'Docker daemon configuration', results: Object.entries(results).map(([id, result]) => ({ id, desc: 'x', result })) },
    ],
    checks: 2,
    score: 0,
    end: 2,
  });

function rowsOf(cwd: string, ...words: string[]): Map<string, Row> {
  const { code, out } = batten(['bench', '--root', '.', '--format', 'json', ...words], { cwd });
  expect(code).toBe(0);
  const data = JSON.parse(out);
  expect(objections('bench', data)).toEqual([]);
  return new Map((data.rows as Row[]).map((row) => [row.id, row]));
}

describe('bench', () => {
  test('says of each recommendation what batten does about it', () => {
    const rows = rowsOf(project({ ...HOST, 'compose.yaml': STACK }));
    expect(rows.size).toBe(117);
    expect(rows.get('2.2')).toMatchObject({ before: 'warn', after: 'pass', by: 'batten host --fix' });
    expect(rows.get('2.5')).toMatchObject({ before: 'pass', after: 'pass' });
    expect(rows.get('2.12')).toMatchObject({ before: 'decision' });
    expect(rows.get('1.1.6')).toMatchObject({ before: 'warn', after: 'warn' });
    expect(rows.get('5.26')).toMatchObject({
      before: 'warn',
      after: 'pass',
      services: { before: 0, after: 2, of: 2, left: [] },
      by: 'batten fix',
    });
    expect(rows.get('5.12')).toMatchObject({ before: 'warn', after: 'warn', services: { left: ['web', 'db'] } });
    // Only the Engine that runs knows.
    expect(rows.get('7.5')).toMatchObject({ before: 'unseen' });
  });

  test('does without a Compose file, and says so', () => {
    const cwd = project(HOST);
    expect(rowsOf(cwd).get('5.26')).toMatchObject({ before: 'unseen' });
    expect(batten(['bench', '--root', '.'], { cwd }).out).toContain('no Compose file was looked at');
  });

  test('takes what docker-bench-security measured', () => {
    const cwd = project({
      ...HOST,
      'before.json': measured({ '2.2': 'WARN', '2.9': 'PASS', '2.12': 'WARN', '2.1': 'NOTE' }),
      'after.json': measured({ '2.2': 'PASS', '2.9': 'PASS', '2.12': 'WARN', '2.1': 'NOTE' }),
    });
    const foretold = rowsOf(cwd, '--before', 'before.json');
    expect(foretold.get('2.2')).toMatchObject({ before: 'warn', after: 'pass' });
    expect(foretold.get('2.9')).toMatchObject({ before: 'pass', after: 'pass' });
    expect(foretold.get('2.14')).toMatchObject({ before: 'unseen' });
    const rows = rowsOf(cwd, '--before', 'before.json', '--after', 'after.json');
    expect(rows.get('2.2')).toMatchObject({ before: 'warn', after: 'pass' });
    expect(rows.get('2.12')).toMatchObject({ before: 'warn', after: 'warn', by: expect.stringMatching(/plugin/) });
    expect(batten(['bench', '--root', '.', '--before', 'before.json', '--after', 'after.json'], { cwd }).out).toContain('2 open → 1 open');
  });

  test.each<[string, string, RegExp]>([
    ['cut off', '{"tests": [', /was docker-bench-security interrupted/],
    ['something else', '{"a": 1}', /is no report of docker-bench-security/],
    ['empty', '{"tests": [{"results": [{"id": "x", "result": "WARN"}]}]}', /holds no result/],
    ['far too long', measured(Object.fromEntries(Array.from({ length: 2001 }, (_, at) => [`9.${at}`, 'PASS']))), /more than 2000 results/],
  ])('a report that is %s is 2', (_, text, message) => {
    const { code, err } = batten(['bench', '--root', '.', '--before', 'b.json'], { cwd: project({ ...HOST, 'b.json': text }) });
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  test('--exit-code, formats and a file', () => {
    const cwd = project({ ...HOST, 'compose.yaml': STACK });
    expect(batten(['bench', '--root', '.', '--exit-code'], { cwd }).code).toBe(1);
    expect(batten(['bench', '--root', '.', '--format', 'markdown'], { cwd }).out).toMatch(
      /\| 2\.2 \| .* \| warn \| pass \| batten host --fix \|/,
    );
    const { out } = batten(['bench', '--root', '.', '--format', 'sarif'], { cwd });
    expect(JSON.parse(out).runs[0].results.map(({ ruleId }: { ruleId: string }) => ruleId)).toContain('CIS-5.12');
    expect(batten(['bench', '--root', '.', '-o', 'table.txt'], { cwd })).toMatchObject({ code: 0, out: '' });
  });
});
