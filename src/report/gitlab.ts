import { createHash } from 'node:crypto';
import { sayingOf } from '../compose/unseen';
import type { FileResult, Severity } from '../harden/types';
import { json } from './text/json';
import type { Text } from './text/text';
import { visible } from './text/visible';

/** GitLab knows five: `info` is for what was not looked at. */
const LEVEL: Readonly<Record<Severity, string>> = { critical: 'blocker', high: 'critical', medium: 'major', low: 'minor' };

/** One entry of a report of Code Quality. */
export interface QualityIssue {
  check: string;
  message: string;
  severity: Severity | 'info' | 'error';
  /** From the root of the repository. */
  path: string;
  line?: number;
  /** What makes it the same one in another run; where it is left out, that is the message. */
  identity?: string;
}

/**
 * A report of Code Quality, as GitLab reads it and shows it beside the lines of a merge request. What is suppressed or mended is left out. The
 * fingerprint of an issue is the same as long as the issue is, whatever is edited elsewhere.
 *
 * @param fromRoot how a file is called from the root of the repository.
 * @see https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
 */
export function gitlabReport(results: readonly FileResult[], fromRoot: (path: string) => string | undefined): Text<'json'> {
  const named = (path: string): string => fromRoot(path) ?? path;
  return codeQuality(
    results.flatMap(({ path, error, unseen = [], findings }): QualityIssue[] => [
      ...(error
        ? [
            {
              check: 'unreadable',
              message: `The file could not be read: ${error.message}`,
              severity: 'error' as const,
              path: named(path),
              line: error.line,
            },
          ]
        : []),
      ...unseen.map(({ file = path, line, ...each }) => ({
        check: 'not-seen',
        message: sayingOf(each),
        severity: 'info' as const,
        path: named(file),
        line,
      })),
      ...findings
        .filter(({ status }) => status !== 'suppressed' && status !== 'fixed')
        .map(({ transform, severity, message, plan, refusal, confidence, range, identity }) => ({
          check: transform,
          message: `${message}. ${refusal ? `Not changed: ${refusal.message}` : `Plan (${confidence}): ${plan}`}`,
          severity,
          path: named(path),
          line: range.start.line,
          identity,
        })),
    ]),
  );
}

/** The report of any issues. */
export function codeQuality(issues: readonly QualityIssue[]): Text<'json'> {
  const seen = new Map<string, number>();
  const entries = issues.map(({ check, message, severity, path, line = 1, identity = message }) => {
    const id = JSON.stringify([check, path, identity]);
    const count = seen.get(id) ?? 0;
    seen.set(id, count + 1);
    return {
      description: visible(message),
      check_name: `batten/${check}`,
      // GitLab takes two issues with one fingerprint for one.
      fingerprint: createHash('sha256')
        .update(count === 0 ? id : `${id} ${count}`)
        .digest('hex')
        .slice(0, 32),
      severity: severity === 'info' ? 'info' : severity === 'error' ? 'blocker' : LEVEL[severity],
      location: { path, lines: { begin: line } },
    };
  });
  return json(entries, 2);
}
