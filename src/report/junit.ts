import type { FileResult, Finding } from '../harden/types';
import { placeOf } from './layout';
import { type Html, html } from './text/html';

/**
 * JUnit's XML, which most systems for CI show as a list of tests: a file is a suite, and a finding a test that fails. What is suppressed is
 * skipped, with the reason; what is mended passes. A file without findings is one test that passes, a file that could not be read one with an
 * error. There is no time in it, so that equal runs are equal.
 *
 * @see https://github.com/testmoapp/junitxml
 */
export function junitReport(results: readonly FileResult[]): Html {
  const all = results.map(countsOf);
  const sum = (key: keyof Counts): number => all.reduce((total, counts) => total + counts[key], 0);
  const suites = results.map((result, index) => suiteOf(result, all[index]!));
  const head = html`<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="batten" tests="${sum('tests')}" failures="${sum('failures')}" errors="${sum('errors')}" skipped="${sum('skipped')}">\n`;
  return html`${head}${html.join(suites, '')}</testsuites>\n`;
}

interface Counts {
  tests: number;
  failures: number;
  errors: number;
  skipped: number;
}

function countsOf({ error, findings }: FileResult): Counts {
  const count = (of: (finding: Finding) => boolean): number => findings.filter(of).length;
  const skipped = count(({ status }) => status === 'suppressed');
  const fixed = count(({ status }) => status === 'fixed');
  const errors = error ? 1 : 0;
  return { tests: Math.max(1, findings.length + errors), failures: findings.length - skipped - fixed, errors, skipped };
}

function suiteOf(result: FileResult, { tests, failures, errors, skipped }: Counts): Html {
  const { path, error, findings } = result;
  const cases = [
    ...(error
      ? [
          html`    <testcase name="the file can be read" classname="${path}" file="${path}">\n      <error type="${error.code}" message="${error.message}">${placeOf(path, error)}: ${error.message}</error>\n    </testcase>\n`,
        ]
      : []),
    ...findings.map((finding) => caseOf(path, finding)),
    ...(error || findings.length > 0 ? [] : [html`    <testcase name="nothing to harden" classname="${path}" file="${path}"/>\n`]),
  ];
  return html`  <testsuite name="${path}" tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}">\n${html.join(cases, '')}  </testsuite>\n`;
}

function caseOf(path: string, finding: Finding): Html {
  const { transform, service, severity, message, plan, refusal, confidence, status, suppression, range } = finding;
  const { line } = range.start;
  const head = html`    <testcase name="${transform}: ${service}" classname="${path}" file="${path}" line="${line}"`;
  if (status === 'fixed') return html`${head}/>\n`;
  if (status === 'suppressed') return html`${head}>\n      <skipped message="${suppression?.reason ?? 'it is known'}"/>\n    </testcase>\n`;
  const next = refusal ? `Not changed: ${refusal.message}` : `Plan (${confidence}): ${plan}`;
  return html`${head}>\n      <failure type="${severity}" message="${message}">${placeOf(path, { line })}: ${message}. ${next}</failure>\n    </testcase>\n`;
}
