import { interview } from '../../src/cli/interview';
import { Interrupted } from '../../src/cli/messages';
import { type Key, type KeyPrompt, type Prompter, readPress, type TextPrompt } from '../../src/cli/prompt';
import { keysOf } from '../../src/cli/question';
import type { Answer, FixSession, Question } from '../../src/harden/api';
import type { Confidence, FileResult, Finding } from '../../src/harden/types';
import { createColors } from '../../src/report/colors';
import { say } from '../../src/report/text/screen';
import { finding, result } from '../report/findings';

/** Keeps the answers; asks one question per finding. */
class FakeSession implements FixSession {
  readonly answers: Answer[] = [];

  constructor(private readonly findings: readonly Finding[]) {}

  current(): Question | undefined {
    const index = this.answers.length;
    const at = this.findings[index];
    return (
      at && {
        index: index + 1,
        total: this.findings.length,
        finding: at,
        before: 'a: 1\n',
        after: 'a: 1\nb: 2\n',
        files: [],
        path: 'compose.yaml',
      }
    );
  }

  answer(answer: Answer): { error: string } | undefined {
    if (answer.kind === 'edit' && answer.value === 'bad') return { error: 'no usable value' };
    this.answers.push(answer);
    return undefined;
  }

  undo(): boolean {
    return this.answers.pop() !== undefined;
  }

  finish(): FileResult[] {
    return [result([...this.findings])];
  }
}

/** Plays what a person would press, and keeps what they were asked. */
class ScriptedPrompter implements Prompter {
  readonly asked: (KeyPrompt | TextPrompt)[] = [];

  constructor(private readonly script: (Key | { text: string | undefined })[]) {}

  async key(prompt: KeyPrompt): Promise<Key> {
    this.asked.push(prompt);
    const next = this.script.shift();
    if (typeof next !== 'string') throw new Interrupted();
    expect(prompt.keys).toContain(next);
    return next;
  }

  async text(prompt: TextPrompt): Promise<string | undefined> {
    this.asked.push(prompt);
    const next = this.script.shift();
    if (typeof next !== 'object') throw new Interrupted();
    return next.text;
  }
}

const editable = { label: 'user', value: '1000:1000', rebuild: () => [], describe: (user: string) => `run as ${user}` };

type Script = (Key | { text: string | undefined })[];

async function play(script: Script, ...rest: [{ least: Confidence }, ...Finding[][]] | Finding[][]) {
  const [first, ...others] = rest;
  const least = Array.isArray(first) ? undefined : first?.least;
  const files = (Array.isArray(first) ? [first, ...others] : others) as Finding[][];
  const sessions = files.map((findings) => new FakeSession(findings));
  const prompter = new ScriptedPrompter(script);
  let screen = '';
  const named = sessions.map((session, index) => ({ path: `${index}.yaml`, session }));
  await interview(
    named,
    prompter,
    {
      colors: createColors(false),
      width: 80,
      print: ({ text }) => {
        screen += text;
      },
      explain: () => say`EXPLANATION\n`,
    },
    least,
  );
  return { answers: sessions.map((session) => session.answers.map((each) => each.kind)), sessions, prompter, screen };
}

