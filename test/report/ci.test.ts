import { githubReport as githubReportText } from '../../src/report/github';
import { gitlabReport as gitlabReportText } from '../../src/report/gitlab';
import { junitReport as junitReportText } from '../../src/report/junit';
import { markdownReport as markdownReportText } from '../../src/report/markdown';
import { statistics } from '../../src/report/statistics';
import { FAILED, finding, HELD, MANUAL, result, SUPPRESSED } from './findings';
import { textOf } from './text-of';

const githubReport = textOf(githubReportText);
const gitlabReport = textOf(gitlabReportText);
const junitReport = textOf(junitReportText);
const markdownReport = textOf(markdownReportText);

const ALL = [result([MANUAL, finding(), HELD, SUPPRESSED, finding({ status: 'fixed', service: 'done' })]), FAILED];
const WARNED = result([], {
  after: 'a',
  status: 'clean',
  warnings: [{ code: 'unused-ignore', message: 'it does nothing', line: 3, column: 5 }],
});

describe('workflow commands', () => {
  test('the worst first, without what is mended or suppressed', () => {
    expect(githubReport([...ALL, WARNED], (file) => `stacks/${file}`).split('\n')).toEqual([
      '::error file=stacks/bad.yaml,line=3,col=5,title=batten::a key twice',
      '::warning file=stacks/compose.yaml,line=3,col=5,title=batten::it does nothing',
      '::error file=stacks/compose.yaml,line=7,col=3,title=privileged%3A db::"db" keeps capabilities. Not changed: it uses /dev of the host',
      '::error file=stacks/compose.yaml,line=7,col=3,title=cap-drop%3A db::"db" keeps capabilities. Plan (known): drop all capabilities of "db"',
      '::warning file=stacks/compose.yaml,line=7,col=3,title=read-only%3A web::"db" keeps capabilities. Plan (guess): drop all capabilities of "db"',
      '',
    ]);
  });

  test('a name can neither end a command nor start one', () => {
    const evil = finding({ service: 'a,line=1::b\n::set-output name=x::y', message: '50% of\r\n::error::it' });
    const text = githubReport([result([evil], { path: 'a:b,c.yaml' })], () => undefined);
    expect(text.split('\n')).toHaveLength(2);
    expect(text).toContain('file=a%3Ab%2Cc.yaml,');
    expect(text).toContain('title=cap-drop%3A a%2Cline=1%3A%3Ab%0A%3A%3Aset-output name=x%3A%3Ay::50%25 of%0D%0A::error::it. Plan');
  });

  test('masks credentials', () => {
    expect(githubReport([result([finding({ message: 'DB_PASSWORD=hunter2' })])], () => undefined)).not.toContain('hunter2');
  });
});

describe('Code Quality for GitLab', () => {
  const issues = (...results: Parameters<typeof gitlabReport>[0][number][]) =>
    JSON.parse(gitlabReport(results, (file) => `stacks/${file}`));

  test('has what GitLab asks of an issue, without what is mended or suppressed', () => {
    const all = issues(...ALL);
    expect(all.map((issue: { check_name: string; severity: string }) => [issue.check_name, issue.severity])).toEqual([
      ['batten/privileged', 'blocker'],
      ['batten/cap-drop', 'critical'],
      ['batten/read-only', 'major'],
      ['batten/unreadable', 'blocker'],
    ]);
    expect(all[1]).toEqual({
      description: '"db" keeps capabilities. Plan (known): drop all capabilities of "db"',
      check_name: 'batten/cap-drop',
      fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
      severity: 'critical',
      location: { path: 'stacks/compose.yaml', lines: { begin: 7 } },
    });
  });

  test('gives each issue a fingerprint of its own, the same as long as it is the same', () => {
    const one = result([finding(), finding()]);
    const other = result([finding({ message: 'said otherwise', range: { start: { line: 70, column: 1 }, end: { line: 71, column: 1 } } })]);
    const prints = issues(one, { ...one, path: 'other.yaml' }).map(({ fingerprint }: { fingerprint: string }) => fingerprint);
    expect(new Set(prints).size).toBe(4);
    expect(issues(other)[0].fingerprint).toBe(prints[0]);
  });

  test('masks credentials, and says what was not looked at', () => {
    const text = gitlabReport(
      [result([finding({ message: 'DB_PASSWORD=hunter2' })], { unseen: [{ code: 'remote', message: 'x is remote' }] })],
      () => undefined,
    );
    expect(text).not.toContain('hunter2');
    expect(JSON.parse(text)[0]).toMatchObject({
      check_name: 'batten/not-seen',
      severity: 'info',
      location: { path: 'compose.yaml', lines: { begin: 1 } },
    });
  });
});

