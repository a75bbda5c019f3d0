import type { CisRow } from '../engine/cis';
import { isWorking, type ProvenChange, type ProvenService, type ProveReport } from '../engine/prove/report';
import { maskLine } from './mask';
import { OUTCOME_WORDS, STATUS_WORDS, settingOf, tail, verdictOf } from './prove';
import { plural } from './summary';
import { type Html, html } from './text/html';
import type { Shown } from './text/screen';
import { uriPart } from './text/uri';

/** Before and after of one file, for the report. */
export interface ChangedFile {
  path: string;
  /** A unified diff with credentials masked. */
  diff: Shown;
}

const STYLE = html`
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #c62828; --mild: #9a6700 }
@media (prefers-color-scheme: dark) { :root { --good: #4ac26b; --bad: #ff7b72; --mild: #d4a72c } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; line-height: 1.25 } h2 { font-size: 1.15rem; margin-top: 2.5rem; border-bottom: 1px solid var(--line) }
h2 small { font-weight: normal; float: right } a { color: inherit }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line) }
th { font-weight: 600; font-size: .85em; opacity: .7 } td:first-child, th:first-child { padding-left: 0; white-space: nowrap }
table.changes td:first-child { width: 10.5rem } table.changes td:nth-child(2) { width: 4.5rem; white-space: nowrap }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
code, pre { font: 13px/1.45 ui-monospace, monospace; overflow-wrap: anywhere } pre { overflow-x: auto; overflow-wrap: normal; padding: .7rem; background: #8881; border-radius: 4px }
dl { display: grid; grid-template-columns: 8.5rem 1fr; gap: .2rem .6rem; margin: .8rem 0 } dt { opacity: .7 } dd { margin: 0; overflow-wrap: anywhere }
summary { cursor: pointer } .proven, .works { color: var(--good) } .relaxed, .ran, .left-out { color: var(--mild) } .fails { color: var(--bad) } .dim, .untried { opacity: .7 }
ins { color: var(--good); text-decoration: none } del { color: var(--bad); text-decoration: none }
@media (max-width: 40rem) {
  td:first-child { white-space: normal } h2 small { float: none; display: block } dl { grid-template-columns: 1fr } dd { margin-bottom: .4rem }
  table.changes tr { display: grid; grid-template-columns: 1fr auto; border-bottom: 1px solid var(--line) } table.changes th { display: none }
  table.changes td { border: 0; padding: .2rem 0 } table.changes td:nth-child(n+3) { grid-column: 1 / 3 } table.changes td:empty { display: none }
}
`;

