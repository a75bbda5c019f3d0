import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { COMMANDS } from '../../src/cli/command-table';
import { completedCommands } from '../../src/cli/completion/model';
import { batten, MAIN, project, removeProjects, STACK, scrubbedEnv } from './run';

afterEach(removeProjects);

/** A project, and a `batten` on the path. */
function setting() {
  const cwd = project({ 'compose.yaml': STACK, 'other.yaml': 'services:\n  cache:\n    image: redis:7\n' });
  const bin = project({});
  writeFileSync(path.join(bin, 'batten'), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  chmodSync(path.join(bin, 'batten'), 0o755);
  return { cwd, env: { ...scrubbedEnv(), PATH: `${bin}:${scrubbedEnv().PATH}`, TERM: 'dumb' } };
}

function has(shell: string): boolean {
  return spawnSync(shell, ['-c', 'true']).status === 0;
}

/** What bash would offer for a line whose last word is being typed. Bash takes `--option=value` apart. */
function bash(line: string): string[] {
  const words = line
    .split(' ')
    .flatMap((word) => (/^--[\w-]+=/.test(word) ? [word.slice(0, word.indexOf('=')), '=', word.slice(word.indexOf('=') + 1)] : [word]));
  const script = `eval "$(batten completion bash)"
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _batten; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { cwd, env } = setting();
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { cwd, env, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter(Boolean);
}

const IDS = JSON.parse(batten(['list', '--format', 'json'], { cwd: '/' }).out).map(({ id }: { id: string }) => id) as string[];

describe('bash', () => {
  test.each([
    ['batten ', [...COMMANDS.map(({ name }) => name), 'help', '--help', '--version']],
    ['batten ch', ['check']],
    ['batten fix --confid', ['--confidence']],
    ['batten fix --confidence ', ['proven', 'known', 'generic', 'guess']],
    ['batten fix --confidence=kn', ['known']],
    ['batten fix --only ', IDS],
    ['batten fix --only cap-drop,read', ['cap-drop,read-only']],
    ['batten fix --service ', ['web', 'db']],
    ['batten fix --service web,d', ['web,db']],
    ['batten check other.yaml --service ', ['cache']],
    ['batten fix -f other.yaml --service c', ['cache']],
    ['batten fix --output ', []],
    ['batten fix comp', []],
    ['batten explain no-new', ['no-new-privileges']],
    ['batten completion ', ['bash', 'zsh', 'fish']],
    // Of another command only.
    ['batten patch --yes', []],
  ])('%j', (line, offered) => {
    expect(bash(line)).toEqual(offered);
  });
});

(has('fish') ? describe : describe.skip)('fish', () => {
  test.each([
    ['batten ch', ['check']],
    ['batten fix --confidence ', ['generic', 'guess', 'known', 'proven']],
    ['batten fix --only cap-drop,read', ['cap-drop,read-only']],
    ['batten fix --service ', ['db', 'web']],
    ['batten check other.yaml --service ', ['cache']],
    ['batten explain no-new', ['no-new-privileges']],
    ['batten fix --exit-non', ['--exit-non-zero-on-fix']],
  ])('%j', (line, offered) => {
    const { cwd, env } = setting();
    const script = `batten completion fish | source; complete -C '${line}'`;
    const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', script], { cwd, env, encoding: 'utf8' });
    expect(stderr).toBe('');
    const words = stdout
      .split('\n')
      .filter(Boolean)
      .map((each) => each.split('\t')[0]);
    expect(words.sort()).toEqual(offered);
  });
});

(has('zsh') ? describe : describe.skip)('zsh', () => {
  test.each([
    ['batten ch', 'batten check '],
    ['batten fix --confidence kn', 'batten fix --confidence known '],
    ['batten fix --only cap-d', 'batten fix --only cap-drop'],
    ['batten fix --service w', 'batten fix --service web'],
    ['batten explain no-new', 'batten explain no-new-privileges '],
  ])(
    '%j and Tab',
    (line, completed) => {
      const { cwd, env } = setting();
      // A shell in a terminal of its own: Tab completes, and Ctrl-X prints what the line has become.
      const script = `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1=; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -D -u; eval "$(batten completion zsh)"'
zpty -w shell 'show() { print -r -- "<<$BUFFER>>" >>line; BUFFER=; zle accept-line }; zle -N show; bindkey "^X" show; print ready'
zpty -r -m shell REPLY '*ready?*ready*'
zpty -n -w shell $'${line}\\t'
sleep 1.5
zpty -n -w shell $'\\x18'
sleep 0.5
zpty -d shell
cat line`;
      const { stdout } = spawnSync('zsh', ['-f', '-c', script], { cwd, env, encoding: 'utf8', timeout: 20_000 });
      expect(stdout).toContain(`<<${completed}`);
    },
    30_000,
  );
});

test('every option of the help can be completed', () => {
  for (const { name, options } of completedCommands()) {
    const { out } = batten([name, '--help'], { cwd: '/' });
    const inHelp = [...out.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map((match) => match[1]!);
    expect(options.map(({ long }) => long).sort()).toEqual(inHelp.sort());
  }
});

test('an unknown shell is exit 2, with a suggestion', () => {
  expect(batten(['completion', 'fisch'], { cwd: '/' })).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('did you mean fish?'),
  });
});

test('the name of a service that a shell would run is offered to none', () => {
  const names = ['$(touch ran)', '`touch ran`', 'a;touch ran', '${x:=1}', 'a b', 'web\nb', '\x1b[31m', '*'];
  const text = `services:\n${[...names, 'good.name_1'].map((name) => `  ${JSON.stringify(name)}: { image: nginx }\n`).join('')}`;
  const { cwd, env } = setting();
  writeFileSync(path.join(cwd, 'compose.yaml'), text);
  expect(batten(['completion', 'services'], { cwd }).out).toBe('good.name_1\n');
  const script = `eval "$(batten completion bash)"
COMP_WORDS=(batten fix --service ''); COMP_CWORD=3; _batten; printf '%s\\n' "\${COMPREPLY[@]}"; ls`;
  const { stdout } = spawnSync('bash', ['--norc', '-c', script], { cwd, env, encoding: 'utf8' });
  expect(stdout).toBe('good.name_1\ncompose.yaml\nother.yaml\n');
});
