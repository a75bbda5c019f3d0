import type { FileResult } from '../harden/types';
import { screenDiffLines } from '../report/diff';
import { hang } from '../report/layout';
import { plural, withStatus } from '../report/summary';
import { type Shown, say } from '../report/text/screen';
import { changes } from './exit-codes';
import { choiceHelp, type KeyChoice, keyLine } from './key-line';
import { writtenFile } from './override';
import { page } from './pager';
import type { Prompter } from './prompt';
import type { ReviewScreen } from './review';
import { hiddenSideFiles, shownSideFiles } from './side-files';
import { touchedFiles } from './touched-files';

const CHOICES: readonly KeyChoice[] = [
  { key: 'y', word: 'write', help: 'write it' },
  { key: 'v', word: 'diff', help: 'show all of it as a diff' },
  { key: 'b', word: 'back', help: 'go back to the plan' },
  { key: 's', word: 'save', help: 'write nothing now, and keep the answers for --resume' },
  { key: 'q', word: 'discard', help: 'quit and write nothing' },
  { key: '?', word: 'keys', help: 'this help' },
];

/**
 * The last question: what was accepted, which files are written and created, and the whole diff. Where nothing was accepted there is nothing to
 * ask.
 *
 * @throws Interrupted
 */
export async function lastScreen(
  projects: readonly (readonly FileResult[])[],
  prompter: Prompter,
  screen: ReviewScreen,
): Promise<'write' | 'discard' | 'back' | 'save'> {
  const results = projects.flat();
  if (!results.some(changes)) return 'write';
  const { colors } = screen;
  const show = (): void => screen.print(lastText(results, screen));
  show();
  for (;;) {
    const message = keyLine('Write?', CHOICES, 'y', { colors, width: screen.size().columns, ask: screen.signs.ask });
    switch (await prompter.key({ message, keys: CHOICES.map(({ key }) => key), fallback: 'y' })) {
      case 'y':
        return 'write';
      case 'v':
        await page(totalDiff(results, screen), prompter, screen);
        show();
        break;
      case 'b':
        return 'back';
      case 's':
        return 'save';
      case 'q':
        return 'discard';
      default:
        screen.print(choiceHelp(CHOICES, 'y', screen));
        show();
    }
  }
}

function lastText(results: readonly FileResult[], { colors, width }: ReviewScreen): Shown {
  const accepted = withStatus(results, 'fixed', 'would-fix').length;
  const ignored = withStatus(results, 'suppressed').filter(({ finding }) => finding.suppression?.by === 'comment').length;
  const manual = withStatus(results, 'manual').length;
  const parts = [
    plural(accepted, 'change'),
    ...(ignored > 0 ? [`${ignored} ignored`] : []),
    `${withStatus(results, 'held').length} left as they are`,
    ...(manual > 0 ? [`${manual} left to you`] : []),
  ];
  const lines = [
    '',
    ...hang(say`${colors.bold('To write')}  `, parts.join(', '), width),
    ...touchedFiles(results).flatMap(([what, names]) => hang(say`  ${colors.dim(what)}  `, names.join(', '), width)),
    '',
  ];
  return say`${say.join(lines, '\n')}\n`;
}

/** All that would be written, credentials masked. */
function totalDiff(results: readonly FileResult[], { colors }: ReviewScreen): Shown[] {
  return results.filter(changes).flatMap((result): Shown[] => {
    const written = writtenFile(result);
    const known = result.findings.flatMap(({ conceal = [] }) => conceal);
    const hidden = hiddenSideFiles(result.path, result.files, colors);
    const shown = [...shownSideFiles(result.path, result.files), { ...written, known }];
    return [...shown.flatMap((each) => screenDiffLines(each, colors)), ...hidden];
  });
}
