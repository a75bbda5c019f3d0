import { type CodeAction, CodeActionKind, type Diagnostic, type Range } from 'vscode-languageserver-types';
import type { FindingData, Wanted } from './messages';

/** The kind of the action that shows what becomes of a file before it is made. */
export const HARDEN_KIND = `${CodeActionKind.Source}.harden.batten`;
/** The kind of the same action for editors that make it when a file is saved. */
export const FIX_ALL_KIND = `${CodeActionKind.SourceFixAll}.batten`;
export const ACTION_KINDS = [CodeActionKind.QuickFix, HARDEN_KIND, FIX_ALL_KIND] as const;

/** The command of a client that can ask for a reason, and then runs `IGNORE_COMMAND` with it. */
export const ASK_REASON_COMMAND = 'batten.askReason';
/** Writes the comment that ignores a finding: one argument, `IgnoreArgument`. */
export const IGNORE_COMMAND = 'batten.ignore';

/** What stands in a comment until somebody says why. */
export const NO_REASON = 'TODO: say why';

export interface IgnoreArgument {
  uri: string;
  version: number;
  transform: string;
  identity: string;
  reason?: string;
}

/** What an action still has to be made an edit of. */
export interface ActionData {
  uri: string;
  version: number;
  wanted: Wanted;
  /** Whether the person is to confirm it. */
  preview?: boolean;
}

/** What is asked for: the lines, and which kinds of actions. */
export interface Asked {
  range: Range;
  only?: readonly string[];
  /** Whether the client asks for the reason of an ignore. */
  asksReason: boolean;
}

/** The actions for what is found on some lines of a document. Their edits are made when one is chosen. */
export function actionsFor(
  { uri, version }: { uri: string; version: number },
  diagnostics: readonly Diagnostic[],
  asked: Asked,
): CodeAction[] {
  const { range, only, asksReason } = asked;
  const wants = (kind: string): boolean => only?.some((each) => kind === each || kind.startsWith(`${each}.`)) ?? true;
  const made = (title: string, kind: string, data: Omit<ActionData, 'uri' | 'version'>, more: Partial<CodeAction> = {}): CodeAction[] =>
    wants(kind) ? [{ title, kind, ...more, data: { uri, version, ...data } satisfies ActionData }] : [];
  const findings = diagnostics.flatMap((diagnostic) => (isFinding(diagnostic) ? [diagnostic] : []));
  const here = wants(CodeActionKind.QuickFix) ? findings.filter(({ range: at }) => touches(at, range)) : [];
  const quick = CodeActionKind.QuickFix;
  const ofFindings = here.flatMap((diagnostic): CodeAction[] => {
    const { transform, identity, confidence, plan, sure } = diagnostic.data;
    const about = { diagnostics: [diagnostic] };
    const same = findings.filter(({ data }) => data.transform === transform && data.plan !== undefined).length;
    const changes =
      plan === undefined
        ? []
        : [
            ...made(`Apply: ${plan} (${confidence})`, quick, { wanted: { what: 'one', identity } }, { ...about, isPreferred: sure }),
            ...made(`Apply all of ${transform} (${same})`, quick, { wanted: { what: 'transform', transform, confidence } }, about),
          ];
    const title = `Ignore ${transform} here, with a reason`;
    const argument: IgnoreArgument = { uri, version, transform, identity };
    const ignore: CodeAction[] = asksReason
      ? [{ title, kind: quick, ...about, command: { title, command: ASK_REASON_COMMAND, arguments: [argument] } }]
      : made(title, quick, { wanted: { what: 'ignore', identity, reason: NO_REASON } }, about);
    return [...changes, ...ignore];
  });
  const open = findings.some(({ data }) => data.sure);
  if (!open) return ofFindings;
  return [
    ...ofFindings,
    ...made('Harden file: preview what batten fix would do', HARDEN_KIND, { wanted: { what: 'all' }, preview: true }),
    // Only who asks for it by name: beside the other it would be offered twice.
    ...(only ? made('Harden file', FIX_ALL_KIND, { wanted: { what: 'all' } }) : []),
  ];
}

function isFinding(diagnostic: Diagnostic): diagnostic is Diagnostic & { data: FindingData } {
  return typeof diagnostic.data === 'object' && diagnostic.data !== null && 'identity' in diagnostic.data;
}

function touches(one: Range, other: Range): boolean {
  return one.start.line <= other.end.line && other.start.line <= one.end.line;
}
