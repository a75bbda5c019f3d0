import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { printOn } from '../cli/screen';
import { ANYWHERE, namedOutput } from '../compose/bounds';
import { readInput } from '../compose/read';
import { writeFileAtomic } from '../compose/write';
import { UsageError } from '../errors';
import { batten } from '../index';
import { say } from '../report/text/screen';
import { exact } from '../report/text/text';
import { Api } from './api';
import { type Checked, checkAll } from './check';
import { sayReview } from './comment';
import { MAX_REVIEW_BYTES, type Review, readReview } from './review';

/** The file that the first stage leaves for the second. */
const REVIEW = 'batten-review.json';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * What the action for GitHub does: `check` looks at the files and needs no token; `comment` says what was found beside the pull request; `both` does
 * one after the other. On forks they are two jobs, as one has the fork's files and the other a token that may write.
 *
 * @returns the exit code.
 */
export async function runAction(env: Env, cwd: string): Promise<number> {
  const stage = env.BATTEN_STAGE || 'both';
  if (!['check', 'comment', 'both'].includes(stage))
    throw new UsageError(`stage "${stage}" is none`, { hint: 'there is check, comment and both' });
  const directory = env.GITHUB_WORKSPACE || cwd;
  const file = path.resolve(directory, env.BATTEN_REVIEW || REVIEW);
  let code = 0;
  let review: Review | undefined;
  if (stage !== 'comment') {
    const checked = checkAll({
      directory,
      paths: words(env.BATTEN_PATHS || '.'),
      base: env.BATTEN_BASE || undefined,
      head: env.BATTEN_HEAD || '',
      failOn: env.BATTEN_FAIL_ON ?? '',
      env: quietEnv(env),
    });
    ({ review } = checked);
    tell(checked, env);
    writeFileAtomic(file, `${JSON.stringify(review)}\n`, { within: namedOutput(directory), shown: REVIEW });
    code = answer(checked, env.BATTEN_FAIL_CHECK !== 'false');
  }
  if (stage !== 'check') await comment(env, review ?? stored(file));
  return code;
}

/** A word for each line or blank. */
function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

/** Commands that run over somebody's files need no token. */
function quietEnv(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/TOKEN|SECRET|^ACTIONS_|^INPUT_/i.test(name)));
}

function tell({ annotations, summary, messages }: Checked, env: Env): void {
  printOn(process.stdout, exact(annotations));
  printOn(process.stderr, say`${say.join(messages.split('\n'), '\n')}`);
  if (env.GITHUB_STEP_SUMMARY) appendFileSync(env.GITHUB_STEP_SUMMARY, summary);
}

function answer({ check, diff }: Checked, failsOnFindings: boolean): number {
  if (check === 2 || diff === 2) return 2;
  return (failsOnFindings && check === 1) || diff === 1 ? 1 : 0;
}

function stored(file: string): Review {
  const { text } = readInput(file, REVIEW, ANYWHERE, MAX_REVIEW_BYTES);
  const review = readReview(text, new Set(batten.transforms().map(({ id }) => id)));
  if (!review) throw new UsageError(`${REVIEW} is no review of batten`, { hint: 'the stage check writes it, and the artifact has it' });
  return review;
}

async function comment(env: Env, review: Review): Promise<void> {
  const { BATTEN_TOKEN: token, GITHUB_REPOSITORY: repository = '', GITHUB_API_URL: url = 'https://api.github.com' } = env;
  if (!token)
    throw new UsageError('there is no token to comment with', { hint: 'pass github-token, and give the job pull-requests: write' });
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw new UsageError('GITHUB_REPOSITORY is not owner/name');
  const api = new Api({ url, token });
  const number = Number(env.BATTEN_PULL_REQUEST) || (await pullRequestOf(api, repository, review.head, env));
  if (!number) {
    printOn(process.stderr, say`No pull request of ${review.head} is open: nothing is said.\n`);
    return;
  }
  // What was looked at is said by GitHub where it can be, as the review may be a fork's.
  const head = env.BATTEN_HEAD || review.head;
  const done = await sayReview(
    api,
    { repository, number },
    { ...review, head },
    { name: env.BATTEN_NAME || 'review', suggest: env.BATTEN_SUGGEST !== 'false' },
  );
  for (const line of done) printOn(process.stderr, say`#${number}: ${line}\n`);
}

/** The open pull request of a branch, which may be a fork's, whose head is just that commit. */
async function pullRequestOf(api: Api, repository: string, head: string, env: Env): Promise<number | undefined> {
  const { BATTEN_HEAD_OWNER: owner, BATTEN_HEAD_BRANCH: branch } = env;
  if (!owner || !branch) return undefined;
  const query = new URLSearchParams({ state: 'open', head: `${owner}:${branch}` });
  const pulls = await api.ask<{ number: number; head: { sha: string } }[]>('GET', `/repos/${repository}/pulls?${query}`);
  return pulls.find((pull) => pull.head.sha === (env.BATTEN_HEAD || head))?.number;
}
