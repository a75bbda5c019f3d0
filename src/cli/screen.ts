import { type Colors, createColors, useColor } from '../report/colors';
import type { Text } from '../report/text/text';
import type { Host, Output } from './host';
import type { Options } from './options';

/** The widest a report gets: longer lines are hard to read. */
const MAX_WIDTH = 110;

/** One of the two streams. Nothing else writes to them, and this only what is ready for it. */
export interface Screen {
  readonly colors: Colors;
  /** Columns of a report. */
  readonly width: number;
  readonly isTTY: boolean;
  /** Columns and lines of the terminal itself. */
  size(): { columns: number; lines: number };
  print(text: Text): void;
}

export function screenOn(output: Output, { env }: Pick<Host, 'env'>, { color }: Pick<Options, 'color'>): Screen {
  const isTTY = output.isTTY === true;
  return {
    colors: createColors(useColor(color, env, isTTY)),
    width: Math.max(60, Math.min(MAX_WIDTH, output.columns ?? 100)),
    isTTY,
    size: () => ({ columns: output.columns ?? 80, lines: output.rows ?? 24 }),
    print: (text) => printOn(output, text),
  };
}

/** Writes a text; of an empty one, nothing. */
export function printOn(output: Output, { language, text }: Text): void {
  if (text !== '') output.write(language === 'screen' ? withoutCommands(text) : text);
}

/**
 * What runs a job in CI reads its output, too: GitHub takes `::error …` at the start of a line for a command, Azure Pipelines and TeamCity `##vso[…]`
 * anywhere. A name may come to stand there when a line is broken.
 *
 * @see https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
function withoutCommands(text: string): string {
  if (!text.includes('::') && !text.includes('##')) return text;
  const lines = text.split('\n').map((line) => (/^::[a-z]/i.test(line.trimStart()) ? line.replace('::', '\\u003a:') : line));
  return lines.join('\n').replace(/##(?=[a-z]{0,20}\[)/gi, '#\\u0023');
}
