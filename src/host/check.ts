import { atLeast } from '../harden/confidence';
import type { Confidence, FileResult, Finding, FindingStatus, ReportedOp, Span } from '../harden/types';
import type { Op } from '../yaml/types';
import { RULES } from './rules';
import type { Settings } from './settings';
import type { DockerHost, HostProposal, HostRule } from './types';

export interface HostOptions {
  only?: readonly string[];
  skip?: readonly string[];
  /** The least confidence that is applied. */
  confidence?: Confidence;
  /** What a check's change would break of the stacks that were looked at, by the id of the check. */
  breaks?: ReadonlyMap<string, string>;
}

/** What one part of a host is called in reports, where a Compose file has its services. */
const DAEMON = 'daemon';
const TOP: Span = { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };

/** A finding with the rule that made it. */
export interface HostFinding {
  rule: HostRule;
  finding: Finding;
  /** As the person sees it. */
  path: string;
}

/** All findings of a host, those about the daemon's configuration first, in the order of the rules. */
export function findingsOf(host: DockerHost, { only, skip = [], confidence = 'generic', breaks }: HostOptions): HostFinding[] {
  const rules = RULES.filter(({ id }) => (!only || only.includes(id)) && !skip.includes(id));
  return rules.flatMap((rule) =>
    Array.from(rule.find(host), (proposal) => toFinding(host, rule, withBreaks(proposal, breaks?.get(rule.id)), confidence)),
  );
}

/** What is known to break something here is for the person to decide. */
function withBreaks(proposal: HostProposal, known: string | undefined): HostProposal {
  return known === undefined ? proposal : { ...proposal, breaks: `${known}; ${proposal.breaks}`, confidence: 'guess' };
}

function toFinding(host: DockerHost, rule: HostRule, given: HostProposal, least: Confidence): HostFinding {
  const { daemon, files } = host;
  const { file = daemon.file, path = [], line, severity = rule.severity, controls = rule.controls, ops, refusal, ...draft } = given;
  const flagged = ops && made(host, ops);
  const why = refusal ?? flagged;
  const status: FindingStatus = why ? 'manual' : atLeast(draft.confidence, least) ? 'would-fix' : 'held';
  const range =
    file === daemon.file ? rangeOf(host, path) : line === undefined ? TOP : { start: { line, column: 1 }, end: { line, column: 1 } };
  const finding: Finding = {
    ...draft,
    service: file === daemon.file ? DAEMON : 'host',
    path: [...path],
    severity,
    controls,
    transform: rule.id,
    identity: JSON.stringify(['host', rule.id, file, path, draft.subject ?? '']),
    range,
    status,
    ...(why ? { refusal: why } : { ops }),
    reportedOps: why ? [] : (ops ?? []).map((op) => reported(host, op)),
  };
  return { rule, finding, path: files.shown(file) };
}

/** dockerd does not start when a flag and its file make the same setting. */
function made({ settings, files, unit }: DockerHost, ops: readonly Op[]): Finding['refusal'] {
  for (const { path } of ops) {
    const name = String(path[0]);
    const flag = settings.flag(name);
    if (!flag) continue;
    const where = flag.by === 'unit' && unit?.place ? `${files.shown(unit.place.file)}:${unit.place.line}` : 'the command line of dockerd';
    return {
      code: 'conflict',
      message: `a flag in ${where} sets ${name}, and dockerd does not start when its file sets it too: change the flag`,
    };
  }
  return undefined;
}

function rangeOf({ daemon }: DockerHost, path: readonly (string | number)[]): Span {
  for (let depth = path.length; depth > 0; depth--) {
    const range = daemon.json.range(path.slice(0, depth));
    if (range) return range;
  }
  return TOP;
}

function reported(host: DockerHost, op: Op): ReportedOp {
  const before = host.daemon.json.get(op.path);
  return {
    op: op.op === 'replace' ? 'replace' : 'add',
    path: [...op.path],
    ...(before !== undefined && { before }),
    ...('value' in op && { after: op.value }),
    range: rangeOf(host, op.path),
  };
}

/**
 * What becomes of a host's files when these changes are made: the daemon's configuration first, then the files that something is to be done to by hand.
 */
export function resultsOf(host: DockerHost, found: readonly HostFinding[]): FileResult[] {
  const { daemon, files } = host;
  const ops = found.flatMap(({ finding: { status, ops = [] } }) => (status === 'would-fix' || status === 'fixed' ? ops : []));
  const after = daemon.json.edited(ops).text;
  const main = files.shown(daemon.file);
  const paths = [main, ...new Set(found.map(({ path }) => path).filter((path) => path !== main))];
  return paths.map((path): FileResult => {
    const findings = found.filter((each) => each.path === path).map(({ finding }) => finding);
    const statuses = new Set(findings.map(({ status }) => status));
    const status = statuses.has('fixed') ? 'fixed' : statuses.has('would-fix') ? 'would-fix' : statuses.has('manual') ? 'manual' : 'clean';
    const text = path === main ? daemon.json.text : '';
    return { path, status, findings, before: text, after: path === main ? after : '', files: [], notes: [] };
  });
}

/** The settings as they are once what is sure enough is changed. */
export function settingsAfter({ daemon, settings }: DockerHost, found: readonly HostFinding[]): Settings {
  const ops = found.flatMap(({ finding: { status, ops: own = [] } }) => (status === 'would-fix' || status === 'fixed' ? own : []));
  return settings.over(daemon.json.edited(ops));
}
