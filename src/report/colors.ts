import { type Showable, type Shown, say } from './text/screen';
import { Text } from './text/text';

/** What `--color` accepts. */
export const COLOR_MODES = ['auto', 'always', 'never'] as const;
export type ColorMode = (typeof COLOR_MODES)[number];

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  underline: [4, 24],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

type Style = keyof typeof CODES;

/** One function per style; each gives its text back without one when colour is off. */
export type Colors = Record<Style, (text: Showable) => Shown>;

/** @param enabled whether escape sequences are written at all. */
export function createColors(enabled: boolean): Colors {
  const entries = Object.entries(CODES).map(([name, [open, close]]) => [
    name,
    (showable: Showable) => {
      const shown = say.of(showable);
      if (!enabled || shown.text === '') return shown;
      // An inner style of the same kind ends this one, so it is taken up again after each of its ends.
      return new Text('screen', `\x1b[${open}m${shown.text.replaceAll(`\x1b[${close}m`, `\x1b[${close}m\x1b[${open}m`)}\x1b[${close}m`);
    },
  ]);
  return Object.fromEntries(entries) as Colors;
}

/**
 * Whether one stream gets colour. `always` and `never` decide; otherwise FORCE_COLOR (anything but 0, false and the empty string), then a
 * non-empty NO_COLOR (https://no-color.org) and TERM=dumb, then whether the stream is a terminal. FORCE_COLOR comes first, as in Node.
 */
export function useColor(mode: ColorMode, env: Readonly<Record<string, string | undefined>>, isTty: boolean): boolean {
  if (mode !== 'auto') return mode === 'always';
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  if (env.NO_COLOR || env.TERM === 'dumb') return false;
  return isTty;
}
