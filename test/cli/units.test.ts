import { spawnSync } from 'node:child_process';
import { changeCode, checkCode } from '../../src/cli/exit-codes';
import { renderMarkdown as renderedMarkdown } from '../../src/cli/markdown';
import { errorText as errorShown, Interrupted } from '../../src/cli/messages';
import { InputError } from '../../src/errors';
import { closest, hintFor } from '../../src/harden/suggest';
import { createColors } from '../../src/report/colors';
import { sectionsOf } from '../../src/report/readme';
import { FAILED, finding, HELD, result, SUPPRESSED } from '../report/findings';
import { textOf } from '../report/text-of';
import { MAIN, project, removeProjects, STACK, scrubbedEnv } from './run';

const plain = createColors(false);
const errorText = textOf(errorShown);
const renderMarkdown = textOf(renderedMarkdown);

describe('exit codes', () => {
  const clean = result([], { after: 'a', status: 'clean' });
  const held = result([HELD], { after: 'a', status: 'manual' });

  test.each([
    [[clean], 0],
    [[result([SUPPRESSED], { after: 'a' })], 0],
    [[clean, held], 1],
    [[result([finding()])], 1],
    [[FAILED, clean], 2],
    [[result([finding()]), FAILED], 2],
  ])('check %#', (results, code) => {
    expect(checkCode(results, {})).toBe(code);
    expect(checkCode(results, { exitZero: true })).toBe(code === 1 ? 0 : code);
  });

  test.each([
    [[clean], 0],
    [[held], 0],
    [[clean, result([finding()])], 1],
    [[result([finding()]), FAILED], 2],
  ])('a change that is told %#', (results, code) => {
    expect(changeCode(results, true)).toBe(code);
    expect(changeCode(results, false)).toBe(code === 1 ? 0 : code);
  });
});

describe('suggestions', () => {
  const ids = ['cap-drop', 'read-only', 'user', 'ports'];

  test.each([
    ['cap-dorp', 'cap-drop'],
    ['capdrop', 'cap-drop'],
    ['cap', 'cap-drop'],
    ['readonly', 'read-only'],
    ['USER', 'user'],
    ['port', 'ports'],
    ['something-else', undefined],
    ['x', undefined],
  ])('%s: %s', (wrong, right) => {
    expect(closest(wrong, ids)).toBe(right);
  });

  test('without a close one, all are named', () => {
    expect(hintFor('zzz', ids)).toBe('there is cap-drop, read-only, user, ports');
  });
});

describe('errors', () => {
  const error = new InputError('syntax', 'a key twice', { file: 'compose.yaml', position: { line: 3, column: 5 }, hint: 'remove one' });

  test('say where, what, and what to do', () => {
    expect(errorText(error, plain, false)).toBe('compose.yaml:3:5: error: a key twice\n  hint: remove one\n');
  });

  test('show the stack, and the cause, when asked', () => {
    const wrapped = new InputError('x', 'cannot', { cause: new Error('the cause') });
    expect(errorText(error, plain, true)).toMatch(/\n {4}at /);
    expect(errorText(wrapped, plain, true)).toContain('caused by Error: the cause');
  });

  test('an unknown one is a bug, and an interrupt none', () => {
    expect(errorText(new TypeError('x of undefined'), plain, false)).toContain('error: batten failed: x of undefined');
    expect(errorText(new Interrupted(), plain, false)).toBe('interrupted: nothing was written\n');
  });
});

describe('a README on a terminal', () => {
  const markdown = `# cap-drop

<!-- facts -->
| a | bc |
|---|---|
| dd | e |

It drops
**all** of \`ALL\`, see [this](https://example.org/a).

## What can break

- one
  thing

\`\`\`yaml
cap_drop:

  - ALL
\`\`\`

## References

- [the docs](https://example.org/b)
`;

  test('is readable without its marks', () => {
    expect(renderMarkdown(markdown, plain, 80)).toBe(`cap-drop

  a   bc
  dd  e

It drops all of ALL, see this.

What can break

  • one thing

    cap_drop:

      - ALL

References

  • the docs (https://example.org/b)
`);
  });

  test('can be cut down to some of its sections', () => {
    expect(sectionsOf(markdown, ['What can break'])).toMatch(/^## What can break\n.*```\n\n$/s);
    expect(sectionsOf(markdown, ['Nowhere'])).toBe(markdown);
  });
});

test('a pipe that closes early is no error', () => {
  const cwd = project({ 'compose.yaml': STACK.repeat(1) });
  const script = `node "$0" check -v --format json; echo "code $?" >&2`;
  const { stderr } = spawnSync('bash', ['-c', `{ ${script}; } | true`, MAIN], { cwd, env: scrubbedEnv(), encoding: 'utf8' });
  expect(stderr).toBe('code 1\n');
  removeProjects();
});
