import type { FileResult, Finding, Severity } from '../../harden/types';
import { SEVERITIES } from '../../harden/types';
import { legend } from '../graph/svg';
import { scriptedPage } from '../scripted-page';
import { plural } from '../summary';
import { type Html, html } from '../text/html';
import { type Stack, servicesOf, stackSection } from './stack';
import { SCRIPT, STYLE } from './style';

export type { Stack } from './stack';

/** Of more stacks the details are closed at first. */
const MOST_OPEN = 4;
/** Of more services a table is folded. */
const MOST_ROWS = 24;

/**
 * What is open in a folder of stacks, as one page for people who look rather than read: by severity and service, the networks drawn, before and after.
 * It is whole in itself: it loads nothing, runs no script but its own, and can be printed. There is no date in it, so that equal runs are equal.
 */
export function stacksPage(stacks: readonly Stack[], version: string): Html {
  const findings = stacks.flatMap(({ results }) => results.flatMap((result) => result.findings));
  const open = findings.filter(isOpen);
  const title = stacks.length === 1 ? stacks[0]!.path : plural(stacks.length, 'stack');
  const named = stacks.map((stack, index) => ({ stack, id: `s${index}`, open: stacks.length <= MOST_OPEN }));
  const services = named.flatMap(({ stack, id }) => servicesOf(stack).map((service, index) => ({ service, id: `${id}-${index}`, stack })));
  const drawn = legend();
  const body = [
    html`<header><div><h1>${title}</h1><p>${subtitle(stacks, open)}</p></div><button id="theme" type="button" aria-label="light or dark">◐</button></header>`,
    html`<main>`,
    tiles(open),
    fates(findings),
    services.length > 0 ? html`<h2>By service</h2>\n${table(services, stacks.length > 1)}` : html``,
    open.length > 0 ? html`<h2>By control</h2>\n${controls(open)}` : html``,
    ...named.map(stackSection),
    html`</main>`,
    html`<footer><svg class="net" width="${drawn.width}" height="18" viewBox="0 0 ${drawn.width} 18" role="img" aria-label="what the colours of the drawings mean">${drawn.markup}</svg>`,
    html`<p>batten fix goes through these, change by change; batten explain NAME says what one means. What networks allow is drawn, not what listens. Credentials are masked. batten ${version}</p></footer>`,
  ];
  return scriptedPage({
    title: html`batten: ${title}`,
    style: STYLE,
    script: SCRIPT,
    policy: html`base-uri 'none'; form-action 'none'`,
    head: [html`<meta name="referrer" content="no-referrer">`],
    body,
  });
}

function isOpen({ status }: Finding): boolean {
  return status !== 'suppressed' && status !== 'fixed';
}

function subtitle(stacks: readonly Stack[], open: readonly Finding[]): string {
  const results = stacks.flatMap((stack) => stack.results);
  const failed = results.filter(({ status }) => status === 'error').length;
  const unread = failed > 0 ? `, ${plural(failed, 'file')} could not be read` : '';
  if (open.length === 0) return `Nothing is open in ${plural(results.length, 'file')}${unread}`;
  const services = stacks.reduce(
    (sum, { results: all }) => sum + new Set(all.flatMap((each) => each.findings.filter(isOpen).map(({ service }) => service))).size,
    0,
  );
  return `${plural(open.length, 'finding')} open in ${plural(services, 'service')}, ${plural(results.length, 'file')}${unread}`;
}

function tiles(open: readonly Finding[]): Html {
  const all = SEVERITIES.map((severity) => {
    const count = open.filter((finding) => finding.severity === severity).length;
    return html`<button type="button" class="tile ${severity}${count === 0 ? ' none' : ''}" data-severity="${severity}"><b>${count}</b>${severity}</button>`;
  });
  return html`<div class="tiles">${html.join(all, '')}</div>`;
}

const FATES: readonly [status: FileResult['findings'][number]['status'], kind: string, words: string][] = [
  ['would-fix', 'would', 'batten fix would mend'],
  ['held', 'held', 'held back, as it could break something'],
  ['manual', 'manual', 'for you to decide'],
  ['suppressed', 'suppressed', 'ignored, with a reason'],
];

/** What would become of them, as one bar. */
function fates(findings: readonly Finding[]): Html {
  const counted = FATES.map(([status, kind, words]) => ({
    kind,
    words,
    count: findings.filter((each) => each.status === status).length,
  })).filter(({ count }) => count > 0);
  if (counted.length === 0) return html``;
  const bars = counted.map(({ kind, count }) => html`<i class="${kind}" style="flex:${count}"></i>`);
  const keys = counted.map(({ kind, words, count }) => html`<li class="${kind}"><i></i><b>${count}</b> ${words}</li>`);
  return html`<div class="bar" aria-hidden="true">${html.join(bars, '')}</div><ul class="key">${html.join(keys, '')}</ul>`;
}

/** A service in a row, and how many of each severity are open in it. */
function table(services: readonly { service: string; id: string; stack: Stack }[], several: boolean): Html {
  const rows = services
    .map(({ service, id, stack }) => {
      const open = stack.results.flatMap(({ findings }) => findings.filter((each) => each.service === service && isOpen(each)));
      return { service, id, stack, counts: SEVERITIES.map((severity) => open.filter((each) => each.severity === severity).length) };
    })
    .sort((a, b) => heavier(a.counts, b.counts));
  const line = ({ service, id, stack, counts }: (typeof rows)[number]): Html => {
    const cells = counts.map((count, index) => cell(count, SEVERITIES[index]!));
    return html`<tr><td><a href="#${id}">${service}</a>${several ? html` <span class="soft">${stack.path}</span>` : ''}</td>${html.join(cells, '')}</tr>`;
  };
  const heads = SEVERITIES.map((severity) => html`<th class="n">${severity}</th>`);
  const made = (some: typeof rows): Html =>
    html`<table><thead><tr><th>service</th>${html.join(heads, '')}</tr></thead><tbody>\n${html.join(some.map(line), '\n')}\n</tbody></table>`;
  const rest = rows.slice(MOST_ROWS);
  return html`${made(rows.slice(0, MOST_ROWS))}${rest.length > 0 ? html`<details><summary>${plural(rest.length, 'more service')}</summary>${made(rest)}</details>` : ''}`;
}

function heavier(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((count, index) => count !== b[index]);
  return at < 0 ? 0 : b[at]! - a[at]!;
}

function cell(count: number, severity: Severity): Html {
  return html`<td class="n"><span class="${count === 0 ? 'zero' : severity}">${count === 0 ? '·' : count}</span></td>`;
}

/** How many findings each transform has, the most first. */
function controls(open: readonly Finding[]): Html {
  const counted = new Map<string, { count: number; worst: number }>();
  for (const { transform, severity } of open) {
    const { count = 0, worst = SEVERITIES.length } = counted.get(transform) ?? {};
    counted.set(transform, { count: count + 1, worst: Math.min(worst, SEVERITIES.indexOf(severity)) });
  }
  const sorted = [...counted].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
  const most = sorted[0]![1].count;
  const rows = sorted.map(
    ([transform, { count, worst }]) =>
      html`<code>${transform}</code><i class="${SEVERITIES[worst]!}" style="width:${Math.round((count / most) * 100)}%"></i><b>${count}</b>`,
  );
  return html`<div class="controls">${html.join(rows, '')}</div>`;
}
