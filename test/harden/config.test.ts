import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import { batten, configSchema, configuredRun, readConfig } from '../../src';
import type { RunOptions } from '../../src/harden/api';
import { configShape } from '../../src/harden/config/keys';
import { readShape } from '../../src/harden/config/shape';
import type { OptionSpec } from '../../src/harden/transform';
import { YamlDocument } from '../../src/yaml/document';
import { toData } from '../../src/yaml/tree';

const OPTIONS: OptionSpec[] = [
  { name: 'memory', type: 'string', summary: 'a size', default: '512m' },
  { name: 'driver', type: 'string', summary: 'a driver', choices: ['local', 'json-file'], default: 'local' },
  { name: 'swap', type: 'boolean', summary: 'swap', default: false },
  { name: 'share', type: 'number', summary: 'a share', default: 1 },
  { name: 'paths', type: 'list', summary: 'paths', default: [] },
  { name: 'by-image', type: 'map', summary: 'sizes', default: {} },
];
const TRANSFORMS = [
  { id: 'limits', summary: 'Sets limits.', options: OPTIONS },
  { id: 'read-only', summary: 'Reads only.', options: [] },
];

function read(text: string) {
  return readConfig(text, '.batten.yaml', TRANSFORMS);
}

function failure(text: string): string {
  try {
    read(text);
  } catch (error) {
    const { name, location, message, hint } = error as Error & { location: string; hint?: string };
    return `${name} ${location}: ${message}${hint ? ` (${hint})` : ''}`;
  }
  return 'none';
}

describe('a configuration', () => {
  test('is read with the place of each ignore', () => {
    const text = `# all of it
preset: strict
transforms:
  read-only: off
  limits: { memory: 536870912, share: 2, by-image: { redis: 1g } }
services:
  db:
    skip: [read-only]
    ignore:
      - transform: limits
        reason: it has its own
        until: 2027-01-01
ignore:
  - { transform: [limits, read-only], service: web, reason: later }
`;
    expect(read(text)).toEqual({
      preset: 'strict',
      // A size that is only digits is a text as well.
      transforms: { 'read-only': false, limits: { memory: '536870912', share: 2, 'by-image': { redis: '1g' } } },
      services: { db: { skip: ['read-only'], ignore: [{ transform: ['limits'], reason: 'it has its own', until: '2027-01-01' }] } },
      ignore: [
        { transform: ['limits', 'read-only'], service: 'web', reason: 'later', position: { line: 14, column: 3 } },
        { transform: ['limits'], service: 'db', reason: 'it has its own', until: '2027-01-01', position: { line: 10, column: 7 } },
      ],
    });
  });

  test.each(['', '# only comments\n', '---\n'])('of nothing sets nothing: %j', (text) => {
    expect(read(text)).toEqual({ ignore: [] });
  });

  test('may be a key of package.json, indented with tabs or not', () => {
    const text = '{\n\t"name": "x",\n\t"batten": {\n\t\t"skip": ["read-onyl"]\n\t}\n}\n';
    expect(readConfig(text.replace('onyl', 'only'), 'package.json', TRANSFORMS, 'batten').skip).toEqual(['read-only']);
    expect(() => readConfig(text, 'package.json', TRANSFORMS, 'batten')).toThrow('there is no transform "read-onyl"');
    expect(readConfig('{"name": "x"}', 'package.json', TRANSFORMS, 'batten')).toEqual({ ignore: [] });
  });

  test('may share parts by anchors and merge keys', () => {
    const text = 'services:\n  a: &a\n    skip: [limits]\n  b: *a\n  c:\n    <<: *a\n    transforms: { read-only: on }\n';
    expect(read(text).services).toEqual({
      a: { skip: ['limits'] },
      b: { skip: ['limits'] },
      c: { skip: ['limits'], transforms: { 'read-only': true } },
    });
  });

  test.each([
    ['presett: strict', '1:1: the configuration has no key "presett" (did you mean preset?)'],
    ['preset: strictly', '1:9: preset cannot be "strictly" (did you mean strict?)'],
    ['# x\nskip:\n  - read-onyl\n', '3:5: there is no transform "read-onyl" (did you mean read-only?)'],
    ['transforms:\n  read-onyl: off\n', '2:3: there is no transform "read-onyl" (did you mean read-only?)'],
    ['transforms: { limits: { memmory: 1g } }', '1:25: transforms.limits has no key "memmory" (did you mean memory?)'],
    ['transforms: { limits: { driver: locl } }', '1:33: transforms.limits.driver cannot be "locl" (did you mean local?)'],
    ['transforms: { limits: { swap: maybe } }', '1:31: transforms.limits.swap must be true or false, it is "maybe"'],
    ['transforms: { limits: { share: a lot } }', '1:32: transforms.limits.share must be a number, it is "a lot"'],
    ['transforms: { limits: { memory: yes please, swap: } }', '1:45: transforms.limits.swap must be true or false, it is empty'],
    ['transforms: { limits: sometimes }', '1:23: transforms.limits must be on, off, or a map of options, it is "sometimes"'],
    ['skip:\n', '1:1: skip must be a list, it is empty (write each item on a line of its own after "- ")'],
    ['skip: limits\n', '1:7: skip must be a list, it is "limits" (write each item on a line of its own after "- ")'],
    ['services: [db]\n', '1:11: services must be a map of names, it is a list'],
    ['services: { db: { skp: [] } }\n', '1:19: services.db has no key "skp" (did you mean skip?)'],
    ['ignore:\n  - transform: limits\n', '2:5: ignore[0] needs a "reason" (Why: whoever reads the file next will ask)'],
    [
      'ignore: [{ transform: limits, reason: x, until: 2027-02-30 }]',
      '1:49: ignore[0].until must be a date, it is "2027-02-30" (write it as 2027-01-31)',
    ],
    ['probes: { db: [{ exec: a, sql: b }] }', '1:16: probes.db[0] needs one of exec, http, tcp, sql, and no more'],
    ['- a\n', '1:1: the configuration must be a map, it is a list'],
    ['skip: [limits]\nskip: []\n', '2:1: the key "skip" is already defined in this map'],
    ['services: { __proto__: { skp: 1 } }', '1:26: services.__proto__ has no key "skp" (did you mean skip?)'],
    ['constructor: 1', '1:1: the configuration has no key "constructor"'],
  ])('%j is an error with its place', (text, message) => {
    expect(failure(text)).toContain(`ConfigError .batten.yaml:${message}`);
  });
});

