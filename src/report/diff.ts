import { FILE_HEADERS_ONLY, formatPatch, type StructuredPatch, structuredPatch } from 'diff';
import type { Concealed } from '../harden/types';
import type { Colors } from './colors';
import { maskKnown } from './mask-known';
import { type Shown, say } from './text/screen';
import { exact, type Text } from './text/text';

/** Lines of context around a change, as in git. */
export const CONTEXT = 3;

export interface DiffedFile {
  /** As it is called in the header, with forward slashes. */
  path: string;
  /** The texts, BOM included; undefined before = the file is new. */
  before: string | undefined;
  after: string;
  /** Credentials that are not to be shown on a screen, whatever they look like. */
  known?: readonly Concealed[];
}

/**
 * The change of one file as a unified diff with `a/` and `b/` headers; the empty string when there is none. Line endings and a BOM are
 * part of the lines, as in git.
 */
export function unifiedDiff(file: DiffedFile, context = CONTEXT): Text<'exact'> {
  if (file.before === file.after) return exact('');
  return exact(withTabs(formatPatch(diffed(file, context), FILE_HEADERS_ONLY), file.path));
}

export interface ScreenDiffOptions {
  context?: number;
  /** False for the change without the names of the files. */
  header?: boolean;
}

/** The same for a screen: credentials masked, everything in it to be seen, carriage returns and the BOM left out, coloured. */
export function screenDiff(file: DiffedFile, colors: Colors, options: ScreenDiffOptions = {}): Shown {
  return say.join(
    screenDiffLines(file, colors, options).map((line) => say`${line}\n`),
    '',
  );
}

/** The lines of it. */
export function screenDiffLines(file: DiffedFile, colors: Colors, options: ScreenDiffOptions = {}): Shown[] {
  if (file.before === file.after) return [];
  const { hunks } = diffed(file, options.context ?? CONTEXT);
  const lines: Shown[] =
    options.header === false
      ? []
      : [colors.bold(file.before === undefined ? '--- /dev/null' : `--- a/${file.path}`), colors.bold(`+++ b/${file.path}`)];
  // Masked as a whole: a private key may begin above the lines that are shown.
  const before = maskKnown(screenLines(file.before ?? ''), file.known ?? []);
  const after = maskKnown(screenLines(file.after), file.known ?? []);
  for (const hunk of hunks) {
    // As in git: of a side without lines, the line before it is named.
    const from = hunk.oldLines === 0 ? hunk.oldStart - 1 : hunk.oldStart;
    lines.push(colors.cyan(`@@ -${from},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`));
    let [oldLine, newLine] = [hunk.oldStart - 1, hunk.newStart - 1];
    for (const line of hunk.lines) {
      if (line.startsWith('-')) lines.push(colors.red(`-${before[oldLine++]}`));
      else if (line.startsWith('+')) lines.push(colors.green(`+${after[newLine++]}`));
      else if (line.startsWith(' ')) lines.push(say` ${after[newLine++]!}`);
      else lines.push(colors.dim(line));
      if (line.startsWith(' ')) oldLine++;
    }
  }
  return lines;
}

function screenLines(text: string): string[] {
  return text.replace(/^\uFEFF/, '').split(/\r?\n/);
}

function diffed({ path, before, after }: DiffedFile, context: number): StructuredPatch {
  return structuredPatch(before === undefined ? '/dev/null' : `a/${path}`, `b/${path}`, before ?? '', after, undefined, undefined, {
    context,
  });
}

/** GNU patch ends a name at its first space unless a TAB follows it. The library quotes a name with a TAB in it, so it comes afterwards. */
function withTabs(patch: string, path: string): string {
  if (!path.includes(' ')) return patch;
  const [from = '', to = '', ...rest] = patch.split('\n');
  return [from, to]
    .map((line) => (line.endsWith('"') || line.endsWith(' /dev/null') ? line : `${line}\t`))
    .concat(rest)
    .join('\n');
}
