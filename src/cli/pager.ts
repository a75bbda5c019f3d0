import { type Shown, say } from '../report/text/screen';
import { type KeyChoice, keyLine } from './key-line';
import type { Prompter } from './prompt';
import type { ReviewScreen } from './review';

const MORE: readonly KeyChoice[] = [
  { key: 'y', word: 'more', help: 'the next lines' },
  { key: 'b', word: 'back', help: 'stop reading' },
];

/** Shows lines screen by screen: Enter goes on, `b` stops. What fits is shown at once. */
export async function page(lines: readonly Shown[], prompter: Prompter, screen: ReviewScreen): Promise<void> {
  for (let at = 0; at < lines.length; ) {
    const room = Math.max(5, screen.size().lines - 2);
    const shown = lines.slice(at, at + room);
    screen.print(say`${say.join(shown, '\n')}\n`);
    at += shown.length;
    const left = lines.length - at;
    if (left <= 0) return;
    const { colors, signs } = screen;
    const message = keyLine(`${left} more lines`, MORE, 'y', { colors, width: screen.size().columns, ask: signs.ask });
    if ((await prompter.key({ message, keys: ['y', 'b'], fallback: 'y' })) === 'b') return;
  }
}
