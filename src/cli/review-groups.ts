import type { Answer, PlannedChange, PlanSession } from '../harden/api';
import { atLeast } from '../harden/confidence';
import type { Confidence, Finding } from '../harden/types';

/** A project that is looked at as a whole. */
export interface Reviewed {
  path: string;
  plan: PlanSession;
  /** Answers of an earlier review, by the key of the change. */
  remembered?: ReadonlyMap<string, Answer>;
  /** What is sure in it, where that is said for it alone. */
  least?: Confidence;
}

/** A change of one of the projects. */
export interface Item extends PlannedChange {
  /** The number of the project. */
  file: number;
  sure: boolean;
}

/** Changes that one answer is for. */
export interface Group {
  by: 'control' | 'service';
  transform: string;
  service: string;
  file: number;
  sure: boolean;
  items: Item[];
}

/** All changes of all projects, with whether they are at or above a confidence. */
export function itemsOf(files: readonly Reviewed[], least: Confidence): Item[] {
  return files.flatMap(({ plan, least: own = least }, file) =>
    plan.changes().map((change) => ({ ...change, file, sure: !change.finding.decide && atLeast(change.finding.confidence, own) })),
  );
}

/** The changes by control, what is sure first; in the order of the chain. */
export function byControl(items: readonly Item[]): Group[] {
  const groups = grouped(items, ({ finding, sure }) => [finding.transform, sure], 'control');
  return [...groups.filter(({ sure }) => sure), ...groups.filter(({ sure }) => !sure)];
}

/** The changes by service, in the order of the files. */
export function byService(items: readonly Item[]): Group[] {
  const groups = grouped(items, ({ finding, sure, file }) => [file, finding.service, sure], 'service');
  const line = ({ items: [first] }: Group): number => first!.finding.range.start.line;
  return groups.sort((a, b) => Number(b.sure) - Number(a.sure) || a.file - b.file || line(a) - line(b));
}

function grouped(items: readonly Item[], of: (item: Item) => unknown[], by: Group['by']): Group[] {
  const groups = new Map<string, Group>();
  for (const item of items) {
    const key = JSON.stringify(of(item));
    const { transform, service } = item.finding;
    const group = groups.get(key) ?? { by, transform, service, file: item.file, sure: item.sure, items: [] };
    group.items.push(item);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Changes that do the same to their services, for the same reasons: who has seen one has seen them all. */
export function alike(items: readonly Item[]): Item[][] {
  const classes = new Map<string, Item[]>();
  for (const item of items) {
    const key = likeness(item.finding);
    classes.set(key, [...(classes.get(key) ?? []), item]);
  }
  return [...classes.values()].sort((a, b) => b.length - a.length);
}

/** Whether a manual step stays one whatever is said here: nothing is asked about it. */
export function isLeftToPerson({ status, decide }: Finding): boolean {
  return status === 'manual' && !decide;
}

/** Whether the person is asked for a value: there is no change without one, or only a guess at it. */
export function asksForValue({ finding, sure }: Pick<Item, 'finding' | 'sure'>): boolean {
  return finding.decide !== undefined || (!sure && finding.editable?.choices !== undefined);
}

/** What a change does, without the service it does it to; and why. Decisions are alike where the same is to be answered to the same end. */
export function likeness({ transform, confidence, service, ops = [], files = [], evidence, editable, decide }: Finding): string {
  const place = (path: readonly unknown[]): unknown[] => path.map((step) => (step === service ? 0 : typeof step === 'number' ? 1 : step));
  const does = ops.map((op) => ({ ...op, path: place(op.path) }));
  return JSON.stringify([transform, confidence, does, files.map(({ path }) => path), evidence, editable?.value, decide?.choices]);
}
