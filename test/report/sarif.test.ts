import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sarifSchema from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json';
import Ajv from 'ajv';
import { batten } from '../../src';
import type { FileResult } from '../../src/harden/types';
import { sarifReport as sarifReportText } from '../../src/report/sarif';
import { draft7 } from '../transforms/compose-schema';
import { FAILED, finding, HELD, MANUAL, result, SUPPRESSED } from './findings';
import { textOf } from './text-of';

const sarifReport = textOf(sarifReportText);

const ROOT = path.join(__dirname, '..', '..');
const FIXTURES = path.join(ROOT, 'test', 'fixtures');
const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false, unicodeRegExp: false }).compile(
  draft7(sarifSchema) as object,
);
const OPTIONS = { tool: { name: 'batten', version: '1.2.3' }, transforms: batten.transforms(), fromRoot: (file: string) => file };

interface Region {
  startLine: number;
  startColumn: number;
  endLine: number;
  endColumn: number;
}
interface Result {
  ruleId: string;
  ruleIndex: number;
  partialFingerprints: Record<string, string>;
  suppressions?: { kind: string; justification: string }[];
  locations: { physicalLocation: { region: Region } }[];
  fixes?: { artifactChanges: { replacements: { deletedRegion: Region; insertedContent: { text: string } }[] }[] }[];
}

function log(results: readonly FileResult[]) {
  const parsed = JSON.parse(sarifReport(results, OPTIONS));
  expect([validate(parsed), validate.errors]).toEqual([true, null]);
  return parsed.runs[0] as {
    tool: { driver: { rules: { id: string; help: { text: string } }[] } };
    results: Result[];
    invocations: { executionSuccessful: boolean; toolExecutionNotifications: unknown[] }[];
  };
}

function run(text: string, directory?: string): FileResult {
  return batten.run({ path: 'compose.yaml', text, directory }, { confidence: 'guess', changesAlone: true });
}

/** Does what a consumer of the report does. Offsets count without the byte order mark. */
function applied(text: string, { fixes }: Result): string {
  const bom = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const body = text.slice(bom.length);
  const lines = body.split('\n');
  const offset = (line: number, column: number) => lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
  const edits = fixes![0]!.artifactChanges[0]!.replacements.map(
    ({ deletedRegion: { startLine, startColumn, endLine, endColumn }, insertedContent }) => ({
      start: offset(startLine, startColumn),
      end: offset(endLine, endColumn),
      text: insertedContent.text,
    }),
  ).sort((a, b) => b.start - a.start);
  return bom + edits.reduce((out, { start, end, text: inserted }) => out.slice(0, start) + inserted + out.slice(end), body);
}

test('every kind of result is valid, and says what became of it', () => {
  const { results, invocations, tool } = log([result([finding(), HELD, MANUAL, SUPPRESSED, finding({ status: 'fixed' })]), FAILED]);
  expect(results.map(({ ruleId }) => ruleId)).toEqual(['cap-drop', 'read-only', 'privileged', 'ports']);
  for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]!.id).toBe(ruleId);
  for (const { id, help } of tool.driver.rules) expect(help.text).toContain(`See transforms/${id}/README.md, or batten explain ${id}.`);
  expect(JSON.stringify(tool)).not.toContain('unpkg');
  expect(results[3]!.suppressions).toEqual([{ kind: 'inSource', justification: 'the LAN' }]);
  expect(invocations[0]!.executionSuccessful).toBe(false);
  expect(invocations[0]!.toolExecutionNotifications).toHaveLength(1);
});

test('a file outside of the repository has an address of its own', () => {
  const text = sarifReport([result([finding()], { path: '/tmp/a b/compose.yaml' })], { ...OPTIONS, fromRoot: () => undefined });
  expect(validate(JSON.parse(text))).toBe(true);
  expect(text).toContain('"uri": "file:///tmp/a%20b/compose.yaml"');
});

