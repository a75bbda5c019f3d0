import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findUpwards } from '../find-upwards';
import type { Evidence } from '../types';
import { compileHints } from './compile';
import type { TableName, Tables } from './tables';

const opened: { [Name in TableName]?: Tables[Name] } = {};

/**
 * One table of hints, read when it is first asked for: from the `templates/hints` folder beside the bundle (checked when it was built), else
 * from `templates/hints/*.yaml` of the package. Throws `ConfigError` when there are none or one is not valid.
 */
export function table<Name extends TableName>(name: Name): Tables[Name] {
  const known = opened[name];
  if (known) return known;
  const made = read(name, __dirname);
  opened[name] = made;
  return made;
}

function read<Name extends TableName>(name: Name, from: string): Tables[Name] {
  for (const up of ['.', '..']) {
    const built = path.join(from, up, 'templates', 'hints', `${name}.json`);
    if (existsSync(built)) return JSON.parse(readFileSync(built, 'utf8')) as Tables[Name];
  }
  const folder = findUpwards(from, path.join('templates', 'hints'));
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  Object.assign(
    opened,
    compileHints(files.map((file) => ({ name: path.join(folder, file), text: readFileSync(path.join(folder, file), 'utf8') }))),
  );
  return opened[name]!;
}

/** Sources of a table, as the evidence of a verdict. */
export function evidenceFrom(name: TableName, sources: readonly string[]): Evidence[] {
  const all = table(name).sources;
  return [...new Set(sources)].flatMap((source) => {
    const { kind, ref, detail } = all[source] ?? {};
    return kind && ref && detail ? [{ kind, ref, detail }] : [];
  });
}
