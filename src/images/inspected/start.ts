import { covers } from '../../compose/container-path';
import type { Service } from '../../compose/types';
import type { Situation } from '../situation';
import type { ImageFacts, NotUnderstood, StartFacts, Step } from '../xray';
import { Asked } from './conditions';

/** A step that happens here, or may. */
export interface Doing {
  step: Step;
  /** False when it hangs on what cannot be told. */
  certain: boolean;
  /** Where it does something, as far as that is known; empty for what has no place. */
  paths: readonly string[];
}

/** What a service does when it starts, as its image says. */
export interface StartHere {
  /** The numbers it starts as. */
  uid?: number;
  gid?: number;
  doings: readonly Doing[];
  /** What was not followed and may happen here. */
  notFollowed: readonly NotFollowed[];
  /** The scripts that say what happens. */
  scripts: StartFacts['scripts'];
}

/** A line of the image, or a key of the service, that says something which was not understood. */
export type NotFollowed = { note: NotUnderstood } | { reason: string };

type Run = Extract<Step, { do: 'run' }>;

/**
 * What happens when a service starts: the steps of its image, asked again under the variables, command, user and mounts of the service.
 * Undefined when the image does not say it: its files were not read, the service has another entrypoint, or starts as somebody for whom
 * nobody has followed it.
 *
 * @param service as it is written.
 */
export function startHere(facts: ImageFacts, service: Service, situation: Situation): StartHere | undefined {
  if (facts.withoutFiles !== undefined) return undefined;
  const { config } = facts;
  if (service.entrypoint !== undefined && service.entrypoint.join('\0') !== config.entrypoint.join('\0')) return undefined;
  const start = startAs(facts, situation);
  const asked = new Asked(facts, service);
  if (!start || (config.entrypoint.length === 0 && asked.otherCommand && !sameProgram(asked.command, config.command))) return undefined;
  const doings: Doing[] = [];
  const notFollowed: NotFollowed[] = [];
  for (const step of start.steps) {
    const happens = asked.happens(step);
    if (happens === false) continue;
    const { paths, unknown } = pathsOf(step, asked);
    if (unknown !== undefined && step.as === 0) notFollowed.push({ reason: `${unknown} decides where ${step.do} happens` });
    doings.push({ step, certain: happens === true, paths });
  }
  for (const note of start.notUnderstood) if (asked.happens(note) !== false) notFollowed.push({ note });
  // Its own command in the place of the image's may do anything, and does it as whom the image's is run.
  if (asked.otherCommand && !sameProgram(asked.command, config.command)) {
    for (const { step } of doings) {
      if (step.do !== 'run' || !step.command || (step.as !== undefined && step.as !== 0)) continue;
      notFollowed.push({ reason: `command: runs ${asked.command[0] ?? 'nothing'} in the place of the image's own command` });
      break;
    }
  }
  const hidden = start.scripts.find(({ path }) => service.mounts.some(({ target }) => target !== '/' && covers(target, path)));
  if (hidden) notFollowed.push({ reason: `a mount lies over ${hidden.path}, which the image starts with` });
  const filled = doings
    .flatMap(({ step, paths }) => (step.do === 'look' && step.by === 'for' ? paths : []))
    .find((path) => mayFill(path, service));
  if (filled !== undefined) notFollowed.push({ reason: `what is mounted at ${filled} is gone through by the start of the image` });
  return { uid: start.uid, gid: start.gid, doings, notFollowed, scripts: start.scripts };
}

/** Whether the service puts files of its own into a directory. */
function mayFill(path: string, { mounts, configs }: Service): boolean {
  const own = [...mounts.filter(({ kind }) => kind === 'bind'), ...configs];
  return own.some(({ target }) => target !== '' && target !== '/' && (covers(target, path) || covers(path, target)));
}

function startAs({ user, start, startAsUser }: ImageFacts, { start: as }: Situation): StartFacts | undefined {
  if (as === 'root') return user.uid === 0 ? start : undefined;
  return user.uid === 0 ? startAsUser : start;
}

function sameProgram(words: readonly string[], others: readonly string[]): boolean {
  return words[0] === others[0] || (words[0]?.startsWith('-') ?? false);
}

/** Where a step does something, with the variables of the service. */
function pathsOf(step: Step, asked: Asked): { paths: string[]; unknown?: string } {
  if (step.do === 'run' || step.do === 'become' || step.do === 'account') return { paths: [] };
  const { path, written, variables = [], others = [] } = step;
  const other = variables.find((name) => asked.changes(name));
  if (other === undefined) {
    if (path !== undefined) return { paths: [path] };
    return others.length > 0 ? { paths: others } : { paths: [], unknown: written };
  }
  const changed = written === undefined ? undefined : asked.written(written);
  return changed?.startsWith('/') ? { paths: [changed] } : { paths: path === undefined ? [] : [path], unknown: other };
}

/** Programs that stay: what takes the place of all before it, or goes on beside it. Scripts and what only starts another one are none. */
export function staying({ doings, scripts }: StartHere): (Doing & { step: Run })[] {
  const runs = doings.filter((each): each is Doing & { step: Run } => each.step.do === 'run');
  const followed = new Set(scripts.map(({ path }) => path));
  return runs.filter(({ step }) => {
    if (!step.replaces && !step.background) return false;
    if (step.script || (step.path !== undefined && followed.has(step.path))) return false;
    return !runs.some(({ step: other }) => other !== step && isRest(other.argv, step.argv));
  });
}

/** `server -x` is what is left of `tini -- server -x`. */
function isRest(words: readonly string[], whole: readonly string[]): boolean {
  if (words.length === 0 || words.length >= whole.length) return false;
  return words.every((word, index) => whole[whole.length - words.length + index] === word);
}
