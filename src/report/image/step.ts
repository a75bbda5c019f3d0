import type { ImageFacts, OwnerFacts, PathFacts, Step } from '../../images/xray';

/** What a step does, in the words of who reads it: `gives /data and all below to redis (999)`. */
export function stepText(step: Step): string {
  switch (step.do) {
    case 'run':
      // The first process is not preceded by another.
      if (step.at.path === 'config') return `starts ${step.argv.join(' ')}`;
      return `${step.replaces ? 'becomes' : step.background ? 'starts' : 'runs'} ${step.argv.join(' ')}`;
    case 'become':
      return `becomes ${ownerText(step.owner)} by ${step.by}`;
    case 'chown':
      return `gives ${pathText(step)}${step.recursive ? ' and all below' : ''} to ${ownerText(step.owner)}`;
    case 'chmod':
      return `sets the mode of ${pathText(step)}${step.recursive ? ' and all below' : ''} to ${step.mode}`;
    case 'write':
      return `${step.what === 'directory' ? 'makes' : 'writes'} ${pathText(step)}${step.keepsOwner ? ', with owners' : ''}`;
    case 'remove':
      return `removes ${pathText(step)}`;
    case 'link':
      return `links ${pathText(step)} to ${step.to}`;
    case 'look':
      return `looks at ${pathText(step)}`;
    case 'account':
      return `changes the account ${step.name ?? ''} (${step.by})`;
  }
}

function pathText({ path, written, variables }: PathFacts): string {
  const own = path ?? written ?? '?';
  return variables && variables.length > 0 ? `${own} (by ${variables.map(variableText).join(', ')})` : own;
}

function variableText(name: string): string {
  return name === '$@' ? 'the command' : name;
}

export function ownerText({ written, uid, gid, variables }: OwnerFacts): string {
  const number = uid === undefined ? undefined : `${uid}${gid === undefined ? '' : `:${gid}`}`;
  const name = number === undefined ? written : number === written ? number : `${written} (${number})`;
  return variables && variables.length > 0 ? `${name} (by ${variables.map(variableText).join(', ')})` : name;
}

/** `root`, `postgres`, `1000`, or `somebody` when it is not known. */
export function whoText(uid: number | undefined, { accounts }: Pick<ImageFacts, 'accounts'>): string {
  if (uid === undefined) return 'somebody';
  return uid === 0 ? 'root' : (accounts.find((each) => each.uid === uid)?.name ?? String(uid));
}
