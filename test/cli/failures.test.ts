import { failedResult } from '../../src/cli/inputs';
import { failedInputs } from '../../src/cli/messages';
import { InputError } from '../../src/errors';
import { createColors } from '../../src/report/colors';

const PLAIN = createColors(false);

describe('a fault of batten on one file', () => {
  const result = failedResult('compose.yaml', new TypeError('x is undefined\n\u001b[2J'));

  test('is told with the file', () => {
    expect(failedInputs([result], PLAIN).text).toMatch(/^compose\.yaml:1:1: error: batten fails on this file .*\n {2}hint: .*\n$/);
  });

  test('has its stack with --debug, and nothing in it acts', () => {
    const { text } = failedInputs([result], PLAIN, true);
    expect(text).toMatch(/\nTypeError: x is undefined\\n\\u001b\[2J\n {4}at .*failures\.test\.ts/);
  });
});

test('what is wrong with a file has no stack', () => {
  const result = failedResult('compose.yaml', new InputError('empty', 'the file is empty'));
  expect(failedInputs([result], PLAIN, true)).toEqual(failedInputs([result], PLAIN));
});
