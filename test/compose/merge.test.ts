import { ComposeProject, type ProjectFile } from '../../src/compose/project';
import { YamlDocument } from '../../src/yaml/document';
import type { Data } from '../../src/yaml/types';

/** A service of which two files say something. */
function service(below: string, above: string) {
  const text = (said: string): string => `services:\n  a:\n    image: z\n    ${said}\n`;
  const files = [below, above].map((said, index): ProjectFile => {
    return { path: `${index}.yaml`, document: YamlDocument.open(text(said)), role: index === 0 ? 'main' : 'override', editable: true };
  });
  return ComposeProject.of(files).service('a')!;
}

/** As measured with Compose 2.40: of a file, of the one on top of it, and what a key comes to. */
const ROWS: readonly [key: string, below: string, above: string, merged: Data | undefined][] = [
  ['cap_drop', '[NET_RAW]', '[ALL]', ['NET_RAW', 'ALL']],
  ['cap_drop', '[NET_RAW]', '[NET_RAW]', ['NET_RAW']],
  ['cap_drop', '[NET_RAW]', '[]', ['NET_RAW']],
  ['cap_drop', '[NET_RAW]', '!override [ALL]', ['ALL']],
  ['dns', '[1.1.1.1]', '[8.8.8.8]', ['1.1.1.1', '8.8.8.8']],
  ['dns', '1.1.1.1', '8.8.8.8', ['1.1.1.1', '8.8.8.8']],
  ['links', '[b]', '[c]', ['b', 'c']],
  ['volumes', '["v1:/d"]', '["v2:/d:ro"]', ['v2:/d:ro']],
  ['command', '[a, b]', '[c]', ['c']],
  ['command', '[a, b]', '', undefined],
  ['user', '"0:0"', '', '0:0'],
  ['healthcheck', '{ test: [CMD, a], interval: 5s }', '{ test: [CMD, b] }', { test: ['CMD', 'b'], interval: '5s' }],
  ['ulimits', '{ nofile: { soft: 1, hard: 2 } }', '{ nofile: 3 }', { nofile: 3 }],
  ['ulimits', '{ nofile: { soft: 1, hard: 2 } }', '{ nofile: { soft: 3 } }', { nofile: { soft: 3 } }],
  ['environment', '[A=1, B=2]', '{ A: 9 }', { A: 9, B: '2' }],
  ['environment', '{ A: 1, B: 2 }', '{ A: !reset null }', { B: 2 }],
  ['networks', '[n1]', '[n2]', { n1: null, n2: null }],
  [
    'depends_on',
    '[b]',
    '{ c: { condition: service_healthy } }',
    { b: { condition: 'service_started' }, c: { condition: 'service_healthy' } },
  ],
  [
    'logging',
    '{ driver: json-file, options: { tag: x } }',
    '{ options: { max-size: 2m } }',
    { driver: 'json-file', options: { tag: 'x', 'max-size': '2m' } },
  ],
  ['logging', '{ driver: json-file, options: { tag: x } }', '{ driver: local }', { driver: 'local' }],
];

test.each(ROWS)('%s: %s, then %s', (key, below, above, merged) => {
  expect(service(`${key}: ${below}`, `${key}: ${above}`).data(key)).toEqual(merged);
});

test('what Compose refuses together is read as the nearest file says it', () => {
  expect(service('security_opt: [a]', 'security_opt: [a]').data('security_opt')).toEqual(['a']);
  expect(service('tmpfs: [/tmp]', 'tmpfs: ["/tmp:exec"]').data('tmpfs')).toEqual(['/tmp:exec']);
});

test('what is nearest is one place alone: that is what can be edited', () => {
  expect(service('cap_drop: [NET_RAW]', 'cap_drop: [ALL]').nearest('cap_drop')).toEqual(['ALL']);
});
