import { diffArrays } from 'diff';

/** Replaces `text.slice(start, end)` of the old text by `text`; whole lines, in UTF-16 units. */
export interface LineEdit {
  start: number;
  end: number;
  text: string;
}

/** Texts that differ in more lines than this are replaced from the first line that differs to the last. */
const MOST_DIFFERENT_LINES = 4000;

/** The lines in which a text differs from another, as edits in order; applied together they make the one of the other. */
export function lineEdits(before: string, after: string): LineEdit[] {
  if (before === after) return [];
  const [old, now] = [linesOf(before), linesOf(after)];
  const changes = diffArrays(old, now, { maxEditLength: MOST_DIFFERENT_LINES });
  if (!changes) return [between(before, after)];
  const edits: LineEdit[] = [];
  let at = 0;
  let last: LineEdit | undefined;
  for (const { added, removed, value } of changes) {
    const text = value.join('');
    if (!added && !removed) {
      at += text.length;
      last = undefined;
      continue;
    }
    if (!last) {
      last = { start: at, end: at, text: '' };
      edits.push(last);
    }
    if (added) last.text += text;
    else {
      at += text.length;
      last.end = at;
    }
  }
  return edits;
}

/** The stretch between what two texts have in common at their start and at their end. */
function between(before: string, after: string): LineEdit {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { start, end: before.length - end, text: after.slice(start, after.length - end) };
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
