import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';

type Schema = { [key: string]: unknown };

/** What a published schema has to say against some data; nothing that the schema does not know may be in it. */
export function objections(name: 'report' | 'prove' | 'graph' | 'image' | 'lock' | 'diff' | 'bench' | 'migrate', data: unknown): string[] {
  const schema = JSON.parse(readFileSync(path.join(__dirname, '..', 'schemas', `${name}.schema.json`), 'utf8')) as Schema;
  const validate = new Ajv({ strict: false, allErrors: true, formats: { 'date-time': /^\d{4}-\d\d-\d\dT[\d:.]+Z$/ } }).compile(
    closed(schema) as Schema,
  );
  validate(data);
  return (validate.errors ?? []).map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
}

/** For readers a schema leaves room for new fields; for those who write it, each field has to be in it. */
function closed(schema: unknown, inside = ''): unknown {
  if (Array.isArray(schema)) return schema.map((each) => closed(each));
  if (schema === null || typeof schema !== 'object') return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value, key)]));
  const open = 'properties' in copy && !['if', 'then', 'properties'].includes(inside) && copy.additionalProperties === undefined;
  return open ? { ...copy, additionalProperties: false } : copy;
}
