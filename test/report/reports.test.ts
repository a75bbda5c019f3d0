import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import { createColors, useColor } from '../../src/report/colors';
import { conciseReport as conciseReportText } from '../../src/report/concise';
import { jsonReport as jsonReportText } from '../../src/report/json';
import { prettyReport as prettyReportText } from '../../src/report/pretty';
import { summarize } from '../../src/report/summary';
import { say } from '../../src/report/text/screen';
import { FAILED, finding, HELD, MANUAL, result, SUPPRESSED } from './findings';
import { textOf } from './text-of';

const conciseReport = textOf(conciseReportText);
const jsonReport = textOf(jsonReportText);
const prettyReport = textOf(prettyReportText);

const schema = JSON.parse(readFileSync(path.join(__dirname, '..', '..', 'schemas', 'report.schema.json'), 'utf8'));
const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true, strictRequired: false }).compile(schema);
const TOOL = { name: 'batten', version: '1.2.3' };
const ALL = [result([finding(), HELD, MANUAL, SUPPRESSED]), FAILED, result([], { path: 'clean.yaml', status: 'clean', after: 'a' })];

describe('the JSON report', () => {
  test('validates against the published schema', () => {
    expect([validate(JSON.parse(jsonReport(ALL, TOOL))), validate.errors]).toEqual([true, null]);
  });

  test('the schema tells a wrong report from a right one', () => {
    const report = JSON.parse(jsonReport(ALL, TOOL));
    report.files[0].findings[0].confidence = 'sure';
    delete report.files[1].error;
    expect(validate(report)).toBe(false);
    expect(validate.errors?.map(({ instancePath }) => instancePath)).toEqual(
      expect.arrayContaining(['/files/0/findings/0/confidence', '/files/1']),
    );
  });

  test('has exactly the fields of version 1', () => {
    const report = JSON.parse(jsonReport([result([MANUAL])], TOOL));
    expect(Object.keys(report)).toEqual(['version', 'tool', 'files', 'summary']);
    expect(Object.keys(report.files[0])).toEqual(['path', 'status', 'findings']);
    expect(Object.keys(report.files[0].findings[0])).toEqual([
      'transform',
      'service',
      'path',
      'fingerprint',
      'severity',
      'controls',
      'message',
      'plan',
      'breaks',
      'confidence',
      'evidence',
      'status',
      'refusal',
      'range',
      'ops',
    ]);
    expect(report.summary).toEqual({ files: 1, services: 1, findings: 1, fixed: 0, held: 0, manual: 1, suppressed: 0, unseen: 0 });
  });

  test('masks credentials in lines that evidence quotes', () => {
    const quoted = finding({ evidence: [{ kind: 'dockerfile', ref: 'Dockerfile:3', detail: 'ENV DB_PASSWORD=hunter2' }] });
    expect(jsonReport([result([quoted])], TOOL)).not.toContain('hunter2');
  });

  test('says what an operation adds and where', () => {
    const report = JSON.parse(jsonReport([result([finding()])], TOOL));
    expect(report.files[0].findings[0].ops).toEqual([
      {
        op: 'add',
        path: ['services', 'db', 'cap_drop'],
        after: ['ALL'],
        range: { start: { line: 9, column: 1 }, end: { line: 9, column: 1 } },
      },
    ]);
  });
});

test('the numbers of a run', () => {
  const fixed = finding({ status: 'fixed' });
  expect(summarize([...ALL, result([fixed], { path: 'other.yaml' })])).toEqual({
    files: 4,
    services: 3,
    findings: 5,
    fixed: 2,
    held: 1,
    manual: 1,
    suppressed: 1,
    unseen: 0,
  });
});

