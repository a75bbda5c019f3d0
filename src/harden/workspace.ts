import { splitFile } from '../compose/file-path';
import type { SourceFile } from '../compose/load-project';
import { ComposeProject, type ProjectSetting } from '../compose/project';
import { InputError } from '../errors';
import type { Applied } from '../yaml/apply';
import { YamlDocument } from '../yaml/document';
import type { Op, Path, Refusal } from '../yaml/types';
import type { Span } from './types';

/** The documents of a project, changed together. A path that starts with a number is in that file (see compose/file-path). */
export class Workspace {
  private constructor(
    private readonly sources: readonly SourceFile[],
    readonly documents: readonly YamlDocument[],
  ) {}

  /** @throws InputError with line and column, and the file it is about */
  static open(sources: readonly SourceFile[]): Workspace {
    const documents = sources.map(({ text, path, parsed }) => {
      try {
        // A source may be given another text than it was read with.
        return parsed?.source.raw === text ? parsed.fork() : YamlDocument.open(text);
      } catch (error) {
        if (error instanceof InputError) error.file ??= path;
        throw error;
      }
    });
    return new Workspace(sources, documents);
  }

  /** A copy that can be changed on its own. */
  fork(): Workspace {
    return new Workspace(
      this.sources,
      this.documents.map((document) => document.fork()),
    );
  }

  /** The same files with another document for one of them. */
  with(file: number, document: YamlDocument): Workspace {
    return new Workspace(
      this.sources,
      this.documents.map((each, index) => (index === file ? document : each)),
    );
  }

  /** The project as the documents say it now. @throws InputError when a file is not a Compose file */
  project(setting: ProjectSetting): ComposeProject {
    return ComposeProject.of(
      this.sources.map(({ text: _, parsed: __, ...file }, index) => ({ ...file, document: this.documents[index]! })),
      setting,
    );
  }

  /** Changes a tree; a refused op changes nothing, and so does one on a file that is not to be written. */
  apply(op: Op): Applied | { refusal: Refusal } {
    const { file, path } = splitFile(op.path);
    const source = this.sources[file]!;
    if (!source.editable) {
      const message = `it is written in ${source.path}, which is merged into this file but is not to be changed here`;
      return { refusal: { code: 'needs-decision', message } };
    }
    return this.documents[file]!.apply({ ...op, path });
  }

  /** The lines of its file that a place takes. */
  spanOf(place: Path): Span {
    const { file, path } = splitFile(place);
    return this.span(file, this.documents[file]!.rangeOf(path));
  }

  /** A range of a file as positions. */
  span(file: number, range: { start: number; end: number }): Span {
    const { source } = this.documents[file]!;
    return { start: source.position(range.start), end: source.position(range.end) };
  }

  /** Writes the texts and proves each: the documents they parse to, or why one is not to be believed. */
  prove(): { workspace: Workspace } | { reason: string } {
    const proven: YamlDocument[] = [];
    for (const document of this.documents) {
      const one = document.prove();
      if ('reason' in one) return one;
      proven.push(one.document);
    }
    return { workspace: new Workspace(this.sources, proven) };
  }

  /** How a file is called. */
  pathOf(file: number): string {
    return this.sources[file]!.path;
  }
}
