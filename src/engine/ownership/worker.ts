import { existsSync } from 'node:fs';
import { EngineError } from '../../errors';
import { type Listing, ListingError, readListing } from '../../ownership/entries';
import { type NumberMap, readNumberMap, SAME } from '../../ownership/numbers';
import type { Engine } from '../client/engine';
import { processHome } from '../trial/machine';
import { HOME_LABEL } from '../trial/options';

/** What a worker is given: the source of a mount, as the Engine knows it. */
export type WorkerMount =
  | { type: 'volume'; name: string; subpath?: string }
  /** A file or directory of the host, absolute and without links. */
  | { type: 'bind'; path: string };

/** A local image that can do the work, and whether it lends the programs of this host for that. */
export interface Toolbox {
  image: string;
  hostTools: boolean;
}

/** What the kernel says of a mount in a worker. */
export interface MountFacts {
  users: NumberMap;
  groups: NumberMap;
  /** As /proc/self/mountinfo has it: `ext4`, `nfs4`, `fuse.mergerfs`. */
  fileSystem: string;
  readOnly: boolean;
}

/** The label of every container that works on owners. Its value begins with the process that made it. */
export const OWNERS_LABEL = 'batten.migrate';

/** Where the mount is in a worker. Nothing else of it can be written to, so that a link in the mount leads to nothing. */
const ROOT = '/batten';

/** Of the host, where an image has no programs of its own. */
const HOST_PROGRAMS = ['/bin', '/usr', '/lib', '/lib64'];

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Lines of numbers and as many names, in turns; see `readListing`. Both GNU's programs and BusyBox's know these words. */
const LIST = `find ${ROOT} -xdev -exec sh -c 'stat -c "%f %u %g %h %d %i" "$@" && printf "%s\\0" "$@"' sh {} +`;

/** Names come as `printf %b` reads them, so that a name may be any bytes. */
const CHOWN = 'owner=$1; shift; printf "%b\\0" "$@" | xargs -0 chown -h -- "$owner"';

const FACTS = `cat /proc/self/uid_map; echo; cat /proc/self/gid_map; echo; grep -F ' ${ROOT} ' /proc/self/mountinfo; echo`;

/** What an image without the programs answers. */
const NO_TOOLS = 91;
const TOOLS = `for tool in find stat chown xargs head grep cat; do command -v $tool >/dev/null || exit ${NO_TOOLS}; done`;

/** The most that is read of a listing, in bytes. */
const MOST_OF_A_LISTING = 2 ** 30;
/** Names of one call: the kernel takes two megabytes of arguments, and one argument of 128 kilobytes. */
const BATCH_BYTES = 400_000;
const BATCH_NAMES = 4000;

/** A container of an image that does nothing as root of itself, told by a label. */
function sleeping(image: string, label: string) {
  return {
    Image: image,
    Entrypoint: ['sleep', '86400'],
    Cmd: [],
    Env: [PATH],
    User: '0:0',
    Labels: { [OWNERS_LABEL]: label, [HOME_LABEL]: processHome() },
  };
}

/**
 * A container that looks at the owners of one mount, and changes them. It has no network, nothing else it could write to, and of capabilities what
 * chown takes; it never follows a link, and where one is put in the way it leads to the container's own files.
 */
export class Worker {
  private constructor(
    private readonly engine: Engine,
    private readonly id: string,
  ) {}

  /**
   * Starts a worker, and finds out whether it can do its work.
   *
   * @param label what tells the containers of this project, beginning with the number of this process.
   * @param known whether the image is known to have the programs.
   * @returns undefined when the image has not the programs.
   * @throws EngineAnswer when the mount cannot be mounted.
   */
  static async start(
    engine: Engine,
    { image, hostTools }: Toolbox,
    mount: WorkerMount,
    label: string,
    known = false,
  ): Promise<Worker | undefined> {
    const id = await engine.createContainer({
      ...sleeping(image, label),
      WorkingDir: '/',
      Healthcheck: { Test: ['NONE'] },
      HostConfig: {
        NetworkMode: 'none',
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        // Not DAC_READ_SEARCH, with which every file of the Engine's disk could be opened by its handle.
        CapAdd: ['CHOWN', 'DAC_OVERRIDE'],
        SecurityOpt: ['no-new-privileges', ...(engine.facts.security.includes('selinux') ? ['label=disable'] : [])],
        // On an Engine that gives containers numbers of their own, what belongs to others can only be changed with the host's.
        ...(engine.facts.security.includes('userns') && { UsernsMode: 'host' }),
        LogConfig: { Type: 'none' },
        Mounts: [mountOf(mount), ...(hostTools ? HOST_PROGRAMS.filter((each) => existsSync(each)).map(hostProgram) : [])],
      },
    });
    const worker = new Worker(engine, id);
    try {
      await engine.startContainer(id);
      if (known || (await worker.run(TOOLS)).code === 0) return worker;
    } catch (error) {
      await worker.end();
      if (isMissingProgram(error)) return undefined;
      throw error;
    }
    await worker.end();
    return undefined;
  }

