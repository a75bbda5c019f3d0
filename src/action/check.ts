import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { Repository } from '../compose/bounds';
import { readIfThere } from '../compose/read';
import { SEVERITIES } from '../harden/types';
import type { Review } from './review';
import { suggestionsOf } from './suggestions';

export interface CheckSetup {
  /** The repository, absolute. */
  directory: string;
  /** What to check, as on the command line. */
  paths: readonly string[];
  /** The revision the pull request is based on; undefined = nothing is compared. */
  base?: string;
  head: string;
  /** What `diff --fail-on` gets; empty = nothing. */
  failOn: string;
  env: Readonly<Record<string, string | undefined>>;
}

export interface Checked {
  review: Review;
  /** Workflow commands, to be printed. */
  annotations: string;
  /** Markdown for the summary of the job. */
  summary: string;
  /** What went wrong, and what is told to people. */
  messages: string;
  /** The highest answer of the commands: 1 = there are findings, 2 = something could not be read. */
  check: number;
  diff: number;
}

interface Report {
  files: {
    path: string;
    findings: {
      severity: Review['findings'][number]['severity'];
      transform: string;
      service: string;
      message: string;
      status: string;
      range: { start: { line: number } };
    }[];
  }[];
}

/** Runs the commands whose reports make a review. Reads the repository, asks nobody, writes nothing. */
export function checkAll({ directory, paths, base, head, failOn, env }: CheckSetup): Checked {
  const run = (...words: string[]): { code: number; out: string; err: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(__dirname, '..', 'cli', 'main.js'), ...words], {
      cwd: directory,
      env: { ...env, GITHUB_WORKSPACE: directory } as NodeJS.ProcessEnv,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    return { code: status ?? 2, out: stdout, err: stderr };
  };
  const check = (format: string): { code: number; out: string; err: string } => run('check', ...paths, '--format', format);
  const json = check('json');
  const report: Report = json.out === '' ? { files: [] } : JSON.parse(json.out);
  const range = base === undefined ? undefined : `${base}...${head}`;
  const diff = (...words: string[]): { code: number; out: string; err: string } | undefined =>
    range === undefined ? undefined : run('diff', range, ...scopeOf(paths), ...words);
  const compared = diff('--format', 'json', ...(failOn === '' ? [] : ['--fail-on', failOn]));
  const files = Repository.of(directory);
  const findings = report.files.flatMap(({ path: file, findings: all }) =>
    all
      .filter(({ status }) => status !== 'suppressed')
      .map(({ severity, transform, service, message, range: { start } }) => ({
        severity,
        transform,
        service,
        message,
        path: fromRoot(directory, file),
        line: start.line,
      })),
  );
  findings.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const sarif = check('sarif').out;
  return {
    review: {
      version: 1,
      head,
      findings: findings.slice(0, 200),
      total: findings.length,
      ...(compared?.out && { comparison: JSON.parse(compared.out) as Review['comparison'] }),
      suggestions: sarif === '' ? [] : suggestionsOf(sarif, (file) => readIfThere(path.join(directory, file), file, files)),
    },
    annotations: check('github').out + (diff('--format', 'github')?.out ?? ''),
    summary: [check('markdown').out, diff('--format', 'markdown')?.out ?? ''].join('\n'),
    messages: json.err + (compared?.err ?? ''),
    check: json.code,
    diff: compared?.code ?? 0,
  };
}

/** `.` is what `diff` takes anyway. */
function scopeOf(paths: readonly string[]): readonly string[] {
  return paths.length === 1 && paths[0] === '.' ? [] : paths;
}

function fromRoot(directory: string, file: string): string {
  return path.relative(directory, path.resolve(directory, file)).split(path.sep).join('/');
}
