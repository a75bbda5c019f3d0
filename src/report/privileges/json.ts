import type { PrivilegeChange } from '../../harden/privileges';
import type { Tool } from '../json';
import { json } from '../text/json';
import type { Text } from '../text/text';
import { countsOf } from './count';
import type { Comparison } from './types';

/** Version 1 of what `diff` says, as its schema (schemas/diff.schema.json) has it. Fields may be added, never changed. Credentials are masked. */
export function privilegesJson(comparison: Comparison, tool: Tool): Text<'json'> {
  const { from, to, projects } = comparison;
  const report = {
    version: 1,
    tool: { name: tool.name, version: tool.version },
    from,
    to,
    projects: projects.map(({ path, status, changes, notes, error }) => ({
      path,
      status,
      changes: changes.map(changeJson),
      ...(notes.length > 0 && { notes }),
      ...(error && { error }),
    })),
    summary: countsOf(comparison),
  };
  return json(report, 2);
}

function changeJson({ direction, kind, service, severity, what, before, after, side, place }: PrivilegeChange) {
  const { file, line, column } = place;
  return {
    direction,
    kind,
    ...(service !== undefined && { service }),
    severity,
    what,
    ...(before !== undefined && { before, after }),
    place: { side, file, line, column },
  };
}
