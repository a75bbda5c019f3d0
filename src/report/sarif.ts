import { sayingOf } from '../compose/unseen';
import type { TransformInfo } from '../harden/api';
import { fingerprint } from '../harden/fingerprint';
import type { Change, FileResult, Finding, Severity, Span, Suppression, TextEdit } from '../harden/types';
import type { Tool } from './json';
import { maskLine, maskLines } from './mask';
import { json } from './text/json';
import type { Text } from './text/text';
import { uriPart } from './text/uri';
import { visible } from './text/visible';

export interface SarifOptions {
  tool: Tool;
  /** All transforms: each is a rule. */
  transforms: readonly TransformInfo[];
  /** How a file is called from the root of the repository, with `/`; undefined = it is outside of it. */
  fromRoot(path: string): string | undefined;
}

const LEVEL = { critical: 'error', high: 'error', medium: 'warning', low: 'note' } as const;
/** What GitHub sorts by; its bounds are 9, 7 and 4. */
const SCORE: Record<Severity, string> = { critical: '9.5', high: '7.5', medium: '5.0', low: '3.0' };

/**
 * SARIF 2.1.0, ending in a newline: every finding that is not mended yet, with its change as a `fix`. A fix is left out where it would
 * write a line that seems to hold a credential: masked it would be wrong. Nothing of a file is quoted. The fingerprints stay the same while
 * the finding does, whatever is edited elsewhere.
 */
export function sarifReport(results: readonly FileResult[], options: SarifOptions): Text<'json'> {
  const { tool, transforms } = options;
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: tool.name, semanticVersion: tool.version, rules: transforms.map(rule) },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: results.every(({ error }) => !error),
            toolExecutionNotifications: results.flatMap((result) => notifications(result, options)),
          },
        ],
        results: results.flatMap((result) => {
          const changes = new Map((result.changes ?? []).map((change) => [change.identity, change]));
          return result.findings
            .filter(({ status }) => status !== 'fixed')
            .map((finding) => resultOf(finding, result.path, changes.get(finding.identity), options));
        }),
      },
    ],
  };
  return json(log, 2);
}

function rule({ id, title, summary, severity, controls, readme }: TransformInfo) {
  return {
    id,
    name: id.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: `${title}.` },
    fullDescription: { text: summary },
    // No address: the pages are in the package, and a name that nobody owns yet on a registry must not be linked.
    help: { text: `${summary}\n\nSee ${readme}, or batten explain ${id}.` },
    defaultConfiguration: { level: LEVEL[severity] },
    properties: { tags: ['security', ...controls], 'security-severity': SCORE[severity] },
  };
}

function resultOf(finding: Finding, path: string, change: Change | undefined, { transforms, fromRoot }: SarifOptions) {
  const { transform, severity, message, refusal, range, suppression, status, service, controls } = finding;
  // What is offered is the change on its own, so that is what is described.
  const { plan, breaks, confidence } = change ?? finding;
  const next = refusal ? `Not changed: ${refusal.message}.` : `Plan: ${plan}.${breaks ? ` It could break: ${breaks}.` : ''}`;
  return {
    ruleId: transform,
    ruleIndex: transforms.findIndex(({ id }) => id === transform),
    level: LEVEL[severity],
    message: { text: said(`${message}. ${next}`) },
    locations: [
      {
        physicalLocation: { artifactLocation: artifactOf(path, fromRoot), region: region(range) },
        logicalLocations: [{ name: visible(service), fullyQualifiedName: `services.${visible(service)}`, kind: 'resource' }],
      },
    ],
    partialFingerprints: { 'battenFinding/v1': fingerprint(finding) },
    ...(suppression && { suppressions: [suppressionOf(suppression)] }),
    ...(change && !refusal && !suppression && withoutCredentials(change) && { fixes: [fix(change, fromRoot)] }),
    properties: { confidence, status, controls: [...controls], 'security-severity': SCORE[severity] },
  };
}

function suppressionOf({ by, reason }: Suppression) {
  const justification = said(reason);
  return { kind: by === 'comment' ? 'inSource' : 'external', ...(justification && { justification }) };
}

function withoutCredentials({ edited }: Change): boolean {
  const texts = edited.flatMap(({ edits }) => edits.map(({ text }) => text.replaceAll('\r\n', '\n')));
  return texts.every((text) => maskLines(text.split('\n')).join('\n') === text);
}

function fix({ plan, edited }: Change, fromRoot: SarifOptions['fromRoot']) {
  const replacement = ({ range, text }: TextEdit) => ({ deletedRegion: region(range), insertedContent: { text } });
  const artifactChanges = edited.map(({ file, edits }) => ({
    artifactLocation: artifactOf(file, fromRoot),
    replacements: edits.map(replacement),
  }));
  return { description: { text: said(plan) }, artifactChanges };
}

function region({ start, end }: Span) {
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}

/** Inputs that failed, and what wants looking after. */
function notifications({ path, error, warnings = [], unseen = [] }: FileResult, { fromRoot }: SarifOptions) {
  const troubles = [
    ...(error ? [{ level: 'error', text: error.message, file: path, line: error.line, column: error.column }] : []),
    ...unseen.map(({ file = path, line, column, ...each }) => ({
      ...{ level: 'warning', text: `not seen: ${sayingOf(each)}`, file, line, column },
    })),
    ...warnings.map(({ message, file = path, line, column }) => ({ level: 'warning', text: message, file, line, column })),
  ];
  return troubles.map(({ level, text, file, line, column }) => ({
    level,
    message: { text: said(text) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: artifactOf(file, fromRoot),
          ...(line !== undefined && { region: { startLine: line, ...(column !== undefined && { startColumn: column }) } }),
        },
      },
    ],
  }));
}

/** A text for a person, who may see it in a viewer: in one line, and with no link in it, which SARIF writes as Markdown does. */
function said(text: string): string {
  return visible(maskLine(text)).replaceAll('](', '\\](');
}

function artifactOf(path: string, fromRoot: SarifOptions['fromRoot']) {
  const inside = path === '-' ? 'stdin' : fromRoot(path);
  const encoded = (inside ?? path).split('/').map(uriPart).join('/');
  return inside === undefined ? { uri: `file://${encoded}` } : { uri: encoded, uriBaseId: '%SRCROOT%' };
}
