import { maskLine, maskLines } from '../../../src/report/mask';
import { BLOCKS, COMMANDS, COMMENTS, DOCKERFILE, DOTENV, NO_CREDENTIAL_LINES, NONE, SERVICE, SHELL, TOP, VARIABLES } from './kinds';

const VALUE = 'Zq7k4Wm2';

const planted = (kind: string): string => kind.replaceAll('¤', VALUE);

function shown(text: string, indent: number): string {
  const lines = planted(text)
    .split('\n')
    .map((line) => (line === '' ? line : ' '.repeat(indent) + line));
  return maskLines(lines).join('\n');
}

/** `NAME: value` of a map as the item of a list. */
function item(variable: string): string {
  const [, name = '', rest = ''] = /^([^:]+): (.*)$/.exec(variable)!;
  const quote = /^["']/.exec(rest)?.[0] ?? '';
  return `- ${quote}${name}=${rest.slice(quote.length)}`;
}

const flow = (command: string): string =>
  `command: [${command
    .split(' ')
    .map((word) => JSON.stringify(word))
    .join(', ')}]`;
const list = (command: string): string =>
  `command:\n${command
    .split(' ')
    .map((word) => `  - ${word}`)
    .join('\n')}`;

const CASES: readonly (readonly [where: string, indent: number, text: string])[] = [
  ...VARIABLES.map((kind) => ['a map', 6, kind] as const),
  ...VARIABLES.map((kind) => ['a list', 6, item(kind)] as const),
  ...BLOCKS.map((kind) => ['a block', 6, kind] as const),
  ...[...COMMANDS, ...SHELL].map((kind) => ['a command', 4, `command: ${kind}`] as const),
  ...SHELL.map((kind) => ['a command in quotes', 4, `test: ["CMD-SHELL", ${JSON.stringify(kind)}]`] as const),
  ...[...COMMANDS, ...SHELL].map((kind) => ['a script', 6, kind] as const),
  ...COMMANDS.map((kind) => ['a list in one line', 4, flow(kind)] as const),
  ...COMMANDS.map((kind) => ['a list of several', 4, list(kind)] as const),
  ...SERVICE.map((kind) => ['a service', 4, kind] as const),
  ...TOP.map((kind) => ['the top', 0, kind] as const),
  ...COMMENTS.map((kind) => ['a comment', 4, kind] as const),
  ...COMMENTS.map((kind) => ['the end of a line', 4, `a: 1 ${kind}`] as const),
  ...DOCKERFILE.map((kind) => ['a Dockerfile', 0, kind] as const),
  ...DOTENV.map((kind) => ['.env', 0, kind] as const),
];

test.each(CASES)('is masked in %s: (%d) %s', (_, indent, kind) => {
  expect(planted(kind)).toContain(VALUE);
  expect(shown(kind, indent)).not.toContain(VALUE);
});

/** What stands in one line is masked where that line is quoted, too. */
test.each([...VARIABLES, ...COMMANDS, ...SHELL, ...DOCKERFILE.filter((kind) => !kind.includes('\n'))])(
  'is masked in a sentence that quotes it: %s',
  (kind) => {
    expect(maskLine(planted(kind))).not.toContain(VALUE);
  },
);

test.each([...NONE.map((line) => `      ${line}`), ...NONE.map((line) => `      ${item(line)}`), ...NO_CREDENTIAL_LINES])(
  'is none: %s',
  (line) => {
    expect(maskLines([line])).toEqual([line]);
    expect(maskLine(line)).toBe(line);
  },
);

test('nothing around a credential is masked', () => {
  expect(shown('DB_PASSWORD: "¤" # why', 6)).toBe('      DB_PASSWORD: "••••" # why');
  expect(shown('DATABASE_URL: postgres://u:¤@db/x', 0)).toBe('DATABASE_URL: postgres://u:••••@db/x');
  expect(shown('command: ["mysqladmin", "-p¤", "ping"]', 4)).toBe('    command: ["mysqladmin", "-p••••", "ping"]');
  expect(shown('environment: { A: 1, DB_PASSWORD: a b ¤, C: 2 }', 4)).toBe('    environment: { A: 1, DB_PASSWORD: ••••, C: 2 }');
});
