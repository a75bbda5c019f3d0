import { splitFile } from '../compose/file-path';
import type { ChainResult, ChainSetup } from './chain';
import type { FileResult, FileStatus, Finding } from './types';

/** What a run means for each file of the project that may be changed, the main one first. Findings are with the file their place is in. */
export function fileResults({ sources, applied }: ChainSetup, { findings, texts, files, notes, warnings }: ChainResult): FileResult[] {
  return sources.flatMap(({ path, text: before, editable, role }, index): FileResult[] => {
    if (role === 'extended') return [];
    const here = findings.filter((finding) => splitFile(finding.path).file === index);
    const after = texts[index]!;
    // Of a file that is only looked at there is nothing to tell but what is found in it.
    if (!editable && index > 0 && here.length === 0) return [];
    return [
      {
        path,
        status: statusOf(here, after === before ? undefined : applied),
        findings: here
          .map((finding) => ({ ...finding, path: splitFile(finding.path).path }))
          .sort((a, b) => a.range.start.line - b.range.start.line),
        before,
        after,
        files: index === 0 ? [...files] : [],
        notes: index === 0 ? [...notes] : [],
        ...(index === 0 && warnings.length > 0 && { warnings: [...warnings] }),
      },
    ];
  });
}

/** `change` = what a changed file would be called. A change may belong to a finding that is listed with another file. */
function statusOf(findings: readonly Finding[], change: 'fixed' | 'would-fix' | undefined): FileStatus {
  if (change === undefined) return findings.every(({ status }) => status === 'suppressed') ? 'clean' : 'manual';
  if (findings.some(({ status }) => status === 'fixed')) return 'fixed';
  if (findings.some(({ status }) => status === 'would-fix')) return 'would-fix';
  // Only an ignore comment was written, when it has findings of its own.
  return findings.length > 0 ? 'manual' : change;
}
