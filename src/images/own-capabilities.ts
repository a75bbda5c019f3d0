import { DEFAULT_CAPABILITIES } from '../compose/capabilities';
import type { Match } from './match';
import { type OwnContext, supported } from './own-context';
import type { Fact, OwnImage } from './own-image';
import { capabilitiesOf } from './programs';
import type { Evidence, Verdict } from './types';

/** Init programs: as root they signal processes of another uid. */
const INIT = /(^|\/)(tini|dumb-init|catatonit|s6-svscan)$/;

/** The capabilities of an image whose build can be read. Never fewer than the rule of thumb, unless what is read says so. */
export function ownCapabilities(verdict: Verdict<string[]>, context: OwnContext): Verdict<string[]> {
  return context.situation.start === 'user' ? ofUser(verdict, context) : ofRoot(verdict, context);
}

/** Another user than root gets nothing from added capabilities, but must be allowed to execute programs that have some. */
function ofUser(verdict: Verdict<string[]>, { own, match, situation }: OwnContext): Verdict<string[]> {
  const who = situation.user.kind === 'unset' && own.user ? [own.user.evidence] : [];
  const what = who[0] ? `${who[0].ref} makes it start as another user than root` : 'it starts as another user than root';
  const unseen = unseenFiles(own, match);
  const given = own.fileCapabilities;
  if (given.length === 0 && unseen === undefined) {
    return {
      value: [],
      confidence: 'known',
      why: `${what}, and neither the base image nor its build gives a program file capabilities`,
      evidence: [...who, ...baseEvidence(own)],
    };
  }
  const value = new Set(['NET_BIND_SERVICE', ...given.flatMap((fact) => fact.value)]);
  const reason = given[0]
    ? `a program to which ${given[0].evidence.ref} gives ${given[0].value.join(' and ')} cannot be executed without it`
    : `a program with a file capability could not be executed without it, and one may come with ${unseen}`;
  return {
    value: [...value].sort(),
    confidence: 'generic',
    why: `${what}; ${reason}`,
    breaks: given[0] ? undefined : 'programs with another file capability, such as ping',
    evidence: [...(given[0] ? [] : verdict.evidence), ...who, ...given.map((fact) => fact.evidence)],
  };
}

function ofRoot(verdict: Verdict<string[]>, context: OwnContext): Verdict<string[]> {
  const { own, templated } = context;
  const exact = steppingDown(context);
  if (exact && !templated) return exact;
  const facts = [...scriptCapabilities(own.scripts), ...fileCapabilities(own), ...daemonCapabilities(own)];
  const missing = facts.filter(({ value }) => !verdict.value.includes(value));
  const added = [...new Set(missing.map(({ value }) => value))];
  const why = missing.map(({ value, evidence }) => `${value} because of ${evidence.ref}`);
  const rootless = own.user === undefined && own.source === 'dockerfile' && own.base && !templated;
  const evidence: Evidence[] = rootless
    ? [{ ...own.base!.evidence, detail: `${own.base!.evidence.detail}, and no USER after it` }]
    : own.user && !templated
      ? [own.user.evidence]
      : [];
  return supported({ ...verdict, value: [...verdict.value, ...added].sort(), why: [verdict.why, ...new Set(why)].join('; ') }, [
    ...evidence,
    ...missing.map((fact) => fact.evidence),
    ...scriptEvidence(own.scripts),
  ]);
}

/**
 * A start script that steps down and whose every command is understood needs what these commands use, and what runs after it nothing: not
 * the command either that it ends with, be it a script itself.
 */
function steppingDown({ own, match, service, situation }: OwnContext): Verdict<string[]> | undefined {
  const at = own.scripts.findIndex((each) => each.stepDown);
  const script = own.scripts[at];
  const stepDown = script?.stepDown;
  if (!script || !stepDown || !(stepDown.value.last || script.testsUser)) return undefined;
  // Whatever the base image starts first would run as root, unless it is known to do nothing of its own.
  if (!service.entrypoint && !own.scratch && match?.template.role !== 'runtime') return undefined;
  const asRoot = own.scripts.slice(0, at + 1);
  if (asRoot.some((each) => each.notUnderstood || each.rootPrograms.length > 0) || own.rootPrograms.length > 0) return undefined;
  const value = new Set([...scriptCapabilities(asRoot), ...fileCapabilities(own)].map((fact) => fact.value));
  const reasons = [`${stepDown.evidence.ref} steps down with ${stepDown.value.program}`];
  const init = (service.entrypoint ?? []).find((word) => INIT.test(word));
  if (init || situation.init || !stepDown.value.replaces) {
    value.add('KILL');
    reasons.push(init ? `${init} passes signals on to another user` : 'a process that stays root passes signals on to another user');
  }
  const unseen = unseenFiles(own, match);
  if (unseen) value.add('NET_BIND_SERVICE');
  return {
    value: [...value].sort(),
    confidence: unseen ? 'generic' : 'known',
    why: `${reasons.join('; ')}; what the script does before needs the rest`,
    breaks: 'what the script runs only under conditions that do not hold here',
    evidence: scriptEvidence(asRoot),
  };
}

/** Why a file capability may be where nobody looked; undefined when everything was seen. */
export function unseenFiles(own: OwnImage, match: Match | undefined): string | undefined {
  if (own.unseenFiles) return own.unseenFiles;
  if (own.scratch) return undefined;
  const users = match?.template.capabilities.filter((entry) => entry.when?.start === 'user') ?? [];
  return users.length > 0 && users.every((entry) => entry.value.length === 0) ? undefined : 'the base image, which is not known';
}

function baseEvidence(own: OwnImage): Evidence[] {
  return own.base ? [own.base.evidence] : [];
}

function scriptCapabilities(scripts: OwnImage['scripts']): Fact<string>[] {
  return scripts.flatMap((script) => script.capabilities);
}

function fileCapabilities(own: OwnImage): Fact<string>[] {
  return own.fileCapabilities.flatMap(({ value, evidence }) => value.map((name) => ({ value: name, evidence })));
}

/** What daemons that are installed use as root, of what Docker gives. */
function daemonCapabilities(own: OwnImage): Fact<string>[] {
  return own.rootPrograms.flatMap(({ value, evidence }) =>
    capabilitiesOf(value).flatMap((name) => (DEFAULT_CAPABILITIES.includes(name) ? [{ value: name, evidence }] : [])),
  );
}

function scriptEvidence(scripts: OwnImage['scripts']): Evidence[] {
  const all = scripts.flatMap((script) => [
    ...(script.stepDown ? [script.stepDown.evidence] : []),
    ...script.capabilities.map((fact) => fact.evidence),
  ]);
  return all.filter((each, index) => all.findIndex((other) => other.ref === each.ref) === index);
}
