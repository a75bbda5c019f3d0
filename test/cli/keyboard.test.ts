import { PassThrough } from 'node:stream';
import { type Input, Keyboard, pressOf } from '../../src/cli/keyboard';
import { Interrupted } from '../../src/cli/messages';

/** A terminal whose keys a test presses. */
function keyboard(): { keys: PassThrough; keyboard: Keyboard; states: boolean[] } {
  const keys = new PassThrough();
  const states: boolean[] = [];
  const input = keys as unknown as NodeJS.ReadStream;
  return { keys, keyboard: new Keyboard({ input, state: (on) => states.push(on), newLine: () => undefined }), states };
}

const pressed = (input: Input): string | undefined => (typeof input === 'string' ? input : input.press.sequence);

describe('the keyboard', () => {
  test('a key that is waited for arrives', async () => {
    const { keys, keyboard: board } = keyboard();
    const waiting = board.press();
    keys.write('y');
    expect(pressed(await waiting)).toBe('y');
    board.close();
  });

  test('what was typed before answers nothing', async () => {
    const { keys, keyboard: board } = keyboard();
    keys.write('y');
    await board.quiet();
    keys.write('n');
    await board.quiet();
    const waiting = board.press();
    keys.write('q');
    expect(pressed(await waiting)).toBe('q');
    board.close();
  });

  test('no key is applied to a question that was not on the screen: typed ahead at random', async () => {
    const { keys, keyboard: board } = keyboard();
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 48271) % 2147483647;
      return seed % below;
    };
    for (let run = 0; run < 300; run++) {
      for (let count = random(4); count > 0; count--) keys.write('yna\r'[random(4)]!);
      await board.quiet();
      const waiting = board.press();
      const key = 'dqw'[random(3)]!;
      keys.write(key);
      expect(pressed(await waiting)).toBe(key);
    }
    board.close();
  }, 60_000);

  test.each([
    ['\x1b[200~yyyy\x1b[201~', 'several'],
    ['\x1b[200~\x1b[201~', 'several'],
    ['yy', 'several'],
    ['yn\r', 'several'],
    ['\x1b[200~y', 'several'],
    ['y\r', 'y'],
    ['y\r\n', 'y'],
    ['\r', '\r'],
    ['\x1b[A', '\x1b[A'],
    ['\x1bOP', '\x1bOP'],
    ['\x1by', '\x1by'],
    ['é', 'é'],
    ['😀', '😀'],
  ])('%j is %j', async (data, expected) => {
    const { keys, keyboard: board } = keyboard();
    const waiting = board.press();
    keys.write(data);
    expect(pressed(await waiting)).toBe(expected);
    board.close();
  });

  test('a paste in pieces stays one', async () => {
    const { keys, keyboard: board } = keyboard();
    const waiting = board.press();
    keys.write('\x1b[200~y');
    expect(await waiting).toBe('several');
    const next = board.press();
    keys.write('y');
    expect(await next).toBe('several');
    const after = board.press();
    keys.write('n\x1b[201~');
    expect(await after).toBe('several');
    const last = board.press();
    keys.write('n');
    expect(pressed(await last)).toBe('n');
    board.close();
  });

  test('Ctrl-C interrupts, waited for or not', async () => {
    const { keys, keyboard: board } = keyboard();
    const waiting = board.press();
    keys.write('\x03');
    await expect(waiting).rejects.toThrow(Interrupted);
    await expect(board.quiet()).rejects.toThrow(Interrupted);
    board.close();
  });

  test('the end of the input is an interrupt', async () => {
    const { keys, keyboard: board } = keyboard();
    const waiting = board.press();
    keys.end();
    await expect(waiting).rejects.toThrow(Interrupted);
  });

  test('a line may be pasted; ends of lines in it are no Enter', async () => {
    const { keys, keyboard: board } = keyboard();
    const line = await board.lend(async (input) => {
      const read = new Promise<string>((resolve) => input.once('data', (data) => resolve(String(data))));
      keys.write('\x1b[200~a\nb\r\n\x1b[201~');
      return read;
    });
    expect(line).toBe('a b');
    board.close();
  });

  test('the terminal is told when keys are read, and when no more', async () => {
    const { keyboard: board, states } = keyboard();
    await board.quiet();
    board.close();
    board.close();
    expect(states).toEqual([true, false]);
  });
});

test.each([
  ['\x04', { ctrl: true, name: 'd' }],
  ['\x1a', { ctrl: true, name: 'z' }],
  ['\n', { name: 'return' }],
  ['\x1b', { name: 'escape' }],
  ['Y', { name: 'y', sequence: 'Y' }],
] as const)('%j', (key, press) => {
  expect(pressOf(key)).toMatchObject(press);
});
