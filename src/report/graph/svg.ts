import { type Html, html } from '../text/html';
import { type Bar, type Card, type Entry, type Layout, layoutOf, type Wire } from './layout';
import { isExposed, type Picture, type PictureNetwork, type PictureService } from './picture';
import { shorten, textWidth } from './text';
import { DRAWING_CSS, themeCss } from './theme';

export interface Panel {
  title: string;
  picture: Picture;
}

const MARGIN = 16;
const TITLE = 34;

/** The widest a file gets by putting pictures side by side; wider ones go below each other, so that a page that shrinks them stays readable. */
const WIDEST = 1200;

/** Pictures as one SVG that needs nothing else: fonts are the reader's, colours follow the reader's system. */
export function svgFile(panels: readonly Panel[], label: string): Html {
  const drawn = panels.map((panel) => ({ ...panel, layout: layoutOf(panel.picture) }));
  const beside = drawn.reduce((sum, { layout }) => sum + layout.width + 4 * MARGIN, 0) <= WIDEST;
  const heading = panels.length > 1 ? TITLE : 0;
  const { markup, width: legendWidth } = legend();
  const body: Html[] = [];
  let [x, y, width, bottom] = [MARGIN, MARGIN, legendWidth + 2 * MARGIN, 0];
  for (const { title, layout } of drawn) {
    if (heading > 0) body.push(html`<text class="title" x="${x}" y="${y + 16}">${title}</text>`);
    body.push(html`<g transform="translate(${x} ${y + heading})">`, drawing(layout), html`</g>`);
    width = Math.max(width, x + layout.width + MARGIN);
    bottom = Math.max(bottom, y + heading + layout.height);
    if (beside) x += layout.width + 4 * MARGIN;
    else y = bottom + 2 * MARGIN;
  }
  const total = bottom + 3 * MARGIN + 10;
  const parts = [
    html`<svg xmlns="http://www.w3.org/2000/svg" class="net" viewBox="0 0 ${width} ${total}" width="${width}" height="${total}" role="img" aria-label="${label}">`,
    html`<style>${themeCss()}\n${DRAWING_CSS}</style>`,
    html`<rect width="${width}" height="${total}" rx="8" style="fill:var(--page)"/>`,
    ...body,
    html`<g transform="translate(${MARGIN} ${bottom + MARGIN + 8})">${markup}</g>`,
    html`</svg>\n`,
  ];
  return html.join(parts, '\n');
}

/** One picture to be put into a page that has the style already. */
export function svgPart(picture: Picture, label: string): Html {
  const layout = layoutOf(picture);
  const [width, height] = [layout.width + 2 * MARGIN, layout.height + 2 * MARGIN];
  return html`<svg class="net" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}"><g transform="translate(${MARGIN} ${MARGIN})">${drawing(layout)}</g></svg>`;
}

function drawing(layout: Layout): Html {
  const parts = [
    ...layout.wires.map(wire),
    ...layout.bars.map(bar),
    outside(layout),
    ...layout.entries.map(entry),
    ...layout.cards.map(card),
  ];
  return html.join(parts, '\n');
}

function outside({ outside: { x, y, width, height } }: Layout): Html {
  const text = height > 190 ? 'OUTSIDE · LAN AND INTERNET' : 'OUTSIDE';
  return html`<g class="outside"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>${upright(text, x + width / 2, y + height / 2, 4)}</g>`;
}

function upright(text: string, x: number, y: number, shift: number): Html {
  return html`<text transform="translate(${x + shift} ${y}) rotate(-90)" text-anchor="middle">${text}</text>`;
}

function entry({ service, text, from, to, y }: Entry): Html {
  const bad = service.reachable ? ' bad' : '';
  const parts = [
    html`<g class="entry${bad}" data-of="${service.id}"><path d="M${from} ${y}H${to - 8}"/><path class="head" d="M${to - 1} ${y}l-9 -5v10z"/>`,
    html`<text x="${(from + to - 6) / 2}" y="${y - 6}" text-anchor="middle">${text}</text></g>`,
  ];
  return html.join(parts, '');
}

const KIND: Record<PictureNetwork['kind'], string> = { open: 'open', unknown: 'open', internal: 'inside', external: 'shared' };

function wire({ network, service, from, to, y }: Wire): Html {
  return html`<g class="wire ${KIND[network.kind]}" data-of="${service.id} ${network.id}"><path d="M${from} ${y}H${to}"/><circle cx="${to}" cy="${y}" r="3.5"/></g>`;
}

function bar({ network, x, y, width, height }: Bar): Html {
  const middle = x + width / 2;
  const parts = [
    html`<g class="bar ${KIND[network.kind]}" data-id="${network.id}" data-members="${network.members.join(' ')}"><title>${barTitle(network)}</title>`,
    html`<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`,
    html`<g transform="translate(${middle} ${y + 14})">${barIcon(network)}</g>${upright(network.name, middle, y + height / 2 + 10, 4)}</g>`,
  ];
  return html.join(parts, '');
}

