import { fingerprint } from '../harden/fingerprint';
import type { FileChange, FileResult, Finding, ReportedOp } from '../harden/types';
import { DataMask, foundIn } from './mask-known';
import { statistics } from './statistics';
import { summarize } from './summary';
import { json } from './text/json';
import type { Text } from './text/text';

/** What made the report. */
export interface Tool {
  name: string;
  version: string;
}

/**
 * Report version 1 as text, ending in a newline; its schema is schemas/report.schema.json. Fields may be added, never changed. What an op
 * writes and replaces is exact but for credentials: they are masked, as they are where evidence quotes a Dockerfile or a script. Positions count from 1 and are
 * those of the input.
 *
 * @param options.more further fields, of a report about something else than Compose files.
 */
export function jsonReport(
  results: readonly FileResult[],
  tool: Tool,
  options: { statistics?: boolean; more?: object } = {},
): Text<'json'> {
  const report = {
    version: 1,
    tool: { name: tool.name, version: tool.version },
    files: results.map(fileReport),
    summary: summarize(results),
    ...(options.statistics && { statistics: statistics(results) }),
    ...options.more,
  };
  return json(report, 2);
}

function fileReport({ path, status, error, override, findings, files, notes, unseen, warnings, staleProofs, before }: FileResult) {
  const mask = new DataMask([...findings.flatMap(({ conceal = [] }) => conceal), ...foundIn(before)]);
  return {
    path,
    status,
    ...(error && { error }),
    ...(override && { override: { path: override.path, new: override.isNew } }),
    findings: findings.map((finding) => findingReport(finding, mask)),
    ...(files.length > 0 && { sideFiles: files.map(sideFile) }),
    ...(notes.length > 0 && { notes }),
    ...(unseen && { unseen }),
    ...(warnings && { warnings }),
    ...(staleProofs && { staleProofs }),
  };
}

/** What became of a file beside it; never its text. */
function sideFile({ path, before, secret }: FileChange) {
  return { path, new: before === undefined, secret };
}

function findingReport(finding: Finding, mask: DataMask) {
  const { transform, service, services, path, severity, controls, message, plan, breaks, confidence, evidence, status } = finding;
  const { suppression, refusal, range } = finding;
  return {
    transform,
    service,
    ...(services && { services }),
    path,
    fingerprint: fingerprint(finding),
    severity,
    controls,
    message,
    plan,
    breaks,
    confidence,
    evidence: evidence.map(({ kind, ref, detail }) => ({ kind, ref, detail })),
    status,
    ...(suppression && { suppression: { by: suppression.by, reason: suppression.reason } }),
    ...(refusal && { refusal }),
    range,
    ops: finding.reportedOps.map((op) => maskedOp(op, mask)),
  };
}

function maskedOp(op: ReportedOp, mask: DataMask): ReportedOp {
  const last = op.path.at(-1);
  const name = typeof last === 'string' ? last : '';
  return {
    ...op,
    ...(op.before !== undefined && { before: mask.of(op.before, name) }),
    ...(op.after !== undefined && { after: mask.of(op.after, name) }),
  };
}
