import path from 'node:path';
import { type Bounds, Repository } from './bounds';
import { type EnvFile, readEnvFile } from './env-file';
import { readInput } from './read';

/** Where the files of a project are read from beside those that were named: the file system, or a revision. */
export interface FileSource {
  /**
   * Where a path really leads.
   *
   * @param shown how errors call it.
   * @throws InputError `outside` when that is out of the project's repository.
   */
  place(absolute: string, shown: string): void;
  /** The text of a file. @throws InputError as `readInput` does. */
  read(absolute: string, shown: string): string;
  /** The variables of a file; none where there is no such file. Never throws. */
  env(absolute: string): EnvFile;
}

/** The files of the repository that a directory is in. */
export class DiskFiles implements FileSource {
  /** @param repository the bounds, with texts that count in place of files. */
  constructor(
    directory: string,
    private readonly repository: Bounds = Repository.of(directory),
  ) {}

  place(absolute: string, shown: string): void {
    this.repository.place(absolute, shown);
  }

  read(absolute: string, shown: string): string {
    return readInput(absolute, shown, this.repository).text;
  }

  env(absolute: string): EnvFile {
    return readEnvFile(path.dirname(absolute), absolute, this.repository);
  }
}
