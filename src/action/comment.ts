import { SEVERITIES } from '../harden/types';
import { placeOf } from '../report/layout';
import { maskLine } from '../report/mask';
import { privilegesMarkdown } from '../report/privileges/markdown';
import { code, codeBlock, type Markdown, md } from '../report/text/markdown';
import { type Api, ApiError } from './api';
import { changedLines, concerns } from './hunks';
import type { Review } from './review';
import type { Suggestion } from './suggestions';

/** Tells batten's own comment from others; who may have more than one names them. */
const marker = (name: string): string => `<!-- batten:${name} -->`;
/** A review of more would be read by nobody. */
const MOST_SUGGESTIONS = 30;
/** What GitHub takes of a comment. */
const LONGEST_COMMENT = 65_000;

const ICON = { critical: '🔴', high: '🟠', medium: '🟡', low: '🔵' } as const;

/** A pull request, as the API knows it. */
export interface PullRequest {
  /** `owner/name`. */
  repository: string;
  number: number;
}

interface Commented {
  id: number;
  body: string | null;
  path?: string;
}

/**
 * Says a review beside its pull request: one comment, which is updated by the next run, and suggestions for lines that the pull request changed. What
 * is there already is not said again.
 *
 * @returns what was done, for the log.
 * @throws ApiError; nothing is said of a commit that is no longer the head.
 */
export async function sayReview(
  api: Api,
  { repository, number }: PullRequest,
  review: Review,
  options: { name: string; suggest: boolean },
): Promise<string[]> {
  const pull = await api.ask<{ head: { sha: string }; state: string }>('GET', `/repos/${repository}/pulls/${number}`);
  if (pull.head.sha !== review.head) return [`#${number} is at another commit by now: its own run will say what there is`];
  const done = [await sayOnce(api, repository, number, bodyOf(review), marker(options.name))];
  if (options.suggest) done.push(await suggest(api, repository, number, review));
  return done;
}

/** The comment, without its marker. */
export function bodyOf({ findings, total, comparison, suggestions }: Review): Markdown {
  const counts = SEVERITIES.flatMap((severity) => {
    const count = findings.filter((each) => each.severity === severity).length;
    return count > 0 ? [`${count} ${severity}`] : [];
  });
  const head =
    total === 0
      ? md`### batten\n\nNothing to harden.`
      : md`### batten\n\n${total} to harden (${counts.join(', ')}), ${suggestions.length} of them with a suggestion.`;
  const rows = findings
    .slice(0, 50)
    .map(
      ({ severity, service, path, line, transform, message }) =>
        md`| ${ICON[severity]} ${severity} | ${code(service)}<br>${code(placeOf(path, { line }))} | ${code(transform)} | ${maskLine(message)} |`,
    );
  const table = md.join([md`| severity | where | what | finding |`, md`| --- | --- | --- | --- |`, ...rows], '\n');
  const more = total > rows.length ? md`\n\n… and ${total - rows.length} more` : md``;
  const folded = rows.length === 0 ? [] : [md`<details>\n<summary>Findings</summary>\n\n${table}${more}\n\n</details>`];
  return md.join([...(comparison ? [privilegesMarkdown(comparison)] : []), head, ...folded], '\n\n');
}

/** Updates the comment with the marker, or writes it. One that somebody else wrote with the marker cannot be updated, and is passed over. */
async function sayOnce(api: Api, repository: string, number: number, body: Markdown, mark: string): Promise<string> {
  const text = `${mark}\n${body.text}`.slice(0, LONGEST_COMMENT);
  const comments = await api.all<Commented>(`/repos/${repository}/issues/${number}/comments`);
  for (const { id, body: old } of comments.filter((each) => each.body?.startsWith(mark))) {
    if (old === text) return 'the comment says it already';
    try {
      await api.ask('PATCH', `/repos/${repository}/issues/comments/${id}`, { body: text });
      return 'the comment was updated';
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 403 && error.status !== 404)) throw error;
    }
  }
  await api.ask('POST', `/repos/${repository}/issues/${number}/comments`, { body: text });
  return 'a comment was written';
}

async function suggest(api: Api, repository: string, number: number, { head, suggestions }: Review): Promise<string> {
  if (suggestions.length === 0) return 'there is nothing to suggest';
  const files = await api.all<{ filename: string; patch?: string; status: string }>(`/repos/${repository}/pulls/${number}/files`);
  const lines = new Map(files.flatMap(({ filename, patch }) => (patch === undefined ? [] : [[filename, changedLines(patch)] as const])));
  const there = await api.all<Commented>(`/repos/${repository}/pulls/${number}/comments`);
  const said = new Set(there.flatMap(({ body }) => /^<!-- batten:suggestion:([0-9a-f]+) -->/.exec(body ?? '')?.[1] ?? []));
  const taken: Suggestion[] = [];
  for (const each of suggestions) {
    const changed = lines.get(each.path);
    if (!changed || !concerns(changed, each.startLine, each.endLine) || said.has(each.fingerprint)) continue;
    // Of two for the same lines the second would be one for a text that is no longer there.
    if (taken.some((other) => other.path === each.path && other.startLine <= each.endLine && each.startLine <= other.endLine)) continue;
    taken.push(each);
    if (taken.length === MOST_SUGGESTIONS) break;
  }
  if (taken.length === 0) return 'no suggestion is for a changed line that has none yet';
  await api.ask('POST', `/repos/${repository}/pulls/${number}/reviews`, {
    commit_id: head,
    event: 'COMMENT',
    comments: taken.map((each) => ({
      path: each.path,
      side: 'RIGHT',
      line: each.endLine,
      ...(each.startLine < each.endLine && { start_line: each.startLine, start_side: 'RIGHT' }),
      body: suggestionText(each),
    })),
  });
  return `${taken.length} suggested`;
}

/** A comment with a suggestion block, which nothing in the lines can end. */
export function suggestionText({ fingerprint, severity, transform, service, message, text }: Suggestion): string {
  const head = md`${ICON[severity]} ${code(transform)} · ${code(service)}: ${maskLine(message)}`;
  // Without a line in it, it takes the lines away.
  const block = codeBlock(text === '' ? [] : text.split('\n')).text.replace(/^(`+)/, '$1suggestion');
  return `<!-- batten:suggestion:${fingerprint} -->\n${head.text}\n\n${block}\n`;
}
