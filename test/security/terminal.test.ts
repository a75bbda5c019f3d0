import { batten, project, removeProjects } from '../cli/run';

/*
 * What a file calls its things reaches a screen, a log or a comment on GitHub by way of every command and format. Nothing in a name may be taken for
 * a control sequence, a line of its own, a workflow command or markup.
 */
const ESC = '\\e';
const NAMES: Record<string, string> = {
  'clears the screen': `a${ESC}[2J${ESC}[1;1Hall clear`,
  'sets the title': `a${ESC}]0;owned\\a`,
  'writes to the clipboard': `a${ESC}]52;c;Y3VybCBldmls\\a`,
  'links elsewhere': `a${ESC}]8;;https://evil.example${ESC}\\\\click${ESC}]8;;${ESC}\\\\`,
  'is an 8-bit sequence': 'a\\x9b31mred\\x9d0;t\\x9c',
  'begins a line': 'a\\n0 findings\\r\\n::error file=x::forged',
  'goes back to the start': 'a\\rall good        ',
  'turns the direction': 'a\\u202Eexe.cod\\u202C\\u2066b\\u2069',
  'cannot be seen': 'a\\u200Bb\\u00ADc\\uFEFFd\\U000E0001e',
  'ends a line elsewhere': 'a\\u2028# Heading\\u2029b\\x85c',
  'is markdown': 'a\\n\\n# Heading\\n- [x] done @octocat #1 ![](https://evil.example/x.png)',
  'is HTML': '</td><script>alert(1)</script><img src=x onerror=alert(1)>',
  'ends a block of code': '```\\n# Heading\\n```',
  'ends a cell': 'x|y `z` <b>',
};

const file = (name: string): string => `services:
  "${name}":
    image: "redis:7"
    ports: ["6379:6379"]
    network_mode: "${name}"
    environment: {"${name}": "${name}"}
    volumes: ["./${name.replaceAll(':', '')}:/data"]
    cap_add: ["${name}"]
    labels: {"${name}": "x"}
`;

/** Characters that a terminal acts on, or that hide or turn what is around them: none of them is in a report. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const ACTS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u;

const FORMATS = ['pretty', 'concise', 'json', 'sarif', 'github', 'markdown', 'gitlab', 'junit', 'html'];
/** A sixth of them in CI, each with another name, all with BATTEN_FULL=1: each is a process. */
const FULL = process.env.BATTEN_FULL === '1';
const COMMANDS: readonly (readonly string[])[] = [
  ...FORMATS.map((format) => ['check', '--preset', 'strict', '--format', format, 'compose.yaml']),
  ['check', '-v', '--preset', 'strict', 'compose.yaml'],
  ['check', '--statistics', 'compose.yaml'],
  ['fix', '--dry-run', '--preset', 'strict', 'compose.yaml'],
  ...['mermaid', 'dot', 'nwdiag', 'json', 'svg', 'html'].map((format) => ['graph', '--format', format, 'compose.yaml']),
  ...['text', 'markdown', 'json'].map((format) => ['diff', '--format', format, 'before.yaml', 'compose.yaml']),
  ['export', 'kubernetes', 'compose.yaml'],
  ['explain', 'compose.yaml#nobody'],
  ['check', '--service', 'nobody', 'compose.yaml'],
];

afterAll(removeProjects);

describe.each(Object.entries(NAMES).map(([what, name], which) => [what, name, which] as const))('a name that %s', (_, name, which) => {
  let cwd = '';
  beforeAll(() => {
    cwd = project({ 'compose.yaml': file(name), 'before.yaml': 'services:\n  web: {image: "nginx:1.27"}\n' });
  });

  test('is shown and does nothing, whatever the command and the format', () => {
    const acting = COMMANDS.filter((_each, at) => FULL || at % 6 === which % 6).flatMap((args) => {
      const { out, err } = batten(args, { cwd });
      const found = ACTS.exec(out) ?? ACTS.exec(err);
      // A line that begins as a workflow command is one, but for those of the format that writes them.
      const forged = args.includes('github') ? /^::error file=x::/m.test(out) : /^::/m.test(out + err);
      const markup = args.includes('html') && /<script>alert|<img src=x/.test(out);
      const heading = args.includes('markdown') && /^# Heading|^- \[x\] done/m.test(out);
      return found || forged || markup || heading ? [`${args.join(' ')}: ${JSON.stringify(found?.[0] ?? 'forged')}`] : [];
    });
    expect(acting).toEqual([]);
  });
});
