import type { FileResult, FindingStatus } from '../harden/types';
import type { Colors } from './colors';
import { columnFor, pad, padStart } from './layout';
import { type Shown, say } from './text/screen';

/** What one transform found, in numbers. `fixed` counts what was and what would be fixed. */
export interface TransformStatistics {
  transform: string;
  findings: number;
  /** Services with a finding. */
  services: number;
  fixed: number;
  held: number;
  manual: number;
  suppressed: number;
}

/** The numbers of every transform with a finding, the most findings first. */
export function statistics(results: readonly FileResult[]): TransformStatistics[] {
  const byTransform = new Map<string, { file: string; service: string; status: FindingStatus }[]>();
  for (const { path, findings } of results) {
    for (const { transform, service, status } of findings) {
      byTransform.set(transform, [...(byTransform.get(transform) ?? []), { file: path, service, status }]);
    }
  }
  return [...byTransform]
    .map(([transform, found]) => {
      const count = (...statuses: FindingStatus[]) => found.filter(({ status }) => statuses.includes(status)).length;
      return {
        transform,
        findings: found.length,
        services: new Set(found.map(({ file, service }) => JSON.stringify([file, service]))).size,
        fixed: count('fixed', 'would-fix'),
        held: count('held'),
        manual: count('manual'),
        suppressed: count('suppressed'),
      };
    })
    .sort((a, b) => b.findings - a.findings || (a.transform < b.transform ? -1 : 1));
}

export const STATISTICS_HEAD = ['transform', 'findings', 'services', 'to change', 'held back', 'yours', 'ignored'] as const;

/** The rows under `STATISTICS_HEAD`. */
export function statisticsRows(results: readonly FileResult[]): (string | number)[][] {
  return statistics(results).map(({ transform, findings, services, fixed, held, manual, suppressed }) => [
    transform,
    findings,
    services,
    fixed,
    held,
    manual,
    suppressed,
  ]);
}

/** The numbers as a table for the screen; empty when nothing was found. */
export function statisticsTable(results: readonly FileResult[], colors: Colors): Shown {
  const rows = statisticsRows(results);
  if (rows.length === 0) return say``;
  const widths = STATISTICS_HEAD.map((head, column) => columnFor([head, ...rows.map((row) => row[column]!)]));
  const line = (cells: readonly (string | number)[]) =>
    say.join(
      cells.map((cell, column) => (column === 0 ? pad(cell, widths[0]!) : padStart(cell, widths[column]!))),
      '  ',
    );
  return say`${say.join([colors.dim(line(STATISTICS_HEAD)), ...rows.map(line)], '\n')}\n`;
}
