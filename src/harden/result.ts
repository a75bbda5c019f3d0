import { splitFile } from '../compose/file-path';
import type { ChainResult, ChainSetup } from './chain';
import type { FileResult, FileStatus, Finding } from './types';

/** What a run means for each file of the project that may be changed, the main one first. Findings are with the file their place is in. */
export function fileResults({ sources, applied }: ChainSetup, chained: ChainResult): FileResult[] {
  const { findings, texts, files, notes, unseen, warnings, staleProofs, written } = chained;
  return sources.flatMap(({ path, text, editable, role }, index): FileResult[] => {
    if (role === 'extended') return [];
    const here = findings.filter((finding) => splitFile(finding.path).file === index);
    // An override file takes the changes of all files, and is shown with the main one.
    const [before, after] = written ? [written.before ?? '', written.after] : [text, texts[index]!];
    // Of a file that is only looked at there is nothing to tell but what is found in it.
    if ((!editable || written) && index > 0 && here.length === 0) return [];
    return [
      {
        path,
        status: statusOf(here, after === before && (index > 0 || files.length === 0) ? undefined : applied),
        findings: here
          .map((finding) => ({ ...finding, path: splitFile(finding.path).path }))
          .sort((a, b) => a.range.start.line - b.range.start.line),
        before: index > 0 && written ? text : before,
        after: index > 0 && written ? text : after,
        ...(index === 0 && written && { override: { path: written.path, isNew: written.before === undefined } }),
        files: index === 0 ? [...files] : [],
        notes: index === 0 ? [...notes] : [],
        ...(index === 0 && unseen.length > 0 && { unseen: [...unseen] }),
        ...(index === 0 && warnings.length > 0 && { warnings: [...warnings] }),
        ...(index === 0 && staleProofs.length > 0 && { staleProofs: [...staleProofs] }),
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
