import type { Data } from '../../yaml/types';
import { type Configurable, configShape } from './keys';
import type { Shape } from './shape';

type Schema = { [key: string]: Data };

/** The JSON schema (draft 7) of a configuration file, for editors; schemas/config.schema.json holds it. */
export function configSchema(transforms: readonly Configurable[]): Schema {
  const definitions: Schema = {};
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'urn:x-batten:config.schema.json',
    title: 'batten configuration',
    description: '.batten.yaml, or the key "batten" of package.json.',
    ...schemaOf(configShape(transforms), definitions),
    definitions,
  };
}

/** Shapes with a name are written once, among the definitions. */
function schemaOf(shape: Shape, definitions: Schema): Schema {
  const { name, summary } = shape;
  const described = (schema: Schema): Schema => ({ ...schema, ...(summary === undefined ? {} : { description: summary }) });
  if (name === undefined) return described(bare(shape, (of) => schemaOf(of, definitions)));
  definitions[name] ??= described(bare(shape, (of) => schemaOf(of, definitions)));
  return { $ref: `#/definitions/${name}` };
}

function bare(shape: Shape, schemaOf: (of: Shape) => Schema): Schema {
  switch (shape.kind) {
    case 'boolean':
    case 'number':
      return { type: shape.kind };
    case 'text':
      return shape.choices ? { enum: [...shape.choices] } : { type: ['string', 'number'] };
    case 'date':
      return { type: 'string', format: 'date' };
    case 'list':
      return { type: 'array', items: schemaOf(shape.of) };
    case 'some':
      return { anyOf: [schemaOf(shape.of), { type: 'array', items: schemaOf(shape.of) }] };
    case 'map':
      return {
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(Object.entries(shape.keys).map(([key, of]) => [key, schemaOf(of)])),
        ...(shape.required && { required: [...shape.required] }),
        ...(shape.one && { oneOf: shape.one.map((key) => ({ required: [key] })) }),
      };
    case 'named':
      return { type: 'object', additionalProperties: schemaOf(shape.of) };
    case 'switch':
      return { anyOf: [{ type: 'boolean' }, { enum: ['on', 'off'] }, schemaOf(shape.of)] };
    case 'scalar':
      return { type: ['string', 'number', 'boolean'] };
  }
}
