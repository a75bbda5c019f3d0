import { simpleCommands } from '../../src/images/shell';

const words = (text: string) => simpleCommands(text).map((command) => command.words.join(' '));

describe('the simple commands of a script', () => {
  test.each<[string, string, string[]]>([
    ['separators', 'a 1; b && c || d | e & f', ['a 1', 'b', 'c', 'd', 'e', 'f']],
    ['continued lines', 'a \\\n  b\nc', ['a b', 'c']],
    ['comments', '# a\nb # c\nd#e', ['b', 'd#e']],
    ['quotes', `a 'b; c' "d && e" f\\;g`, ['a b; c d && e f;g']],
    ['branches', 'if [ "$1" = x ]; then a; elif b; then c; else d; fi', ['[ $1 = x ]', 'a', 'b', 'c', 'd']],
    ['case patterns', 'case "$1" in\n postgres|-*) a;;\n *) b\n ;;\nesac\nc', ['a', 'b', 'c']],
    ['a case in a branch', 'if x; then case $1 in a) b;; esac; fi; c', ['x', 'b', 'c']],
    ['loops', 'for f in a b; do c $f; done', ['c $f']],
    ['functions', 'step() {\n  a\n}\nstep', ['a', 'step']],
    ['subshells', '(a; b)', ['a', 'b']],
    ['substitutions', 'x="$(id -u)"; if [ "`id -g`" = 0 ]; then b; fi', ['id -u', 'id -g', '[ `id -g` = 0 ]', 'b']],
    ['arithmetic', 'a $((1 + 2))', ['a $((1 + 2))']],
    ['double brackets', '[[ $a == b && -f c ]] && d', ['d']],
    ['assignments', 'A=1 B=2 c', ['c']],
    ['here-documents', 'cat <<EOF > /f\nchown x\nEOF\nb', ['cat', 'b']],
    ['parameter expansion', 'a "${1#-}" ${x:-;}', ['a ${1#-} ${x:-;}']],
    ['process substitutions', 'initdb --pwfile=<(printf x) -D /d', ['printf x', 'initdb --pwfile= <(printf x) -D /d']],
    ['substitutions in here-documents', 'cat <<EOF\n$(whoami)\nEOF', ['whoami', 'cat']],
    ['substitutions in tests and loops', '[[ -n $(a) ]] && b; for x in $(c); do d; done', ['a', 'b', 'c', 'd']],
    ['arrays', 'x=(a b); x+=("$(c)"); d', ['c', 'd']],
    ['a look for a command', 'command -v a || command b', ['command -v a', 'b']],
    ['redirected groups', '{ a; b; } > /f', ['a', 'b', '']],
    ['what goes on after a mistake', 'a\n && b; ) c; fi; d', ['a', 'b', 'c', 'd']],
    ['an open quote', 'a "b', ['a b']],
  ])('%s', (_what, text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  test('say where they are, what they replace and where they write', () => {
    expect(simpleCommands('#!/bin/sh\n\nchown x \\\n  y\nexec gosu app "$@"\necho a > /etc/x 2>/dev/null\n', 1)).toEqual([
      { words: ['chown', 'x', 'y'], line: 3, exec: false, writesTo: [] },
      { words: ['gosu', 'app', '$@'], line: 5, exec: true, writesTo: [] },
      { words: ['echo', 'a'], line: 6, exec: false, writesTo: ['/etc/x', '/dev/null'] },
    ]);
  });

  test('what cannot be parsed is a command that nobody knows', () => {
    expect(words('coproc '.repeat(20_000))).toEqual([expect.stringMatching(/^coproc /)]);
  });

  test('duplicated descriptors are no files', () => {
    expect(simpleCommands('a >&2 2>&1')[0]).toMatchObject({ words: ['a'], writesTo: [] });
  });

  test.each([
    ['brackets that never close', '$('.repeat(50_000)],
    ['braces that never close', '"${a'.repeat(50_000)],
    ['brackets within brackets', `${'$('.repeat(30_000)}${')'.repeat(30_000)}`],
    ['quotes', `'"`.repeat(50_000)],
    ['here-documents', '<<A\n'.repeat(50_000)],
    ['functions of functions', 'f()'.repeat(50_000)],
    ['coprocesses', 'coproc '.repeat(20_000)],
    ['process substitutions', '<('.repeat(50_000)],
    ['mistakes', ') '.repeat(50_000)],
  ])('do not take long to find in %s', (_what, text) => {
    const started = process.cpuUsage();
    simpleCommands(text);
    const { user, system } = process.cpuUsage(started);
    expect(user + system).toBeLessThan(2_000_000);
  });
});
