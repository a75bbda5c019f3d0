import path from 'node:path';
import { InputError } from '../errors';
import { type Bounds, Repository } from './bounds';
import { expandDotEnv, parseDotEnv } from './dotenv';
import { readIfThere } from './read';

/** The `.env` of a project. */
export interface EnvFile {
  /** As they are written: variables in values are not replaced. */
  variables: Record<string, string>;
  /** With the variables in values replaced; without those that hang on one that is not set here. */
  expanded: Record<string, string>;
  /** Why it was not read, though it is there. */
  problem?: InputError;
}

/**
 * Reads the `.env` of a directory, as far as there is one that may be read. Never throws. A directory of that name, which Docker makes for
 * a mount without a source, is none.
 *
 * @param file another file in its place, absolute.
 */
export function readEnvFile(directory: string, file = path.join(directory, '.env'), bounds: Bounds = Repository.of(directory)): EnvFile {
  try {
    return envOf(readIfThere(file, path.basename(file), bounds) ?? '');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.code === 'is-directory' ? envOf('') : { ...envOf(''), problem: error };
  }
}

/** The variables of a text. */
export function envOf(text: string): EnvFile {
  return { variables: parseDotEnv(text), expanded: expandDotEnv(text) };
}
