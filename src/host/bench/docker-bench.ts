import { InputError } from '../../errors';

/** What docker-bench-security says of one recommendation. */
export type BenchResult = 'PASS' | 'WARN' | 'INFO' | 'NOTE';

const RESULTS: readonly string[] = ['PASS', 'WARN', 'INFO', 'NOTE'] satisfies BenchResult[];
/** The benchmark has a hundred and twenty; a later one may have more. */
const MOST_RESULTS = 2000;

/**
 * Reads the report of docker-bench-security (`docker-bench-security.sh -l FILE` writes `FILE.json`): the result of each recommendation, by its number.
 *
 * @param text the JSON, with or without a BOM.
 * @throws InputError `not-benchmark` when it is no such report.
 * @see https://github.com/docker/docker-bench-security/blob/master/functions/output_lib.sh
 */
export function readDockerBench(text: string, shown: string): ReadonlyMap<string, BenchResult> {
  const fail = (message: string, cause?: unknown): InputError =>
    new InputError('not-benchmark', message, { file: shown, hint: 'docker-bench-security.sh -l NAME writes NAME.json', cause });
  let data: unknown;
  try {
    data = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    throw fail('is no JSON: was docker-bench-security interrupted?', cause);
  }
  if (!isRecord(data) || !Array.isArray(data.tests)) throw fail('is no report of docker-bench-security: it has no tests');
  const found = new Map<string, BenchResult>();
  for (const section of data.tests as unknown[]) {
    if (!isRecord(section) || !Array.isArray(section.results)) continue;
    for (const each of section.results as unknown[]) {
      if (!isRecord(each) || typeof each.id !== 'string' || !/^\d+(?:\.\d+)+$/.test(each.id)) continue;
      if (typeof each.result !== 'string' || !RESULTS.includes(each.result)) continue;
      found.set(each.id, each.result as BenchResult);
      if (found.size > MOST_RESULTS) throw fail(`has more than ${MOST_RESULTS} results`);
    }
  }
  if (found.size === 0) throw fail('holds no result of a recommendation');
  return found;
}

function isRecord(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}
