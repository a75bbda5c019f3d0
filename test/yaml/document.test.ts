import { YamlDocument } from '../../src/yaml/document';
import { toData } from '../../src/yaml/tree';
import { add, append, at, comment, edited, remove, rename, replace } from './support/edited';

const TEXT = `x-caps: &caps [ALL]
services:
  web:
    image: nginx # pinned
    cap_drop: *caps
    ports:
      - target: 80
      - "443:443"
  db:
`;

describe('ranges', () => {
  const document = YamlDocument.open(TEXT);
  const slice = (path: string): string => {
    const { start, end } = document.rangeOf(at(path));
    return TEXT.slice(start, end);
  };

  test.each([
    ['services.web.image', 'image: nginx'],
    ['services.web.cap_drop', 'cap_drop: *caps'],
    ['services.web.cap_drop.0', 'cap_drop: *caps'],
    ['services.web.ports.0.target', 'target: 80'],
    ['services.web.ports.1', '- "443:443"'],
    ['services.web.ports.7', 'ports:\n      - target: 80\n      - "443:443"'],
    ['services.web.user', TEXT.slice(TEXT.indexOf('web:'), TEXT.indexOf('\n  db'))],
    ['services.db', 'db:'],
    ['nothing', ''],
  ])('of %s', (path, text) => {
    expect(slice(path)).toBe(text);
  });

  test('what was added has the range of what is around it', () => {
    const fork = document.fork();
    fork.apply(add('services.web.user', 'app'));
    fork.apply(append('services.web.ports', '80'));
    expect(fork.rangeOf(at('services.web.user'))).toEqual(document.rangeOf(at('services.web')));
    expect(fork.rangeOf(at('services.web.ports.2'))).toEqual(document.rangeOf(at('services.web.ports')));
  });
});

describe('nodes', () => {
  const document = YamlDocument.open(`${TEXT}z:\n  <<: {a: 1}\n`);

  test.each([
    ['services.web.ports.0.target', 80],
    ['services.web.cap_drop.0', 'ALL'],
    ['services.db', null],
  ])('at %s', (path, data) => {
    expect(toData(document.at(at(path))!)).toEqual(data);
  });

  test.each(['services.web.user', 'services.web.ports.9', 'services.web.ports.a', 'services.web.0', 'services.db.image', 'z.a', 'a.b.c'])(
    'none at %s',
    (path) => {
      expect(document.at(at(path))).toBeUndefined();
    },
  );
});

describe('what an op touches', () => {
  const touched = (text: string, ...ops: Parameters<YamlDocument['apply']>[0][]): string[] => {
    const document = YamlDocument.open(text);
    return ops.map((op) => {
      const done = document.apply(op);
      if ('refusal' in done) throw new Error(done.refusal.message);
      return text.slice(done.touches.start, done.touches.end);
    });
  };

  test.each([
    ['a new key: the line above it', add('services.web.user', 'app'), '      - "443:443"'],
    ['a key near another: that one', add('services.web.user', 'app', 'image'), '    image: nginx # pinned'],
    ['a key in an empty value: its key', add('services.db.image', 'x'), 'db:'],
    ['an item in brackets: the brackets', append('x-caps', 'x'), '[ALL]'],
    ['an item: the line above it', append('services.web.ports', 'x'), '      - "443:443"'],
    ['a new list: the line above it', append('services.web.dns', 'x'), '      - "443:443"'],
    ['an item of an empty value: its key', append('services.db', 'x'), 'db:'],
    ['a change: what was there', replace('services.web.image', 'x'), 'image: nginx'],
    ['a removal: what was there', remove('services.web.ports.1'), '- "443:443"'],
    ['a removal of all: the key above too', remove('services.web.ports.0.target'), '    ports:\n      - target: 80'],
    ['a rename: the key and its value', rename('services.db', 'x'), 'db:'],
    ['a comment: nothing', comment('services.db', '# x'), ''],
  ])('%s', (_, op, text) => {
    expect(touched(TEXT, op)).toEqual([text]);
  });

  test('a key below a key that an op made, or in braces, or in a list', () => {
    expect(touched(TEXT, add('services.db.deploy', {}), add('services.db.deploy.mode', 'x'))).toEqual(['db:', 'db:']);
    expect(touched('a: {b: 1}\n', add('a.c', 1))).toEqual(['{b: 1}']);
    expect(touched('a:\n  - b:\n', add('a.0.b.c', 1))).toEqual(['b:']);
    expect(touched('a:\n', append('a', {}), add('a.0.b', 1), append('a', 'x'))).toEqual(['a:', 'a:', 'a:']);
    expect(touched('a: []\n', append('a', {}), add('a.0.b', 1), replace('a.0.b', 2))).toEqual(['[]', 'a: []', '']);
  });
});

