import type { Direction, PrivilegeChange } from '../../harden/privileges';
import { placeOf } from '../layout';
import { maskLine } from '../mask';
import { code, type Markdown, md } from '../text/markdown';
import { countsLine, sayingOfChange } from './count';
import type { ComparedProject, ComparedState, Comparison } from './types';

/** A comment on GitHub holds 65,536 characters; a row takes about 250. */
const MOST_ROWS = 200;

const ICON = { critical: '🔴', high: '🟠', medium: '🟡', low: '🔵' } as const;
const TITLE: Readonly<Record<Direction, string>> = { gives: 'Given', changes: 'Changed', takes: 'Taken' };

/** The report for a comment on a pull request, or a job's summary: what is given in the open, the rest folded away. */
export function privilegesMarkdown(comparison: Comparison): Markdown {
  const { from, to, projects } = comparison;
  const rows = (direction: Direction): Row[] =>
    projects.flatMap((project) =>
      project.changes.filter((change) => change.direction === direction).map((change) => ({ project, change })),
    );
  const blocks: Markdown[] = [
    md`### batten: privileges\n\n${stateText(from)} → ${stateText(to)}: ${countsLine(comparison)}`,
    ...projects.flatMap(({ error }) =>
      error ? [md`**${code(placeOf(error.file, error))}** could not be read: ${maskLine(error.message)}`] : [],
    ),
    ...projects.flatMap(({ notes }) => notes.map((note) => md`> ${note}`)),
    ...tableOf(rows('gives')),
    ...folded('changes', rows('changes')),
    ...folded('takes', rows('takes')),
  ];
  return md`${md.join(blocks, '\n\n')}\n`;
}

interface Row {
  project: ComparedProject;
  change: PrivilegeChange;
}

function stateText({ name, commit }: ComparedState): Markdown {
  return commit === undefined || commit === name ? code(name) : md`${code(name)} (${code(commit.slice(0, 9))})`;
}

function tableOf(rows: readonly Row[]): Markdown[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly Markdown[]): Markdown => md`| ${md.join(cells, ' | ')} |`;
  const shown = rows.slice(0, MOST_ROWS).map(({ project, change }) => {
    const { severity, kind, service, place } = change;
    const where = service === undefined ? code(project.path) : md`${code(service)}<br>${code(placeOf(place.file, { line: place.line }))}`;
    return line([md`${ICON[severity]} ${severity}`, where, code(kind), md.of(maskLine(sayingOfChange(change)))]);
  });
  const head = [line([md`severity`, md`where`, md`kind`, md`what`]), line([md`---`, md`---`, md`---`, md`---`])];
  const more = rows.length > MOST_ROWS ? md`\n\n… and ${rows.length - MOST_ROWS} more` : md``;
  return [md`${md.join([...head, ...shown], '\n')}${more}`];
}

function folded(direction: Direction, rows: readonly Row[]): Markdown[] {
  const [text] = tableOf(rows);
  return text === undefined ? [] : [md`<details>\n<summary>${TITLE[direction]} (${rows.length})</summary>\n\n${text}\n\n</details>`];
}
