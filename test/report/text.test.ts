import fc from 'fast-check';
import { screenOn } from '../../src/cli/screen';
import { createColors } from '../../src/report/colors';
import { hang, pad, wrap } from '../../src/report/layout';
import { maskLine } from '../../src/report/mask';
import { html } from '../../src/report/text/html';
import { json } from '../../src/report/text/json';
import { code, codeBlock, inHtml, md } from '../../src/report/text/markdown';
import { say } from '../../src/report/text/screen';
import { exact, language, type Text, word } from '../../src/report/text/text';
import { isVisible, visible } from '../../src/report/text/visible';

const NASTY = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom(
      '\n',
      '\r',
      '\x1b',
      '\x9b',
      '\x07',
      '\u202e',
      '\u2028',
      '\u200b',
      '\u{e0041}',
      '\ud800',
      '`',
      '|',
      '<',
      ':',
      '#',
      'a',
      ' ',
    ),
  }),
);

/** What may never reach a screen, spelt out: the code has classes of Unicode. */
const UNSEEN = [
  ...range(0x00, 0x1f),
  ...range(0x7f, 0x9f),
  ...[0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180e, 0x3164, 0xfeff, 0xffa0],
  ...range(0x200b, 0x200f),
  ...range(0x2028, 0x202e),
  ...range(0x2060, 0x206f),
  ...range(0xfff9, 0xfffb),
  ...range(0xd800, 0xdfff),
  ...range(0xe0000, 0xe007f),
  ...range(0xe0100, 0xe01ef),
];

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

const has = (text: string, points: readonly number[]): boolean => {
  const set = new Set(points);
  return Array.from(text).some((character) => set.has(character.codePointAt(0)!));
};