describe('fixes', () => {
  const stacks = readdirSync(path.join(FIXTURES, 'chain')).map((name) => path.join(FIXTURES, 'chain', name));
  const VARIANTS: [string, (text: string) => string][] = [
    ['as it is', (text) => text],
    ['with CRLF', (text) => text.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n')],
    ['with a BOM', (text) => `\uFEFF${text.replace(/^\uFEFF/, '')}`],
    ['without a final newline', (text) => text.replace(/(?:\r?\n)+$/, '')],
  ];

  test.each(VARIANTS)('are what the change alone makes of the file, %s', (_, vary) => {
    let count = 0;
    for (const directory of stacks) {
      const text = vary(readFileSync(path.join(directory, 'input.yaml'), 'utf8'));
      const all = run(text, directory);
      for (const each of log([all]).results.filter(({ fixes }) => fixes)) {
        const wanted = aloneOn(text, directory, each);
        expect(applied(text, each)).toBe(wanted);
        count++;
      }
    }
    expect(count).toBeGreaterThan(30);
  });

  /** The same finding answered with yes, all others with no, through a session. */
  function aloneOn(text: string, directory: string, { partialFingerprints, ruleId }: Result): string {
    const session = batten.session({ path: 'compose.yaml', text, directory }, { confidence: 'guess' });
    for (let question = session.current(); question; question = session.current()) {
      const mark = log([result([question.finding])]).results[0]!;
      const same = mark.ruleId === ruleId && mark.partialFingerprints['battenFinding/v1'] === partialFingerprints['battenFinding/v1'];
      session.answer({ kind: same ? 'apply' : 'skip' });
    }
    return session.finish()[0]!.after;
  }

  test('are left out where a line holds a credential', () => {
    const flow = 'services:\n  db: { image: "postgres:16", environment: { POSTGRES_PASSWORD: hunter2 } }\n';
    const all = run(flow);
    expect(JSON.stringify(all.changes).includes('hunter2')).toBe(false);
    expect(sarifReport([all], OPTIONS)).not.toContain('hunter2');
    const change = { file: 'compose.yaml', identity: finding().identity, plan: 'x', breaks: '', confidence: 'known' as const };
    const edit = (text: string) => ({ range: finding().range, text });
    const fixesOf = (text: string) =>
      log([result([finding()], { changes: [{ ...change, edited: [{ file: 'compose.yaml', edits: [edit(text)] }] }] })]).results[0]!.fixes;
    expect(fixesOf('PASSWORD: hunter2\n')).toBeUndefined();
    expect(fixesOf('cap_drop: [ALL]\n')).toHaveLength(1);
  });
});

describe('fingerprints', () => {
  const TEXT =
    'services:\n  web:\n    image: nginx:1.27\n    ports:\n      - "8080:80"\n  db:\n    image: postgres:16\n    ports:\n      - "5432:5432"\n      - "15432:5432"\n';
  const marks = (text: string) => log([run(text)]).results.map((each) => `${each.ruleId} ${each.partialFingerprints['battenFinding/v1']}`);

  test.each([
    ['lines above', `# a comment\nname: x\n\n${TEXT}`],
    ['another service', TEXT.replace('  db:', '  job:\n    image: acme/job:1\n  db:')],
    ['another tag', TEXT.replace('postgres:16', 'postgres:17')],
    ['an item above in the same list', TEXT.replace('      - "5432', '      - "127.0.0.1:9187:9187"\n      - "5432')],
    ['a key of the service', TEXT.replace('    ports:\n      - "5432', '    environment:\n      A: b\n    ports:\n      - "5432')],
    ['the order of services', TEXT.replace(/( {2}web:.*?)( {2}db:.*)$/s, '$2$1')],
  ])('survive %s', (_, edited) => {
    expect(edited).not.toBe(TEXT);
    expect(marks(edited)).toEqual(expect.arrayContaining(marks(TEXT)));
  });

  test('tell findings apart, and a changed value from the old one', () => {
    const all = marks(TEXT);
    expect(new Set(all).size).toBe(all.length);
    const moved = marks(TEXT.replace('"15432:5432"', '"25432:5432"'));
    expect(all.filter((mark) => !moved.includes(mark))).toHaveLength(1);
  });
});
