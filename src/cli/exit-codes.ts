import type { FileResult } from '../harden/types';

/** What the process answers. */
export const EXIT = {
  ok: 0,
  /** `check` found something; `fix --diff`, `fix --dry-run` or `patch --exit-code` would change something. */
  findings: 1,
  /** Usage, configuration or input error. */
  error: 2,
  /** `prove` found no settings with which every service works. */
  unproven: 3,
  interrupted: 130,
} as const;

/** 2 when an input failed: the other files are done all the same, and the highest code wins. */
export function inputCode(results: readonly FileResult[]): number {
  return results.some(({ status }) => status === 'error') ? EXIT.error : EXIT.ok;
}

/**
 * `check`: 1 when any finding is not suppressed, whatever its confidence, or, with `reportUnusedIgnores`, when an ignore silences nothing;
 * 0 all the same with `exitZero`. 2 with `strictInput` when something was not looked at, as for an input that cannot be read.
 */
export function checkCode(
  results: readonly FileResult[],
  options: { exitZero?: boolean; reportUnusedIgnores?: boolean; strictInput?: boolean },
): number {
  const open = results.some(({ findings }) => findings.some(({ status }) => status !== 'suppressed'));
  const unused = options.reportUnusedIgnores && results.some(({ warnings = [] }) => warnings.some(({ code }) => IGNORES.has(code)));
  const unseen = options.strictInput && results.some((result) => result.unseen?.length) ? EXIT.error : EXIT.ok;
  return Math.max(inputCode(results), unseen, (open || unused) && !options.exitZero ? EXIT.findings : EXIT.ok);
}

/** Warnings about an ignore that does nothing. */
const IGNORES = new Set(['unused-ignore', 'unknown-transform', 'expired-ignore']);

/** 1 when a file changed or would change and that is to be told; what is held back or manual does not count. */
export function changeCode(results: readonly FileResult[], tell: boolean): number {
  return Math.max(inputCode(results), tell && results.some(changes) ? EXIT.findings : EXIT.ok);
}

/** Whether the text of a file changes, or of a file beside it. */
export function changes({ before, after, files }: FileResult): boolean {
  return before !== after || files.length > 0;
}
