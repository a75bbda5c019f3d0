import { FILE_HEADERS_ONLY, formatPatch, type StructuredPatch, structuredPatch } from 'diff';
import type { Colors } from './colors';
import { maskLines } from './mask';

/** Lines of context around a change, as in git. */
export const CONTEXT = 3;

export interface DiffedFile {
  /** As it is called in the header, with forward slashes. */
  path: string;
  /** The texts, BOM included. */
  before: string;
  after: string;
}

/**
 * The change of one file as a unified diff with `a/` and `b/` headers; the empty string when there is none. Line endings and a BOM are
 * part of the lines, as in git.
 */
export function unifiedDiff(file: DiffedFile, context = CONTEXT): string {
  if (file.before === file.after) return '';
  return withTabs(formatPatch(diffed(file, context), FILE_HEADERS_ONLY), file.path);
}

/** The same for a screen: credentials masked, carriage returns and the BOM left out, coloured. */
export function screenDiff(file: DiffedFile, colors: Colors, options: { context?: number; header?: boolean } = {}): string {
  if (file.before === file.after) return '';
  const { hunks } = diffed(file, options.context ?? CONTEXT);
  const lines: string[] = options.header === false ? [] : [colors.bold(`--- a/${file.path}`), colors.bold(`+++ b/${file.path}`)];
  for (const hunk of hunks) {
    lines.push(colors.cyan(`@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`));
    lines.push(...maskHunk(hunk.lines.map(forScreen)).map((line) => colored(line, colors)));
  }
  return `${lines.join('\n')}\n`;
}

function diffed({ path, before, after }: DiffedFile, context: number): StructuredPatch {
  return structuredPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, { context });
}

/** GNU patch ends a name at its first space unless a TAB follows it. The library quotes a name with a TAB in it, so it comes afterwards. */
function withTabs(patch: string, path: string): string {
  if (!path.includes(' ')) return patch;
  const [from = '', to = '', ...rest] = patch.split('\n');
  return [from, to]
    .map((line) => (line.endsWith('"') ? line : `${line}\t`))
    .concat(rest)
    .join('\n');
}

function forScreen(line: string): string {
  return line.replace(/\r$/, '').replace(/^(.)\uFEFF/, '$1');
}

/** Old and new lines are masked apart, as a private key block belongs to one side or to both. */
function maskHunk(lines: readonly string[]): string[] {
  const masked = lines.map((line) => line);
  for (const side of ['-', '+']) {
    const indices = lines.flatMap((line, index) => (line[0] === ' ' || line[0] === side ? [index] : []));
    const bodies = maskLines(indices.map((index) => lines[index]!.slice(1)));
    for (const [at, index] of indices.entries()) masked[index] = lines[index]![0] + bodies[at]!;
  }
  return masked;
}

function colored(line: string, colors: Colors): string {
  if (line.startsWith('+')) return colors.green(line);
  if (line.startsWith('-')) return colors.red(line);
  return line.startsWith('\\') ? colors.dim(line) : line;
}
