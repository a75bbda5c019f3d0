import { parseDockerfile, type Stage } from './dockerfile-parse';
import { stageIndex } from './dockerfile-values';

/** Instructions that do their work as the user before them: a USER goes after the last of these. */
const BUILDS = new Set(['RUN', 'COPY', 'ADD', 'WORKDIR']);

/**
 * A Dockerfile whose `target` (else its last stage) ends with another user: `USER <user>` goes before the ENTRYPOINT and CMD that end the
 * stage, with the comments that belong to these, else at its end. All other bytes stay, line endings too.
 *
 * @param user as USER takes it: a name, or numbers such as `1000:1000`.
 * @returns the text, which is the same when the stage has that user already; or why it is left alone.
 */
export function withUser(text: string, target: string | undefined, user: string): string | { refusal: string } {
  const { stages } = parseDockerfile(text);
  const index = target === undefined ? stages.length - 1 : stageIndex(stages, target, stages.length);
  const stage = index === undefined ? undefined : stages[index];
  if (!stage) return { refusal: `it has no stage ${target ?? 'at all'}` };
  const own = stage.instructions.findLast(({ keyword }) => keyword === 'USER');
  if (own) return own.text.trim() === user ? text : { refusal: `line ${own.line} sets a user already: ${own.text.trim()}` };
  const lines = text.split('\n');
  const at = lineFor(stage, lines, stages[index! + 1]?.line);
  const crlf = text.includes('\r\n');
  // A last line without an ending gets one, and the file still ends as it did.
  const unended = at === lines.length && lines.at(-1) !== '';
  if (unended && crlf) lines[at - 1] += '\r';
  lines.splice(at, 0, `USER ${user}${crlf && !unended ? '\r' : ''}`);
  return lines.join('\n');
}

/** The index of the line that USER is written before. */
function lineFor({ instructions }: Stage, lines: readonly string[], next: number | undefined): number {
  const built = instructions.findLastIndex(({ keyword }) => BUILDS.has(keyword));
  const start = instructions.slice(built + 1).find(({ keyword }) => keyword === 'ENTRYPOINT' || keyword === 'CMD');
  let at = start ? start.line - 1 : (next ?? lines.length + 1) - 1;
  const above = (test: RegExp): boolean => at > 0 && test.test(lines[at - 1]!);
  if (start) while (above(/^\s*#/)) at--;
  // Comments above the next stage are about that one.
  else while (above(/^\s*(?:#.*)?\r?$/)) at--;
  return at;
}