function barTitle({ name, kind }: PictureNetwork): string {
  const what = {
    open: 'leads outside',
    internal: 'internal: no way out, and no published ports',
    external: 'external: shared with other projects',
    unknown: 'whether it is internal is not in the file',
  };
  return `network ${name}: ${what[kind]}`;
}

/** A way out, a lock, or others. */
function barIcon({ kind }: PictureNetwork): Html {
  if (kind === 'internal') return html`<path class="icon" d="M-5 -1h10v7h-10zM-3 -1v-2.5a3 3 0 0 1 6 0v2.5"/>`;
  if (kind === 'external') return html`<path class="icon" d="M-5 4a3 3 0 0 1 0 -6a4 4 0 0 1 7.5 -1.2a3.4 3.4 0 0 1 2 7.2z"/>`;
  return html`<path class="icon" d="M-4 5l8 -8M-1.5 -3.5h6v6"/>`;
}

function card({ service, x, y, width, height }: Card): Html {
  const { name, image, store, id } = service;
  const kind = isExposed(service) ? ' store exposed' : store ? ' store' : '';
  const room = width - 44;
  const parts = [
    html`<g class="card${kind}" data-id="${id}" data-networks="${service.networks.join(' ')}" data-name="${name}"><title>${cardTitle(service)}</title>`,
    html`<rect class="box" x="${x}" y="${y + 2}" width="${width}" height="${height - 4}" rx="8"/>`,
    html`<g transform="translate(${x + 20} ${y + 23})">${store ? CYLINDER : BOX}</g>`,
    html`<text class="name" x="${x + 36}" y="${y + 20}">${shorten(name, room, 13, true)}</text>`,
    html`<text class="image" x="${x + 36}" y="${y + 35}">${shorten(service.followed === undefined ? image : `in the network of ${service.followed}`, room, 11)}</text>`,
    chips(service, x + 10, y + 44, width - 20),
    html`</g>`,
  ];
  return html.join(parts, '');
}

const CYLINDER = html`<path class="icon" d="M-7 -6v12c0 1.7 3.1 3 7 3s7 -1.3 7 -3v-12M-7 -6c0 -1.7 3.1 -3 7 -3s7 1.3 7 3s-3.1 3 -7 3s-7 -1.3 -7 -3z"/>`;
const BOX = html`<path class="icon" d="M-7 -4l7 -4l7 4v8l-7 4l-7 -4zM-7 -4l7 4l7 -4M0 0v8"/>`;

function cardTitle(service: PictureService): string {
  return [service.name, service.image].join(' · ');
}

function chips({ store, reachable, egress, hostOnly, mode }: PictureService, x: number, y: number, room: number): Html {
  const all: [text: string, kind: string][] = [];
  if (mode === 'host') all.push(['the host itself', store ? 'bad' : 'warn']);
  else if (mode !== undefined) all.push([{ none: 'no network', bridge: 'docker0', unknown: 'mode unknown' }[mode], '']);
  if (reachable && mode !== 'host') all.push(['reachable', 'bad']);
  if (store && egress === true) all.push(['can call out', 'warn']);
  if (hostOnly.length > 0) all.push([`host: ${hostOnly.join(', ')}`, '']);
  let left = x;
  const drawn = all.map(([text, kind]) => {
    const shown = shorten(text, x + room - left - 14, 10.5, kind !== '');
    const width = textWidth(shown, 10.5, kind !== '') + 14;
    if (x + room - left < 24) return html``;
    const markup = html`<g class="chip ${kind}"><rect x="${left}" y="${y}" width="${width}" height="17" rx="8.5"/><text x="${left + 7}" y="${y + 12}">${shown}</text></g>`;
    left += width + 5;
    return markup;
  });
  return html.join(drawn, '');
}

/** What the colours mean, in one line. */
export function legend(): { markup: Html; width: number } {
  const items: [markup: Html, text: string][] = [
    [html`<g class="bar open"><rect x="0" y="0" width="16" height="14" rx="4"/></g>`, 'network that leads outside'],
    [html`<g class="bar inside"><rect x="0" y="0" width="16" height="14" rx="4"/></g>`, 'internal network'],
    [html`<g class="bar shared"><rect x="0" y="0" width="16" height="14" rx="4"/></g>`, 'shared with other projects'],
    [html`<g class="card store"><rect class="box" x="0" y="0" width="16" height="14" rx="4"/></g>`, 'data store'],
    [html`<g class="card store exposed"><rect class="box" x="0" y="0" width="16" height="14" rx="4"/></g>`, 'data store that is exposed'],
    [html`<g class="entry"><path d="M0 7h12"/><path class="head" d="M18 7l-8 -4.5v9z"/></g>`, 'published port'],
  ];
  let x = 0;
  const parts = items.map(([markup, text]) => {
    const part = html`<g transform="translate(${x} 0)">${markup}<text x="22" y="11">${text}</text></g>`;
    x += 22 + textWidth(text, 11.5) + 18;
    return part;
  });
  return { markup: html`<g class="legend">${html.join(parts, '')}</g>`, width: x };
}
