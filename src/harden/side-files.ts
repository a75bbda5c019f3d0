import type { ProjectFiles } from '../images/project-files';
import type { Refusal } from '../yaml/types';
import type { FileChange, SideFile } from './types';

/** What may become of files beside the Compose file; see RunOptions.sideFiles. */
export type SideFileMode = 'write' | 'patch' | 'none';

/** The side files of a run: what is on the disk, and what accepted changes make of it, one after the other. */
export class SideFiles {
  private readonly changes = new Map<string, FileChange>();

  constructor(
    private readonly files: ProjectFiles | undefined,
    private readonly mode: SideFileMode,
    /** Whether a path leads out of the project, for those that were looked at. */
    private readonly outside = new Map<string, boolean>(),
  ) {}

  /** A copy to try changes on. */
  fork(): SideFiles {
    const copy = new SideFiles(this.files, this.mode, this.outside);
    for (const [path, change] of this.changes) copy.changes.set(path, change);
    return copy;
  }

  /** Makes all changes, or says why one cannot be made; then some of them may have been, so try on a fork. */
  apply(wanted: readonly SideFile[]): Refusal | undefined {
    for (const each of wanted) {
      const reason = this.one(each);
      if (reason !== undefined) return { code: 'needs-decision', message: reason };
    }
    return undefined;
  }

  all(): FileChange[] {
    return [...this.changes.values()].filter(({ before, after }) => before !== after);
  }

  /** The text of a file as the changes so far leave it; undefined when none is about it. */
  changed(path: string): string | undefined {
    return this.changes.get(path)?.after;
  }

  /** What is other than in an earlier state, from there to here. */
  since(earlier: SideFiles): FileChange[] {
    return this.all().flatMap((change) => {
      const before = earlier.changes.get(change.path)?.after ?? change.before;
      return before === change.after ? [] : [{ ...change, before }];
    });
  }

  private one({ path, edit, mode, secret = false }: SideFile): string | undefined {
    if (!this.files) return `it needs the file ${path}, and there is no directory to write it to`;
    if (this.mode === 'none') return `it needs the file ${path} beside the Compose file, which this way of writing the result leaves alone`;
    if (this.mode === 'patch' && secret) return `it needs the file ${path} with the secret itself, which no patch may hold: use batten fix`;
    if (this.leaves(path)) return `it needs the file ${path}, which is outside of the project`;
    const known = this.changes.get(path);
    const there = known ? known.after : this.read(path);
    if (typeof there === 'object') return there.reason;
    const after = edit(there);
    if (typeof after === 'object') return after.refusal;
    this.changes.set(path, {
      path,
      before: known ? known.before : there,
      after,
      mode: mode ?? known?.mode,
      secret: secret || (known?.secret ?? false),
    });
    return undefined;
  }

  /** A new file has no real place yet, but the directories above it may be links that lead outside. */
  private leaves(path: string): boolean {
    let leaves = this.outside.get(path);
    if (leaves === undefined) {
      leaves = path.split('/').some((_, index, parts) => this.files!.leavesProject(parts.slice(0, parts.length - index).join('/') || '/'));
      this.outside.set(path, leaves);
    }
    return leaves;
  }

  private read(path: string): string | undefined | { reason: string } {
    const file = this.files!.read(path);
    if ('missing' in file) return undefined;
    return 'refused' in file ? { reason: `it needs the file ${path}, but ${file.refused}` } : file.text;
  }
}
