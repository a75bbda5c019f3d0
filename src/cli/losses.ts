import type { Loss } from '../convert/stack';
import type { Colors } from '../report/colors';
import { type Shown, say } from '../report/text/screen';

const HEADS: readonly [heading: string, codes: readonly Loss['code'][]][] = [
  ['needs your decision', ['decision']],
  ['not in the result', ['unsupported', 'unknown']],
  ['about the command, not the container', ['client']],
  ['passed over', ['skipped']],
];

/** What a conversion did not carry over, by what it means to the person; empty when that is nothing. */
export function lossLines(losses: readonly Loss[], file: string | undefined, { bold, dim }: Colors): Shown {
  const lines = HEADS.flatMap(([heading, codes]) => {
    const own = losses.filter(({ code }) => codes.includes(code));
    if (own.length === 0) return [];
    return [
      say`${bold(heading)}\n`,
      ...own.map(
        (loss) => say`  ${place(loss, file, dim)}${loss.service === undefined ? '' : `${loss.service}  `}${loss.what}: ${loss.reason}\n`,
      ),
    ];
  });
  return say.join(lines, '');
}

function place({ line, column }: Loss, file: string | undefined, dim: Colors['dim']): Shown {
  const numbers = line === undefined ? '' : `${line}:${column}`;
  const text = [file, numbers].filter(Boolean).join(':');
  return numbers === '' ? say`` : say`${dim(text)}  `;
}
