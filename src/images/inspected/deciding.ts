import type { Condition, ImageFacts, StartFacts, Step } from '../xray';
import { isUsualSetuid } from './new-privileges';

/** Lines that were not followed: the first say enough. */
const MAX_NOTES = 50;

/**
 * The facts of an image that decide what is said of a service, and no others: small enough to be kept, sorted, and read by a person. Advice is
 * given from these alone, so that it is the same whether the image was looked into now or before.
 */
export function decidingFacts(facts: ImageFacts): ImageFacts {
  const { config, start, startAsUser } = facts;
  const starts = [start, ...(startAsUser ? [startAsUser] : [])];
  const variables = new Set(starts.flatMap(variablesOf));
  const users = new Set<number | undefined>([facts.user.uid, ...starts.flatMap(ownersOf), ...facts.directories.map(({ uid }) => uid)]);
  const { os: _, startAsUser: _other, ...rest } = facts;
  return {
    ...rest,
    layers: [],
    config: {
      ...config,
      environment: config.environment.flatMap((each) => shortened(each, variables)).sort(),
      labels: {},
      history: [],
    },
    accounts: facts.accounts.filter(({ uid }) => users.has(uid) || (uid >= 1000 && uid < 65_534)),
    groups: [],
    fileCapabilities: facts.fileCapabilities,
    setuid: facts.setuid.filter(({ at, named }) => named.length > 0 || !isUsualSetuid(at.path)),
    start: reduced(start),
    ...(startAsUser && { startAsUser: reduced(startAsUser) }),
    tools: [],
    servers: [],
    unread: [],
  };
}

/** A variable that something hangs on has its value, any other its name. PATH is everywhere. */
function shortened(written: string, variables: ReadonlySet<string>): string[] {
  const name = written.split('=')[0]!;
  return name === 'PATH' ? [] : [variables.has(name) ? written : name];
}

function reduced(start: StartFacts): StartFacts {
  const seen = new Set<string>();
  const steps = start.steps.filter((step) => {
    if (step.do === 'account' || (step.do === 'look' && step.as !== 0)) return false;
    // It is looked at many times, and once is enough.
    if (step.do !== 'look') return true;
    const key = JSON.stringify([step.path ?? step.written, step.recursive, step.when, step.usual]);
    return !seen.has(key) && Boolean(seen.add(key));
  });
  return { ...start, steps, notUnderstood: start.notUnderstood.slice(0, MAX_NOTES) };
}

function variablesOf({ steps, notUnderstood }: StartFacts): string[] {
  return [
    ...steps.flatMap((step) => ('variables' in step ? (step.variables ?? []) : [])),
    ...steps.flatMap((step) => ('owner' in step ? (step.owner.variables ?? []) : [])),
    ...[...steps, ...notUnderstood].flatMap(({ when = [] }) => when.flatMap(namesIn)),
  ];
}

function namesIn(condition: Condition): string[] {
  switch (condition.if) {
    case 'variable':
      return [condition.name];
    case 'unknown':
      return condition.on;
    case 'not':
      return namesIn(condition.of);
    case 'all':
    case 'any':
      return condition.of.flatMap(namesIn);
    default:
      return [];
  }
}

function ownersOf({ uid, steps }: StartFacts): (number | undefined)[] {
  return [uid, ...steps.flatMap((step: Step) => ('owner' in step ? [step.owner.uid] : []))];
}
