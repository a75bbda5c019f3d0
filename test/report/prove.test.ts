import { createColors } from '../../src/report/colors';
import { prettyProof as prettyProofText } from '../../src/report/prove';
import { htmlProof as htmlProofText } from '../../src/report/prove-html';
import { markdownProof as markdownProofText } from '../../src/report/prove-markdown';
import { say } from '../../src/report/text/screen';
import { report } from './proof';
import { textOf } from './text-of';

const prettyProof = textOf(prettyProofText);
const htmlProof = textOf(htmlProofText);
const markdownProof = textOf(markdownProofText);

const screen = { colors: createColors(false), width: 100 };

test('for a person: what ran, what had to give and why, and what fails by itself', () => {
  const text = prettyProof(report, screen);
  expect(text).toContain('compose.yaml  works in part: 1 of 2 services');
  expect(text).toContain('not tried, for a trial does not see it: ports');
  expect(text).toMatch(
    /cap-drop +relaxed +CHOWN\n +proposed was: none\n +because it ends with exit code 1, at the second start\n +> chown: /,
  );
  expect(text).toMatch(/no-new-privileges +left out +add it/);
  expect(text).toContain('db  acme/db  does not work even before hardening\n  it ends with exit code 3');
  expect(text).toContain('  | no space');
  expect(text).toMatch(/5\.26 +no new privileges +0\/2 +-> 2\/2/);
  expect(text).not.toContain('bind it');
  expect(prettyProof(report, { ...screen, verbose: true })).toContain('bind it');
  expect(text.split('\n').every((line) => line.length <= 100)).toBe(true);
});

test('credentials of log lines are masked in each form', () => {
  for (const text of [prettyProof(report, screen), markdownProof([report]), htmlProof([report], [])])
    expect(text).not.toContain('hunter22');
});

test('as Markdown: a table whose cells a log line cannot break', () => {
  const text = markdownProof([report]);
  const row = text.split('\n').find((line) => line.includes('cap-drop'))!;
  expect(row.match(/(?<!\\)\|/g)).toHaveLength(7);
  expect(text).toContain('| 5.26 | no new privileges | 0/2 | 2/2 |');
  expect(text).toContain('<details><summary><code>db</code></summary>');
});

test('as HTML: one page without anything from elsewhere, in which a log is only text', () => {
  const text = htmlProof([report], [{ path: 'compose.yaml', diff: say`-  a: <b>\n+  a: 1\n` }]);
  expect(text).not.toMatch(/<script|<b>'|https?:|<link|<img/);
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(text).toContain('<del>-  a: &lt;b&gt;</del>\n<ins>+  a: 1</ins>');
  expect(text).toContain('<td>no new privileges</td><td class="number">0/2</td><td class="number works">2/2</td>');
});
