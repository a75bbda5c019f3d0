import { networkProblems } from '../../harden/network-problems';
import type { NetworkChange, NetworkView } from '../../harden/networks';
import { scriptedPage } from '../scripted-page';
import { type Html, html } from '../text/html';
import { PAGE_CSS, PAGE_SCRIPT } from './page';
import { pictureOf } from './picture';
import { legend, svgPart } from './svg';

/**
 * A page with the networks of projects before and after, the difference, and its reasons. It is whole in itself: it loads nothing, opens
 * offline, and runs no script but its own.
 */
export function networksPage(projects: readonly { path: string; change: NetworkChange }[], version: string): Html {
  const title = projects.length === 1 ? `Networks of ${projects[0]!.path}` : 'Networks';
  const drawn = legend();
  const body = [
    html`<header><h1>${title}</h1><button id="theme" type="button" aria-label="light or dark">◐</button></header>`,
    ...projects.map((project, index) => section(project, index, projects.length > 1)),
    html`<footer><svg class="net" width="${drawn.width}" height="18" viewBox="0 0 ${drawn.width} 18">${drawn.markup}</svg>`,
    html`<p>Point at a service, or put #its-name behind the address, to see whom it shares a network with. What networks allow is drawn, not what listens: see docs/networks.md. batten ${version}</p></footer>`,
  ];
  return scriptedPage({ title: html`${title}`, style: PAGE_CSS, script: PAGE_SCRIPT, policy: html`img-src data:`, body });
}

function section({ path, change }: { path: string; change: NetworkChange }, index: number, titled: boolean): Html {
  const { before, after } = change;
  const [old, now] = [pictureOf(before, `b${index}`), pictureOf(after, `a${index}`)];
  const lines = [
    html`<section>`,
    titled ? html`<h2>${path}</h2>` : html``,
    html`<dl class="tiles">${tiles(before, after)}</dl>`,
    html`<div class="panels">`,
    html`<figure><figcaption>Before</figcaption>${svgPart(old, `${path} before`)}</figure>`,
    html`<figure><figcaption>After</figcaption>${svgPart(now, `${path} after`)}</figure>`,
    html`</div>`,
    losses(change),
    problems(after),
    html`</section>`,
  ];
  return html.join(lines, '\n');
}

/** The numbers that matter, before and after. */
function tiles(before: NetworkView, after: NetworkView): Html {
  const stores = (view: NetworkView) => view.services.filter(({ store }) => store);
  const rows: [string, (view: NetworkView) => number][] = [
    ['data stores reachable from outside', (view) => stores(view).filter(({ unwanted, direct }) => unwanted.length > 0 || direct).length],
    ['data stores that can call out', (view) => stores(view).filter(({ egress }) => egress === true).length],
    ['pairs of services that share a network', (view) => view.pairs],
    [
      'networks that lead outside',
      (view) => view.networks.filter(({ internal, members }) => internal !== true && members.length > 0).length,
    ],
    ['internal networks', (view) => view.networks.filter(({ internal, members }) => internal === true && members.length > 0).length],
  ];
  const all = rows.map(([label, count], at) => {
    const [old, now] = [count(before), count(after)];
    const tone = at < 3 && now < old ? ' good' : at < 2 && now > 0 ? ' bad' : '';
    const change = old === now ? `${now}` : html`<s>${old}</s> → ${now}`;
    return html`<div class="tile${tone}"><dd>${change}</dd><dt>${label}</dt></div>`;
  });
  return html.join(all, '');
}

/** More rows nobody reads, and a browser takes long to lay out. */
const MOST_ROWS = 2000;

interface Row {
  text: string;
  why: string;
}

/** Every connection that goes, once for both directions, and once for all who come in at the same port. */
function rows({ losses: all }: NetworkChange): Row[] {
  const out = new Map<string, Row>();
  const pairs = new Set(all.flatMap(({ from, to, door }) => (door === undefined ? [key(from, to)] : [])));
  const comersAt = new Map<string, string[]>();
  for (const { from, to, door } of all) {
    if (door === undefined) continue;
    const at = key(to, targetOf(door));
    const there = comersAt.get(at);
    if (there) there.push(from);
    else comersAt.set(at, [from]);
  }
  for (const { from, to, door, why } of all) {
    if (door !== undefined) {
      const at = key(to, targetOf(door));
      out.set(at, { text: `${comers(comersAt.get(at)!)} → ${to} at ${targetOf(door)}`, why });
      continue;
    }
    const both = pairs.has(key(to, from));
    const pair = both && to < from ? key(to, from) : key(from, to);
    if (!out.has(pair)) out.set(pair, { text: `${from} ${both ? '↔' : '→'} ${to}`, why });
  }
  return [...out.values()];
}

function key(from: string, to: string): string {
  return `${from}\n${to}`;
}

function targetOf(door: string): string {
  return door.slice(door.indexOf(' -> ') + 4);
}

/** Who came in at a published port. When outside did, so did every container; else those are told that have no way to it any more. */
function comers(from: readonly string[]): string {
  const names = [...new Set(from)].filter((name) => name !== 'the host');
  if (names.includes('outside')) return 'outside, other containers';
  return names.length > 3 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} others` : names.join(', ');
}

function losses(change: NetworkChange): Html {
  const all = rows(change);
  if (all.length === 0) return html`<p class="none">No connection goes.</p>`;
  const one = all.length === 1;
  const lines = all.slice(0, MOST_ROWS).map(({ text, why }) => html`<tr><td>${text}</td><td>${why}</td></tr>`);
  const more = all.length - lines.length + (change.lossesLeftOut ?? 0);
  const rest = more > 0 ? html`<tr><td>${more} more</td><td>for the like reasons</td></tr>` : html``;
  const body = html`${html.join(lines, '')}${rest}`;
  return html`<details${all.length <= 16 ? html` open` : ''}><summary>${all.length + (change.lossesLeftOut ?? 0)} ${one ? 'connection goes, and why it may' : 'connections go, and why they may'}</summary><table><thead><tr><th>connection</th><th>why</th></tr></thead><tbody>${body}</tbody></table></details>`;
}

function problems(after: NetworkView): Html {
  const left = networkProblems(after);
  if (left.length === 0) return html``;
  const items = html.join(
    left.map(({ service, problem }) => html`<li><b>${service}</b> ${problem}</li>`),
    '',
  );
  return html`<h3>Still open afterwards</h3><ul>${items}</ul>`;
}