test('the concise report is one line a finding, with errors and without what is suppressed', () => {
  expect(conciseReport(ALL).split('\n')).toEqual([
    'compose.yaml:7:3: high cap-drop db: "db" keeps capabilities [known, would-fix]',
    'compose.yaml:7:3: medium read-only web: "db" keeps capabilities [guess, held]',
    'compose.yaml:7:3: critical privileged db: "db" keeps capabilities [known, manual]',
    'bad.yaml:3:5: error: a key twice',
    '',
  ]);
});

describe('the pretty report', () => {
  const plain = { colors: createColors(false), width: 80 };

  test('groups by file and service, aligned', () => {
    const ports = finding({
      transform: 'ports',
      severity: 'low',
      confidence: 'generic',
      breaks: '',
      range: { start: { line: 12, column: 1 }, end: { line: 12, column: 1 } },
    });
    const web = finding({ service: 'web', status: 'fixed' });
    expect(prettyReport([result([finding(), web, ports])], plain)).toBe(`compose.yaml

  db
     7  high  cap-drop  "db" keeps capabilities
                        → drop all capabilities of "db"
                        known · may break: initialisation scripts
    12  low   ports     "db" keeps capabilities
                        → drop all capabilities of "db"
                        generic

  web
     7  high  cap-drop  "db" keeps capabilities
                        ✓ drop all capabilities of "db"
                        known · may break: initialisation scripts

1 file · 1 change made · 2 changes to make
`);
  });

  test('lists what is held back with the flag that includes it', () => {
    const text = prettyReport([result([HELD, finding({ ...HELD, confidence: 'generic' })])], plain);
    expect(text).toContain('Held back (2)\n  web  read-only  guess    compose.yaml:7\n');
    expect(text).toContain('Include them with --confidence guess');
  });

  test('lists what is manual with its reason and snippet, without credentials', () => {
    const text = prettyReport([result([MANUAL])], plain);
    expect(text).toContain('For you to decide (1)');
    expect(text).toContain('! it uses /dev of the host');
    expect(text).toContain('│ privileged: false');
    expect(text).toContain('│ PASSWORD: ••••');
  });

  test('shows suppressed findings and evidence only when asked', () => {
    const results = [result([finding(), SUPPRESSED])];
    expect(prettyReport(results, plain)).not.toMatch(/published everywhere|gosu|CIS/);
    expect(prettyReport(results, { ...plain, verbose: true })).toMatch(/steps down with gosu.*CIS 5\.4.*published everywhere \(ignored/s);
  });

  test('says so when there is nothing to do', () => {
    expect(prettyReport([result([], { after: 'a', status: 'clean' })], plain)).toBe('1 file · nothing to harden\n');
  });

  test('stays within its width', () => {
    const long = finding({ breaks: 'word '.repeat(60).trim(), message: 'word '.repeat(30).trim() });
    for (const line of prettyReport([result([long])], plain).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('colours do not move anything', () => {
    const colored = prettyReport(ALL, { ...plain, colors: createColors(true) });
    expect(colored).toContain('\x1b[31mhigh\x1b[39m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
    expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(prettyReport(ALL, plain));
  });
});

describe('colour', () => {
  test.each([
    ['auto', {}, true, true],
    ['auto', {}, false, false],
    ['auto', { NO_COLOR: '1' }, true, false],
    ['auto', { NO_COLOR: '' }, true, true],
    ['auto', { TERM: 'dumb' }, true, false],
    ['auto', { FORCE_COLOR: '1' }, false, true],
    ['auto', { FORCE_COLOR: '0' }, true, false],
    ['auto', { FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
    ['always', { NO_COLOR: '1' }, false, true],
    ['never', { FORCE_COLOR: '1' }, true, false],
  ] as const)('%s %j on a terminal %s: %s', (mode, env, tty, expected) => {
    expect(useColor(mode, env, tty)).toBe(expected);
  });

  test('an inner style does not end the outer one', () => {
    const { dim, bold } = createColors(true);
    expect(dim(say`a ${bold('b')} c`).text).toBe('\x1b[2ma \x1b[1mb\x1b[22m\x1b[2m c\x1b[22m');
  });
});
