import { KEYS, Terminal } from '../../cli/pty';
import { batten, project, read, removeProjects } from '../../cli/run';
import { BLOCKS, COMMANDS, COMMENTS, DOCKERFILE, DOTENV, SERVICE, SHELL, TOP, VARIABLES } from './kinds';

/** Everything that is planted, each under a value of its own. */
class Planted {
  readonly values = new Map<string, string>();

  /** A kind with its value. */
  plant(kind: string): string {
    const value = `Zq${String(100 + this.values.size)}k4Wm`;
    this.values.set(value, kind);
    return kind.replaceAll('¤', value);
  }

  /** The kinds whose values are in a text. */
  seenIn(text: string): string[] {
    return [...this.values].filter(([value]) => text.includes(value)).map(([, kind]) => kind);
  }
}

const planted = new Planted();
const indented = (text: string, by: number): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? line : ' '.repeat(by) + line))
    .join('\n');
const below = (kinds: readonly string[], by: number): string => kinds.map((kind) => indented(planted.plant(kind), by)).join('\n');
const words = (kind: string): string[] => planted.plant(kind).split(' ');

/** `NAME: value` of a map as the item of a list. */
function item(variable: string): string {
  const [, name = '', rest = ''] = /^([^:]+): (.*)$/.exec(variable)!;
  const quote = /^["']/.exec(rest)?.[0] ?? '';
  return `- ${quote}${name}=${rest.slice(quote.length)}`;
}

/** Three kinds of commands in one service, each where another place for one is. */
function commanded(kinds: readonly string[], at: number): string {
  const [text = '', flow = text, list = text] = kinds;
  const items = (kind: string): string =>
    words(kind)
      .map((word) => `      - ${word}`)
      .join('\n');
  return `  command-${at}:
    image: redis:7
    command: ${planted.plant(text)}
    healthcheck:
      test: [${['CMD', ...words(flow)].map((word) => JSON.stringify(word)).join(', ')}]
    entrypoint:
${items(list)}`;
}

function stack(): string {
  const quoted = SHELL.map((kind) => `      - command: ["sh", "-c", ${JSON.stringify(planted.plant(kind))}]`).join('\n');
  const services = [
    `  mapped:\n    image: postgres:16\n    ports: ["5432:5432"]\n    environment:\n${below([...VARIABLES, ...BLOCKS], 6)}\n    post_start:\n${quoted}`,
    `  listed:\n    image: mysql:8\n    environment:\n${below(VARIABLES.map(item), 6)}\n    privileged: true`,
    `  built:\n    build:\n      context: ./app\n      args:\n${below(VARIABLES.slice(0, 40), 8)}\n    user: root`,
    ...COMMANDS.flatMap((_, at) => (at % 3 === 0 ? [commanded(COMMANDS.slice(at, at + 3), at)] : [])),
    ...SERVICE.map((kind, at) => `  service-${at}:\n    image: acme/app:latest\n${below([kind], 4)}`),
    `  commented:\n${below(COMMENTS, 4)}\n    image: nginx:1.27 ${planted.plant(COMMENTS[0])}\n    ports: ["80:80"]`,
  ];
  return `${below(TOP, 0)}\nservices:\n${services.join('\n')}\n`;
}

const FILES: Record<string, string> = {
  'compose.yaml': stack(),
  '.env': `${below(DOTENV, 0)}\n`,
  'app/Dockerfile': `FROM alpine:3.20\n${below(DOCKERFILE, 0)}\nUSER root\nCOPY entry.sh /entry.sh\nENTRYPOINT ["/entry.sh"]\n`,
  'app/entry.sh': `#!/bin/sh\n${below([...COMMANDS, ...SHELL], 0)}\nchown -R app /data\nexec su-exec app "$@"\n`,
};

afterEach(removeProjects);

const ALL = ['--preset', 'strict', '--confidence', 'guess', '--no-config'];
const RUNS: readonly (readonly string[])[] = [
  ...['pretty', 'concise', 'json', 'sarif', 'github', 'markdown'].map((format) => ['check', '--format', format, '--no-config']),
  ['check', '-v', '--debug', '--confidence', 'guess'],
  ['fix', '--dry-run', '-v'],
  ['fix', '--dry-run', '--format', 'json', ...ALL],
  ['fix', '--yes', '--diff', ...ALL],
  ...['mermaid', 'dot', 'nwdiag', 'json', 'svg', 'html'].map((format) => ['graph', '--format', format]),
  ...['mapped', 'listed', 'built', 'command-3', 'service-0'].map((name) => ['explain', `compose.yaml#${name}`]),
  ['init'],
];

test.each(RUNS.map((run) => [run.join(' '), run] as const))(
  'batten %s shows none of them',
  (_, run) => {
    const { out, err } = batten(run, { cwd: project(FILES) });
    expect(out + err).not.toBe('');
    expect(err).not.toContain('please report it');
    expect(planted.seenIn(out + err)).toEqual([]);
  },
  300_000,
);

test('there is something to be seen, and what is written keeps it', () => {
  expect(planted.values.size).toBeGreaterThan(300);
  const directory = project(FILES);
  expect(
    planted.seenIn(batten(['fix', '--dry-run', '--diff', '--skip', 'plaintext-secrets'], { cwd: directory }).out).length,
  ).toBeGreaterThan(30);
  batten(['fix', '--yes', '--skip', 'plaintext-secrets'], { cwd: directory });
  const kept = planted.seenIn(read(directory) + Object.values(FILES).slice(1).join('') + ASKED);
  expect(kept.length).toBe(planted.values.size);
}, 300_000);

test.each([
  ['fix', '--yes', '--diff'],
  ['fix', '--dry-run', '--diff'],
  ['fix', '--dry-run', '--diff', '--confidence', 'guess'],
  ['check', '-v', '--confidence', 'guess'],
])(
  'batten %s %s %s shows none of them on a terminal',
  async (...run) => {
    const terminal = new Terminal(run, project(FILES));
    await terminal.ended();
    expect(terminal.screen.length).toBeGreaterThan(1000);
    expect(planted.seenIn(terminal.screen)).toEqual([]);
    terminal.close();
  },
  60_000,
);

/** A small project, as what is asked is the same: a variable beside each change, and a file that evidence quotes. */
const ASKED = `services:
  web:
    image: nginx:1.27
    environment:
${below(VARIABLES.slice(0, 12), 6)}
  built:
    build: ./app
    command: ${planted.plant(COMMANDS[0])}
`;

test('nor do the questions, nor the answers to them', async () => {
  const terminal = new Terminal(['fix', '--no-config'], project({ ...FILES, 'compose.yaml': ASKED }));
  await terminal.until('›');
  // Through the plan to the single changes, whatever of it there is; a key that means nothing is passed over.
  for (const key of ['c', 'd', 'w', 's', 'y', 'w', 'd', 'y', 'w', 's', 'd', 'y', 'w', 'd', 'y']) {
    terminal.press(key);
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
  terminal.press(KEYS.CTRL_C);
  await terminal.ended();
  expect(terminal.screen).toContain('••••');
  expect(planted.seenIn(terminal.screen)).toEqual([]);
  terminal.close();
}, 300_000);

/** Lines that cannot be read, or not as they are meant. */
const BROKEN = [
  'DB_PASSWORD: "¤',
  'DB_PASSWORD: ¤: x',
  'DB_PASSWORD: @¤',
  'DB_PASSWORD: %¤ x',
  'DB_PASSWORD: `¤',
  'DB_PASSWORD: *¤',
  'DB_PASSWORD: "¤" x',
  'DB_PASSWORD: "\\q¤"',
  'DB_PASSWORD: [¤',
  'DB_PASSWORD: ¤\n DB_PASSWORD: ¤',
  'DB_PASSWORD: ¤\n  DB_PASSWORD: ¤',
  'DB_PASSWORD: !<¤ x',
  'DB_PASSWORD: ${¤',
  'DB_PASSWORD=¤',
  '\tDB_PASSWORD: ¤',
  '- DB_PASSWORD: ¤',
  '? {DB_PASSWORD: ¤}',
  'DATABASE_URL: "postgres://u:¤@h',
];

test.each(BROKEN)('an error about %j shows none of them', (kind) => {
  const value = 'Zq7k4Wm2';
  const text = `services:\n  db:\n    image: postgres:16\n    environment:\n      A: 1\n${indented(kind.replaceAll('¤', value), 6)}\n      B: 2\n`;
  for (const run of [
    ['check'],
    ['check', '--format', 'json'],
    ['check', '--debug'],
    ...(process.env.BATTEN_FULL === '1' ? [['check', '--format', 'sarif'], ['check', '--format', 'github'], ['graph']] : []),
  ]) {
    const { out, err } = batten(run, { cwd: project({ 'compose.yaml': text }) });
    expect(`${run.join(' ')}: ${out}${err}`).not.toContain(value);
  }
});
