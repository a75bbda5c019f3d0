import Ajv, { type ValidateFunction } from 'ajv';

/** A validator that also refuses fields the schema does not describe, which readers of a published schema have to allow. */
export function closed(schema: unknown): ValidateFunction {
  return new Ajv({ allErrors: true, strict: true, allowUnionTypes: true, strictRequired: false }).compile(close(schema) as object);
}

function close(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(close);
  if (node === null || typeof node !== 'object') return node;
  const map = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, close(value)]));
  return 'properties' in map && !('additionalProperties' in map) ? { ...map, additionalProperties: false } : map;
}
