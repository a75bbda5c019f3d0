import type { Listener, Phase } from '../engine/prove/events';
import type { Colors } from '../report/colors';
import { pad } from '../report/layout';
import { maskLine } from '../report/mask';
import type { Output } from './host';

const WORDS: Record<Phase, string> = {
  image: 'image',
  baseline: 'baseline',
  hardened: 'hardened',
  bisecting: 'bisecting',
  settled: 'settled',
  confirming: 'confirming',
  failed: 'failed',
};

/** Shows where each service is. `end` leaves the screen as it is. */
export interface Progress {
  listener: Listener;
  end(): void;
}

interface Row {
  phase: Phase;
  detail?: string;
}

/** One line a service that changes in place on a terminal; elsewhere a line whenever a service settles or fails. */
export function progressOn(out: Output, colors: Colors, quiet: boolean): Progress {
  if (quiet) return { listener: () => undefined, end: () => undefined };
  return out.isTTY === true ? live(out, colors) : plain(out);
}

function plain(out: Output): Progress {
  const said = new Map<string, string>();
  return {
    listener(event) {
      if (event.kind === 'note') out.write(`${event.text}\n`);
      if (event.kind !== 'phase') return;
      const text = `${event.service}: ${WORDS[event.phase]}${event.detail ? `: ${maskLine(event.detail)}` : ''}`;
      if (said.get(event.service) === text) return;
      said.set(event.service, text);
      out.write(`${text}\n`);
    },
    end: () => undefined,
  };
}

function live(out: Output, colors: Colors): Progress {
  const rows = new Map<string, Row>();
  const begin = Date.now();
  let drawn = 0;
  let status = '';
  const draw = (): void => {
    const width = Math.max(0, ...[...rows.keys()].map((name) => name.length));
    const columns = (out.columns ?? 100) - 1;
    const lines = [...rows].map(([name, { phase, detail = '' }]) => {
      const paint = { settled: colors.green, failed: colors.red, bisecting: colors.yellow }[phase as 'settled'] ?? colors.cyan;
      const room = columns - width - 16;
      return `  ${colors.bold(pad(name, width))}  ${paint(pad(WORDS[phase], 10))}  ${colors.dim(maskLine(detail).slice(0, Math.max(0, room)))}`;
    });
    lines.push(colors.dim(`  ${status}  ${Math.round((Date.now() - begin) / 1000)} s`.slice(0, columns)));
    out.write(`${drawn > 0 ? `\x1b[${drawn}A` : ''}${lines.map((line) => `\x1b[2K${line}\n`).join('')}`);
    drawn = lines.length;
  };
  const timer = setInterval(draw, 1000);
  return {
    listener(event) {
      if (event.kind === 'phase') rows.set(event.service, { phase: event.phase, detail: event.detail });
      if (event.kind === 'run') status = `run ${event.run}: ${event.what}`;
      if (event.kind === 'note') {
        out.write(`${drawn > 0 ? `\x1b[${drawn}A\x1b[J` : ''}${event.text}\n`);
        drawn = 0;
      }
      draw();
    },
    end() {
      clearInterval(timer);
      // The report says it all again, and more.
      out.write(drawn > 0 ? `\x1b[${drawn}A\x1b[J` : '');
    },
  };
}
