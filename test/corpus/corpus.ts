import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/*
 * Tests over a folder of real Compose files. BATTEN_CORPUS names it; any folder of *.yaml and *.yml files will do, and the more of them
 * were written by people who never heard of batten, the better. Without it these tests are skipped.
 */

export interface CorpusFile {
  /** Relative to the corpus. */
  name: string;
  /** The directory the file is in. */
  directory: string;
  text: string;
}

const root = process.env.BATTEN_CORPUS;

/** All Compose files of the corpus, by name; undefined when none is given. */
export function corpus(): CorpusFile[] | undefined {
  if (!root) return undefined;
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.ya?ml$/.test(name));
  if (names.length === 0) throw new Error(`BATTEN_CORPUS: no *.yaml or *.yml in ${root}`);
  return names.sort().map((name) => {
    const file = path.join(root, name);
    return { name, directory: path.dirname(file), text: readFileSync(file, 'utf8') };
  });
}

/** `describe` where there is what it needs, else one skipped test that says what is missing. */
export function describeWith(title: string, missing: readonly string[], body: () => void): void {
  if (missing.length === 0) describe(title, body);
  else describe(title, () => test.skip(`set ${missing.join(' and ')} to run this`, () => undefined));
}

/** At most `most` of a list, evenly spread; all of it with BATTEN_FULL=1. */
export function some<T>(all: readonly T[], most: number): T[] {
  return process.env.BATTEN_FULL === '1' ? [...all] : sample(all, most);
}

/** At most `most` of a list, evenly spread. */
export function sample<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, index) => all[Math.floor((index * all.length) / most)]!);
}
