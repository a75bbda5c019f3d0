import type { Input } from './api';
import type { ChainResult } from './chain';
import type { FileResult, FileStatus, Finding } from './types';

/** What a run means for a file. */
export function fileResult(input: Input, { findings, document, files, notes, warnings }: ChainResult): FileResult {
  const after = document.source.raw;
  return {
    path: input.path,
    status: statusOf(findings, after !== input.text),
    findings: [...findings].sort((a, b) => a.range.start.line - b.range.start.line),
    before: input.text,
    after,
    files: [...files],
    notes: [...notes],
    ...(warnings.length > 0 && { warnings: [...warnings] }),
  };
}

function statusOf(findings: readonly Finding[], changed: boolean): FileStatus {
  if (changed)
    return findings.some(({ status }) => status === 'fixed')
      ? 'fixed'
      : findings.some(({ status }) => status === 'would-fix')
        ? 'would-fix'
        : 'manual';
  return findings.every(({ status }) => status === 'suppressed') ? 'clean' : 'manual';
}
