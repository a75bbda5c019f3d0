import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { advise } from '../../../src/images';
import { compileHints } from '../../../src/images/hints/compile';
import { table } from '../../../src/images/hints/load';
import { standsIn } from '../../../src/images/hints/words';
import { service } from '../service-factory';

const FILE = `sources:
  page: { kind: documentation, ref: sshd(8), detail: what it says }
hints:
  - id: sshd
    when: [{ start: root, image: { sshd: [page] } }]
    capabilities: [SYS_CHROOT]
    why: it needs it
    sources: [page]
`;

const compile = (text: string) => compileHints([{ name: 'demo.yaml', text }]);

test('a file becomes tables, its sources named by the file', () => {
  const { hints } = compile(FILE);
  expect(hints.sources).toEqual({ 'demo/page': { kind: 'documentation', ref: 'sshd(8)', detail: 'what it says' } });
  expect(hints.hints[0]).toMatchObject({
    id: 'sshd',
    confidence: 'generic',
    sources: ['demo/page'],
    when: [{ image: { sshd: ['demo/page'] } }],
  });
});

test.each<[string, string, string, RegExp]>([
  ['a hint that says nothing', '    capabilities: [SYS_CHROOT]\n', '', /hints\[0\]: expected one of capabilities/],
  ['a condition that is none', '{ start: root, image: { sshd: [page] } }', '{}', /when\[0\]: a condition/],
  ['a misspelt condition', 'start: root', 'starts: root', /when\[0\]\.starts: unknown field/],
  ['a word without a source', 'sshd: [page]', 'sshd: []', /when\[0\]\.image\.sshd: expected at least one/],
  ['a word with capitals', 'image: { sshd:', 'image: { SSHD:', /when\[0\]\.image\.SSHD: expected a word/],
  [
    'a source that is not defined',
    'why: it needs it\n    sources: [page]',
    'why: it needs it\n    sources: [rumour]',
    /sources\[0\].*rumour/,
  ],
  [
    'a source nobody names',
    'hints:\n',
    '  other: { kind: documentation, ref: x(1), detail: y }\nhints:\n',
    /sources\.other: no fact names it/,
  ],
  ['a capability that Docker does not give', '[SYS_CHROOT]', '[SYS_ADMIN]', /cap_add: \[SYS_ADMIN\]/],
  ['a hint that claims to be known', 'why: it', 'confidence: known\n    why: it', /hints\[0\]\.confidence/],
  ['a sentence with a full stop', 'it needs it', 'it needs it.', /hints\[0\]\.why: expected a sentence/],
  ['a hint without a reason', '    why: it needs it\n', '', /hints\[0\]\.why/],
  ['no sources at all', 'image: { sshd: [page] } }]', 'runs: [sshd] }]', /at all/],
])('the build refuses %s', (what, from, to, message) => {
  const text = FILE.replace(from, to);
  expect(text).not.toBe(FILE);
  if (what === 'no sources at all') {
    expect(() => compile(text.replace('    sources: [page]\n', '').replace('sources:\n  page', 'sources:\n  page'))).toThrow(
      /sources of the hint|no fact names/,
    );
    return;
  }
  expect(() => compile(text)).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(message),
      file: 'demo.yaml',
      position: { line: expect.any(Number), column: expect.any(Number) },
    }),
  );
});

test('two hints of one id are refused', () => {
  expect(() => compileHints(['a', 'b'].map((name) => ({ name: `${name}.yaml`, text: FILE })))).toThrow('sshd is in a.yaml too');
});

const words = table('hints').hints.flatMap(({ id, when }) =>
  when.flatMap(({ image = {} }) => Object.keys(image).map((word) => [id, word] as const)),
);

test('there are words', () => {
  expect(words.length).toBeGreaterThan(200);
});

test.each(words)('%s: the word %s stands in a name that is made of it', (_id, word) => {
  const name = word.replace(/\*/g, 'x').replace(/\$$/, '');
  expect(standsIn(word, `/acme/${name.replace(/^\/|\/$/g, '')}${word.endsWith('/') && !word.startsWith('/') ? '/x' : ''}`)).toBe(true);
});

test('what hints say carries the sources of the word and of the hint', () => {
  const { noNewPrivileges, capabilities } = advise(service({ image: 'zabbix/zabbix-proxy-mysql:7.0' }));
  expect(noNewPrivileges).toMatchObject({ value: false, confidence: 'generic' });
  expect(noNewPrivileges.evidence.map(({ ref }) => ref)).toContain('https://github.com/zabbix/zabbix-docker/issues/1836');
  expect(capabilities.value).toContain('NET_RAW');
});

/** Where a pattern over names of images would be, if somebody wrote one again. */
test('no code knows images by their names', () => {
  const folder = path.join(__dirname, '..', '..', '..', 'src', 'images');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /^(hints\/)?[\w-]+\.ts$/.test(name));
  // The socket of podman and the comments of BuildKit are no images.
  const names = words
    .map(([, word]) => word.replace(/[*$]/g, '').replace(/^\/|\/$/g, ''))
    .filter((name) => name.length > 5 && name !== 'podman' && name !== 'buildkit');
  const found = files.flatMap((file) => {
    const code = readFileSync(path.join(folder, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    const patterns = code.match(/\/(?:[^/\n\\]|\\.)+\/[a-z]*/g) ?? [];
    return names
      .filter((name) => patterns.some((pattern) => pattern.includes(name) && /[|^$]/.test(pattern)))
      .map((name) => `${file}: ${name}`);
  });
  expect(found).toEqual([]);
});
