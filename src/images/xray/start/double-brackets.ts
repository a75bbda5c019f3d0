import type { TestExpression, Word } from '../../shell-syntax';
import { both, negated, type Outcome, oneOf, unknownOutcome } from './condition';
import { expandPattern, expandSingle } from './expand';
import type { Shell } from './shell-runner';
import type { State } from './state';
import { binary, type TestContext, type TestWord, unary } from './test-expression';

/** How `[[ … ]]` comes out. */
export function evaluateTest(expression: TestExpression, shell: Shell, state: State): Outcome {
  const context = shell.context(state);
  const word = (each: Word): TestWord => ({
    value: expandSingle(each, context),
    written: each.parts ? each.text : each.value,
    pattern: expandPattern(each, context),
  });
  switch (expression.type) {
    case 'TestUnary':
      return (
        unary(expression.operator, word(expression.operand), testContext(shell, state, expression.pos)) ??
        unknownOutcome(shell.written(expression))
      );
    case 'TestBinary':
      return binary(word(expression.left), expression.operator, word(expression.right));
    case 'TestLogical': {
      const outcomes = expression.operands.map((each) => evaluateTest(each, shell, state));
      const join = expression.operator === '&&' ? both : oneOf;
      return outcomes.length === 0 ? unknownOutcome(shell.written(expression)) : outcomes.reduce(join);
    }
    case 'TestNot': {
      const outcome = evaluateTest(expression.operand, shell, state);
      return expression.negations.length % 2 === 1 ? negated(outcome) : outcome;
    }
    case 'TestGroup':
      return evaluateTest(expression.expression, shell, state);
  }
}

export function testContext(shell: Shell, state: State, offset: number): TestContext {
  const at = shell.placeAt(offset);
  return {
    file: (path, test) => shell.fileTest(path, test, state, at),
    variable: (name) => state.get(name),
  };
}
