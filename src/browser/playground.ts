/// <reference lib="dom" />
/// <reference lib="dom.asynciterable" />
import { BattenError, batten, type RunOptions } from '../index';
import { unifiedDiff } from '../report/diff';

/** What the page shows of a text. */
interface Shown {
  diff: string;
  summary: string;
  findings: {
    transform: string;
    service: string;
    severity: string;
    confidence: string;
    status: string;
    message: string;
    plan: string;
    breaks: string;
  }[];
  after: string;
}

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

/** Runs batten over a text. Never throws for what is wrong with the text. */
function run(text: string, options: RunOptions): Shown {
  try {
    const result = batten.run({ path: 'compose.yaml', text, texts: {} }, options);
    const findings = result.findings.map((finding) => ({
      ...{ transform: finding.transform, service: finding.service, severity: finding.severity, confidence: finding.confidence },
      ...{ status: finding.status, message: finding.message, plan: finding.refusal?.message ?? finding.plan, breaks: finding.breaks },
    }));
    const made = findings.filter(({ status }) => status === 'would-fix').length;
    const summary = `${made} ${made === 1 ? 'change' : 'changes'}, ${findings.length - made} left to you`;
    return { diff: unifiedDiff({ path: 'compose.yaml', before: text, after: result.after }).text, summary, findings, after: result.after };
  } catch (error) {
    if (!(error instanceof BattenError)) throw error;
    const place = error.position ? `line ${error.position.line}, column ${error.position.column}: ` : '';
    return { diff: '', summary: `${place}${error.message}${error.hint ? ` (${error.hint})` : ''}`, findings: [], after: text };
  }
}

/** Text only: nothing that is pasted becomes markup. */
function lineOf(text: string, kind: string): HTMLElement {
  const line = document.createElement('span');
  line.className = kind;
  line.textContent = `${text}\n`;
  return line;
}

function show({ diff, summary, findings, after }: Shown): void {
  element('summary').textContent = summary;
  const lines = diff.replace(/\n$/, '').split('\n').slice(2);
  const kinds: Record<string, string> = { '+': 'added', '-': 'removed', '@': 'place' };
  element('diff').replaceChildren(...lines.map((line) => lineOf(line, kinds[line[0] ?? ''] ?? 'same')));
  element('findings').replaceChildren(
    ...findings.map((finding) => {
      const item = document.createElement('li');
      const head = document.createElement('b');
      head.textContent = `${finding.transform} · ${finding.severity} · ${finding.confidence}`;
      item.append(
        head,
        lineOf(finding.message, 'message'),
        lineOf(`${finding.status === 'would-fix' ? '→' : '!'} ${finding.plan}`, 'plan'),
      );
      if (finding.breaks) item.append(lineOf(`may break: ${finding.breaks}`, 'breaks'));
      return item;
    }),
  );
  element<HTMLButtonElement>('copy').disabled = after === '' || diff === '';
  element<HTMLButtonElement>('copy').onclick = () => void navigator.clipboard.writeText(after);
  document.body.dataset.state = 'shown';
}

function update(): void {
  const text = element<HTMLTextAreaElement>('input').value;
  const confidence = element<HTMLSelectElement>('confidence').value as RunOptions['confidence'];
  const preset = element<HTMLSelectElement>('preset').value as RunOptions['preset'];
  show(run(text, { confidence, preset }));
}

let timer: ReturnType<typeof setTimeout> | undefined;
element('input').addEventListener('input', () => {
  document.body.dataset.state = 'waiting';
  clearTimeout(timer);
  timer = setTimeout(update, 250);
});
for (const id of ['confidence', 'preset']) element(id).addEventListener('change', update);
update();
