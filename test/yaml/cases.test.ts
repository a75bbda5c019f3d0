import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Op } from '../../src/yaml/types';
import { edited } from './support/edited';

/*
 * cases/*.txt: cases set apart by a line `=== name`. A case is the ops as JSON, one a line, then the text before and the text after,
 * each under a line `---- before` and `---- after`. In the texts `→` is a tab and `·` a space that would not be seen.
 */

interface Case {
  name: string;
  ops: Op[];
  before: string;
  after: string;
}

const FOLDER = join(__dirname, 'cases');

function read(file: string): Case[] {
  const text = readFileSync(join(FOLDER, file), 'utf8');
  return text
    .split(/^=== /m)
    .slice(1)
    .map((part) => {
      const [head, before, after] = part.split(/^---- (?:before|after)\n/m) as [string, string, string];
      const [name, ...ops] = head.trim().split('\n') as [string, ...string[]];
      return { name, ops: ops.map((line) => JSON.parse(line) as Op), before: shown(before), after: shown(after) };
    });
}

function shown(text: string): string {
  return text.replaceAll('→', '\t').replaceAll('·', ' ');
}

/** How else the same lines can be stored; an edit does the same in each. */
const VARIANTS: [string, (text: string) => string][] = [
  ['LF', (text) => text],
  ['CRLF', (text) => text.replaceAll('\n', '\r\n')],
  ['a byte order mark', (text) => `\uFEFF${text}`],
  ['no final newline', (text) => text.replace(/\n$/, '')],
];

describe.each(readdirSync(FOLDER).sort())('%s', (file) => {
  describe.each(read(file))('$name', ({ ops, before, after }) => {
    test.each(VARIANTS)('with %s', (_, vary) => {
      expect(edited(vary(before), ...ops)).toBe(vary(after));
    });
  });
});
