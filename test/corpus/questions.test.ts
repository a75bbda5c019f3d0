import { batten } from '../../src';
import { interview } from '../../src/cli/interview';
import type { Key, KeyPrompt, Prompter } from '../../src/cli/prompt';
import { createColors } from '../../src/report/colors';
import { isPlan, Keys, play } from '../cli/played';
import { stackOf } from '../cli/stacks';
import { corpus, describeWith } from './corpus';

/*
 * How much a person is asked about stacks of real sizes: one change after the other, as small stacks are, and from the plan, which shows what else is
 * applied before it is. Three ways: yes to what is known; by control (`a`); by service (`s`), the latter two with all guesses looked at. The largest
 * real file has 25 services, so the two largest stacks are made of common images. BATTEN_FULL=1 prints the figures.
 */

const files = corpus();

jest.setTimeout(1_200_000);

const REAL = [
  'ChristianLempa__boilerplates/docker-compose__gitea__compose@2334896e8.yaml',
  'debezium__debezium-examples/tutorial__docker-compose-zookeeperless-kafka@bed4cf29b.yaml',
  'apache__skywalking/test__e2e-v2__cases__rabbitmq__docker-compose.yml',
  'deviantony__docker-elk/_oteldemo__docker-compose@e4595f77d.yml',
];

const STACKS = [
  ...REAL.flatMap((name) => (files ?? []).filter((file) => file.name === name).map(({ text }) => text)),
  stackOf(29),
  stackOf(39),
];

/** What is asked when one change is put after the other. */
async function oneByOne(text: string, answer: (prompt: KeyPrompt) => Key): Promise<number> {
  const session = batten.session({ path: 'compose.yaml', text });
  let asked = 0;
  const prompter: Prompter = {
    async key(prompt) {
      asked++;
      return answer(prompt);
    },
    text: async () => undefined,
  };
  await interview([{ path: 'compose.yaml', session }], prompter, {
    colors: createColors(false),
    width: 80,
    print: () => undefined,
    explain: () => undefined,
  });
  return asked;
}

/** What is asked from the plan on, the plan and the last screen included: the ways given, then out. */
async function fromPlan(text: string, ways: readonly Key[]): Promise<number> {
  const left = [...ways];
  const keys = new Keys([], ({ message, keys: usable, fallback }) => {
    if (!isPlan(message)) return fallback;
    const way = left.shift() ?? 'q';
    return usable.includes(way) ? way : (left.shift() ?? 'q');
  });
  return (await play(keys, [text])).asked.length;
}

interface Figures {
  services: number;
  changes: number;
  decisions: number;
  known: [number, number];
  control: [number, number];
  service: [number, number];
}

async function figuresOf(text: string): Promise<Figures> {
  const input = { path: 'compose.yaml', text };
  const changes = batten.plan(input).changes();
  const decisions = changes.filter(({ finding }) => finding.decide).length;
  return {
    services: batten.services(input).length,
    changes: changes.length - decisions,
    decisions,
    known: [await oneByOne(text, ({ fallback }) => fallback), await fromPlan(text, ['y'])],
    control: [await oneByOne(text, ({ keys, fallback }) => (keys.includes('a') ? 'a' : fallback)), await fromPlan(text, ['c', 'g'])],
    service: [await oneByOne(text, ({ keys, fallback }) => (keys.includes('s') ? 's' : fallback)), await fromPlan(text, ['s', 'g'])],
  };
}

describeWith('the number of questions', files ? [] : ['BATTEN_CORPUS'], () => {
  test('who takes what is known is asked three times, whatever the size; by control at most fifteen times', async () => {
    const figures: Figures[] = [];
    const full = process.env.BATTEN_FULL === '1';
    for (const text of full ? STACKS : STACKS.slice(0, 2)) figures.push(await figuresOf(text));
    if (full) process.stderr.write(`${figures.map((each) => JSON.stringify(each)).join('\n')}\n`);
    expect(figures.map(({ services }) => services)).toEqual([1, 6, 14, 25, 29, 39].slice(0, figures.length));
    for (const { known, control, changes, decisions } of figures) {
      expect(known).toEqual([changes + decisions, 3]);
      expect(control[1]).toBeLessThanOrEqual(15);
    }
  });
});
