import type { Confidence } from '../../harden/types';
import { findingsOf, type HostFinding } from '../check';
import { CIS, type CisRow } from '../data/cis';
import type { DockerHost } from '../types';
import type { BenchResult } from './docker-bench';
import { type Judged, SERVICE_CHECKS } from './service-checks';

/** `pass`; `warn` = something is open; `decision` = no program can tell; `unseen` = it was not looked at. */
export type BenchState = 'pass' | 'warn' | 'decision' | 'unseen';

/** One recommendation, before and after. */
export interface BenchRow {
  id: string;
  title: string;
  before: BenchState;
  after: BenchState;
  /** Services that pass, where it is about services. */
  services?: { before: number; after: number; of: number; left: string[] };
  /** What batten does about it, or what is left to do and why. */
  by?: string;
}

/** A service, as its file is and as `batten fix` leaves it. */
export interface JudgedPair {
  /** With its project, when there are several. */
  name: string;
  before: Judged;
  after: Judged;
}

export interface BenchInput {
  host: DockerHost;
  services: readonly JudgedPair[];
  /** docker-bench-security's own results, which count instead of what is seen here. */
  before?: ReadonlyMap<string, BenchResult>;
  after?: ReadonlyMap<string, BenchResult>;
  /** The least confidence that is applied to the host. */
  confidence?: Confidence;
}

/** The table of the benchmark: each recommendation of sections 1 to 7, as things are and as `batten host --fix` and `batten fix` leave them. */
export function benchTable({ host, services, before, after, confidence }: BenchInput): BenchRow[] {
  const found = findingsOf(host, { confidence });
  return CIS.map((row) => {
    const seen = rowOf(row, host, found, services);
    const measured = { before: before?.get(row.id), after: after?.get(row.id) };
    const now = { ...seen, ...(before && { before: stateOf(measured.before) }) };
    if (after) return { ...now, after: stateOf(measured.after), ...(before && byMeasured(now, stateOf(measured.after))) };
    // What was measured as good stays good: batten takes nothing back.
    return before && now.before === 'pass' ? { ...now, after: 'pass', by: undefined } : now;
  });
}

function byMeasured({ before, by }: BenchRow, after: BenchState): Pick<BenchRow, 'by'> {
  return { by: before === after && after === 'pass' ? undefined : by };
}

function stateOf(result: BenchResult | undefined): BenchState {
  if (result === undefined) return 'unseen';
  return { PASS: 'pass', WARN: 'warn', INFO: 'decision', NOTE: 'decision' }[result] as BenchState;
}

function rowOf(row: CisRow, host: DockerHost, found: readonly HostFinding[], services: readonly JudgedPair[]): BenchRow {
  const { id, title, decision } = row;
  if (decision !== undefined) return { id, title, before: 'decision', after: 'decision', by: decision };
  const onHost = row.host ? hostRow(row, host, found) : undefined;
  const ofServices = row.service ? serviceRow(row, services) : undefined;
  if (!ofServices) return onHost!;
  if (!onHost || onHost.before === 'unseen') return ofServices;
  return onHost.before === 'warn' ? { ...onHost, services: ofServices.services } : ofServices;
}

function hostRow({ id, title, engine }: CisRow, host: DockerHost, found: readonly HostFinding[]): BenchRow {
  const own = found.filter(({ finding: { controls } }) => controls.includes(`CIS ${id}`));
  if (own.length === 0) {
    const state = engine && !host.info ? 'unseen' : 'pass';
    return { id, title, before: state, after: state };
  }
  const left = own.filter(({ finding: { status } }) => status !== 'would-fix');
  if (left.length === 0) return { id, title, before: 'warn', after: 'pass', by: 'batten host --fix' };
  const [{ finding }] = left as [HostFinding];
  const by = finding.refusal ? finding.refusal.message : `batten host --fix --confidence ${finding.confidence}: ${finding.breaks}`;
  return { id, title, before: 'warn', after: 'warn', by };
}

function serviceRow({ id, title, service: check }: CisRow, services: readonly JudgedPair[]): BenchRow {
  if (services.length === 0) return { id, title, before: 'unseen', after: 'unseen' };
  const passes = (judged: Judged): boolean => SERVICE_CHECKS[check!](judged);
  const left = services.filter(({ after }) => !passes(after)).map(({ name }) => name);
  const before = services.filter((each) => passes(each.before)).length;
  const of = services.length;
  return {
    ...{ id, title, before: before === of ? 'pass' : 'warn', after: left.length === 0 ? 'pass' : 'warn' },
    services: { before, after: of - left.length, of, left },
    ...(before < of && {
      by:
        left.length === 0
          ? 'batten fix'
          : before === of - left.length
            ? 'batten check -v says why, for each service'
            : 'batten fix, as far as it goes; batten check -v says why',
    }),
  };
}

/** How many recommendations are open, by section: before and after. */
export function openRows(rows: readonly BenchRow[]): { section: string; before: number; after: number; of: number }[] {
  const sections = [...new Set(rows.map(({ id }) => id.split('.')[0]!))];
  return sections.map((section) => {
    const own = rows.filter(({ id }) => id.startsWith(`${section}.`));
    const count = (state: (row: BenchRow) => BenchState): number => own.filter((row) => state(row) === 'warn').length;
    return { section, before: count(({ before }) => before), after: count(({ after }) => after), of: own.length };
  });
}
