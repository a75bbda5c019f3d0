import { EventEmitter } from 'node:events';
import { batten } from '../../src';
import { type Given, interview } from '../../src/cli/interview';
import { Keyboard, pressOf } from '../../src/cli/keyboard';
import { Interrupted } from '../../src/cli/messages';
import { type Key, type Prompter, readPress } from '../../src/cli/prompt';
import { prompterOn } from '../../src/cli/prompt-inquirer';
import { type ReviewScreen, review } from '../../src/cli/review';
import { createColors } from '../../src/report/colors';
import { signsFor } from '../../src/report/signs';
import { say } from '../../src/report/text/screen';
import { KEYS, Terminal } from './pty';
import { project, read, removeProjects } from './run';
import { stackOf } from './stacks';

/*
 * No answer is ever applied to a question that was not on the screen when its key was pressed: somebody types at random, single keys, bursts,
 * pastes and sequences, while questions come and go. What is typed takes a moment until it arrives. BATTEN_FULL=1 runs 1,000 of them.
 */

const FULL = process.env.BATTEN_FULL === '1';
const RUNS = FULL ? 1000 : 16;
const AT_ONCE = 8;
const ON_TERMINALS = FULL ? 20 : 2;

jest.setTimeout(1_800_000);
afterEach(removeProjects);

const TEXT = `services:
  agent:
    image: acme/agent:2
    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
  web:
    image: acme/web:1
    ports: ["3000:3000"]
  api:
    image: acme/api:1
    ports: ["3001:3001"]
`;
const OPTIONS = { only: ['docker-socket', 'ports', 'no-new-privileges'], apply: true } as const;

/** The longest that a key is on its way, in milliseconds. */
const LATENCY = 8;

const TYPED = ['y', 'n', 'c', 's', 'o', 'g', 'd', 'f', 'm', 'e', 'i', 'w', 'u', 'p', 'b', 'k', 't', 'a', '?', '1', '2', 'x', '\r', '\x7f'];
const SEQUENCES = ['\x1b[A', '\x1b', '\x1b[200~yyyy\x1b[201~', '\x1b[200~', '\x1b[201~', 'yy', 'y\r', '\r\r'];

class Input extends EventEmitter {
  resume(): void {}
  pause(): void {}
  setRawMode(): void {}
}

/** What a person answered: keys and lines, in order. */
type Log = (Key | { text: string | undefined })[];

/** A run with somebody who types at random: what was answered, what was accepted, and what was answered unseen. */
async function typing(seed: number): Promise<{ log: Log; given: string; unseen: string[] }> {
  let state = (seed * 7919 + 13) % 2147483647;
  const random = (below: number): number => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  const input = new Input();
  let clock = 0;
  let arrived = { sent: 0, text: '' };
  const unseen: string[] = [];
  const log: Log = [];
  const keyboard = new Keyboard({ input: input as unknown as NodeJS.ReadStream, state: () => undefined, newLine: () => undefined });
  const real = prompterOn(keyboard, () => undefined);
  const watched: Prompter = {
    async key(prompt) {
      const shown = ++clock;
      const key = await real.key(prompt);
      const meant = readPress(pressOf(/^.[\r\n]+$/s.test(arrived.text) ? arrived.text[0]! : arrived.text), prompt);
      if (arrived.sent <= shown || meant !== key)
        unseen.push(`${prompt.message.text}${key}, from ${JSON.stringify(arrived)} after ${shown}`);
      log.push(key);
      return key;
    },
    async text(prompt) {
      const shown = ++clock;
      const text = await real.text(prompt);
      if (arrived.sent <= shown) unseen.push(`${prompt.message.text}${text}`);
      log.push({ text });
      return text;
    },
  };
  let over = false;
  const typist = async (): Promise<void> => {
    for (let burst = 0; burst < 25 && !over; burst++) {
      for (let count = 1 + random(4); count > 0; count--) {
        const text = random(6) === 0 ? SEQUENCES[random(SEQUENCES.length)]! : TYPED[random(TYPED.length)]!;
        const sent = ++clock;
        setTimeout(() => {
          arrived = { sent, text };
          input.emit('data', text);
        }, random(LATENCY));
        if (random(2) === 0) await pause(random(6));
      }
      await pause(random(3) === 0 ? random(80) : 15 + random(25));
    }
    // Whoever is in a paste that never ended is let out of it.
    await pause(40);
    input.emit('data', '\x1b[201~');
    await pause(40);
    while (!over) {
      input.emit('data', KEYS.CTRL_C);
      await pause(20);
    }
  };
  const typed = typist();
  const given = await asking(watched, seed % 2 === 0);
  over = true;
  keyboard.close();
  await typed;
  return { log, given, unseen };
}

