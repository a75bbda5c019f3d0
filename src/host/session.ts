import type { Answer, FixSession, Question } from '../harden/api';
import { atLeast } from '../harden/confidence';
import type { FileResult, FindingStatus } from '../harden/types';
import { type HostFinding, resultsOf } from './check';
import type { DockerHost } from './types';

/** A host, question by question, as `fix` asks about a Compose file. Manual steps are not asked. */
export class HostSession implements FixSession {
  private readonly open: readonly HostFinding[];
  /** What was said of each finding so far, in order, and how many findings each answer settled. */
  private readonly said: boolean[] = [];
  private readonly steps: number[] = [];

  constructor(
    private readonly host: DockerHost,
    private readonly found: readonly HostFinding[],
  ) {
    this.open = found.filter(({ finding: { ops } }) => ops !== undefined);
  }

  current(): Question | undefined {
    const index = this.said.length;
    const next = this.open[index];
    if (!next) return undefined;
    const { json } = this.host.daemon;
    const accepted = this.open.slice(0, index).flatMap(({ finding }, at) => (this.said[at] ? finding.ops! : []));
    const before = json.edited(accepted);
    const after = before.edited(next.finding.ops!);
    return {
      ...{ index: index + 1, total: this.open.length, finding: next.finding, path: next.path },
      ...{ before: before.text, after: after.text, files: [] },
    };
  }

  answer(answer: Answer): { error: string } | undefined {
    const { finding } = this.open[this.said.length]!;
    const rest = this.open.length - this.said.length;
    switch (answer.kind) {
      case 'ignore':
        return { error: "the daemon's configuration has no place for a comment; skip it, or leave it out with --skip" };
      case 'edit':
        return { error: 'there is no value to edit' };
      case 'apply':
      case 'skip':
        this.say([answer.kind === 'apply']);
        return undefined;
      case 'skip-file':
        this.say(Array.from({ length: rest }, () => false));
        return undefined;
      case 'apply-service':
      case 'apply-transform':
        this.say(this.run(({ finding: each }) => atLeast(each.confidence, finding.confidence) && alike(answer.kind, each, finding), true));
        return undefined;
      case 'skip-transform':
        this.say(this.run(({ finding: each }) => each.transform === finding.transform, false));
        return undefined;
      case 'skip-guesses':
        this.say(this.run(({ finding: each }) => each.confidence === 'guess', false));
        return undefined;
    }
  }

  undo(): boolean {
    const step = this.steps.pop();
    if (step === undefined) return false;
    this.said.splice(this.said.length - step);
    return true;
  }

  finish(): FileResult[] {
    const settled = this.found.map((each): HostFinding => {
      const at = this.open.indexOf(each);
      if (at < 0) return each;
      const status: FindingStatus = this.said[at] ? 'fixed' : 'held';
      return { ...each, finding: { ...each.finding, status } };
    });
    return resultsOf(this.host, settled);
  }

  /** This finding and those after it, as long as they are meant. */
  private run(meant: (each: HostFinding) => boolean, value: boolean): boolean[] {
    const rest = this.open.slice(this.said.length);
    const end = rest.findIndex((each, at) => at > 0 && !meant(each));
    return rest.slice(0, end < 0 ? undefined : end).map(() => value);
  }

  private say(values: readonly boolean[]): void {
    this.said.push(...values);
    this.steps.push(values.length);
  }
}

function alike(kind: 'apply-service' | 'apply-transform', a: HostFinding['finding'], b: HostFinding['finding']): boolean {
  return kind === 'apply-service' ? a.service === b.service : a.transform === b.transform;
}