describe('data before and after', () => {
  test('are what an op reports', () => {
    const document = YamlDocument.open(TEXT);
    expect(document.apply(replace('services.web.ports.0', 'x'))).toMatchObject({ before: { target: 80 }, after: 'x' });
    expect(document.apply(remove('services.web.cap_drop'))).toMatchObject({ before: ['ALL'] });
    expect(document.apply(rename('services.db', 'data'))).toMatchObject({ before: 'db', after: 'data' });
    expect(document.apply(append('services.web.image', 'y'))).toMatchObject({ before: 'nginx', after: 'y' });
    expect(document.apply(add('services.data.image', 'y'))).toMatchObject({ after: 'y' });
  });
});

describe('a fork', () => {
  test('and its origin do not see each other', () => {
    const origin = YamlDocument.open(TEXT);
    origin.apply(add('services.web.init', true));
    const fork = origin.fork();
    fork.apply(append('x-caps', 'CHOWN'));
    fork.apply(comment('services.db', '# x'));
    fork.apply(remove('services.web.ports.0'));
    expect(origin.toText()).toBe(edited(TEXT, add('services.web.init', true)));
    expect(fork.toText()).toBe(
      edited(
        TEXT,
        add('services.web.init', true),
        append('x-caps', 'CHOWN'),
        comment('services.db', '# x'),
        remove('services.web.ports.0'),
      ),
    );
    expect(toData(fork.at(at('services.web.cap_drop'))!)).toEqual(['ALL', 'CHOWN']);
  });
});

describe('the text', () => {
  test('of an unchanged document is the text that was read, whatever it is', () => {
    const odd = '\uFEFF%YAML 1.2\r\n---\n\ta: 1 \r\n # x\n\n\n  '.replace('\ta', 'a');
    expect(YamlDocument.open(odd).toText()).toBe(odd);
    expect(YamlDocument.open(odd).edits()).toEqual([]);
  });

  test('keeps mixed line endings and writes new lines with the more frequent one', () => {
    expect(edited('a: 1\r\nb:\n  c: 1\r\n\r\nd: 2\n', add('b.x', 1))).toBe('a: 1\r\nb:\n  c: 1\r\n  x: 1\r\n\r\nd: 2\n');
    expect(edited('a: 1\nb:\n  c: 1\r\nd: 2\n', add('b.x', 1))).toBe('a: 1\nb:\n  c: 1\r\n  x: 1\nd: 2\n');
  });

  test('may lose its only CRLF with the line that had it', () => {
    expect(edited('a: 1\nb: 2\r\nc: 3\n', remove('b'))).toBe('a: 1\nc: 3\n');
  });

  test('with mixed line endings and no final newline loses the last line whole', () => {
    expect(edited('a: 1\r\nb: 2\nc: 3', remove('c'))).toBe('a: 1\r\nb: 2');
    expect(edited('a: 1\nb: 2\r\nc: 3', remove('c'))).toBe('a: 1\nb: 2');
  });

  test('of one line without an end gets none', () => {
    expect(edited('a: 1', add('b', 2))).toBe('a: 1\nb: 2');
  });

  test('sets a new entry apart where entries are set apart', () => {
    expect(edited('a:\n  x: 1\n\nb:\n  x: 1\n', add('c', { x: 1 }))).toBe('a:\n  x: 1\n\nb:\n  x: 1\n\nc:\n  x: 1\n');
  });

  test('a long list is not squeezed into brackets', () => {
    const long = 'a'.repeat(50);
    expect(edited('a: [x]\n', add('b', [long, long]))).toBe(`a: [x]\nb:\n  - ${long}\n  - ${long}\n`);
  });
});

describe('what cannot be written is not proven', () => {
  test.each([
    ['a list behind an explicit mark in a list', '- ? x\n  : y\n- a: 1\n', replace('1.a', [1]), undefined],
    ['a blank line a block scalar would swallow', 'a: |+\n  x\nb: 1\n\nc: 2\n', remove('b'), 'a changed'],
    ['a key behind a dash with nothing left before it', 'a:\n  - x: 1\n    y: 2\n', remove('a.0.x'), 'behind a dash'],
  ])('%s', (_, text, op, reason) => {
    const document = YamlDocument.open(text);
    if (reason === 'behind a dash') document.apply(add('a.0.z', 1, 'x'));
    expect('refusal' in document.apply(op)).toBe(false);
    const proof = document.prove();
    if (reason === undefined) expect(proof).toHaveProperty('document');
    else expect(proof).toMatchObject({ reason: expect.stringContaining(reason) });
  });
});

test('keys of a large map are found after each of them came, went, was renamed and came back', () => {
  const large = Array.from({ length: 60 }, (_, index) => `k${index}: ${index}\n`).join('');
  const document = YamlDocument.open(large);
  document.apply(remove('k3'));
  document.apply({ op: 'rename', path: ['k4'], key: 'k3' });
  document.apply(add('k4', 'new'));
  expect([document.at(['k3']), document.at(['k4']), document.at(['k5'])].map((node) => node && toData(node))).toEqual([4, 'new', 5]);
  document.apply(remove('k4'));
  expect(document.at(['k4'])).toBeUndefined();
  expect('refusal' in document.apply(remove('k4'))).toBe(true);
  expect('refusal' in document.apply({ op: 'rename', path: ['k5'], key: 'k6' })).toBe(true);
});
