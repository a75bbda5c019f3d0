import type { Listener, Phase } from '../engine/prove/events';
import type { Colors } from '../report/colors';
import { maskLine } from '../report/mask';
import type { Output } from './host';
import { liveProgress } from './live-progress';

/** Shows where each service is. `end` takes it off the screen: the report says it all again, and more. */
export interface Progress {
  /** Who is told of one project. Of several, `name` says which. */
  of(name?: string): Listener;
  end(): void;
}

/** A line a service that changes in place on a terminal; elsewhere a line whenever something is known. */
export function progressOn(out: Output, colors: Colors, quiet: boolean): Progress {
  if (quiet) return { of: () => () => undefined, end: () => undefined };
  return out.isTTY === true ? liveProgress(out, colors) : plainProgress(out);
}

/** What is no news in a log: it is said of all services at once, by the run. */
const SILENT: ReadonlySet<Phase> = new Set(['waiting', 'baseline', 'hardened', 'confirming']);

function plainProgress(out: Output): Progress {
  const of = (name?: string): Listener => {
    const head = name === undefined ? '' : `${name}: `;
    const said = new Map<string, Set<string>>();
    const say = (about: string, text: string): void => {
      const before = said.get(about) ?? new Set();
      if (before.has(text)) return;
      said.set(about, before.add(text));
      out.write(`${head}${text}\n`);
    };
    return (event) => {
      if (event.kind === 'note') out.write(`${head}${event.text}\n`);
      if (event.kind === 'run') say('run', `the stack is run ${event.what}`);
      if (event.kind !== 'phase' || SILENT.has(event.phase)) return;
      // What is tried next is for somebody who watches; that it is looked for, once, for everybody.
      if (event.phase === 'bisecting' && said.has(event.service)) return;
      const detail = maskLine(event.detail ?? '');
      say(
        event.service,
        `${event.service}: ${event.phase === 'image' ? `its image ${detail}` : [event.phase, detail].filter(Boolean).join(': ')}`,
      );
    };
  };
  return { of, end: () => undefined };
}