describe('interview', () => {
  test('each key becomes its answer', async () => {
    const { answers } = await play(['y', 'n', 'a', 's', 'd', 'i', { text: 'because' }], Array(6).fill(finding()));
    expect(answers).toEqual([['apply', 'skip', 'apply-transform', 'apply-service', 'skip-file', 'ignore']]);
  });

  test('an edited value that cannot be used is asked again, from what was typed', async () => {
    const { sessions, prompter, screen } = await play(['e', { text: 'bad' }, { text: '7:7' }], [finding({ editable })]);
    expect(sessions[0]?.answers).toEqual([{ kind: 'edit', value: '7:7' }]);
    expect(prompter.asked.slice(1).map((each) => 'initial' in each && each.initial)).toEqual(['1000:1000', 'bad']);
    expect(screen).toContain('no usable value');
  });

  test('Escape leads back to the question, from a value and from a reason', async () => {
    const { answers } = await play(['e', { text: undefined }, 'i', { text: undefined }, 'n'], [finding({ editable })]);
    expect(answers).toEqual([['skip']]);
  });

  test('why and help ask again', async () => {
    const { answers, screen } = await play(['w', '?', 'y'], [finding()]);
    expect(answers).toEqual([['apply']]);
    expect(screen).toContain('EXPLANATION');
    expect(screen).toContain('undo the last answer');
  });

  test('undo goes back over files without an answer', async () => {
    const { answers } = await play(['y', 'u', 'n', 'y'], [finding()], [], [finding()]);
    expect(answers).toEqual([['skip'], [], ['apply']]);
  });

  test('quit leaves the rest unanswered', async () => {
    const { answers } = await play(['y', 'q'], [finding(), finding()], [finding()]);
    expect(answers).toEqual([['apply'], []]);
  });

  test('an interrupt goes through', async () => {
    await expect(play(['y'], [finding(), finding()])).rejects.toThrow(Interrupted);
  });

  test('the question as a person sees it', async () => {
    const { screen } = await play(['q'], [finding()]);
    expect(screen).toBe(`
[1/1] compose.yaml:7  db  cap-drop  known

  Drop all capabilities of "db"

  @@ -1,1 +1,2 @@
   a: 1
  +b: 2

  Could break  initialisation scripts
  Evidence     steps down with gosu (source)

`);
  });
});

describe('the keys of a question', () => {
  test.each([
    ['proven', 'y'],
    ['known', 'y'],
    ['generic', 'y'],
    ['guess', 'n'],
  ] as const)('Enter on %s is %s', (confidence, key) => {
    expect(keysOf(finding({ confidence })).fallback).toBe(key);
  });

  test('a value is edited only where there is one', () => {
    expect(keysOf(finding()).keys.join('')).toBe('ynasdiwuq?');
    expect(keysOf(finding({ editable })).keys.join('')).toBe('ynasdeiwuq?');
  });
});

describe('readPress', () => {
  const prompt = keysOf(finding());

  test.each([
    [{ name: 'y', sequence: 'y' }, 'y'],
    [{ name: 'n', sequence: 'N' }, 'n'],
    [{ sequence: '?' }, '?'],
    [{ name: 'return', sequence: '\r' }, 'y'],
    [{ name: 'enter', sequence: '\n' }, 'y'],
    [{ name: 'e', sequence: 'e' }, '?'],
    [{ name: 'x', sequence: 'x' }, '?'],
    [{ name: 'up', sequence: '\x1b[A' }, undefined],
    [{ name: 'y', sequence: '\x1by', meta: true }, undefined],
    [{ name: 'y', sequence: '\x19', ctrl: true }, undefined],
    [{ name: 'd', sequence: '\x04', ctrl: true }, 'interrupt'],
  ] as const)('%j is %s', (press, meaning) => {
    expect(readPress(press, prompt)).toBe(meaning);
  });
});

describe('a least confidence', () => {
  const below = (): Finding => finding({ confidence: 'guess', transform: 'user', identity: 'guess' });

  test('what is below is counted and not asked about', async () => {
    const { answers, screen, prompter } = await play(['y'], { least: 'generic' }, [below(), finding()]);
    expect(answers).toEqual([['skip', 'apply']]);
    expect(prompter.asked).toHaveLength(1);
    expect(screen).toContain('1 change below generic not asked about: user');
  });

  test('g asks about it after all, and not again about what was answered', async () => {
    const other = finding({ transform: 'ports', identity: 'other' });
    const { sessions, prompter, screen } = await play(['n', 'g', 'y', 'y'], { least: 'generic' }, [below(), finding(), other]);
    expect(sessions[0]?.answers.map(({ kind }) => kind)).toEqual(['apply', 'skip', 'apply']);
    expect(prompter.asked).toHaveLength(4);
    expect(screen).not.toContain('not asked about');
  });

  test('undo passes over what nobody was asked about', async () => {
    const { answers } = await play(['y', 'u', 'n', 'y'], { least: 'generic' }, [finding(), below(), finding({ identity: 'other' })]);
    expect(answers).toEqual([['skip', 'skip', 'apply']]);
  });
});

test('t leaves all of a transform, k all guesses', async () => {
  const { answers } = await play(['t', 'k'], [finding(), finding({ confidence: 'guess', identity: 'other' })]);
  expect(answers).toEqual([['skip-transform', 'skip-guesses']]);
});