test('the example of the README is one', () => {
  const readme = readFileSync(path.join(__dirname, '..', '..', 'README.md'), 'utf8');
  const [, example = ''] = /```yaml\n(# yaml-language-server: (?:.|\n)*?)```/.exec(readme)!;
  const { services, ignore, exclude } = readConfig(example, 'README.md', batten.transforms());
  expect([Object.keys(services!), ignore.length, exclude]).toEqual([['db'], 2, ['legacy/']]);
});

describe('the published schema', () => {
  const schema = configSchema(TRANSFORMS);
  const validate = new Ajv({
    allowUnionTypes: true,
    formats: { date: /^\d{4}-\d{2}-\d{2}$/ },
  }).compile(schema);

  /** Both judge the same text; the schema what a YAML reader makes of it. */
  function verdicts(text: string): [reader: boolean, schema: boolean] {
    const document = YamlDocument.open(text);
    let reader = true;
    try {
      readShape(document, document.root, configShape(TRANSFORMS), 'x');
    } catch {
      reader = false;
    }
    return [reader, validate(toData(document.root)) as boolean];
  }

  // Every kind of value in every place, one at a time: the schema and the reader come from the same table, by two ways.
  const VALUES = [
    'text',
    '12',
    '1.5',
    'true',
    'on',
    'off',
    '[]',
    '[limits]',
    '[limits, 3]',
    '[[]]',
    '{}',
    '{ limits: on }',
    '{ a: b }',
    '{ a: [b] }',
  ];
  const PLACES = [
    '@',
    'preset: @',
    'preset: strict\nconfidence: @',
    'only: @',
    'transforms: @',
    'transforms: { limits: @ }',
    ...OPTIONS.map(({ name }) => `transforms: { limits: { ${name}: @ } }`),
    'services: @',
    'services: { db: @ }',
    'services: { db: { skip: @ } }',
    'services: { db: { transforms: { limits: { swap: @ } } } }',
    'services: { db: { ignore: [{ transform: limits, reason: x, service: @ }] } }',
    'ignore: @',
    'ignore: [@]',
    'ignore: [{ transform: @, reason: x }]',
    'ignore: [{ transform: limits, reason: @ }]',
    'ignore: [{ transform: limits, reason: x, until: @ }]',
    'exclude: @',
    'probes: { db: [@] }',
    'probes: { db: [{ tcp: @ }] }',
    'probes: { db: [{ http: /, port: @ }] }',
    'probes: { db: [{ exec: x, step: @ }] }',
    'probes: { db: [{ exec: x, sql: @ }] }',
    'baseline: @',
    'unknown: @',
  ];

  test.each(PLACES)('agrees with the reader about what may stand at %s', (place) => {
    for (const value of VALUES) {
      const text = place.replace('@', value);
      const [reader, schema] = verdicts(text);
      expect([text, schema]).toEqual([text, reader]);
    }
  });

  test('says yes and no', () => {
    const all = PLACES.flatMap((place) => VALUES.map((value) => verdicts(place.replace('@', value))[1]));
    expect(new Set(all)).toEqual(new Set([true, false]));
  });
});

