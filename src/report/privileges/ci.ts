import type { PrivilegeChange } from '../../harden/privileges';
import { type Annotation, annotations } from '../github';
import { codeQuality } from '../gitlab';
import { type Html, html } from '../text/html';
import type { Text } from '../text/text';
import { sayingOfChange } from './count';
import type { ComparedProject, Comparison } from './types';

type FromRoot = (path: string) => string | undefined;

/** What is given, and what is another one now, beside the lines of a pull request on GitHub. */
export function privilegesGithub({ projects }: Comparison, fromRoot: FromRoot): Text<'github'> {
  const errors = projects.flatMap(({ error }): Annotation[] => (error ? [{ ...error, title: 'batten diff', severity: 'critical' }] : []));
  const found = projects.flatMap(({ changes }) =>
    changes.filter(isMore).map((change): Annotation => {
      const { place, kind, service, severity } = change;
      return { ...place, severity, title: service === undefined ? kind : `${kind}: ${service}`, message: sentenceOf(change) };
    }),
  );
  return annotations([...errors, ...found], fromRoot);
}

/** The same as a report of Code Quality for GitLab. */
export function privilegesGitlab({ projects }: Comparison, fromRoot: FromRoot): Text<'json'> {
  return codeQuality(
    projects.flatMap(({ error, changes }) => [
      ...(error
        ? [
            {
              check: 'unreadable',
              message: error.message,
              severity: 'error' as const,
              path: fromRoot(error.file) ?? error.file,
              line: error.line,
            },
          ]
        : []),
      ...changes.filter(isMore).map((change) => {
        const { kind, severity, place, service } = change;
        return {
          check: `given-${kind}`,
          message: sentenceOf(change),
          severity,
          path: fromRoot(place.file) ?? place.file,
          line: place.line,
          identity: JSON.stringify([service, change.what]),
        };
      }),
    ]),
  );
}

/** The same as JUnit's XML: a project is a suite, and what is given a test that fails. */
export function privilegesJunit({ projects }: Comparison): Html {
  const suites = projects.map(({ path, changes, error }: ComparedProject) => {
    const given = changes.filter(isMore);
    const cases = [
      ...(error
        ? [
            html`    <testcase name="the project can be read" classname="${path}" file="${error.file}">\n      <error type="${error.code}" message="${error.message}"/>\n    </testcase>\n`,
          ]
        : []),
      ...given.map(
        (change) =>
          html`    <testcase name="${change.kind}: ${change.service ?? 'the project'}" classname="${path}" file="${change.place.file}">\n      <failure type="${change.severity}" message="${sentenceOf(change)}"/>\n    </testcase>\n`,
      ),
      ...(error || given.length > 0 ? [] : [html`    <testcase name="nothing is given" classname="${path}" file="${path}"/>\n`]),
    ];
    return { cases, failures: given.length, errors: error ? 1 : 0, path };
  });
  const sum = (of: (suite: (typeof suites)[number]) => number): number => suites.reduce((total, suite) => total + of(suite), 0);
  const head = html`<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="batten diff" tests="${sum(({ cases }) => cases.length)}" failures="${sum(({ failures }) => failures)}" errors="${sum(({ errors }) => errors)}">\n`;
  const body = suites.map(
    ({ cases, failures, errors, path }) =>
      html`  <testsuite name="${path}" tests="${cases.length}" failures="${failures}" errors="${errors}">\n${html.join(cases, '')}  </testsuite>\n`,
  );
  return html`${head}${html.join(body, '')}</testsuites>\n`;
}

function isMore({ direction }: PrivilegeChange): boolean {
  return direction !== 'takes';
}

function sentenceOf(change: PrivilegeChange): string {
  return `${change.direction === 'gives' ? 'Given' : 'Changed'}: ${sayingOfChange(change)}`;
}