/** A proof as one page that needs nothing else: no script, no font, nothing from the network. */
export function htmlProof(reports: readonly ProveReport[], changed: readonly ChangedFile[]): Html {
  const body = [
    ...reports.map(project),
    ...changed.map(({ path, diff }) => html`<h2>${path}: before and after</h2>\n<pre>${painted(diff)}</pre>`),
  ];
  const title = reports.map((report) => `${report.files.join(', ')} ${verdictOf(report)}`).join('; ');
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>batten: ${title}</title><style>${STYLE}</style></head>
<body>
${html.join(body, '\n')}
</body></html>
`;
}

function project(report: ProveReport, index: number): Html {
  const { files, works, engine, compose, runs, seconds, date, services, cis, notes } = report;
  const id = (name: string): string => `service-${index}-${uriPart(name)}`;
  return html`<h1>${files.join(', ')} <span class="${works ? 'works' : 'fails'}">${verdictOf(report)}</span></h1>
<p class="dim">Docker ${engine.version} on ${engine.os} (${[engine.kernel, `cgroup ${engine.cgroup}`, ...engine.security].join(', ')}), Compose ${compose}. ${plural(runs, 'run')} of the stack in ${seconds} s, ${date.slice(0, 16).replace('T', ' ')} UTC.</p>
<table><tr><th>service</th><th></th><th>changes</th></tr>
${html.join(
  services.map(
    (each) =>
      html`<tr><td><a href="#${id(each.name)}">${each.name}</a></td><td class="${statusClass(each)}">${STATUS_WORDS[each.status]}</td><td>${counts(each)}</td></tr>`,
  ),
  '\n',
)}
</table>
${html.join(
  services.map((each) => service(each, id(each.name))),
  '\n',
)}
${cisTables(cis)}
${
  notes.length > 0
    ? html`<h2>How the trial differed</h2>\n<ul>${html.join(
        notes.map((note) => html`<li>${note}</li>`),
        '',
      )}</ul>`
    : ''
}`;
}

const statusClass = (each: ProvenService): string => (each.status === 'ran' ? 'ran' : isWorking(each) ? 'works' : 'fails');

/** How many of each outcome, in words. */
function counts({ changes }: ProvenService): Html {
  const counted = (['proven', 'relaxed', 'ran', 'left-out', 'untried'] as const)
    .map((outcome) => ({ outcome, count: changes.filter((each) => each.outcome === outcome).length }))
    .filter(({ count }) => count > 0)
    .map(({ outcome, count }) => html`<span class="${outcome}">${count} ${OUTCOME_WORDS[outcome]}</span>`);
  return html.join(counted, ', ');
}

function service(each: ProvenService, id: string): Html {
  const { name, image, imageId, status, fault, changes, exercised, notExercised, baseline, log } = each;
  const processes = Object.entries(baseline.processes).map(([process, uids]) => `${process} (uid ${uids.join(', ')})`);
  const before = [
    baseline.ready === undefined ? 'never ready' : `ready after ${baseline.ready.toFixed(1)} s`,
    ...(processes.length > 0 ? [`processes ${processes.join(', ')}`] : []),
    ...(baseline.listening.length > 0 ? [`ports ${baseline.listening.join(', ')}`] : []),
  ];
  const facts: [string, string[]][] = [['before', before]];
  if (exercised.length > 0) facts.push(['exercised', exercised]);
  if (status !== 'own-fault' && status !== 'unsteady' && notExercised.length > 0) facts.push(['not exercised', notExercised]);
  const lines = tail(log, 40);
  return html`<h2 id="${id}">${name} <span class="${statusClass(each)}">${STATUS_WORDS[status]}</span> <small class="dim">${image} ${imageId.slice(7, 19)}</small></h2>
${fault ? html`<p class="fails">${maskLine(fault)}</p>` : ''}
${changes.length > 0 ? html`<table class="changes"><tr><th>transform</th><th></th><th>what ran</th><th>why not more</th></tr>\n${html.join(changes.map(change), '\n')}</table>` : ''}
<dl>${html.join(
    facts.map(([what, list]) => html`<dt>${what}</dt><dd>${list.map(maskLine).join('; ')}</dd>`),
    '',
  )}</dl>
${lines.length > 0 ? html`<details${isWorking(each) ? '' : html` open`}><summary>the end of its log</summary><pre>${html.join(lines, '\n')}</pre></details>` : ''}`;
}

function change(each: ProvenChange): Html {
  const { transform, outcome, proposed, unexercised, why } = each;
  const { text, code } = settingOf(each);
  const unseen = unexercised ? html`<br><span class="dim">not exercised: ${unexercised.join(', ')}</span>` : '';
  const before = proposed === undefined ? '' : html`<br><span class="dim">proposed was <code>${proposed || 'none'}</code></span>`;
  const because = why ? html`${maskLine(why.how)}, at the ${why.life}${why.line ? html`<br><code>${maskLine(why.line)}</code>` : ''}` : '';
  return html`<tr><td>${transform}</td><td class="${outcome}">${OUTCOME_WORDS[outcome]}</td><td>${code ? html`<code>${text}</code>` : text}${before}${unseen}</td><td>${because}</td></tr>`;
}

/** What became better, and the rest for who looks. */
function cisTables(cis: readonly CisRow[]): Html {
  const table = (rows: readonly CisRow[]): Html =>
    html`<table><tr><th></th><th>containers that pass</th><th>before</th><th>after</th></tr>
${html.join(
  rows.map(
    ({ id, title, before, after, of, fromFile }) =>
      html`<tr><td>${id}</td><td>${title}${fromFile ? html` <span class="dim">(from the file)</span>` : ''}</td><td class="number">${before}/${of}</td><td class="number ${after > before ? 'works' : after < before ? 'fails' : ''}">${after}/${of}</td></tr>`,
  ),
  '\n',
)}
</table>`;
  const [changed, same] = [cis.filter(({ before, after }) => before !== after), cis.filter(({ before, after }) => before === after)];
  return html`<h2>CIS Docker Benchmark</h2>
${changed.length > 0 ? table(changed) : html`<p>Nothing of it changes.</p>`}
${same.length > 0 ? html`<details><summary>${plural(same.length, 'check')} that came out the same</summary>${table(same)}</details>` : ''}`;
}

function painted({ text }: Shown): Html {
  const lines = text
    .split('\n')
    .map((line) => (line.startsWith('+') ? html`<ins>${line}</ins>` : line.startsWith('-') ? html`<del>${line}</del>` : line));
  return html.join(lines, '\n');
}
