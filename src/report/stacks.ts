import type { Effect, Redundant } from '../host';
import type { Colors } from './colors';
import { hang } from './layout';
import { plural } from './summary';
import { type Shown, say } from './text/screen';

/** What settings of the daemon do to one stack. */
export interface ShownStack {
  path: string;
  services: number;
  effects: readonly (Effect & { file: string; line: number })[];
  redundant: readonly (Redundant & { file: string; line: number })[];
}

/** What the settings do to the stacks of a host, for a person: by setting, each service that breaks with its place and what to write. */
export function stacksText(stacks: readonly ShownStack[], { colors, width }: { colors: Colors; width: number }): Shown {
  if (stacks.length === 0) return say``;
  const lines = stacks.flatMap(({ path, services, effects, redundant }) => [
    say`${colors.underline(path)}  ${colors.dim(plural(services, 'service'))}`,
    ...(effects.length === 0 ? [say`  ${colors.green('none of the settings breaks anything that can be foretold')}`] : []),
    ...[...new Set(effects.map(({ choice }) => choice))].flatMap((choice) => [
      say`  ${colors.bold(choice)}`,
      ...effects.filter((effect) => effect.choice === choice).flatMap((effect) => effectLines(effect, colors, width)),
    ]),
    ...redundant.flatMap(({ setting, service, what, file, line }) =>
      hang('  ', `${service}: ${what} says what ${setting} makes the default (${file}:${line})`, width, colors.dim),
    ),
    say``,
  ]);
  return say`${say.join(lines, '\n')}\n`;
}

function effectLines({ service, kind, reason, remedy, file, line }: ShownStack['effects'][number], colors: Colors, width: number): Shown[] {
  const paint = kind === 'changes' ? colors.yellow : colors.red;
  return [
    ...hang(say`    ${colors.bold(service)}  ${paint(kind)}  `, `${reason} (${file}:${line})`, width),
    ...(remedy === undefined ? [] : hang(say`      ${colors.dim('→ ')}`, remedy, width, colors.dim)),
  ];
}
