import path from 'node:path';
import type { Hover } from 'vscode-languageserver-types';
import { BattenError, InputError, unforeseen } from '../errors';
import type { Batten, Input, RunOptions } from '../harden/api';
import { atLeast } from '../harden/confidence';
import type { FileResult } from '../harden/types';
import { lineEdits } from '../report/line-edits';
import { diagnosticsOf, ofError } from './diagnostics';
import { Documents, isCompose } from './documents';
import { hoverAt } from './hover';
import type { Checked, Edited, FileEdits, Hardened, OpenDocument, Wanted } from './messages';
import { Positions } from './positions';
import { type DocumentProject, type ProjectSetting, projectOf } from './project';

/** What is told of each change that the chain asks about, and may end the run with an error. */
type OnStep = () => void;

const NOTHING: OnStep = () => undefined;

/** Answers about the documents that are open. Knows no protocol, and nothing of time: who asks sees to it that no answer is too old. */
export class Analysis {
  readonly documents = new Documents();

  constructor(
    private readonly batten: Batten,
    private readonly setting: Pick<ProjectSetting, 'today' | 'proofKey'>,
  ) {}

  /** What there is to say of a document; undefined when it is not open. */
  check(uri: string, onStep: OnStep = NOTHING): Checked | undefined {
    const document = this.documents.get(uri);
    if (!document) return undefined;
    const { version } = document;
    if (!isCompose(document)) return { uri, version, diagnostics: [], read: [] };
    const positions = new Positions(document.text);
    let project: DocumentProject | undefined;
    try {
      project = this.project(document);
      const shown = project.path;
      const results = project.excluded ? [] : project.completed(this.run(project, { choose: () => onStep() as undefined }));
      const diagnostics = results.filter((each) => each.path === shown).flatMap((each) => diagnosticsOf(each, positions));
      return { uri, version, diagnostics, read: [...project.read] };
    } catch (error) {
      onStep();
      const shown = this.documents.pathOf(uri) ?? project?.path ?? '';
      return { uri, version, diagnostics: [ofError(known(error, shown), shown, positions)], read: [...(project?.read ?? [])] };
    }
  }

  /** A change as edits; undefined when the document is not open. @throws BattenError when it cannot be made, and says why. */
  edit(uri: string, wanted: Wanted, secondary = true): Edited | undefined {
    const document = this.documents.get(uri);
    if (!document) return undefined;
    const project = this.project(document);
    const results = this.run(project, { choose: chooses(wanted, project.path), sideFiles: secondary ? 'patch' : 'none', apply: true });
    const count = results.flatMap(({ findings }) => findings).filter(({ status }) => status === 'fixed').length;
    const edited = this.edited(document, project, results, count);
    if (wanted.what !== 'all' && edited.files.length + edited.created.length === 0) throw notAlone(results, wanted);
    return edited;
  }

  /** The files of a document's project as `fix` would leave them, those that change. */
  hardened(uri: string): Hardened[] | undefined {
    const document = this.documents.get(uri);
    if (!document) return undefined;
    const project = this.project(document);
    return this.run(project, { sideFiles: 'none', apply: true })
      .filter(({ before, after, path: file }) => before !== after || file === project.path)
      .map(({ path: file, after }) => ({ uri: this.uriIn(document, project, file), text: after }));
  }

  hover(uri: string, line: number, character: number): Hover | undefined {
    const document = this.documents.get(uri);
    if (!document || !isCompose(document)) return undefined;
    return hoverAt(this.batten, this.project(document), document, { line, character });
  }

  private project(document: OpenDocument): DocumentProject {
    return projectOf(document, this.documents, { ...this.setting, transforms: this.batten.transforms() });
  }

  /** A file that is merged on top may be broken: the project is then looked at without it, as the command line does. */
  private run({ input, run, path: shown }: DocumentProject, more: RunOptions): FileResult[] {
    const attempt = (usable: Input): FileResult[] => {
      try {
        return this.batten.runProject(usable, { ...run, ...more });
      } catch (error) {
        const broken = error instanceof BattenError ? error.file : undefined;
        const others = usable.overrides?.filter((file) => file.path !== broken) ?? [];
        if (broken === undefined || broken === shown || others.length === (usable.overrides?.length ?? 0)) throw error;
        return attempt({ ...usable, overrides: others });
      }
    };
    return attempt(input);
  }

  private edited(document: OpenDocument, project: DocumentProject, results: readonly FileResult[], count: number): Edited {
    const files: FileEdits[] = [];
    const created: Edited['created'] = [];
    const add = (uri: string, before: string, after: string): void => {
      const positions = new Positions(before);
      const edits = lineEdits(before, after).map(({ start, end, text }) => ({
        range: { start: positions.ofOffset(start), end: positions.ofOffset(end) },
        newText: text,
      }));
      const version = this.documents.get(uri)?.version;
      if (edits.length > 0) files.push({ uri, edits, ...(version !== undefined && { version }) });
    };
    for (const { path: file, before, after } of results) add(this.uriIn(document, project, file), before, after);
    for (const { path: file, before, after } of results.flatMap((each) => each.files)) {
      const uri = this.documents.uriOf(path.resolve(project.input.directory!, file));
      if (before === undefined) created.push({ uri, text: after });
      else add(uri, before, after);
    }
    return { files, created, count };
  }

  private uriIn({ uri }: OpenDocument, project: DocumentProject, file: string): string {
    return file === project.path ? uri : this.documents.uriOf(file);
  }
}

/** What is answered for each change, so that only the wanted ones are made: as a person does at the prompt, who skips all others. */
function chooses(wanted: Wanted, shown: string): RunOptions['choose'] {
  switch (wanted.what) {
    case 'all':
      return undefined;
    case 'one':
      return ({ identity }, file) => ({ kind: identity === wanted.identity && file === shown ? 'apply' : 'skip' });
    case 'transform':
      return ({ transform, confidence }) => ({
        kind: transform === wanted.transform && atLeast(confidence, wanted.confidence) ? 'apply' : 'skip',
      });
    case 'ignore':
      return ({ identity }, file) =>
        identity === wanted.identity && file === shown ? { kind: 'ignore', reason: wanted.reason } : { kind: 'skip' };
  }
}

/** Why a change comes to nothing when it is the only one. */
function notAlone(results: readonly FileResult[], wanted: Exclude<Wanted, { what: 'all' }>): InputError {
  const findings = results.flatMap((each) => each.findings);
  const meant = findings.find((each) => ('identity' in wanted ? each.identity === wanted.identity : each.transform === wanted.transform));
  const { refusal } = meant ?? {};
  if (refusal) return new InputError('needs-decision', refusal.message);
  return new InputError('not-alone', 'this change follows from others and is none without them', {
    hint: 'apply those first, or harden the whole file',
  });
}

function known(error: unknown, file: string): BattenError {
  return error instanceof BattenError ? error : unforeseen(error, file);
}
