import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from '../errors';
import { parseYaml } from '../yaml/parse';
import type { Template } from './template';
import { validateTemplate } from './validate';

/** A template file: its name for messages, and its text. */
export interface TemplateFile {
  name: string;
  text: string;
}

let loaded: readonly Template[] | undefined;

/**
 * All templates, read once per process: from `templates.json` beside the bundle (checked when it was built), else from
 * `templates/images/*.yaml` of the package. Throws `ConfigError` when there are none or one is not valid.
 */
export function loadTemplates(): readonly Template[] {
  loaded ??= readTemplates(__dirname);
  return loaded;
}

/**
 * Parses and validates template files. The result is plain JSON, in order of family.
 * Throws `ConfigError` with the file and the path of the field, or when two templates claim the same family or image name.
 */
export function compileTemplates(files: readonly TemplateFile[]): Template[] {
  const templates = files.map(({ name, text }) => validateTemplate(parseFile(name, text), name));
  const claimed = new Map<string, string>();
  templates.forEach((template, index) => {
    for (const name of [template.family, ...template.match.map((match) => match.name)]) {
      const other = claimed.get(name);
      if (other !== undefined) throw new ConfigError(`${name} is claimed by ${other} too`, { file: files[index]?.name });
      claimed.set(name, files[index]?.name ?? '');
    }
  });
  return templates.sort((a, b) => (a.family < b.family ? -1 : 1));
}

function parseFile(name: string, text: string) {
  try {
    return parseYaml(text);
  } catch (cause) {
    throw new ConfigError(`not YAML: ${cause instanceof Error ? cause.message : String(cause)}`, { file: name, cause });
  }
}

function readTemplates(from: string): readonly Template[] {
  for (const bundled of [path.join(from, 'templates.json'), path.join(from, '..', 'templates.json')]) {
    if (existsSync(bundled)) return JSON.parse(readFileSync(bundled, 'utf8')) as Template[];
  }
  const folder = findUpwards(from, path.join('templates', 'images'));
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return compileTemplates(names.map((name) => ({ name: path.join(folder, name), text: readFileSync(path.join(folder, name), 'utf8') })));
}

function findUpwards(from: string, wanted: string): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, wanted);
    if (existsSync(candidate)) return candidate;
    if (folder === path.dirname(folder)) throw new ConfigError(`${wanted} is not part of this installation`, { hint: 'reinstall batten' });
  }
}
