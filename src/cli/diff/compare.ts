import path from 'node:path';
import { shownPath } from '../../compose/discover';
import { BattenError, InputError, unforeseen } from '../../errors';
import type { Batten, Input } from '../../harden/api';
import type { ComparedFile, PrivilegeChange } from '../../harden/privileges';
import type { ComparedProject, Comparison } from '../../report/privileges/types';
import type { ProjectFiles } from '../../revisions/projects';
import type { Side, Sides } from './sides';

/** One project on both sides, as far as it is there. */
interface Paired {
  id: string;
  before?: ProjectFiles;
  after?: ProjectFiles;
}

/**
 * Compares all projects of two sides. One that cannot be read does not keep the others back: on the newer side that is its error; on the
 * older one it is said, and the newer one is compared with nothing.
 */
export function compareSides(batten: Batten, cwd: string, sides: Sides): Comparison {
  const { before, after } = sides;
  const run = new Run(batten, cwd, before, after);
  const projects = paired(sides).map((each) => run.project(each));
  return {
    from: { name: before.name, ...(before.commit && { commit: before.commit }) },
    to: { name: after.name, ...(after.commit && { commit: after.commit }) },
    projects: withoutParts(projects),
  };
}

function paired({ before, after, pair }: Sides): Paired[] {
  const [old, now] = [before.projects(), after.projects()];
  if (pair) return [{ id: now[0]?.id ?? old[0]?.id ?? '', before: old[0], after: now[0] }];
  const olds = new Map(old.map((each) => [each.id, each]));
  const news = new Map(now.map((each) => [each.id, each]));
  return [...new Set([...olds.keys(), ...news.keys()])].sort().map((id) => ({ id, before: olds.get(id), after: news.get(id) }));
}

/** A compared project with the files that each side of it was read from. */
interface Looked extends ComparedProject {
  absolute: string;
  parts: readonly ComparedFile[];
}

class Run {
  constructor(
    private readonly batten: Batten,
    private readonly cwd: string,
    private readonly before: Side,
    private readonly after: Side,
  ) {}

  project({ before, after }: Paired): Looked {
    const { main } = (after ?? before)!;
    const looked = { path: shownPath(this.cwd, main), absolute: main, parts: [], changes: [], notes: [] };
    if (before && after && this.unchanged(before, after)) return { ...looked, status: 'unchanged' };
    const notes: string[] = [];
    let old: Input | undefined;
    try {
      old = before && this.input(this.before, before);
      // Of a side that cannot be understood it is said here, not after both were read.
      if (old) this.batten.privileges(old, undefined);
    } catch (error) {
      const { location, message } = known(error, main);
      notes.push(
        `${location || looked.path} in ${this.before.name} could not be read, so that all there is now counts as given: ${message}`,
      );
      old = undefined;
    }
    try {
      const now = after && this.input(this.after, after);
      const compared = this.batten.privileges(old, now);
      const { changes } = compared;
      const status = !after ? 'removed' : !before ? 'added' : changes.length > 0 ? 'changed' : 'unchanged';
      return { ...looked, status, changes, notes, parts: [...compared.before, ...compared.after] };
    } catch (error) {
      const { code, message, position, hint, file } = known(error, main);
      return { ...looked, status: 'error', notes, error: { file: file ?? looked.path, code, message, ...position, ...(hint && { hint }) } };
    }
  }

  private input(side: Side, { main, overrides }: ProjectFiles): Input {
    const shown = shownPath(this.cwd, main);
    const merged = overrides.map((absolute) => ({
      path: shownPath(this.cwd, absolute),
      absolute,
      text: side.text(absolute, shownPath(this.cwd, absolute)),
    }));
    return {
      path: shown,
      text: side.text(main, shown),
      directory: path.dirname(main),
      overrides: merged,
      files: side.files,
      changeIncluded: false,
    };
  }

  /** Whether two projects are the same without a look: the same texts and variables, and no file that names others. */
  private unchanged(before: ProjectFiles, after: ProjectFiles): boolean {
    const [old, now] = [
      [before.main, ...before.overrides],
      [after.main, ...after.overrides],
    ];
    if (old.length !== now.length) return false;
    try {
      const same = old.every((file, index) => {
        const text = this.before.text(file, file);
        return text === this.after.text(now[index]!, now[index]!) && !/\b(?:include|extends)\b/.test(text);
      });
      const variables = ({ files }: Side, { main }: ProjectFiles): string =>
        JSON.stringify(files.env(path.join(path.dirname(main), '.env')).variables);
      return same && variables(this.before, before) === variables(this.after, after);
    } catch (error) {
      if (error instanceof InputError) return false;
      throw error;
    }
  }
}

function known(error: unknown, file: string): BattenError {
  if (error instanceof BattenError) return error;
  return unforeseen(error, file);
}

/**
 * Without projects all of whose changes are another's, too: files that others include or merge, and that bear names under which they would be
 * found. What was said of the whole is not said again of the part.
 */
function withoutParts(projects: readonly Looked[]): ComparedProject[] {
  const parts = new Set(
    projects.flatMap(({ absolute, parts: files }) =>
      files.flatMap((file) => (file.role !== 'main' && file.role !== 'extended' && file.absolute !== absolute ? [file.absolute] : [])),
    ),
  );
  const said = new Set(projects.filter(({ absolute }) => !parts.has(absolute)).flatMap(({ changes }) => changes.map(idOf)));
  return projects
    .filter(
      ({ absolute, changes, status }) => !(parts.has(absolute) && status !== 'error' && changes.every((change) => said.has(idOf(change)))),
    )
    .map(({ absolute: _, parts: __, ...project }) => project);
}

function idOf({ direction, kind, service, what, place }: PrivilegeChange): string {
  return JSON.stringify([direction, kind, service, what, place.file]);
}
