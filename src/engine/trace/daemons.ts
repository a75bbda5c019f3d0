import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The processes of this machine, as `/proc` shows them. */
interface Process {
  pid: number;
  name: string;
  parent: number;
}

/**
 * The containerd that starts the containers of the Engine behind a socket: the child of its dockerd, else the only one of the machine, which
 * a packaged dockerd shares. Undefined when the Engine is not a process here, as in Docker Desktop, or when there are several to choose from.
 */
export function containerdOf(socket: string): number | undefined {
  const all = processes();
  const engine = holderOf(socket, all);
  if (engine === undefined) return undefined;
  const daemons = all.filter(({ name }) => name === 'containerd');
  const own = daemons.find(({ parent }) => parent === engine);
  if (own) return own.pid;
  const shared = daemons.filter(({ parent }) => !all.some(({ pid, name }) => pid === parent && name === 'dockerd'));
  return shared.length === 1 ? shared[0]!.pid : undefined;
}

/** The dockerd that listens on a socket. systemd, which may have opened it, holds it too. */
function holderOf(socket: string, all: readonly Process[]): number | undefined {
  const inodes = new Set(
    readFileSync('/proc/net/unix', 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      // A symbolic link, such as /var/run, shows as what it leads to.
      .filter((words) => words[7] !== undefined && (words[7] === socket || `/var${words[7]}` === socket))
      .map((words) => `socket:[${words[6]}]`),
  );
  return all.find(({ pid, name }) => name === 'dockerd' && openFiles(pid).some((file) => inodes.has(file)))?.pid;
}

function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [, comm = '', rest = ''] = /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
        return [{ pid: Number(name), name: comm, parent: Number(rest) }];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}

function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return '';
      }
    });
  } catch {
    return [];
  }
}

/** The threads of a process, by the numbers the kernel traces. */
export function threadsOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).map(Number);
}

/** The container a shim was started for, by its arguments; undefined when it has ended, or is not for one container. */
export function containerOfShim(pid: number): string | undefined {
  try {
    return /(?:^|[\0/])([\da-f]{64})(?:[\0/]|$)/.exec(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
