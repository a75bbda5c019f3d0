import type { FileResult, Finding, FindingStatus } from '../harden/types';

/** What a run comes to, in numbers. `fixed` counts what was and what would be fixed. */
export interface Summary {
  files: number;
  /** Services with a finding. */
  services: number;
  findings: number;
  fixed: number;
  held: number;
  manual: number;
  suppressed: number;
  /** What was not looked at. */
  unseen: number;
}

/** The numbers of a run. */
export function summarize(results: readonly FileResult[]): Summary {
  const findings = results.flatMap((result) => result.findings);
  const count = (...statuses: FindingStatus[]) => findings.filter(({ status }) => statuses.includes(status)).length;
  const services = results.map((result) => new Set(result.findings.map(({ service }) => service)).size);
  return {
    files: results.length,
    services: services.reduce((sum, size) => sum + size, 0),
    findings: findings.length,
    fixed: count('fixed', 'would-fix'),
    held: count('held'),
    manual: count('manual'),
    suppressed: count('suppressed'),
    unseen: results.reduce((sum, { unseen = [] }) => sum + unseen.length, 0),
  };
}

/** `1 file`, `2 files`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The findings of a fate, with the file each is in. */
export function withStatus(results: readonly FileResult[], ...statuses: FindingStatus[]): { file: string; finding: Finding }[] {
  return results.flatMap(({ path, findings }) =>
    findings.filter(({ status }) => statuses.includes(status)).map((finding) => ({ file: path, finding })),
  );
}
