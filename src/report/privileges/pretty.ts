import type { Direction, PrivilegeChange } from '../../harden/privileges';
import type { Colors } from '../colors';
import { columnFor, hang, pad, placeOf } from '../layout';
import { paintSeverity } from '../pretty';
import { type Shown, say } from '../text/screen';
import { countsLine, sayingOfChange } from './count';
import type { ComparedProject, ComparedState, Comparison } from './types';

const SIGN: Readonly<Record<Direction, string>> = { gives: '+', changes: '~', takes: '-' };

/** The report for a person: by project and service, what is given first. Projects in which nothing changes are only counted. */
export function prettyPrivileges(comparison: Comparison, { colors, width }: { colors: Colors; width: number }): Shown {
  const { from, to, projects } = comparison;
  const head = say`${colors.bold(stateText(from))} → ${colors.bold(stateText(to))}\n`;
  const blocks = projects
    .filter(({ changes, notes, status }) => changes.length + notes.length > 0 || status === 'added')
    .map((each) => projectBlock(each, colors, width));
  return say`${say.join([head, ...blocks, say`${countsLine(comparison)}\n`], '\n')}`;
}

function stateText({ name, commit }: ComparedState): string {
  return commit === undefined || commit.startsWith(name) ? name : `${name} (${commit.slice(0, 9)})`;
}

function projectBlock({ path, status, changes, notes }: ComparedProject, colors: Colors, width: number): Shown {
  const what = status === 'added' ? ' (new)' : status === 'removed' ? ' (removed)' : '';
  const services = [...new Set(changes.map(({ service }) => service))];
  const kind = columnFor(changes.map((change) => change.kind));
  const lines = services.flatMap((service) => [
    say`  ${service === undefined ? colors.dim('the project') : colors.bold(service)}`,
    ...changes.filter((change) => change.service === service).flatMap((change) => changeLines(change, kind, path, colors, width)),
  ]);
  const said = notes.map((note) => say`  ${colors.yellow('note')}: ${note}`);
  return say`${say.join([say`${colors.underline(path)}${what}`, ...said, ...lines], '\n')}\n`;
}

function changeLines(change: PrivilegeChange, kindWidth: number, path: string, colors: Colors, width: number): Shown[] {
  const { direction, severity, kind, place } = change;
  const paint = { gives: colors.red, changes: colors.yellow, takes: colors.green }[direction];
  const level = direction === 'takes' ? pad(severity, 8) : pad(paintSeverity(severity, colors), 8);
  const head = say`    ${paint(SIGN[direction])} ${level}  ${pad(kind, kindWidth)}  `;
  const where = place.file === path ? placeOf('', place).replace(/^:/, 'line ') : placeOf(place.file, place);
  return [
    ...hang(head, sayingOfChange(change), width),
    say`      ${pad('', 8)}  ${pad('', kindWidth)}  ${colors.dim(where.replace(/:\d+$/, ''))}`,
  ];
}
