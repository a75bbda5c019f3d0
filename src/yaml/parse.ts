import { parse } from 'yaml';
import type { Data } from './types';

/**
 * Reads one YAML document as plain data: for batten's own files (templates, config), which are read and never rewritten.
 * Throws yaml's own `YAMLParseError`, which carries the line and column, when the text is not YAML.
 */
export function parseYaml(text: string): Data {
  return (parse(text) ?? null) as Data;
}
