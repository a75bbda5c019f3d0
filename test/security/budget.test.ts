import { batten } from '../../src';
import { InputError } from '../../src/errors';
import { createColors } from '../../src/report/colors';
import { prettyReport } from '../../src/report/pretty';

/*
 * What a hostile repository can put into one file costs time in proportion to its length: four times the text takes about four times as long,
 * and not sixteen. What takes little is not looked at, as there the start and the garbage collector count.
 */
const SIZE = 50_000;
const TIMES = 4;
const LITTLE = 3;

let size = SIZE;
const repeated = (piece: string): string => piece.repeat(Math.ceil(size / piece.length));
const lines = (line: (index: number) => string): string => {
  const all: string[] = [];
  for (let length = 0, index = 0; length < size; index++) {
    all.push(line(index));
    length += all.at(-1)!.length;
  }
  return all.join('');
};
const service = (rest: string): string => `services:\n  a:\n    image: nginx:1.27\n${rest}`;
const variable = (value: string): string => service(`    environment:\n      X: '${value}'\n`);

const INPUTS: Record<string, () => string> = {
  'variables that never end': () => variable(repeated('${a')),
  'defaults that never end': () => variable(repeated('${A:-')),
  'defaults in defaults': () => variable(repeated('${A:-') + '}'.repeat(size / 5)),
  variables: () => variable(repeated('${AB}')),
  addresses: () => variable(repeated('http://u:pw12345@h ')),
  'passwords in one value': () => variable(repeated('password=abc1234 ')),
  'users in one value': () => variable(repeated('a:b@')),
  'one password': () => service(`    environment:\n      DB_PASSWORD: '${repeated('x1Y')}'\n`),
  'many variables': () => service(`    environment:\n${lines((index) => `      V${index}: v${index}x\n`)}`),
  'many passwords': () => service(`    environment:\n${lines((index) => `      V${index}_PASSWORD: secret${index}Aq\n`)}`),
  'many ports': () => service(`    ports:\n${lines((index) => `      - "${10_000 + (index % 50_000)}:80"\n`)}`),
  'a port of many parts': () => service(`    ports:\n      - "${repeated('8080:')}"\n`),
  'many volumes': () => service(`    volumes:\n${lines((index) => `      - ./d${index}:/data${index}\n`)}`),
  'a volume of many parts': () => service(`    volumes:\n      - "${repeated('${A:-b}:')}"\n`),
  'brackets in a volume': () => service(`    volumes:\n      - "${repeated('[')}"\n`),
  'a list in one line': () => service(`    cap_add: [${repeated('a,')}a]\n`),
  'many capabilities': () => service(`    cap_add:\n${lines((index) => `      - C${index}\n`)}`),
  'many networks': () => `services:\n  a: {image: nginx}\nnetworks:\n${lines((index) => `  n${index}: {}\n`)}`,
  'many aliases': () => `x: &a {b: c}\nservices: {a: {image: nginx}}\ny:\n${lines(() => '  - *a\n')}`,
  comments: () => service(lines((index) => `    # c ${index} password=abc${index}Q1\n`)),
  'blank lines': () => service(repeated(' \n')),
  'commands in a command': () => service(`    command: "${repeated('$$(')}"\n`),
  'a long health check': () => service(`    healthcheck:\n      test: "${repeated('curl localhost || ')}"\n`),
  'a long image': () => `services:\n  a:\n    image: ${repeated('a/')}a\n`,
};

/** Seconds of the processor that a strict run and its report take. */
function costOf(text: string): number {
  const begun = process.cpuUsage();
  try {
    const result = batten.run({ path: 'compose.yaml', text }, { preset: 'strict', confidence: 'guess', apply: true });
    prettyReport([result], { colors: createColors(false), width: 100, verbose: true });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
  return process.cpuUsage(begun).user / 1e6;
}

test.each(Object.entries(INPUTS))(
  '%s',
  (_, input) => {
    size = SIZE;
    const once = costOf(input());
    size = SIZE * TIMES;
    const more = costOf(input());
    expect(more < LITTLE || more / once < TIMES * 2.5 ? 'linear' : `${once} s, then ${more} s`).toBe('linear');
  },
  120_000,
);
