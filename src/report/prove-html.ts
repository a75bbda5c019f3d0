import type { ProvenChange, ProvenService, ProveReport } from '../engine/prove/report';
import { maskLine } from './mask';
import { OUTCOME_WORDS, STATUS_WORDS, tail } from './prove';
import { html } from './prove-markdown';
import { plural } from './summary';

/** Before and after of one file, for the report. */
export interface ChangedFile {
  path: string;
  /** A unified diff with credentials masked. */
  diff: string;
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #c62828; --mild: #9a6700; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2.5rem; border-bottom: 1px solid var(--line) }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line) }
code, pre { font: 13px/1.45 ui-monospace, monospace } pre { overflow-x: auto; padding: .7rem; background: #8881; border-radius: 4px }
.proven, .works { color: var(--good) } .relaxed, .left-out { color: var(--mild) } .fails { color: var(--bad) } .dim { opacity: .7 }
ins { color: var(--good); text-decoration: none } del { color: var(--bad); text-decoration: none }
`;

/** A proof as one page that needs nothing else: no script, no font, nothing from the network. */
export function htmlProof(reports: readonly ProveReport[], changed: readonly ChangedFile[]): string {
  const body = [
    ...reports.map(project),
    ...changed.map(({ path, diff }) => `<h2>${html(path)}: before and after</h2>\n<pre>${painted(diff)}</pre>`),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>batten: ${reports.every(({ works }) => works) ? 'works hardened' : 'does not work'}</title><style>${STYLE}</style></head>
<body>
${body.join('\n')}
</body></html>
`;
}

function project({ files, works, engine, compose, runs, seconds, date, services, cis, notes }: ProveReport): string {
  return `<h1>${html(files.join(', '))}: <span class="${works ? 'works' : 'fails'}">${works ? 'works hardened' : 'does not work'}</span></h1>
<p class="dim">Docker ${html(engine.version)} on ${html(engine.os)} (${html(engine.kernel)}, cgroup ${html(engine.cgroup)}, ${html(engine.security.join(', '))}), Compose ${html(compose)}; ${plural(runs, 'run')} of the stack in ${seconds} s; ${html(date)}</p>
${services.map(service).join('\n')}
<h2>CIS Docker Benchmark</h2>
<table><tr><th></th><th>containers that pass</th><th>before</th><th>after</th></tr>
${cis.map(({ id, title, before, after, of, fromFile }) => `<tr><td>${id}</td><td>${html(title)}${fromFile ? ' <span class="dim">from the file</span>' : ''}</td><td>${before}/${of}</td><td class="${after > before ? 'works' : ''}">${after}/${of}</td></tr>`).join('\n')}
</table>
${notes.length > 0 ? `<h2>How the trial differed</h2><ul>${notes.map((note) => `<li>${html(note)}</li>`).join('')}</ul>` : ''}`;
}

function service({ name, image, imageId, status, fault, changes, exercised, notExercised, baseline, log }: ProvenService): string {
  const good = status === 'proven' || status === 'unchanged';
  const processes = Object.entries(baseline.processes).map(([process, uids]) => `${process} (uid ${uids.join(', ')})`);
  return `<h2>${html(name)} <span class="${good ? 'works' : 'fails'}">${STATUS_WORDS[status]}</span></h2>
<p class="dim">${html(image)} ${html(imageId.slice(0, 19))}</p>
${fault ? `<p class="fails">${html(maskLine(fault))}</p>` : ''}
${changes.length > 0 ? `<table>${changes.map(change).join('\n')}</table>` : ''}
<p><b>Before:</b> ${baseline.ready === undefined ? 'never ready' : `ready after ${baseline.ready.toFixed(1)} s`}; processes ${html(processes.join(', ') || 'none')}; ports ${html(baseline.listening.join(', ') || 'none')}<br>
<b>Exercised:</b> ${html(exercised.join('; ') || 'nothing')}<br><b>Not exercised:</b> ${html(notExercised.join('; ') || 'nothing is known to be left')}</p>
<details><summary>log</summary><pre>${html(tail(log, 40).join('\n'))}</pre></details>`;
}

function change({ transform, outcome, plan, value, proposed, why }: ProvenChange): string {
  const what = value === undefined ? html(plan) : `<code>${html(value || 'none')}</code>`;
  const before = proposed === undefined ? '' : `<br><span class="dim">proposed: <code>${html(proposed || 'none')}</code></span>`;
  const because = why
    ? `${html(maskLine(why.how))}, at the ${why.life}${why.line ? `<br><code>${html(maskLine(why.line))}</code>` : ''}`
    : '';
  return `<tr><td>${html(transform)}</td><td class="${outcome}">${OUTCOME_WORDS[outcome]}</td><td>${what}${before}</td><td>${because}</td></tr>`;
}

function painted(diff: string): string {
  return diff
    .split('\n')
    .map((line) => (/^\+/.test(line) ? `<ins>${html(line)}</ins>` : /^-/.test(line) ? `<del>${html(line)}</del>` : html(line)))
    .join('\n');
}
