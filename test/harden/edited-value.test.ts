import { batten } from '../../src';
import { jsonReport } from '../../src/report/json';

/** A change whose value a person edits: what it was and what is written. */
const EDITS: [transform: string, service: string, value: string, plan: string][] = [
  ['ports', 'image: postgres:16\n    ports:\n      - "5432:5432"', '192.168.1.10', 'publish port 5432 of "a" on 192.168.1.10 only'],
  ['cap-drop', 'image: postgres:16', 'CHOWN', 'drop all capabilities of "a", adding back CHOWN'],
  ['cap-drop', 'image: postgres:16', '', 'drop all capabilities of "a", adding none back'],
  ['read-only', 'image: nginx:1.27', '/tmp /x:uid=7', 'make the root filesystem of "a" read-only, with a tmpfs on /tmp, /x'],
  ['user', 'image: postgres:16', '7:7', 'run "a" as 7:7'],
  ['limits', 'image: nginx:1.27', '77m', 'limit the memory of "a" to 77m'],
  ['restart', 'image: nginx:1.27\n    restart: always', '9', 'start "a" again at most 9 times in a row'],
];

test.each(EDITS)('%s says the value that was written', (transform, service, value, plan) => {
  const input = { path: 'compose.yaml', text: `services:\n  a:\n    ${service}\n` };
  const options = { only: [transform], apply: true };
  const session = batten.session(input, options);
  while (session.current() && !session.current()!.finding.editable) session.answer({ kind: 'skip' });
  const proposed = session.current()!;
  const shown = proposed.edited!(value);
  expect('error' in shown ? shown.error : shown.finding.plan).toBe(plan);
  session.answer({ kind: 'edit', value });
  const results = session.finish();
  const [found] = results[0]!.findings.filter(({ status }) => status === 'fixed');
  expect(found!.plan).toBe(plan);
  expect(results[0]!.after).toBe('error' in shown ? '' : shown.after);
  const report = JSON.parse(jsonReport(results, { name: 'batten', version: '0' }, {}).text);
  expect(report.files[0].findings.map((each: { plan: string }) => each.plan)).toContain(plan);
});

test.each(EDITS)('%s described with its own value says what it proposes', (transform, service) => {
  const [main] = batten.runProject(
    { path: 'compose.yaml', text: `services:\n  a:\n    ${service}\n` },
    { only: [transform], confidence: 'guess' },
  );
  const editable = main!.findings.filter((each) => each.editable);
  expect(editable.length).toBeGreaterThan(0);
  for (const each of editable) expect(each.editable!.describe(each.editable!.value)).toBe(each.plan);
});
