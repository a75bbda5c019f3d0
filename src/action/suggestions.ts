/** A change of a few lines of one file that is right on its own. */
export interface Suggestion {
  /** From the root of the repository. */
  path: string;
  /** The lines it takes the place of, from 1. */
  startLine: number;
  endLine: number;
  /** What is to stand there, without a line end at its end. */
  text: string;
  transform: string;
  service: string;
  severity: 'critical' | 'high' | 'medium' | 'low';
  message: string;
  /** What makes it the same one in another run. */
  fingerprint: string;
}

/** One that takes more lines is for a patch. */
export const MOST_LINES = 60;

interface Sarif {
  runs: { results: Result[] }[];
}

interface Result {
  ruleId: string;
  message: { text: string };
  locations: { logicalLocations?: { name: string }[] }[];
  partialFingerprints: Record<string, string>;
  suppressions?: unknown[];
  fixes?: { artifactChanges: { artifactLocation: { uri: string; uriBaseId?: string }; replacements: Replacement[] }[] }[];
  properties: { status: string; 'security-severity': string };
}

interface Replacement {
  deletedRegion: { startLine: number; startColumn: number; endLine: number; endColumn: number };
  insertedContent: { text: string };
}

/**
 * Suggestions out of batten's own SARIF report, in which each fix is right on its own. One that would be applied and stands in a single file, close
 * together, becomes the lines that are to stand there; any other is left to the patch.
 *
 * @param textOf the text of a file as it was looked at; undefined when there is none.
 */
export function suggestionsOf(sarif: string, textOf: (path: string) => string | undefined): Suggestion[] {
  const { runs } = JSON.parse(sarif) as Sarif;
  return runs.flatMap(({ results }) =>
    results.flatMap((result): Suggestion[] => {
      const changes = result.fixes?.[0]?.artifactChanges ?? [];
      const [change] = changes;
      if (result.properties.status !== 'would-fix' || result.suppressions || !change || changes.length > 1) return [];
      if (change.artifactLocation.uriBaseId !== '%SRCROOT%') return [];
      const path = decodeURIComponent(change.artifactLocation.uri);
      const text = textOf(path);
      const lines = text === undefined ? undefined : replacedLines(text, change.replacements);
      if (!lines) return [];
      return [
        {
          path,
          ...lines,
          transform: result.ruleId,
          service: result.locations[0]?.logicalLocations?.[0]?.name ?? '',
          severity: severityOf(Number(result.properties['security-severity'])),
          message: result.message.text,
          fingerprint: Object.values(result.partialFingerprints)[0] ?? '',
        },
      ];
    }),
  );
}

function severityOf(score: number): Suggestion['severity'] {
  return score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : 'low';
}

/** The lines that replacements touch, and what is to stand there; undefined when that is too much, or at no line of the file. */
export function replacedLines(
  raw: string,
  replacements: readonly Replacement[],
): Pick<Suggestion, 'startLine' | 'endLine' | 'text'> | undefined {
  // What a button on a page writes has line feeds alone.
  if (raw.includes('\r\n')) return undefined;
  const text = raw.replace(/^\uFEFF/, '');
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const lines = text.endsWith('\n') ? starts.length - 1 : starts.length;
  const offset = (line: number, column: number): number => Math.min((starts[line - 1] ?? text.length) + column - 1, text.length);
  const edits = replacements
    .map(({ deletedRegion: { startLine, startColumn, endLine, endColumn }, insertedContent }) => ({
      start: offset(startLine, startColumn),
      end: offset(endLine, endColumn),
      inserted: insertedContent.text.replaceAll('\r\n', '\n'),
    }))
    .sort((a, b) => a.start - b.start);
  if (edits.length === 0 || lines === 0) return undefined;
  const lineAt = (at: number): number => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
  const ends = edits.map(({ start, end }) => (end > start ? lineAt(end - 1) : lineAt(start)));
  let startLine = Math.min(...edits.map(({ start }) => lineAt(start)), lines);
  const endLine = Math.min(Math.max(...ends), lines);
  const first = edits[0]!;
  // Whole lines that are put before a line belong to the one above, which is where a person looks.
  if (
    edits.length === 1 &&
    first.start === first.end &&
    starts[lineAt(first.start) - 1] === first.start &&
    startLine > 1 &&
    first.start < text.length
  )
    startLine--;
  const end = edits.length === 1 && first.start === first.end && startLine < endLine ? startLine : endLine;
  if (end - startLine >= MOST_LINES) return undefined;
  const [from, to] = [starts[startLine - 1]!, end >= lines ? text.length : starts[end]!];
  let out = '';
  let at = from;
  for (const edit of edits) {
    // The place of a whole line that comes next is the end of the one above.
    out += text.slice(at, Math.max(at, edit.start)) + edit.inserted;
    at = Math.max(at, edit.end);
  }
  out += text.slice(at, Math.max(at, to));
  return { startLine, endLine: end, text: out.replace(/\n$/, '') };
}
