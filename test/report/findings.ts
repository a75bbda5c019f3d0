import type { FileResult, Finding } from '../../src/harden/types';

/** A finding with everything in it; a test says what is different. */
export function finding(over: Partial<Finding> = {}): Finding {
  return {
    transform: 'cap-drop',
    identity: '["cap-drop","db",["services","db","cap_drop"]]',
    service: 'db',
    path: ['services', 'db', 'cap_drop'],
    severity: 'high',
    controls: ['CIS 5.4'],
    message: '"db" keeps capabilities',
    plan: 'drop all capabilities of "db"',
    breaks: 'initialisation scripts',
    confidence: 'known',
    evidence: [{ kind: 'source', ref: 'docker-library/postgres', detail: 'steps down with gosu' }],
    status: 'would-fix',
    range: { start: { line: 7, column: 3 }, end: { line: 9, column: 1 } },
    reportedOps: [
      {
        op: 'add',
        path: ['services', 'db', 'cap_drop'],
        after: ['ALL'],
        range: { start: { line: 9, column: 1 }, end: { line: 9, column: 1 } },
      },
    ],
    ...over,
  };
}

export function result(findings: Finding[], over: Partial<FileResult> = {}): FileResult {
  return { path: 'compose.yaml', status: 'would-fix', findings, before: 'a', after: 'b', files: [], notes: [], ...over };
}

export const FAILED: FileResult = result([], {
  path: 'bad.yaml',
  status: 'error',
  error: { code: 'syntax', message: 'a key twice', line: 3, column: 5, hint: 'remove one' },
});

export const MANUAL = finding({
  transform: 'privileged',
  status: 'manual',
  severity: 'critical',
  reportedOps: [],
  refusal: { code: 'needs-decision', message: 'it uses /dev of the host', snippet: 'privileged: false\nPASSWORD: hunter2' },
});
export const HELD = finding({ transform: 'read-only', status: 'held', confidence: 'guess', severity: 'medium', service: 'web' });
export const SUPPRESSED = finding({
  transform: 'ports',
  status: 'suppressed',
  suppression: { by: 'comment', reason: 'the LAN' },
  message: 'published everywhere',
});
