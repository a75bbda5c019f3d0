import { ConfigError, type Position } from '../errors';
import { YamlDocument } from '../yaml/document';
import { parseYaml } from '../yaml/parse';
import type { Data, Path } from '../yaml/types';
import type { Family } from './catalogue';
import type { Template } from './template';
import { validateTemplate } from './validate';

/** A template file: its name for messages, and its text. */
export interface TemplateFile {
  name: string;
  text: string;
}

/**
 * Parses and validates template files. The result is plain JSON, in order of family.
 * Throws `ConfigError` with the file, the line and the path of the field, or when two templates claim the same family or image name.
 */
export function compileTemplates(files: readonly TemplateFile[]): Template[] {
  const claimed = new Map<string, string>();
  const templates = files.map((file) => {
    const template = validateTemplate(parseFile(file), file.name, (path) => positionOf(file.text, path));
    const claim = (name: string, path: Path) => {
      const other = claimed.get(name);
      if (other !== undefined)
        throw new ConfigError(`${name} is claimed by ${other} too`, { file: file.name, position: positionOf(file.text, path) });
      claimed.set(name, file.name);
    };
    claim(template.family, ['family']);
    template.match.forEach(({ name }, index) => {
      claim(name, ['match', index]);
    });
    return template;
  });
  return templates.sort((a, b) => (a.family < b.family ? -1 : 1));
}

/** What has to be known of all templates to find one: the index that is built beside them. */
export function indexTemplates(templates: readonly Template[]): Family[] {
  return templates.map(({ family, title, role, match }) => ({ family, title, role, images: match.map(({ name }) => name) }));
}

/** The data of a file. Throws `ConfigError` with its place when it is not YAML. */
export function parseFile({ name, text }: TemplateFile): Data {
  try {
    return parseYaml(text);
  } catch (cause) {
    const [start] = (cause as { linePos?: { line: number; col: number }[] }).linePos ?? [];
    const position = start && { line: start.line, column: start.col };
    throw new ConfigError(`not YAML: ${cause instanceof Error ? cause.message : String(cause)}`, { file: name, position, cause });
  }
}

/** Where the deepest part of a path is written: of a missing field, the value that lacks it. */
export function positionOf(text: string, path: Path): Position | undefined {
  try {
    const document = YamlDocument.open(text);
    return document.source.position(document.rangeOf(path).start);
  } catch {
    return undefined;
  }
}
