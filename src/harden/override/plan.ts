import type { SourceFile } from '../../compose/load-project';
import { MergeClash } from '../../compose/merge';
import { type Model, modelOf } from '../../compose/model';
import type { ProjectSetting } from '../../compose/project';
import { InputError } from '../../errors';
import { YamlDocument } from '../../yaml/document';
import { disprove } from '../../yaml/prove';
import type { Op, Refusal } from '../../yaml/types';
import { newText } from '../../yaml/write-new';
import { Workspace } from '../workspace';
import { type Content, contentFor, differences, type Said, treeOf } from './content';
import { opsInto } from './into';
import { refusalFor } from './refusal';
import type { OverrideTarget } from './target';

/** What the override file becomes, or what keeps it from it. */
type Written = { document: YamlDocument } | { said: Said[] } | { refusal: Refusal };

/** One override file in the making: says of each change whether the file can hold it, and writes the file. */
export class OverridePlan {
  private readonly read: Workspace;
  private readonly main: YamlDocument;
  /** The index of the override file among the files of the project, where it is one already. */
  private readonly file: number;
  private base: Model | undefined;

  /**
   * @param sources the files of the project, with the override file as the last of those that are merged, where it says something.
   * @throws InputError when one cannot be read as YAML.
   */
  constructor(
    private readonly sources: readonly SourceFile[],
    private readonly setting: ProjectSetting,
    private readonly target: OverrideTarget,
  ) {
    this.read = Workspace.open(sources);
    this.main = this.read.documents[0]!;
    this.file = target.absolute === undefined ? -1 : sources.findIndex(({ absolute }) => absolute === target.absolute);
  }

  /** Why the override file cannot hold a change that comes on top of what is accepted so far; undefined when it can. */
  refusal(workspace: Workspace, ops: readonly Op[]): Refusal | undefined {
    const trial = workspace.fork();
    // A change that the documents themselves refuse is none of ours.
    for (const op of ops) if ('refusal' in trial.apply(op)) return undefined;
    const written = this.write(trial);
    return 'refusal' in written ? written.refusal : undefined;
  }

  /** The text of the override file for a state of the project; the one it had when there is nothing to say. */
  text(workspace: Workspace): string {
    const written = this.write(workspace);
    if ('refusal' in written) throw unproven(this.target.path, written.refusal.message);
    if ('said' in written) return written.said.length === 0 ? (this.target.text ?? '') : this.newFile(written.said);
    const proven = written.document.prove();
    if ('reason' in proven) throw unproven(this.target.path, proven.reason);
    return proven.document.source.raw;
  }

  private write(workspace: Workspace): Written {
    const after = this.model(workspace);
    const before = this.before(workspace);
    const { said, failed } = contentFor(differences(before, after), before, after, this.target.tags === true);
    if (failed.length > 0) return { refusal: this.refuse(failed, before, after) };
    return this.file === -1 ? { said } : this.into(workspace, said, after);
  }

  /** What the project comes to without the changes of its other files: those are what the override file has to say. */
  private before(workspace: Workspace): Model {
    if (this.file !== -1) return this.model(this.read.with(this.file, workspace.documents[this.file]!));
    this.base ??= this.model(this.read);
    return this.base;
  }

  /** The override file has a say already: the rest is brought into it, and what that comes to is looked at. */
  private into(workspace: Workspace, said: readonly Said[], after: Model): Written {
    const document = workspace.documents[this.file]!.fork();
    for (const op of opsInto(document.root, said)) {
      const done = document.apply(op);
      if ('refusal' in done) return { refusal: { ...done.refusal, message: `${this.target.path}: ${done.refusal.message}` } };
    }
    const left = this.left(this.read.with(this.file, document), after);
    if (left === undefined) return { document };
    const message = `${this.target.path} ${left}: the change is left to you`;
    return { refusal: { code: 'needs-decision', message } };
  }

  /** What the project with the override file still lacks. */
  private left(workspace: Workspace, after: Model): string | undefined {
    try {
      const now = this.model(workspace);
      const spots = differences(now, after);
      const { said, failed } = contentFor(spots, now, after, true);
      const [spot] = [...failed, ...said];
      return spot && `says something of its own about ${spot.key ?? 'the keys'} of "${spot.name}"`;
    } catch (error) {
      if (error instanceof MergeClash) return `comes to something that Compose refuses (${error.message})`;
      throw error;
    }
  }

  private newFile(said: readonly Said[]): string {
    const root = treeOf(said);
    // A comment that was alone in the file stays at its head.
    const text = newText(root, this.main, this.target.header ?? [], this.target.text);
    const written = YamlDocument.open(text);
    const reason = disprove({ ...written, root }, written);
    if (reason !== undefined) throw unproven(this.target.path, reason);
    return text;
  }

  private refuse(failed: Content['failed'], before: Model, after: Model): Refusal {
    const tags = this.target.tags !== true && contentFor(failed, before, after, true).failed.length === 0;
    const file = this.sources.length === 1 ? this.sources[0]!.path : 'the file that says it';
    return refusalFor(failed, file, tags, this.main);
  }

  private model(workspace: Workspace): Model {
    return modelOf(workspace.project(this.setting));
  }
}

function unproven(file: string, reason: string): InputError {
  return new InputError('not-proven', `the override file could not be proven, so it was not written: ${reason}`, {
    file,
    hint: 'change the file itself, without --override; a report with the smallest file that shows it helps',
  });
}
