import { sayingOf } from '../../compose/unseen';
import type { NetworkChange } from '../../harden/networks';
import type { FileResult, Finding } from '../../harden/types';
import { SEVERITIES } from '../../harden/types';
import { createColors } from '../colors';
import { screenDiffLines } from '../diff';
import { layoutOf } from '../graph/layout';
import { pictureOf } from '../graph/picture';
import { svgPart } from '../graph/svg';
import { placeOf } from '../layout';
import { maskLine, maskLines } from '../mask';
import { plural } from '../summary';
import { type Html, html } from '../text/html';

/** One project: what became of each of its files, the main one first, and its networks where they are known. */
export interface Stack {
  path: string;
  results: readonly FileResult[];
  networks?: NetworkChange;
}

/** A drawing of more services is nothing to look at. */
const MOST_DRAWN = 60;
/** Two drawings wider than that stand below each other, so that they can be read. */
const WIDEST_BESIDE = 520;
/** What is longer is for `batten fix --diff`. */
const MOST_LINES = 600;

export interface StackPart {
  stack: Stack;
  id: string;
  /** Whether its details are open at first. */
  open: boolean;
}

/** Everything about one project, in the order in which one wants to know it: what is wrong, who reaches whom, what would change. */
export function stackSection({ stack, id, open }: StackPart): Html {
  const { path, results, networks } = stack;
  const findings = results.flatMap(({ findings: all }) => all);
  const services = servicesOf(stack);
  const notes = results.flatMap(({ notes: said, unseen = [] }) => [
    ...unseen.map((each) => `not seen: ${sayingOf(each)}`),
    ...said.filter((note) => !unseen.some(({ message }) => message === note)),
  ]);
  const parts = [
    html`<section class="stack" id="${id}"><h2>${path}</h2>`,
    ...results.flatMap(({ path: file, error }) =>
      error ? [html`<p class="error"><code>${placeOf(file, error)}</code> could not be read: ${maskLine(error.message)}</p>`] : [],
    ),
    findings.length === 0 && results.every(({ error }) => !error) ? html`<p class="clean">Nothing to harden.</p>` : html``,
    networks ? drawings(networks, id, path) : html``,
    ...services.map((service) =>
      serviceBlock(
        service,
        findings.filter((each) => each.service === service),
        `${id}-${services.indexOf(service)}`,
        results,
      ),
    ),
    ...notes.map((note) => html`<p class="note">${maskLine(note)}</p>`),
    ...results.map((result) => diffBlock(result, open)),
    html`</section>`,
  ];
  return html.join(parts, '\n');
}

/** The services of a project that something is said of, the worst first. */
export function servicesOf({ results }: Stack): string[] {
  const worst = new Map<string, number>();
  for (const { service, severity, status } of results.flatMap(({ findings }) => findings)) {
    const weight = status === 'suppressed' ? SEVERITIES.length : SEVERITIES.indexOf(severity);
    worst.set(service, Math.min(worst.get(service) ?? weight, weight));
  }
  return [...worst].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1)).map(([service]) => service);
}

function drawings({ before, after }: NetworkChange, id: string, path: string): Html {
  const count = before.services.length;
  if (count === 0) return html``;
  if (count > MOST_DRAWN)
    return html`<p class="note">${plural(count, 'service')} are too many to draw here: batten graph --format html draws them.</p>`;
  const [old, now] = [pictureOf(before, `${id}b`), pictureOf(after, `${id}a`)];
  const wide = Math.max(layoutOf(old).width, layoutOf(now).width) > WIDEST_BESIDE;
  const parts = [
    html`<div class="panels${wide ? ' wide' : ''}">`,
    html`<figure><figcaption>Networks as they are</figcaption>${svgPart(old, `networks of ${path} as they are`)}</figure>`,
    html`<figure><figcaption>As batten fix leaves them</figcaption>${svgPart(now, `networks of ${path} as batten fix leaves them`)}</figure>`,
    html`</div>`,
  ];
  return html.join(parts, '\n');
}

function serviceBlock(service: string, findings: readonly Finding[], id: string, results: readonly FileResult[]): Html {
  const sorted = [...findings].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const open = sorted.filter(({ status }) => status !== 'suppressed' && status !== 'fixed').length;
  const rows = sorted.map((finding) => findingItem(finding, results.find(({ findings: all }) => all.includes(finding))!.path));
  return html`<h3 id="${id}">${service} <span class="soft">${open} open</span></h3>\n<ul class="findings">\n${html.join(rows, '\n')}\n</ul>`;
}

function findingItem(finding: Finding, file: string): Html {
  const { transform, severity, message, plan, breaks, confidence, status, refusal, suppression, range, controls } = finding;
  const kind = status === 'suppressed' ? `${severity} suppressed` : severity;
  const next =
    status === 'suppressed'
      ? html`<p class="soft">Ignored: ${maskLine(suppression?.reason || 'no reason is given')}</p>`
      : refusal
        ? html`<p class="why">For you to decide: ${maskLine(refusal.message)}</p>${refusal.snippet ? html`<pre>${html.join(maskLines(refusal.snippet.trimEnd().split('\n')), '\n')}</pre>` : ''}`
        : html`<p class="plan">${status === 'fixed' ? '✓' : '→'} ${maskLine(plan)} <span class="soft">${confidence}${status === 'held' ? ', held back' : ''}</span></p>${breaks ? html`<p class="soft">May break: ${maskLine(breaks)}</p>` : ''}`;
  return html`<li class="finding ${kind}"><div class="head"><span class="chip ${severity}">${severity}</span><b>${transform}</b><code class="soft">${placeOf(file, { line: range.start.line })}</code><span class="soft">${controls.join(', ')}</span></div><p>${maskLine(message)}</p>${next}</li>`;
}

/** Before and after, as a person reads a diff: credentials are masked. */
function diffBlock({ path, before, after, findings }: FileResult, open: boolean): Html {
  if (before === after) return html``;
  const known = findings.flatMap(({ conceal = [] }) => conceal);
  const lines = screenDiffLines({ path, before, after, known }, createColors(false), { header: false });
  const shown = lines.slice(0, MOST_LINES).map(({ text }) => {
    const kind = text.startsWith('+') ? 'add' : text.startsWith('-') ? 'del' : text.startsWith('@@') ? 'at' : 'same';
    return html`<span class="${kind}">${text === '' ? ' ' : text}</span>`;
  });
  const more =
    lines.length > MOST_LINES ? html`<p class="note">… and ${lines.length - MOST_LINES} more lines: batten fix --diff shows them.</p>` : '';
  return html`<details${open ? html` open` : ''}><summary>${path}: before and after</summary><pre class="diff">${html.join(shown, '')}</pre>${more}</details>`;
}