const pause = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

/** A review or an interview until it ends or is interrupted, and all that was accepted in it. */
async function asking(prompter: Prompter, planned: boolean): Promise<string> {
  const screen: ReviewScreen = {
    colors: createColors(false),
    width: 80,
    signs: signsFor({ LANG: 'C' }),
    size: () => ({ columns: 80, lines: 24 }),
    print: () => undefined,
    titleOf: (id) => id,
    explain: () => say``,
  };
  const input = { path: 'compose.yaml', text: TEXT };
  let given: Given = [];
  const keep = (now: Given): void => {
    given = now;
  };
  try {
    if (planned) await review([{ path: input.path, plan: batten.plan(input, OPTIONS) }], prompter, screen, 'generic', keep);
    else await interview([{ path: input.path, session: batten.session(input, OPTIONS) }], prompter, screen, undefined, keep);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
  return JSON.stringify(given.map((each) => [...each].sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** Says again what was answered. */
function scripted(log: Log): Prompter {
  const left = [...log];
  const next = (): Log[number] => {
    if (left.length === 0) throw new Interrupted();
    return left.shift()!;
  };
  return { key: async () => next() as Key, text: async () => (next() as { text: string | undefined }).text };
}

test('nothing is answered unseen, and nothing is accepted that was not answered', async () => {
  const unseen: string[] = [];
  const different: number[] = [];
  let [answers, accepted, next] = [0, 0, 0];
  const worker = async (): Promise<void> => {
    while (next < RUNS) {
      const seed = ++next;
      const run = await typing(seed);
      unseen.push(...run.unseen.map((each) => `run ${seed}: ${each}`));
      answers += run.log.length;
      if (run.given !== '[]' && run.given !== '[[]]') accepted++;
      if ((await asking(scripted(run.log), seed % 2 === 0)) !== run.given) different.push(seed);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (FULL) process.stderr.write(`${RUNS} runs, ${answers} answers, ${accepted} runs accepted something, ${unseen.length} unseen\n`);
  expect(unseen).toEqual([]);
  expect(different).toEqual([]);
  expect(answers).toBeGreaterThan(RUNS * 2);
  expect(accepted).toBeGreaterThan(RUNS / 4);
});

test('on a terminal: what is typed while batten starts, and while it works an answer out, answers nothing', async () => {
  for (let run = 0; run < ON_TERMINALS; run++) {
    const text = stackOf(29);
    const directory = project({ 'compose.yaml': text });
    const session = new Terminal(['fix'], directory, {}, { cols: [40, 80, 120][run % 3]!, rows: 40 });
    try {
      let typing = true;
      const typist = (async () => {
        for (let at = run; typing; at += 7) {
          session.press(TYPED[at % TYPED.length]!);
          await pause(at % 13);
        }
      })();
      await session.until('services');
      typing = false;
      await typist;
      await session.planned();
      await pause(200);
      const before = session.screen;
      expect(before.slice(before.lastIndexOf('Plan?'))).not.toMatch(/› \w/);
      session.press('y');
      // While the answer is worked out.
      for (let at = 0; at < 8; at++) session.press(TYPED[(at + run) % TYPED.length]!);
      await pause(1500);
      // It came alone, or it was one of several keys and answered nothing.
      const after = session.screen.slice(before.length);
      expect(after).toMatch(/^y\r\n[\s\S]*Plan\?|several keys at once answer nothing/);
      expect(after.match(/› ?\w\r/g) ?? []).toEqual([]);
      expect(read(directory)).toBe(text);
      session.press(KEYS.CTRL_C);
      expect(await session.ended()).toBe(130);
      expect(read(directory)).toBe(text);
    } finally {
      session.close();
    }
  }
});
