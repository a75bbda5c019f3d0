import { batten } from '../../src';
import type { Key } from '../../src/cli/prompt';
import { widthOf } from '../../src/report/layout';
import { isPlan, Keys, play } from './played';
import { stackOf } from './stacks';

jest.setTimeout(120_000);

const STACK = stackOf(29);

describe('a review', () => {
  test('who takes all that is sure answers three questions, and gets what a run that does not ask writes', async () => {
    const { asked, texts } = await play(new Keys(['y', 'q', 'y']), [STACK]);
    expect(asked).toHaveLength(3);
    expect(texts[0]).toBe(batten.run({ path: 'compose.yaml', text: STACK }).after);
  });

  test('by control there is one question for many services, at most fifteen in all', async () => {
    const { asked, texts, screen } = await play(new Keys(['c'], ({ message, fallback }) => (isPlan(message) ? 'q' : fallback)), [STACK]);
    expect(asked.length).toBeLessThanOrEqual(15);
    expect(texts[0]).toBe(batten.run({ path: 'compose.yaml', text: STACK }).after);
    expect(screen).toMatch(/no-new-privileges {2}29 services/);
  });

  test('by service, too', async () => {
    const { screen, texts } = await play(new Keys(['s', 'y', 'n', 'p', 'q', 'y']), [STACK]);
    expect(screen).toContain('Plan');
    const [, first = '', second = ''] = texts[0]!.split(/^ {2}\w+:$/m);
    expect(first).toContain('cap_drop');
    expect(second).not.toContain('cap_drop');
  });

  test('guesses come last and are not asked about unless somebody wants to', async () => {
    const plans: Key[] = ['c', 'g', 'q'];
    const keys = new Keys([], ({ message, keys: usable }) => (isPlan(message) ? plans.shift()! : usable.includes('k') ? 'k' : 'n'));
    const { screen, texts } = await play(keys, [STACK]);
    expect(texts[0]).toBe(STACK);
    const confidences = [...screen.matchAll(/^\[\d+\/\d+\].* (\w+)$/gm)].map(([, confidence]) => confidence);
    expect(confidences.slice(0, -1)).not.toContain('guess');
    expect(confidences.at(-1)).toBe('guess');
  });

  test('the least confidence says what is sure', async () => {
    const { texts } = await play(new Keys(['y', 'q', 'y']), [STACK], { confidence: 'known' });
    expect(texts[0]).toBe(batten.run({ path: 'compose.yaml', text: STACK }, { confidence: 'known' }).after);
  });

  test('one by one of a group: its changes and no others', async () => {
    const { texts } = await play(new Keys(['c', 'n', 'o', 'y', 'n', 'p', 'p', 'q', 'y']), [STACK], {
      only: ['cap-drop', 'no-new-privileges'],
    });
    expect(texts[0]!.match(/no-new-privileges/g)).toHaveLength(1);
    expect(texts[0]).not.toContain('cap_drop');
  });

  test('m gives the answer to all that are like it, in all files', async () => {
    const { texts } = await play(new Keys(['o', 'm', 'q', 'y']), [STACK, STACK], { only: ['no-new-privileges'] });
    const counts = texts.map((text) => text.match(/no-new-privileges/g)?.length ?? 0);
    expect(counts[0]).toBe(counts[1]);
    expect(counts[0]).toBeGreaterThan(1);
    expect(counts[0]).toBeLessThan(29);
  });

  test('u takes an answer for many back, over files too', async () => {
    const { texts } = await play(new Keys(['y', 'u', 'q']), [STACK, STACK]);
    expect(texts).toEqual([STACK, STACK]);
  });

  test('what was accepted can be looked at again, and discarded', async () => {
    const { texts, screen } = await play(new Keys(['y', 'q', 'v', 'b', 'b', 'q', 'q']), [STACK]);
    expect(texts[0]).toBe(STACK);
    expect(screen).toContain('+++ b/compose.yaml');
    expect(screen).toMatch(/Writes {2}compose\.yaml/);
  });

  test('a value is edited, asked for again when it is none', async () => {
    const keys = new Keys(['o', 'e', { text: 'nonsense' }, { text: '7:7' }, 'q', 'y']);
    const { texts, screen } = await play(keys, [stackOf(6)], { only: ['user'] });
    expect(texts[0]).toContain('user: "7:7"');
    expect(screen).toContain('write it as numbers');
  });

  test('m shows what is left to the person, and why', async () => {
    const text = `${stackOf(11)}  broken:\n    image: acme/broken:1\n    privileged: true\n    user: \${SOMEBODY}\n`;
    const [main] = batten.runProject({ path: 'compose.yaml', text });
    const reason = main!.findings
      .find(({ status }) => status === 'manual')!
      .refusal!.message.split(' ')
      .slice(0, 4)
      .join(' ');
    const { screen, texts } = await play(new Keys(['m', 'q']), [text], {}, 120);
    expect(screen).toContain('For you to decide');
    expect(screen).toContain(reason);
    expect(texts[0]).toBe(text);
  });

  test('why and help show the question once more', async () => {
    const { screen } = await play(new Keys(['c', 'w', '?', 'o', 'w', '?', 'p', 'p', 'q']), [STACK], { only: ['cap-drop'] });
    expect(screen.match(/^\[1\/1\]/gm)).toHaveLength(4);
    expect(screen.match(/EXPLANATION/g)).toHaveLength(2);
  });

  test.each([40, 80, 120])('no line is longer than %d columns, and no line of keys than 60', async (columns) => {
    const { screen, asked } = await play(new Keys(['c', '?', 'o', '?', 'p', 'p', 'g', 'w', 'q']), [STACK], {}, columns);
    // What is copied from the file is as wide as it is there, and a word stays whole.
    const long = screen.split('\n').filter((line) => line.length > columns && !/^\s*[-+@ ]/.test(line));
    expect(long).toEqual([]);
    for (const { message } of asked) expect(widthOf(message)).toBeLessThanOrEqual(Math.min(60, columns));
  });
});