describe('JUnit', () => {
  test('a file is a suite, a finding a test', () => {
    expect(junitReport([...ALL, WARNED])).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="batten" tests="7" failures="3" errors="1" skipped="1">
  <testsuite name="compose.yaml" tests="5" failures="3" errors="0" skipped="1">
    <testcase name="privileged: db" classname="compose.yaml" file="compose.yaml" line="7">
      <failure type="critical" message="&quot;db&quot; keeps capabilities">compose.yaml:7: &quot;db&quot; keeps capabilities. Not changed: it uses /dev of the host</failure>
    </testcase>
    <testcase name="cap-drop: db" classname="compose.yaml" file="compose.yaml" line="7">
      <failure type="high" message="&quot;db&quot; keeps capabilities">compose.yaml:7: &quot;db&quot; keeps capabilities. Plan (known): drop all capabilities of &quot;db&quot;</failure>
    </testcase>
    <testcase name="read-only: web" classname="compose.yaml" file="compose.yaml" line="7">
      <failure type="medium" message="&quot;db&quot; keeps capabilities">compose.yaml:7: &quot;db&quot; keeps capabilities. Plan (guess): drop all capabilities of &quot;db&quot;</failure>
    </testcase>
    <testcase name="ports: db" classname="compose.yaml" file="compose.yaml" line="7">
      <skipped message="the LAN"/>
    </testcase>
    <testcase name="cap-drop: done" classname="compose.yaml" file="compose.yaml" line="7"/>
  </testsuite>
  <testsuite name="bad.yaml" tests="1" failures="0" errors="1" skipped="0">
    <testcase name="the file can be read" classname="bad.yaml" file="bad.yaml">
      <error type="syntax" message="a key twice">bad.yaml:3:5: a key twice</error>
    </testcase>
  </testsuite>
  <testsuite name="compose.yaml" tests="1" failures="0" errors="0" skipped="0">
    <testcase name="nothing to harden" classname="compose.yaml" file="compose.yaml"/>
  </testsuite>
</testsuites>
`);
  });

  test('nothing in a name is markup, or a character that XML forbids', () => {
    const text = junitReport([
      result([finding({ service: '"/><x a="]]>\u0000\u001b', message: '&amp; PASSWORD=hunter2' })], { path: '<a&b>.yaml' }),
    ]);
    expect(text).toContain('name="cap-drop: &quot;/&gt;&lt;x a=&quot;]]&gt;\\u0000\\u001b"');
    expect(text).toContain('message="&amp;amp; PASSWORD=');
    expect(text).not.toContain('hunter2');
  });
});

describe('markdown', () => {
  test('the numbers, what would change, and the rest folded away', () => {
    expect(markdownReport([...ALL, WARNED])).toBe(`### batten

3 files · 1 change made · 1 change to make · 1 held back · 1 for you to decide · 1 ignored · 1 not read

**\`bad.yaml:3\`** could not be read: a key twice

- \`compose.yaml:3\`: it does nothing

| severity | where | what | finding | change |
| --- | --- | --- | --- | --- |
| 🟠 high | \`db\`<br>\`compose.yaml:7\` | \`cap-drop\` · known | "db" keeps capabilities | drop all capabilities of "db" |
| 🟠 high | \`done\`<br>\`compose.yaml:7\` | \`cap-drop\` · known | "db" keeps capabilities | drop all capabilities of "db" |

<details>
<summary>Held back: it could break (1)</summary>

| severity | where | what | finding | change |
| --- | --- | --- | --- | --- |
| 🟡 medium | \`web\`<br>\`compose.yaml:7\` | \`read-only\` · guess | "db" keeps capabilities | drop all capabilities of "db" (may break: initialisation scripts) |

</details>

<details>
<summary>For you to decide (1)</summary>

| severity | where | what | finding | change |
| --- | --- | --- | --- | --- |
| 🔴 critical | \`db\`<br>\`compose.yaml:7\` | \`privileged\` | "db" keeps capabilities | it uses /dev of the host<br>\`privileged: false\`<br>\`PASSWORD: ••••\` |

</details>
`);
  });

  test('names from the file format nothing and call nobody', () => {
    const evil = finding({ service: '`<b>|x', message: '@team <img src=x> | [a](b) `c`\n# d', plan: 'TOKEN=hunter2' });
    const row = markdownReport([result([evil])])
      .split('\n')
      .find((line) => line.includes('cap-drop'))!;
    expect(row.split(/(?<!\\)\|/)).toHaveLength(7);
    expect(row).toContain('| `@team` &#60;img src=x&#62; \\| \\[a\\](b) \\`c\\`\\\\n# d | TOKEN=•••• |');
  });

  test('a long report says what it leaves out', () => {
    const many = Array.from({ length: 230 }, (_, at) => finding({ service: `s${at}` }));
    const text = markdownReport([result(many)]);
    expect(text).toContain('… and 30 more');
    expect(text.length).toBeLessThan(65_536);
  });
});

test('statistics count by transform, the most first', () => {
  const other = result([finding(), finding({ service: 'b', path: ['services', 'b'] }), HELD], { path: 'b.yaml' });
  expect(statistics([...ALL, other])).toEqual([
    { transform: 'cap-drop', findings: 4, services: 4, fixed: 4, held: 0, manual: 0, suppressed: 0 },
    { transform: 'read-only', findings: 2, services: 2, fixed: 0, held: 2, manual: 0, suppressed: 0 },
    { transform: 'ports', findings: 1, services: 1, fixed: 0, held: 0, manual: 0, suppressed: 1 },
    { transform: 'privileged', findings: 1, services: 1, fixed: 0, held: 0, manual: 1, suppressed: 0 },
  ]);
});
