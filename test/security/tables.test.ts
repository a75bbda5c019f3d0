import ts from 'typescript';
import { table } from '../../src/table';
import { NAMES } from './hostile';
import { found, place, sources } from './sources';

test('a table has what it was given, and nothing that objects have', () => {
  const made = table({ a: 1 });
  expect(made.a).toBe(1);
  expect(NAMES.map((name) => made[name])).toEqual(NAMES.map(() => undefined));
});

/** Of a plain object, `TABLE[key]` answers a service's key `constructor` with a function. */
test('a table that is asked for any name is made with table()', () => {
  const plain = (node: ts.Node): ts.Node | undefined =>
    ts.isVariableDeclaration(node) &&
    ts.isSourceFile(node.parent.parent.parent) &&
    /^(?:Readonly<)?Record<string\b/.test(node.type?.getText() ?? '') &&
    node.initializer !== undefined &&
    ts.isObjectLiteralExpression(node.initializer)
      ? node
      : undefined;
  expect(sources().flatMap((source) => found(source.tree, plain).map((node) => place(source, node)))).toEqual([]);
});
