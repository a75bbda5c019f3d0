import { PRIVILEGE_KINDS, type PrivilegeChange } from '../harden/privileges';
import { SEVERITIES } from '../harden/types';
import type { Comparison } from '../report/privileges/types';
import { MOST_LINES, type Suggestion } from './suggestions';

/** What the first stage found, and the second says. */
export interface Review {
  version: 1;
  /** The commit that was looked at. */
  head: string;
  findings: {
    severity: 'critical' | 'high' | 'medium' | 'low';
    transform: string;
    service: string;
    path: string;
    line: number;
    message: string;
  }[];
  /** Findings in all, also those that are not listed. */
  total: number;
  comparison?: Comparison;
  suggestions: Suggestion[];
}

/** More of anything is not said. */
const MOST = 200;
/** No text of batten's is longer. */
const LONGEST = 1500;
/** The most of a review that is read, in bytes. */
export const MAX_REVIEW_BYTES = 4 * 1024 * 1024;

/**
 * Reads a review that another job wrote. On a fork that job is the fork's, and may have written anything: what is not of the form is left out,
 * everything has a limit, and no text is taken for markup.
 *
 * @param transforms the ids there are.
 * @returns undefined for what is no review.
 */
export function readReview(text: string, transforms: ReadonlySet<string>): Review | undefined {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(data) || data.version !== 1 || typeof data.head !== 'string' || !/^[0-9a-f]{40,64}$/.test(data.head)) return undefined;
  const findings = list(data.findings).flatMap((each): Review['findings'] => {
    const about = aboutOf(each, transforms);
    const line = whole(each.line);
    return about && line !== undefined ? [{ ...about, line }] : [];
  });
  const suggestions = list(data.suggestions).flatMap((each): Suggestion[] => {
    const about = aboutOf(each, transforms);
    const [startLine, endLine] = [whole(each.startLine), whole(each.endLine)];
    const { text: lines, fingerprint } = each;
    if (!about) return [];
    if (startLine === undefined || endLine === undefined || startLine > endLine || endLine - startLine >= MOST_LINES) return [];
    if (typeof lines !== 'string' || lines.length > 8000 || typeof fingerprint !== 'string' || !/^[0-9a-f]{16,64}$/.test(fingerprint))
      return [];
    return [{ ...about, startLine, endLine, text: lines, fingerprint }];
  });
  const comparison = comparisonOf(data.comparison);
  return {
    version: 1,
    head: data.head,
    findings,
    total: whole(data.total) ?? findings.length,
    ...(comparison && { comparison }),
    suggestions,
  };
}

function comparisonOf(data: unknown): Comparison | undefined {
  if (!isRecord(data) || !isRecord(data.from) || !isRecord(data.to)) return undefined;
  const [from, to] = [text_(data.from.name), text_(data.to.name)];
  if (from === undefined || to === undefined) return undefined;
  const projects = list(data.projects).flatMap((each): Comparison['projects'] => {
    const path = pathOf(each.path);
    const status = (['added', 'removed', 'changed', 'unchanged', 'error'] as const).find((one) => one === each.status);
    if (path === undefined || !status) return [];
    return [{ path, status, changes: list(each.changes).flatMap(changeOf), notes: [] }];
  });
  return { from: { name: from }, to: { name: to }, projects };
}

function changeOf(each: Record<string, unknown>): PrivilegeChange[] {
  const direction = (['gives', 'takes', 'changes'] as const).find((one) => one === each.direction);
  const kind = PRIVILEGE_KINDS.find((one) => one === each.kind);
  const [severity, what, service, before, after] = [
    level(each.severity),
    text_(each.what),
    text_(each.service),
    text_(each.before),
    text_(each.after),
  ];
  const place = isRecord(each.place) ? each.place : {};
  const file = pathOf(place.file);
  if (!direction || !kind || !severity || what === undefined || file === undefined) return [];
  const line = whole(place.line);
  return [
    {
      ...{ direction, kind, severity, what, side: place.side === 'before' ? ('before' as const) : ('after' as const) },
      ...(service !== undefined && { service }),
      ...(before !== undefined && after !== undefined && { before, after }),
      place: { file, ...(line !== undefined && { line }) },
    },
  ];
}

function isRecord(data: unknown): data is Record<string, unknown> {
  return data !== null && typeof data === 'object' && !Array.isArray(data);
}

/** What a finding and a suggestion both say; undefined when one part of it is not of its form. */
function aboutOf(each: Record<string, unknown>, transforms: ReadonlySet<string>): Omit<Review['findings'][number], 'line'> | undefined {
  const [severity, transform, service] = [level(each.severity), text_(each.transform), text_(each.service)];
  const [path, message] = [pathOf(each.path), text_(each.message)];
  if (!severity || transform === undefined || !transforms.has(transform)) return undefined;
  if (service === undefined || path === undefined || message === undefined) return undefined;
  return { severity, transform, service, path, message };
}

function list(data: unknown): Record<string, unknown>[] {
  return Array.isArray(data) ? data.slice(0, MOST).filter(isRecord) : [];
}

function text_(data: unknown): string | undefined {
  return typeof data === 'string' ? data.slice(0, LONGEST) : undefined;
}

function level(data: unknown): (typeof SEVERITIES)[number] | undefined {
  return SEVERITIES.find((severity) => severity === data);
}

function whole(data: unknown): number | undefined {
  return typeof data === 'number' && Number.isSafeInteger(data) && data > 0 && data < 10_000_000 ? data : undefined;
}

/** A path within the repository. */
function pathOf(data: unknown): string | undefined {
  if (typeof data !== 'string' || data === '' || data.length > 500 || data.startsWith('/')) return undefined;
  return data.split('/').includes('..') ? undefined : data;
}
