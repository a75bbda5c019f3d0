import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { TransformInfo } from '../harden/api';

/** The text of a transform's README, which is part of the package; undefined when it is missing. */
export function readmeOf({ readme }: TransformInfo): string | undefined {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    const file = path.join(folder, readme);
    if (existsSync(file)) return readFileSync(file, 'utf8');
    if (folder === path.dirname(folder)) return undefined;
  }
}

/** What a person asks about at a question; the rest of a README is for reading in quiet. */
export const SHORT_SECTIONS: readonly string[] = ['Why', 'What can break'];

/** The sections with one of these headings, in the order of the README; all of it when there is none. */
export function sectionsOf(markdown: string, headings: readonly string[]): string {
  const sections = markdown.split(/^(?=## )/m).filter((section) => headings.includes(/^## (.*)/.exec(section)?.[1]?.trim() ?? ''));
  return sections.length === 0 ? markdown : sections.join('');
}
