import { type Html, html } from '../text/html';

/** Colours by what they mean, light and dark. */
const LIGHT = {
  page: '#ffffff',
  ink: '#0f172a',
  soft: '#64748b',
  line: '#cbd5e1',
  card: '#ffffff',
  outside: '#1e293b',
  'outside-ink': '#f8fafc',
  store: '#4f46e5',
  'store-fill': '#eef2ff',
  bad: '#dc2626',
  'bad-fill': '#fef2f2',
  warn: '#b45309',
  'warn-fill': '#fef3c7',
  open: '#d97706',
  'open-fill': '#fde68a',
  'open-ink': '#78350f',
  inside: '#16a34a',
  'inside-fill': '#bbf7d0',
  'inside-ink': '#14532d',
  shared: '#9333ea',
  'shared-fill': '#e9d5ff',
  'shared-ink': '#581c87',
  entry: '#475569',
};

const DARK: typeof LIGHT = {
  page: '#0b1220',
  ink: '#e2e8f0',
  soft: '#94a3b8',
  line: '#334155',
  card: '#131c2e',
  outside: '#e2e8f0',
  'outside-ink': '#0f172a',
  store: '#a5b4fc',
  'store-fill': '#1e1b4b',
  bad: '#f87171',
  'bad-fill': '#450a0a',
  warn: '#fbbf24',
  'warn-fill': '#422006',
  open: '#fbbf24',
  'open-fill': '#78350f',
  'open-ink': '#fef3c7',
  inside: '#4ade80',
  'inside-fill': '#14532d',
  'inside-ink': '#dcfce7',
  shared: '#c084fc',
  'shared-fill': '#581c87',
  'shared-ink': '#f3e8ff',
  entry: '#94a3b8',
};

function variables(colors: typeof LIGHT): Html {
  const all = Object.entries(colors).map(([name, value]) => html`--${name}:${value}`);
  return html.join(all, ';');
}

/** Colours follow the reader's system; a page may set `data-theme` instead. */
export function themeCss(): Html {
  const rules = [
    html`:root{${variables(LIGHT)}}`,
    html`@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${variables(DARK)}}}`,
    html`:root[data-theme=dark]{${variables(DARK)}}`,
  ];
  return html.join(rules, '\n');
}

/** How the parts of a drawing look. */
export const DRAWING_CSS = html`.net text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif;fill:var(--ink)}
.net .title{font-size:15px;font-weight:600}
.net .name{font-size:13px;font-weight:600}
.net .image{font-size:11px;fill:var(--soft)}
.net .chip rect{fill:none;stroke:var(--line)}
.net .chip text{font-size:10.5px;fill:var(--soft)}
.net .chip.bad rect{fill:var(--bad-fill);stroke:var(--bad)}
.net .chip.bad text{fill:var(--bad);font-weight:600}
.net .chip.warn rect{fill:var(--warn-fill);stroke:var(--warn)}
.net .chip.warn text{fill:var(--warn);font-weight:600}
.net .card rect.box{fill:var(--card);stroke:var(--line);stroke-width:1.25}
.net .card .icon{fill:none;stroke:var(--soft);stroke-width:1.5;stroke-linejoin:round}
.net .card.store rect.box{fill:var(--store-fill);stroke:var(--store)}
.net .card.store .icon{stroke:var(--store)}
.net .card.exposed rect.box{fill:var(--bad-fill);stroke:var(--bad);stroke-width:2}
.net .card.exposed .icon{stroke:var(--bad)}
.net .outside rect{fill:var(--outside)}
.net .outside text{fill:var(--outside-ink);font-size:12px;font-weight:600;letter-spacing:.04em}
.net .entry path{stroke:var(--entry);stroke-width:1.75;fill:none}
.net .entry .head{fill:var(--entry);stroke:none}
.net .entry text{font-size:11px;fill:var(--entry);font-weight:600}
.net .entry.bad path{stroke:var(--bad);stroke-width:2.5}
.net .entry.bad .head{fill:var(--bad);stroke:none}
.net .entry.bad text{fill:var(--bad)}
.net .bar text{font-size:12px;font-weight:600}
.net .bar .icon{fill:none;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}
.net .bar.open rect{fill:var(--open-fill);stroke:var(--open)}
.net .bar.open text{fill:var(--open-ink)}
.net .bar.open .icon{stroke:var(--open-ink)}
.net .bar.inside rect{fill:var(--inside-fill);stroke:var(--inside);stroke-dasharray:5 3}
.net .bar.inside text{fill:var(--inside-ink)}
.net .bar.inside .icon{stroke:var(--inside-ink)}
.net .bar.shared rect{fill:var(--shared-fill);stroke:var(--shared);stroke-width:2}
.net .bar.shared text{fill:var(--shared-ink)}
.net .bar.shared .icon{stroke:var(--shared-ink)}
.net .wire path{fill:none;stroke-width:2}
.net .wire.open path{stroke:var(--open)}
.net .wire.inside path{stroke:var(--inside)}
.net .wire.shared path{stroke:var(--shared)}
.net .wire.open circle{fill:var(--open)}
.net .wire.inside circle{fill:var(--inside)}
.net .wire.shared circle{fill:var(--shared)}
.net .legend text{font-size:11.5px;fill:var(--soft)}
.net .dim{opacity:.16}
.net .card,.net .wire,.net .bar,.net .entry{transition:opacity .12s}`;
