import { ConfigError } from '../errors';
import { fingerprint } from './fingerprint';
import type { FileResult, Finding, Warning } from './types';

/** Findings that are known, by file. A file is called as it is from the directory of the baseline, with `/`. */
export type Baseline = ReadonlyMap<string, readonly KnownFinding[]>;

/** The fingerprint decides; the rest is for people who read the file. */
export interface KnownFinding {
  fingerprint: string;
  transform: string;
  service: string;
}

/**
 * Reads a baseline.
 *
 * @param file how errors call it.
 * @throws ConfigError when it is none.
 */
export function parseBaseline(text: string, file: string): Baseline {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new ConfigError('is no JSON', { file, hint: 'write it anew with --update-baseline', cause });
  }
  const { version, files } = (data ?? {}) as { version?: unknown; files?: unknown };
  if (version !== 1 || !isRecord(files) || !Object.values(files).every((known) => Array.isArray(known) && known.every(isKnown))) {
    const hint = version === 1 || version === undefined ? 'write it anew with --update-baseline' : 'it is of another version of batten';
    throw new ConfigError('is no baseline of version 1', { file, hint });
  }
  return new Map(Object.entries(files as Record<string, KnownFinding[]>));
}

/** A baseline as text, the same for the same findings. */
export function baselineText(baseline: Baseline): string {
  const files = [...baseline]
    .filter(([, known]) => known.length > 0)
    .sort(([a], [b]) => order(a, b))
    .map(([file, known]) => [
      file,
      known
        .map(({ fingerprint: mark, transform, service }) => ({ fingerprint: mark, transform, service }))
        .sort((a, b) => order(a.service, b.service) || order(a.transform, b.transform) || order(a.fingerprint, b.fingerprint)),
    ]);
  return `${JSON.stringify({ version: 1, files: Object.fromEntries(files) }, null, 2)}\n`;
}

/** The open findings of a file, as a baseline holds them. */
export function knownOf({ findings }: FileResult): KnownFinding[] {
  return findings
    .filter(({ status }) => status !== 'suppressed' && status !== 'fixed')
    .map((finding) => ({ fingerprint: fingerprint(finding), transform: finding.transform, service: finding.service }));
}

/**
 * A result in which what is known is suppressed, with a warning when something known is no longer found.
 *
 * @param complete whether all was looked for: what was not cannot be missed.
 */
export function withKnown(result: FileResult, known: readonly KnownFinding[], complete: boolean): FileResult {
  const left = counted(known);
  const findings = result.findings.map((finding): Finding => {
    const mark = fingerprint(finding);
    const count = left.get(mark) ?? 0;
    if (count === 0) return finding;
    left.set(mark, count - 1);
    if (finding.status === 'suppressed' || finding.status === 'fixed') return finding;
    return { ...finding, status: 'suppressed', suppression: { by: 'baseline', reason: 'in the baseline' } };
  });
  const gone = [...left.values()].reduce((sum, count) => sum + count, 0);
  const stale: Warning[] =
    gone > 0 && complete && result.status !== 'error'
      ? [
          {
            code: 'stale-baseline',
            message: `${gone} of its findings in the baseline ${gone === 1 ? 'is' : 'are'} gone: --update-baseline removes them`,
          },
        ]
      : [];
  const warnings = [...(result.warnings ?? []), ...stale];
  const status = result.status !== 'error' && findings.every((finding) => finding.status === 'suppressed') ? 'clean' : result.status;
  return { ...result, status, findings, ...(warnings.length > 0 && { warnings }) };
}

function counted(known: readonly KnownFinding[]): Map<string, number> {
  const out = new Map<string, number>();
  for (const { fingerprint: mark } of known) out.set(mark, (out.get(mark) ?? 0) + 1);
  return out;
}

function isRecord(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

function isKnown(data: unknown): boolean {
  return isRecord(data) && ['fingerprint', 'transform', 'service'].every((key) => typeof data[key] === 'string');
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
