import { createHash } from 'node:crypto';
import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Repository, straightIn } from '../compose/bounds';
import { readIfThere } from '../compose/read';
import { makeDirectory, writeFileAtomic } from '../compose/write';
import { BattenError } from '../errors';
import type { Answer } from '../harden/api';
import type { Host } from './host';
import { stateDirectory } from './state';

/** What was said of the changes of one project, by their keys. */
export type KeptAnswers = ReadonlyMap<string, Answer>;

/** The most that is read of one project, in bytes: answers are short. */
const MOST = 4 * 1024 * 1024;

/**
 * Answers of a run that ended before anything was written, in the person's own state: a repository cannot answer for somebody. An answer is kept
 * with the key of its change (`changeKey`), so that it counts only for that very change, whatever became of the file meanwhile.
 */
export class KeptAnswersStore {
  private readonly directory: string;

  constructor(host: Pick<Host, 'env'>) {
    this.directory = join(stateDirectory(host), 'answers');
  }

  /** @param main the main file of a project, absolute. @returns undefined when nothing is kept, or nothing that is this person's. */
  read(main: string): KeptAnswers | undefined {
    const file = this.file(main);
    try {
      if (process.getuid !== undefined && lstatSync(file).uid !== process.getuid()) return undefined;
      const text = readIfThere(file, file, straightIn(this.directory), MOST);
      const data: unknown = text === undefined ? undefined : JSON.parse(text);
      return isKept(data) && data.main === main ? new Map(data.answers) : undefined;
    } catch (error) {
      if (error instanceof BattenError || error instanceof SyntaxError || (error as NodeJS.ErrnoException).code !== undefined)
        return undefined;
      throw error;
    }
  }

  /** Keeps the answers instead of those that were kept. @throws InputError */
  keep(main: string, answers: KeptAnswers): void {
    this.forget(main);
    if (answers.size === 0) return;
    const within = Repository.at(this.directory);
    makeDirectory(this.directory, { within, mode: 0o700, shown: this.directory });
    const file = this.file(main);
    const text = `${JSON.stringify({ version: 1, main, answers: [...answers] })}\n`;
    writeFileAtomic(file, text, { within: straightIn(this.directory), mode: 0o600, shown: file, mustBeNew: true });
  }

  forget(main: string): void {
    rmSync(this.file(main), { force: true });
  }

  private file(main: string): string {
    return join(this.directory, `${createHash('sha256').update(main).digest('hex').slice(0, 32)}.json`);
  }
}

const KINDS: ReadonlySet<unknown> = new Set<Answer['kind']>([
  'apply',
  'skip',
  'apply-transform',
  'apply-service',
  'skip-file',
  'skip-transform',
  'skip-guesses',
  'edit',
  'ignore',
]);

function isKept(data: unknown): data is { version: 1; main: string; answers: [string, Answer][] } {
  if (typeof data !== 'object' || data === null) return false;
  const { version, main, answers } = data as Record<string, unknown>;
  return version === 1 && typeof main === 'string' && Array.isArray(answers) && answers.every(isAnswered);
}

function isAnswered(entry: unknown): boolean {
  if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== 'string') return false;
  const { kind, value, reason } = (entry[1] ?? {}) as Record<string, unknown>;
  if (!KINDS.has(kind)) return false;
  return (kind !== 'edit' || typeof value === 'string') && (kind !== 'ignore' || typeof reason === 'string');
}
