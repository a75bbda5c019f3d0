import type { Hover, Position } from 'vscode-languageserver-types';
import { BattenError } from '../errors';
import type { Batten, TransformInfo } from '../harden/api';
import type { Finding } from '../harden/types';
import { explainImage, type ServiceDescription } from '../images';
import { sentence } from '../report/layout';
import { readmeOf, SHORT_SECTIONS, sectionsOf } from '../report/readme';
import { type Markdown, md, ownMarkdown } from '../report/text/markdown';
import { YamlDocument } from '../yaml/document';
import { placeAt } from '../yaml/place-at';
import type { Path } from '../yaml/types';
import { transformsOf } from './keys';
import type { OpenDocument } from './messages';
import { Positions } from './positions';
import type { DocumentProject } from './project';

/** What `explain` says about what is pointed at: an image, a service, or the transforms that a key is for. */
export function hoverAt(batten: Batten, project: DocumentProject, { text }: OpenDocument, position: Position): Hover | undefined {
  try {
    const document = YamlDocument.open(text);
    const { path, onKey } = placeAt(document, new Positions(text).offsetOf(position));
    const value = said(batten, project, document, path, onKey);
    return value === undefined ? undefined : { contents: { kind: 'markdown', value: value.text } };
  } catch (error) {
    // What is wrong with the file is said by its diagnostics.
    if (error instanceof BattenError) return undefined;
    throw error;
  }
}

function said(batten: Batten, project: DocumentProject, document: YamlDocument, path: Path, onKey: boolean): Markdown | undefined {
  const [top, service, key] = path;
  if (typeof service !== 'string') return undefined;
  if (top === 'services' && path.length === 2) return onKey ? ofService(batten, project, service) : undefined;
  if (top === 'services' && key === 'image') return ofImage(document, path);
  const about = top === 'services' ? key : top;
  const found = transformsOf(String(about));
  const transforms = batten.transforms().filter(({ id }) => found.includes(id));
  return transforms.length === 0 ? undefined : md.join(transforms.map(ofTransform), '\n\n');
}

function ofImage(document: YamlDocument, path: Path): Markdown | undefined {
  const node = document.at(path);
  if (node?.kind !== 'scalar' || node.text === '' || /\$/.test(node.text)) return undefined;
  return laidOut(explainImage(node.text));
}

/** The lines of an explanation: a title starts at the margin, an entry is indented, what is said of it further. */
function laidOut(text: string): Markdown {
  const lines = text.split('\n').map((line, at): Markdown => {
    const indent = line.length - line.trimStart().length;
    const words = line.trim();
    if (words === '') return md``;
    if (indent === 0) return at === 0 || /[.:]$/.test(words) ? md`${words}  ` : md`**${words}**\n`;
    return indent < 4 ? md`- ${words}` : md`  ${words}`;
  });
  return md.join(lines, '\n');
}

function ofService(batten: Batten, { input, run, path: shown }: DocumentProject, service: string): Markdown | undefined {
  const description = batten.describe(input, service, run);
  if (!description) return undefined;
  const results = batten.runProject(input, { ...run, services: [service] });
  const findings = results.filter(({ path }) => path === shown).flatMap((each) => each.findings);
  return md.join([md`**${service}**`, ...ofDescription(description), ...findings.flatMap(ofFinding)], '\n');
}

function ofDescription({ facts, applies }: ServiceDescription): Markdown[] {
  const conditions = applies.map(({ field, condition, why }) => md`- ${field}: ${condition || 'in any configuration'}; ${why}`);
  return [
    md``,
    ...facts.map(({ text }) => md`- ${text}`),
    ...(conditions.length > 0 ? [md``, md`**Conditions that hold, as it is written**`, md``, ...conditions] : []),
  ];
}

function ofFinding({ transform, severity, confidence, message, plan, breaks, refusal, status }: Finding): Markdown[] {
  if (status === 'suppressed') return [];
  return [
    md``,
    md`**${transform}** · ${severity} · ${confidence}`,
    md``,
    md`${sentence(message)}.`,
    refusal ? md`Needs your decision: ${refusal.message}.` : md`Fix: ${plan}.`,
    ...(breaks ? [md`May break: ${breaks}.`] : []),
  ];
}

function ofTransform(transform: TransformInfo): Markdown {
  const { id, title, summary, severity, controls } = transform;
  const readme = readmeOf(transform);
  const head = md`**${title}** (${id}) · ${severity} · ${controls.join(', ')}`;
  return readme === undefined ? md`${head}\n\n${summary}` : md`${head}\n\n${ownMarkdown(sectionsOf(readme, SHORT_SECTIONS))}`;
}
