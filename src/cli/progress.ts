import type { Listener, Phase } from '../engine/prove/events';
import { maskLine } from '../report/mask';
import { type Shown, say } from '../report/text/screen';
import { liveProgress } from './live-progress';
import type { Screen } from './screen';

/** Shows where each service is. `end` takes it off the screen: the report says it all again, and more. */
export interface Progress {
  /** Who is told of one project. Of several, `name` says which. */
  of(name?: string): Listener;
  end(): void;
}

/** A line a service that changes in place on a terminal; elsewhere a line whenever something is known. */
export function progressOn(screen: Screen, quiet: boolean): Progress {
  if (quiet) return { of: () => () => undefined, end: () => undefined };
  return screen.isTTY ? liveProgress(screen) : plainProgress(screen);
}

/** What is no news in a log: it is said of all services at once, by the run. */
const SILENT: ReadonlySet<Phase> = new Set(['waiting', 'baseline', 'hardened', 'confirming']);

function plainProgress(screen: Screen): Progress {
  const of = (name?: string): Listener => {
    const head: Shown = name === undefined ? say`` : say`${name}: `;
    const said = new Map<string, Set<string>>();
    const tell = (about: string, text: string): void => {
      const before = said.get(about) ?? new Set();
      if (before.has(text)) return;
      said.set(about, before.add(text));
      screen.print(say`${head}${text}\n`);
    };
    return (event) => {
      if (event.kind === 'note') screen.print(say`${head}${event.text}\n`);
      if (event.kind === 'run') tell('run', `the stack is run ${event.what}`);
      if (event.kind !== 'phase' || SILENT.has(event.phase)) return;
      // What is tried next is for somebody who watches; that it is looked for, once, for everybody.
      if (event.phase === 'bisecting' && said.has(event.service)) return;
      const detail = maskLine(event.detail ?? '');
      tell(
        event.service,
        `${event.service}: ${event.phase === 'image' ? `its image ${detail}` : [event.phase, detail].filter(Boolean).join(': ')}`,
      );
    };
  };
  return { of, end: () => undefined };
}
