import type { ArithmeticExpression } from '../../shell-syntax';
import { type ExpansionContext, expandSingle } from './expand';
import { isFixed, known, UNKNOWN, union, type Value } from './value';

const MAX_DEPTH = 32;

/** `$(( … ))` and `(( … ))`: numbers, variables and the usual operators. What changes a variable is not followed. */
export function evaluateArithmetic(expression: ArithmeticExpression, context: ExpansionContext, depth = 0): Value {
  if (depth > MAX_DEPTH) return UNKNOWN;
  switch (expression.type) {
    case 'ArithmeticWord': {
      if (/^\d+$/.test(expression.value)) return known(String(Number(expression.value)));
      const { parts } = expression;
      if (parts)
        return numeric(
          expandSingle(
            { type: 'Word', text: expression.value, value: expression.value, pos: expression.pos, end: expression.end, parts },
            context,
          ),
        );
      return /^[A-Za-z_]\w*$/.test(expression.value) ? numeric(variable(expression.value, context)) : UNKNOWN;
    }
    case 'ArithmeticGroup':
      return evaluateArithmetic(expression.expression, context, depth + 1);
    case 'ArithmeticBinary': {
      const left = evaluateArithmetic(expression.left, context, depth + 1);
      const right = evaluateArithmetic(expression.right, context, depth + 1);
      const from = union([...left.from, ...right.from]);
      if (left.text === undefined || right.text === undefined) return { ...UNKNOWN, from };
      const result = calculate(expression.operator, Number(left.text), Number(right.text));
      if (result === undefined || !Number.isSafeInteger(result)) return { ...UNKNOWN, from };
      return isFixed(left) && isFixed(right) ? known(String(result)) : { ...known(String(result), from), open: left.open || right.open };
    }
    case 'ArithmeticUnary': {
      const operand = evaluateArithmetic(expression.operand, context, depth + 1);
      if (operand.text === undefined || !['-', '+', '!'].includes(expression.operator)) return { ...UNKNOWN, from: operand.from };
      const number = Number(operand.text);
      return {
        ...operand,
        source: undefined,
        text: String(expression.operator === '-' ? -number : expression.operator === '!' ? Number(number === 0) : number),
      };
    }
    default:
      return UNKNOWN;
  }
}

function variable(name: string, { special, state }: ExpansionContext): Value {
  const found = special(name);
  return found === undefined || Array.isArray(found) ? state.get(name) : (found as Value);
}

function numeric(value: Value): Value {
  if (value.text === undefined) return value;
  const text = value.text.trim();
  return /^-?\d{1,15}$/.test(text)
    ? { ...value, text: String(Number(text)) }
    : text === ''
      ? { ...value, text: '0' }
      : { ...UNKNOWN, from: value.from };
}

function calculate(operator: string, a: number, b: number): number | undefined {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? undefined : Math.trunc(a / b);
    case '%':
      return b === 0 ? undefined : a % b;
    case '==':
      return Number(a === b);
    case '!=':
      return Number(a !== b);
    case '<':
      return Number(a < b);
    case '<=':
      return Number(a <= b);
    case '>':
      return Number(a > b);
    case '>=':
      return Number(a >= b);
    case '&&':
      return Number(a !== 0 && b !== 0);
    case '||':
      return Number(a !== 0 || b !== 0);
    default:
      return undefined;
  }
}
