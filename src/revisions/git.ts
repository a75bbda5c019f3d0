import { spawnSync } from 'node:child_process';
import { InputError, UsageError } from '../errors';

/** The most that is read of the list of files of a revision, in bytes: some hundred thousand names. */
const MOST_LISTED = 64 * 1024 * 1024;

/**
 * A name for a revision as people write one: a branch, a tag, a commit, `HEAD~2`, `main@{upstream}`. Never an option, a path, or a search
 * through messages; the parts of a name do not begin with a dot.
 */
const REVISION = /^(?![-./])(?!.*(?:\.\.|\/\/|\/\.|\/$|\.$))[A-Za-z0-9_.@/^~{}+=#-]{1,255}$/;

export function isRevision(name: string): boolean {
  return REVISION.test(name);
}

/**
 * A repository of git, of which only objects are read. Nothing in it is run: no hook, no filter, no textconv, no external diff, no file
 * system monitor, and nothing is fetched, whatever its configuration says. Commands print objects, and never check any out.
 */
export class Git {
  private constructor(
    private readonly cwd: string,
    private readonly env: Readonly<Record<string, string | undefined>>,
    /** The directory that paths of revisions count from, absolute. */
    readonly root: string,
  ) {}

  /**
   * The repository that a directory is in.
   *
   * @throws UsageError when it is in none, or git is not there; InputError when git will not read it.
   */
  static open(cwd: string, env: Readonly<Record<string, string | undefined>>): Git {
    const git = new Git(cwd, env, cwd);
    const answer = git.ask(['rev-parse', '--show-toplevel']);
    const root = answer.out.toString('utf8').replace(/\n$/, '');
    if (answer.ok && root !== '') return new Git(root, env, root);
    const said = firstLine(answer.err);
    if (/not a git repository/i.test(said)) {
      throw new UsageError('revisions are compared in a git repository, and this directory is in none', {
        hint: 'name two files or two directories to compare these',
      });
    }
    if (/dubious ownership/i.test(answer.err)) {
      throw new InputError('git', 'git does not read this repository, as it belongs to somebody else', {
        hint: 'if you trust it: git config --global --add safe.directory <directory>',
      });
    }
    throw new InputError('git', `git does not read this repository: ${said || 'it has no work tree'}`, {
      hint: 'git status says more',
    });
  }

  /** The hash of the commit that a name stands for; undefined when there is none. */
  commit(name: string): string | undefined {
    if (!isRevision(name)) return undefined;
    const { ok, out } = this.ask(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]);
    const hash = out.toString('utf8').trim();
    return ok && /^[0-9a-f]{40,64}$/.test(hash) ? hash : undefined;
  }

  /** The nearest commit that both come from; undefined when they have none in common. */
  mergeBase(one: string, other: string): string | undefined {
    const { ok, out } = this.ask(['merge-base', one, other]);
    const hash = out.toString('utf8').split('\n')[0]!.trim();
    return ok && /^[0-9a-f]{40,64}$/.test(hash) ? hash : undefined;
  }

  /** Whether a file, by its path from the root, is one of the index. */
  isTracked(path: string): boolean {
    const { ok, out } = this.ask(['ls-files', '--cached', '-z', '--full-name', '--', path]);
    return ok && out.length > 0;
  }

  /** The files of a commit, as git lists them: `MODE TYPE HASH SIZE<tab>PATH`, each ended by a NUL. @throws InputError `too-large` */
  list(commit: string): string {
    const { ok, out, err, tooMuch } = this.ask(['ls-tree', '-r', '-z', '--long', '--full-tree', commit]);
    if (tooMuch)
      throw new InputError('too-large', `revision ${commit} has more files than are listed`, {
        hint: 'name directories, checked out, instead',
      });
    if (!ok)
      throw new InputError('git', `git does not list revision ${commit}: ${firstLine(err)}`, { hint: 'is the clone a shallow one?' });
    return out.toString('utf8');
  }

  /**
   * The bytes of blobs, by hash.
   *
   * @param size how many bytes they have together, as the list says.
   * @throws InputError `unreadable` for one that is not here, as in a partial clone.
   */
  blobs(hashes: readonly string[], size: number): Map<string, Buffer> {
    const { out } = this.ask(['cat-file', '--batch'], hashes.map((hash) => `${hash}\n`).join(''), size + hashes.length * 128 + 1024);
    const found = new Map<string, Buffer>();
    let at = 0;
    for (const hash of hashes) {
      const end = out.indexOf(10, at);
      const [, type, length = ''] = out.subarray(at, Math.max(end, at)).toString('latin1').split(' ');
      if (end < 0 || type !== 'blob' || !/^\d+$/.test(length)) {
        throw new InputError('unreadable', `git does not have the object ${hash}`, { hint: 'fetch it: batten fetches nothing' });
      }
      at = end + 1 + Number(length) + 1;
      found.set(hash, out.subarray(end + 1, at - 1));
    }
    return found;
  }

  private ask(words: readonly string[], input?: string, most = MOST_LISTED): { ok: boolean; out: Buffer; err: string; tooMuch: boolean } {
    const { status, stdout, stderr, error } = spawnSync('git', [...SAFE, ...words], {
      cwd: this.cwd,
      input,
      env: { ...this.env, ...STILL } as NodeJS.ProcessEnv,
      maxBuffer: most,
      windowsHide: true,
    });
    const code = (error as NodeJS.ErrnoException | undefined)?.code;
    if (code === 'ENOENT')
      throw new UsageError('git was not found, which revisions are read with', { hint: 'install git, or name two files or directories' });
    return { ok: status === 0 && !error, out: stdout ?? Buffer.alloc(0), err: stderr?.toString('utf8') ?? '', tooMuch: code === 'ENOBUFS' };
  }
}

/** Stronger than what the repository's own configuration says. */
const SAFE = [
  '--no-pager',
  '--no-replace-objects',
  '--literal-pathspecs',
  ...[
    'core.fsmonitor=false',
    'core.hooksPath=/dev/null',
    'core.pager=cat',
    'core.quotePath=true',
    'protocol.allow=never',
    'diff.external=',
  ].flatMap((setting) => ['-c', setting]),
];

/** Objects that are missing are not fetched, nobody is asked for anything, and nothing is written. */
const STILL = {
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_EXTERNAL_DIFF: undefined,
  GIT_PAGER: 'cat',
  LC_ALL: 'C',
};

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/^(?:fatal|error): /, '');
}
