import { lessSure } from './confidence';
import type { Hints, Said } from './hints/ask';
import { supported } from './own-context';
import type { Draft } from './rules';
import type { TmpfsMount, Verdict } from './types';

/** What is known of this kind of image, of the programs it is told to run and of the configuration it is given changes what is said of it. */
export function applyHints(draft: Draft, hints: Hints): void {
  capabilities(draft, hints);
  if (draft.noNewPrivileges.value) draft.noNewPrivileges = refused(hints.first('no_new_privileges'), false) ?? draft.noNewPrivileges;
  const root = draft.user && hints.first('user');
  if (root) {
    draft.user = undefined;
    draft.noUser = refused(root, null);
  }
  draft.readOnly = refused(draft.readOnly.value === false ? undefined : hints.first('read_only'), false) ?? draft.readOnly;
  mounts(draft, hints);
  const calls = draft.egress.value === 'none' ? hints.first('egress') : undefined;
  if (calls) draft.egress = { ...draft.egress, value: 'unknown', confidence: 'guess', why: calls.why };
}

function refused<T>(said: Omit<Said<'read_only'>, 'value'> | undefined, value: T): Verdict<T> | undefined {
  return said && { value, confidence: said.confidence, why: said.why, breaks: said.breaks, evidence: said.evidence };
}

/** What hints add is no surer than they are. */
function capabilities(draft: Draft, hints: Hints): void {
  for (const { value, confidence, why, evidence } of hints.all('capabilities')) {
    const added = value.filter((name) => !draft.capabilities.value.includes(name) && hints.has(name));
    if (added.length === 0) continue;
    const verdict = supported(draft.capabilities, evidence);
    draft.capabilities = {
      ...verdict,
      value: [...verdict.value, ...added].sort(),
      confidence: lessSure(verdict.confidence, confidence),
      why: `${verdict.why}; ${added.join(', ')} because ${why}`,
    };
  }
}

function mounts(draft: Draft, hints: Hints): void {
  const verdict = draft.readOnly;
  if (verdict.value === false) return;
  let { tmpfs } = verdict.value;
  const evidence = [...verdict.evidence];
  for (const said of hints.all('tmpfs')) {
    const missing = said.value.filter(({ path }) => !tmpfs.some((each) => each.path === path));
    if (missing.length === 0) continue;
    tmpfs = [...tmpfs, ...missing];
    evidence.push(...said.evidence);
  }
  const exec = hints.first('exec');
  if (exec) {
    tmpfs = tmpfs.map((each): TmpfsMount => (exec.value.includes(each.path) ? { ...each, exec: true } : each));
    evidence.push(...exec.evidence);
  }
  draft.readOnly = { ...verdict, value: { tmpfs }, evidence };
}
