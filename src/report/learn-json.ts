import type { LearnedService, LearnReport } from '../engine/learn/report';
import type { Failure } from '../engine/observe/types';
import { maskLine } from './mask';
import { json } from './text/json';
import type { Text } from './text/text';

/** What was learnt about files, version 1 as text, ending in a newline; its schema is schemas/learn.schema.json. Credentials of logs are masked. */
export function jsonLearned(
  learned: readonly { file: string; report: LearnReport }[],
  tool: { name: string; version: string },
): Text<'json'> {
  const projects = learned.map(({ file, report }) => ({ file, ...report, services: report.services.map(masked) }));
  return json({ version: 1, tool, learned: projects }, 2);
}

function masked({ fault, confirmed, seccomp, ...rest }: LearnedService): LearnedService {
  return {
    ...rest,
    ...(fault !== undefined && { fault: maskLine(fault) }),
    ...(confirmed && { confirmed: { ...confirmed, failed: confirmed.failed.map((each) => ({ ...each, why: maskedFailure(each.why) })) } }),
    ...(seccomp && { seccomp: { ...seccomp, ...(seccomp.why && { why: maskedFailure(seccomp.why) }) } }),
  };
}

function maskedFailure({ how, line, lines, ...rest }: Failure): Failure {
  return {
    ...rest,
    how: maskLine(how),
    ...(line !== undefined && { line: maskLine(line) }),
    ...(lines && { lines: lines.map(maskLine) }),
  };
}
