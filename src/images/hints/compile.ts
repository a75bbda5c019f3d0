import path from 'node:path';
import { ConfigError } from '../../errors';
import { parseFile, positionOf, type TemplateFile } from '../compile';
import type { TableName, Tables } from './tables';
import type { HintWhen } from './types';
import { validateHintFile } from './validate';

/** The tables, and the lists of a file that go into each. */
const LISTS: { [Name in TableName]: readonly string[] } = {
  hints: ['hints'],
  ports: ['ports'],
  packages: ['packages'],
  programs: ['programs'],
  exercises: ['exercises'],
  memory: ['memory', 'settings'],
  entrypoints: ['entrypoints'],
};

/**
 * Parses and validates the files of hints, and puts together what belongs to one table. The result is plain JSON. Throws `ConfigError` with the
 * file, the line and the path of the field, or when two hints have the same id.
 */
export function compileHints(files: readonly TemplateFile[]): Tables {
  const tables = Object.fromEntries(
    Object.entries(LISTS).map(([name, lists]) => [name, Object.fromEntries([['sources', {}], ...lists.map((list) => [list, []])])]),
  ) as Record<string, Record<string, unknown>>;
  const ids = new Map<string, string>();
  for (const file of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const content = validateHintFile(parseFile(file), file.name, (at) => positionOf(file.text, at));
    (content.hints ?? []).forEach(({ id }, index) => {
      const other = ids.get(id);
      if (other !== undefined)
        throw new ConfigError(`${id} is in ${other} too`, { file: file.name, position: positionOf(file.text, ['hints', index]) });
      ids.set(id, file.name);
    });
    for (const [name, lists] of Object.entries(LISTS)) {
      const given = lists.filter((list) => list in content);
      if (given.length === 0) continue;
      // A source is a matter of its file: another one may call another source the same.
      const own = path.basename(file.name, '.yaml');
      const sources = tables[name]!.sources as Record<string, unknown>;
      for (const [source, each] of Object.entries(content.sources)) sources[`${own}/${source}`] = each;
      for (const list of given) {
        const facts = (content as unknown as Record<string, readonly Fact[]>)[list]!;
        (tables[name]![list] as Fact[]).push(...facts.map((fact) => scoped(fact, own)));
      }
    }
  }
  return tables as unknown as Tables;
}

type Fact = { sources: readonly string[]; when?: readonly HintWhen[] };

function scoped(fact: Fact, own: string): Fact {
  const named = (sources: readonly string[]) => sources.map((source) => `${own}/${source}`);
  const when = fact.when?.map((each) =>
    each.image ? { ...each, image: Object.fromEntries(Object.entries(each.image).map(([word, sources]) => [word, named(sources)])) } : each,
  );
  return { ...fact, sources: named(fact.sources), ...(when && { when }) };
}
