import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver-types';
import type { BattenError } from '../errors';
import type { FileResult, Finding, Severity } from '../harden/types';
import { sentence } from '../report/layout';
import { say } from '../report/text/screen';
import type { FindingData } from './messages';
import type { Positions } from './positions';

/** Who says it: beside the diagnostics of other servers for the same file. */
const SOURCE = 'batten';

const SEVERITY: Record<Severity, DiagnosticSeverity> = {
  critical: DiagnosticSeverity.Error,
  high: DiagnosticSeverity.Warning,
  medium: DiagnosticSeverity.Information,
  low: DiagnosticSeverity.Information,
};

/** What a result has to say of its file, as `check` reports it; what is ignored or in the baseline is not said. */
export function diagnosticsOf(result: FileResult, positions: Positions): Diagnostic[] {
  const findings = result.findings.filter(({ status }) => status !== 'suppressed').map((finding) => ofFinding(finding, positions));
  return [...findings, ...ofWarnings(result, positions), ...ofUnseen(result, positions)];
}

function ofFinding(finding: Finding, positions: Positions): Diagnostic {
  const { transform, service, identity, severity, confidence, message, plan, breaks, refusal, status, range } = finding;
  const lines = [
    say`${sentence(message)}`,
    refusal ? say`Needs your decision: ${refusal.message}` : say`Fix: ${plan}`,
    ...(breaks ? [say`May break: ${breaks}`] : []),
    say`Severity ${severity}, confidence ${confidence}`,
  ];
  const data: FindingData = {
    ...{ transform, service, identity, severity, confidence },
    ...(!refusal && { plan: say`${plan}`.text }),
    sure: status === 'would-fix' || status === 'fixed',
  };
  return {
    range: positions.firstLine(range),
    severity: SEVERITY[severity],
    code: transform,
    source: SOURCE,
    message: say.join(lines, '\n').text,
    data,
  };
}

function ofWarnings({ warnings = [] }: FileResult, positions: Positions): Diagnostic[] {
  return warnings.map(({ code, message, file, line, column }) => ({
    range: file === undefined && line !== undefined ? positions.restOfLine(line, column ?? 1) : positions.restOfLine(1, 1),
    severity: DiagnosticSeverity.Information,
    code,
    source: SOURCE,
    message: (file === undefined ? say`${sentence(message)}` : say`${file}: ${message}`).text,
  }));
}

function ofUnseen({ path, unseen = [] }: FileResult, positions: Positions): Diagnostic[] {
  return unseen.flatMap(({ code, message, hint, file, line, column }) => {
    if (file !== undefined && file !== path) return [];
    return [
      {
        range: line === undefined ? positions.restOfLine(1, 1) : positions.restOfLine(line, column ?? 1),
        severity: DiagnosticSeverity.Information,
        code,
        source: SOURCE,
        message: (hint === undefined ? say`Not looked at: ${message}` : say`Not looked at: ${message} (${hint})`).text,
      },
    ];
  });
}

/** Why a document was not checked. @param path how errors call it. */
export function ofError(error: BattenError, path: string, positions: Positions): Diagnostic {
  const { code, message, position, hint, file } = error;
  const here = file === undefined || file === path;
  const about = here ? say`Not checked: ${message}` : say`Not checked: ${error.location}: ${message}`;
  return {
    range: here && position ? positions.restOfLine(position.line, position.column) : positions.restOfLine(1, 1),
    severity: code === 'empty' ? DiagnosticSeverity.Information : DiagnosticSeverity.Error,
    code,
    source: SOURCE,
    message: (hint === undefined ? about : say`${about} (${hint})`).text,
  };
}
