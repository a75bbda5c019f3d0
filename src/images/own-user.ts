import { type OwnContext, supported } from './own-context';
import type { Draft } from './rules';
import type { Advice, Confidence, Evidence, Verdict } from './types';

type UserAdvice = Pick<Advice, 'user' | 'noUser'>;

/** Whether a service whose image is built here can be given another user, and which. */
export function ownUser(draft: Draft, context: OwnContext): UserAdvice {
  const { own, situation } = context;
  if (situation.startsAsRoot === false) {
    if (situation.user.kind !== 'unset' || !own.user) return { user: draft.user, noUser: draft.noUser };
    const name = own.user.value.text;
    return refusal('known', `${own.user.evidence.ref} makes it start as ${name} already`, [own.user.evidence]);
  }
  if (own.user && situation.user.kind !== 'unset' && situation.imageUser !== 'root' && own.user.value.known) {
    const { evidence } = own.user;
    if (situation.imageUser === undefined) {
      const why = `the image starts as ${own.user.value.text} (${evidence.ref}), whose number is not known: leave user: out`;
      return refusal('generic', why, [evidence]);
    }
    const why = `it is the user of the image (${evidence.ref})`;
    const breaks = 'what it was made root for, and files it has written as root since';
    return { user: { value: situation.imageUser, confidence: 'guess', why, breaks, evidence: [evidence] }, noUser: undefined };
  }
  if (own.user && !own.user.value.known && situation.user.kind === 'unset') {
    const why = `${own.user.evidence.ref} names a user that hangs on a variable, so whom it starts as is not known`;
    return refusal('generic', why, [own.user.evidence]);
  }
  const stepDown = ofStepDown(context);
  if (stepDown) return stepDown;
  const program = own.scripts.flatMap((script) => script.rootPrograms)[0] ?? own.rootPrograms[0];
  if (program) return refusal('generic', `${program.evidence.ref} is about ${program.value}, which needs root`, [program.evidence]);
  return { user: draft.user && better(draft.user, context), noUser: draft.noUser };
}

/** A script that looks whether it is root can be started as the user it steps down to; any other needs root to step down. */
function ofStepDown({ own, service }: OwnContext): UserAdvice | undefined {
  const script = own.scripts.find((each) => each.stepDown);
  if (!script?.stepDown) return undefined;
  const { value, evidence } = script.stepDown;
  const whom = value.to ?? 'another user';
  if (!script.testsUser) return refusal('known', `its start script steps down to ${whom} by itself, which only root can`, [evidence]);
  const account = value.to === undefined ? undefined : own.accounts.get(value.to);
  if (account?.value.uid === undefined) {
    return refusal('known', `its start script steps down to ${whom} by itself, and the number of that user is not known`, [evidence]);
  }
  const { uid, gid } = account.value;
  const prepares = script.capabilities.find(({ value: name }) => name === 'CHOWN');
  const unprepared = prepares !== undefined || service.mounts.length > 0;
  return {
    user: {
      value: gid === undefined ? `${uid}` : `${uid}:${gid}`,
      confidence: unprepared ? 'guess' : 'generic',
      why: `its start script steps down to ${whom} anyway, and does not when it does not start as root${
        prepares ? '; but then nobody gives that user its files' : unprepared ? '; but what is mounted may belong to root' : ''
      }`,
      breaks: 'files and volumes that belong to root',
      evidence: [evidence, script.testsUser, account.evidence],
    },
    noUser: undefined,
  };
}

/** The same guess, with what the Dockerfile says for and against it; a user it makes and does not use is the better one. */
function better(verdict: Verdict<string>, { own, situation, match }: OwnContext): Verdict<string> {
  if (own.source !== 'dockerfile' || verdict.confidence !== 'guess' || situation.user.kind !== 'unset') return verdict;
  const given = own.givenAway[0];
  const [name, account] = [...own.accounts].find(([, fact]) => fact.value.uid !== undefined) ?? [];
  const noUser: Evidence[] =
    own.base && !own.user ? [{ ...own.base.evidence, detail: `${own.base.evidence.detail}, and no USER after it` }] : [];
  if (account && name !== undefined) {
    const { uid, gid } = account.value;
    return {
      ...verdict,
      value: gid === undefined ? `${uid}` : `${uid}:${gid}`,
      why: `${account.evidence.ref} makes the user ${name}, and nothing makes it run as that`,
      evidence: [account.evidence, ...noUser],
    };
  }
  const why = given
    ? `${given.evidence.ref} gives files to ${given.value}, and nothing makes it run as that`
    : match
      ? `${verdict.why}; its Dockerfile gives it no file to write`
      : verdict.why;
  return supported({ ...verdict, why }, [...(given ? [given.evidence] : []), ...noUser]);
}

function refusal(confidence: Confidence, why: string, evidence: Evidence[]): UserAdvice {
  return { user: undefined, noUser: { value: null, confidence, why, evidence } };
}