  /** What the kernel says of the numbers of a container as this Engine makes them: its uid_map and gid_map. */
  static async numbers(engine: Engine, image: string, label: string): Promise<[string, string]> {
    const id = await engine.createContainer({
      ...sleeping(image, label),
      HostConfig: { NetworkMode: 'none', CapDrop: ['ALL'], ReadonlyRootfs: true },
    });
    try {
      await engine.startContainer(id);
      const { out } = await engine.execBytes(id, ['cat', '/proc/self/uid_map', '/proc/self/gid_map']);
      const lines = out.toString('latin1').trim().split('\n');
      return [lines.slice(0, lines.length / 2).join('\n'), lines.slice(lines.length / 2).join('\n')];
    } finally {
      await engine.removeContainer(id).catch(() => undefined);
    }
  }

  /**
   * Everything in the mount, without what is mounted in it, and what the kernel says of it.
   *
   * @param atMost bytes of the listing.
   * @throws ListingError when it changes while it is read.
   */
  async look(atMost = MOST_OF_A_LISTING): Promise<{ listing: Listing; facts: MountFacts }> {
    const { out, err, code } = await this.run(`${FACTS}; ${LIST} | head -c ${atMost}`);
    const [users, groups, mount, list] = sections(out);
    const complete = list.length < atMost;
    // The exit code is that of the last command; what the others miss, they say.
    if (complete && (code !== 0 || err.length > 0)) throw new ListingError(lastLine(err) || `it ended with ${code}`);
    return { listing: readListing(list, ROOT, complete), facts: factsOf(users, groups, mount) };
  }

  /**
   * Gives entries another owner.
   *
   * @param paths from the top of the mount, a character for each byte.
   * @throws EngineError with what was said when it may not.
   */
  async chown(owner: { uid: number; gid: number }, paths: readonly string[]): Promise<void> {
    for (const batch of batchesOf(paths)) {
      const { code, err } = await this.run(CHOWN, [`${owner.uid}:${owner.gid}`, ...batch]);
      if (code !== 0) throw new EngineError(`the owner cannot be changed: ${lastLine(err) || `chown ended with ${code}`}`);
    }
  }

  async end(): Promise<void> {
    await this.engine.removeContainer(this.id).catch(() => undefined);
  }

  private run(script: string, args: readonly string[] = []): ReturnType<Engine['execBytes']> {
    return this.engine.execBytes(this.id, ['sh', '-c', script, 'sh', ...args]);
  }
}

/** What is before the first three empty lines, and all that follows. */
function sections(bytes: Buffer): [string, string, string, Buffer] {
  const texts: string[] = [];
  let at = 0;
  while (texts.length < 3) {
    const end = bytes.indexOf('\n\n', at);
    if (end < 0) throw new ListingError('what is mounted cannot be looked at');
    texts.push(bytes.toString('latin1', at, end));
    at = end + 2;
  }
  return [...(texts as [string, string, string]), bytes.subarray(at)];
}

/** From a line of /proc/self/mountinfo; see proc_pid_mountinfo(5). */
function factsOf(users: string, groups: string, mount: string): MountFacts {
  const [before = '', after = ''] = (mount.trim().split('\n').at(-1) ?? '').split(' - ');
  const [, , , , , options = ''] = before.split(' ');
  const [fileSystem = '', , superOptions = ''] = after.split(' ');
  return {
    users: readNumberMap(users) ?? SAME,
    groups: readNumberMap(groups) ?? SAME,
    fileSystem,
    readOnly: [options, superOptions].some((each) => each.split(',').includes('ro')),
  };
}

function mountOf(mount: WorkerMount): Record<string, unknown> {
  if (mount.type === 'bind')
    return { Type: 'bind', Source: mount.path, Target: ROOT, BindOptions: { NonRecursive: true, Propagation: 'private' } };
  const { name, subpath } = mount;
  return { Type: 'volume', Source: name, Target: ROOT, VolumeOptions: { NoCopy: true, ...(subpath && { Subpath: subpath }) } };
}

function hostProgram(path: string): Record<string, unknown> {
  return { Type: 'bind', Source: path, Target: path, ReadOnly: true, BindOptions: { NonRecursive: true, Propagation: 'private' } };
}

/** Whether the Engine says that what it should start is not there. */
function isMissingProgram(error: unknown): boolean {
  return (
    error instanceof Error && /executable file not found|no such file or directory|exec format error|permission denied/i.test(error.message)
  );
}

function lastLine(bytes: Buffer): string {
  return bytes.toString('utf8').trim().split('\n').at(-1) ?? '';
}

/** Names as arguments of one call. */
export function* batchesOf(paths: readonly string[]): Generator<string[]> {
  let batch: string[] = [];
  let size = 0;
  for (const path of paths) {
    const name = escaped(path === '' ? ROOT : `${ROOT}/${path}`);
    if (batch.length > 0 && (size + name.length > BATCH_BYTES || batch.length >= BATCH_NAMES)) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(name);
    size += name.length + 1;
  }
  if (batch.length > 0) yield batch;
}

/** For `printf %b`: what is more than a plain character, by the number of its byte. */
function escaped(name: string): string {
  return name.replace(/[^\w./-]/g, (character) => `\\0${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