describe('a text from outside', () => {
  test.each([
    ['plain', 'plain'],
    ['größer 日本 🎉', 'größer 日本 🎉'],
    ['a\nb\rc\td', 'a\\nb\\rc\\td'],
    ['\x1b[31m\x07\x00\x7f', '\\u001b[31m\\u0007\\u0000\\u007f'],
    ['\x9b2K', '\\u009b2K'],
    ['\u202eevil\u2066', '\\u202eevil\\u2066'],
    ['a\u200bb\ufeff\u2028', 'a\\u200bb\\ufeff\\u2028'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\ud800x', '\\ud800x'],
    // The mark that makes an emoji of a sign is no secret.
    ['⚠️ mind', '⚠️ mind'],
    ['a\ufe0f', 'a\\ufe0f'],
  ])('%j is shown as %s', (text, shown) => {
    expect(visible(text)).toBe(shown);
    expect(visible(shown)).toBe(shown);
    expect(isVisible(text)).toBe(text === shown);
  });

  test('none of the characters that cannot be seen is left', () => {
    for (const point of UNSEEN)
      expect([point.toString(16), visible(`a${String.fromCodePoint(point)}b`)]).toEqual([
        point.toString(16),
        expect.stringMatching(/^a\\(?:[nrt]|u[\da-f]{4}|u\{[\da-f]+\})b$/),
      ]);
  });

  test('a text without end is cut, and says so', () => {
    expect(visible('x'.repeat(1e6))).toMatch(/^x{4000}… \(996000 more characters\)$/);
  });
});

describe('a text in a language', () => {
  test('values are escaped, the code and what is ready are not', () => {
    const { bold } = createColors(true);
    expect(say`a\n${'b\n\x1b[0m'}${bold('c\x07')}${3}`.text).toBe('a\nb\\n\\u001b[0m\x1b[1mc\\u0007\x1b[22m3');
    expect(say.join(['a\n', say`b\n`], '\n').text).toBe('a\\n\nb\n');
  });

  test('put into a string it says so, rather than to be escaped twice', () => {
    expect(() => `${say`a`}`).toThrow('was put into a string');
  });

  test('a word is one', () => {
    expect(word('x', 'n1').text).toBe('n1');
    expect(() => word('x', 'a"b')).toThrow(TypeError);
  });

  test('a text of one language is no text of another', () => {
    const other = language('other', (text) => text);
    // @ts-expect-error: what is safe in one language is not in another
    say`${other`<b>`}`;
    // @ts-expect-error: a string is not ready to be printed
    const wrong: Text<'screen'> = 'a';
    expect(wrong).toBe('a');
  });
});

/** What a terminal without escape sequences would show: of our own, only those of colours are left. */
function plain({ text }: Text): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
  return text.replace(/\x1b\[\d+m/g, '');
}

describe('whatever the text', () => {
  test('the screen gets its lines, and nothing but colours', () => {
    const colors = createColors(true);
    fc.assert(
      fc.property(NASTY, NASTY, (a, b) => {
        const made = say`${colors.bold(a)}: ${colors.red(say`${b}${colors.dim(a)}`)} ${pad(b, 9)}\n`;
        const shown = plain(made);
        expect(shown.split('\n')).toHaveLength(2);
        expect(has(shown.slice(0, -1), UNSEEN)).toBe(false);
      }),
    );
  });

  test('breaking it into lines loses nothing but spaces', () => {
    fc.assert(
      fc.property(NASTY, fc.integer({ min: 24, max: 40 }), (text, width) => {
        const lines = wrap(text, width).map(({ text: line }) => line);
        expect(lines.join('').replaceAll(' ', '')).toBe(visible(text).replaceAll(' ', ''));
        expect(hang('> ', text, width).every(({ text: line }) => !line.includes('\n'))).toBe(true);
      }),
    );
  });

  test('JSON says the same, and can be looked at', () => {
    fc.assert(
      fc.property(fc.jsonValue(), NASTY, (data, text) => {
        const made = json({ data, text, [text]: 1 }, 2).text;
        expect(JSON.parse(made)).toEqual(
          JSON.parse(JSON.stringify({ data, text, [text]: 1 }, (_, each) => (typeof each === 'string' ? maskLine(each) : each))),
        );
        expect(has(made.replaceAll('\n', ''), UNSEEN)).toBe(false);
      }),
    );
  });

  test('HTML has no markup and no character XML forbids', () => {
    fc.assert(
      fc.property(NASTY, (text) => {
        expect(html`${text}`.text).not.toMatch(/[<>"'\n\r]/);
        expect(has(html`${text}`.text, UNSEEN)).toBe(false);
      }),
    );
  });

  test('Markdown stays in its line and its cell', () => {
    fc.assert(
      fc.property(NASTY, (text) => {
        for (const { text: made } of [md`${text}`, code(text), inHtml(text)]) expect(has(made, UNSEEN)).toBe(false);
        expect(inHtml(text).text).toMatch(/^<code>[^<>]*<\/code>$/);
        expect(`${md`${text}`.text}${code(text).text}`).not.toMatch(/(?<!\\)(?:\\\\)*\|/);
      }),
    );
  });
});

describe('in Markdown', () => {
  test.each([
    ['# not a heading', '\\# not a heading'],
    ['- not an item', '\\- not an item'],
    ['1. not an item', '1\\. not an item'],
    ['a # b - c 1. d', 'a # b - c 1. d'],
    ['*a* _b_ [c](d) `e` <f> | ~g~ $h$', '\\*a\\* \\_b\\_ \\[c\\](d) \\`e\\` &#60;f&#62; \\| `~g~` \\$h\\$'],
    ['ask @octocat', 'ask `@octocat`'],
    ['see #1 and GH-2', 'see `#1` and `GH-2`'],
    ['https://evil.example/x www.evil.example', '`https://evil.example/x` `www.evil.example`'],
    ['a\nb', 'a\\\\nb'],
  ])('%j is %s', (text, made) => {
    expect(md`${text}`.text).toBe(made);
  });

  test('code ends where it should, whatever is in it', () => {
    expect(code('a').text).toBe('`a`');
    expect(code('a``b').text).toBe('```a``b```');
    expect(code('`a').text).toBe('`` `a ``');
    expect(code('').text).toBe('`  `');
    expect(codeBlock(['a', '````', 'b\nc']).text).toBe('`````\na\n````\nb\\nc\n`````');
  });
});

describe('what is printed', () => {
  function printed(...texts: Text[]): string {
    let out = '';
    const screen = screenOn({ write: (text) => (out += text) }, { env: {} }, { color: 'never' });
    for (const text of texts) screen.print(text);
    return out;
  }

  test('is no command to what runs a job in CI, also where a line was broken before it', () => {
    const lines = hang('  ', 'a long enough name, or more ::error file=x::forged', 30);
    expect(printed(say.join(lines, '\n'))).toContain('\n  \\u003a:error file=x::forged');
    expect(printed(say`${'::set-output name=a::b'}\n`)).toBe('\\u003a:set-output name=a::b\n');
    expect(printed(say`a ${'##vso[task.setvariable x]'} ${'##[group]'} ${'##teamcity[x]'}\n`)).not.toMatch(/##\w*\[/);
    expect(printed(say`listens on\n::1 and ::\n`)).toBe('listens on\n::1 and ::\n');
  });

  test('is exact where a program needs the bytes', () => {
    expect(printed(exact('::error::a\x1b\r\n'))).toBe('::error::a\x1b\r\n');
  });
});