describe('a run under a configuration', () => {
  const STACK = 'services:\n  web:\n    image: nginx:1.27\n  db:\n    image: postgres:16\n    ports: ["5432:5432"]\n';

  function under(text: string, given: RunOptions = {}) {
    const { run, expired } = configuredRun(readConfig(text, 'c.yaml', batten.transforms()), 'c.yaml', '2026-06-15');
    const result = batten.run({ path: 'compose.yaml', text: STACK }, { ...run, ...given });
    const of = (service: string) =>
      Object.fromEntries(result.findings.filter((each) => each.service === service).map(({ transform, status }) => [transform, status]));
    return { web: of('web'), db: of('db'), result, expired };
  }

  test('skips, for all and for one service', () => {
    const { web, db } = under('transforms: { read-only: off }\nservices: { db: { skip: [cap-drop], transforms: { user: off } } }');
    expect(Object.keys(web)).toEqual(expect.arrayContaining(['cap-drop', 'no-new-privileges']));
    expect([...Object.keys(web), ...Object.keys(db)]).not.toContain('read-only');
    expect(Object.keys(db)).not.toEqual(expect.arrayContaining(['cap-drop']));
    expect(Object.keys(db)).not.toEqual(expect.arrayContaining(['user']));
  });

  test('one service may have what others have not', () => {
    const { web, db } = under('only: [ports]\nservices: { db: { transforms: { cap-drop: on } } }');
    expect([Object.keys(web), Object.keys(db)]).toEqual([[], ['cap-drop', 'ports']]);
  });

  test('ignores with a reason, until the last day of it', () => {
    const rule = (until: string) => `ignore: [{ transform: cap-drop, service: db, reason: later, until: ${until} }]`;
    expect(under(rule('2026-06-15')).db['cap-drop']).toBe('suppressed');
    expect(under(rule('2026-06-15')).web['cap-drop']).toBe('would-fix');
    expect(under(rule('2026-06-14')).db['cap-drop']).toBe('would-fix');
    expect(under(rule('2026-06-14')).expired).toHaveLength(1);
    const { result } = under(rule('2026-06-15'));
    expect(result.findings.find(({ status }) => status === 'suppressed')?.suppression).toEqual({
      by: 'configuration',
      reason: 'later',
      place: { file: 'c.yaml', line: 1, column: 10 },
    });
  });

  test('says which ignores silence nothing, where that can be told', () => {
    const text =
      'ignore:\n  - { transform: [ports, cap-drop], service: web, reason: x }\n  - { transform: ports, service: elsewhere, reason: x }\n';
    const warning = { code: 'unused-ignore', message: 'this ignore silences nothing of ports for web', file: 'c.yaml', line: 2, column: 3 };
    expect(under(text).result.warnings).toEqual([warning]);
    expect(under(text, { skip: ['ports'] }).result.warnings).toBeUndefined();
    expect(under(text, { services: ['web'] }).result.warnings).toBeUndefined();
  });
});
