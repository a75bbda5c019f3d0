/** Lines of the newer side of a file in a pull request. */
export interface ChangedLines {
  /** Those that a comment can stand beside: each stretch of lines that is shown. */
  shown: readonly [from: number, to: number][];
  /** Those that are new or other. */
  added: ReadonlySet<number>;
}

/** Reads the patch that the API has of a file, hunks alone. */
export function changedLines(patch: string): ChangedLines {
  const shown: [number, number][] = [];
  const added = new Set<number>();
  let line = 0;
  for (const text of patch.split('\n')) {
    const start = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@/.exec(text);
    if (start) {
      line = Number(start[1]);
      const count = Number(start[2] ?? 1);
      if (count > 0) shown.push([line, line + count - 1]);
    } else if (text.startsWith('+')) added.add(line++);
    else if (text.startsWith(' ')) line++;
  }
  return { shown, added };
}

/** Whether a suggestion for these lines concerns what the pull request changed, and can stand there. */
export function concerns({ shown, added }: ChangedLines, startLine: number, endLine: number): boolean {
  if (!shown.some(([from, to]) => startLine >= from && endLine <= to)) return false;
  for (let line = startLine; line <= endLine; line++) if (added.has(line)) return true;
  return false;
}
