import { withUser } from '../../src/images/dockerfile-edit';

describe('USER in a Dockerfile', () => {
  test.each([
    [
      'before CMD, with the comment that belongs to it',
      'FROM a\nRUN x\n# start\nCMD ["b"]\n',
      'FROM a\nRUN x\nUSER 1:1\n# start\nCMD ["b"]\n',
    ],
    ['before ENTRYPOINT and CMD', 'FROM a\nENTRYPOINT ["b"]\nCMD ["c"]\n', 'FROM a\nUSER 1:1\nENTRYPOINT ["b"]\nCMD ["c"]\n'],
    ['after work that comes after CMD', 'FROM a\nCMD ["b"]\nRUN chmod +x b\n', 'FROM a\nCMD ["b"]\nRUN chmod +x b\nUSER 1:1\n'],
    ['at the end without either', 'FROM a\nRUN x && \\\n  y\n\n', 'FROM a\nRUN x && \\\n  y\nUSER 1:1\n\n'],
    ['after a here-document', 'FROM a\nRUN <<EOF\nUSER root\nEOF\n', 'FROM a\nRUN <<EOF\nUSER root\nEOF\nUSER 1:1\n'],
    ['with CRLF', 'FROM a\r\nCMD b\r\n', 'FROM a\r\nUSER 1:1\r\nCMD b\r\n'],
    ['without a final newline', 'FROM a\nRUN x', 'FROM a\nRUN x\nUSER 1:1'],
    ['with CRLF and without a final newline', 'FROM a\r\nRUN x', 'FROM a\r\nRUN x\r\nUSER 1:1'],
    ['in the last stage', 'FROM a AS x\nCMD b\n\nFROM c\nCMD d\n', 'FROM a AS x\nCMD b\n\nFROM c\nUSER 1:1\nCMD d\n'],
  ])('%s', (_, before, after) => {
    expect(withUser(before, undefined, '1:1')).toBe(after);
  });

  test('goes to the stage that is built, not to the comments above the next', () => {
    const text = 'FROM a AS one\nRUN x\n\n# two\nFROM b\nCMD c\n';
    expect(withUser(text, 'one', '1:1')).toBe('FROM a AS one\nRUN x\nUSER 1:1\n\n# two\nFROM b\nCMD c\n');
  });

  test('is not written twice, and never replaces another', () => {
    const once = withUser('FROM a\nCMD b\n', undefined, '1:1') as string;
    expect(withUser(once, undefined, '1:1')).toBe(once);
    expect(withUser('FROM a\nUSER root\nCMD b\n', undefined, '1:1')).toEqual({ refusal: 'line 2 sets a user already: root' });
    expect(withUser('FROM a\n', 'gone', '1:1')).toEqual({ refusal: 'it has no stage gone' });
  });
});
