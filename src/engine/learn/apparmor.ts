import { run } from '../compose/cli';
import type { Running } from '../prove/run-stack';
import { USUAL_FIRST } from '../search/capabilities';
import type { Scratch } from '../trial/scratch';
import type { Settings } from './confirm';
import { traceOf, type Watched } from './watch';

/** What a profile is made of. */
export interface ProfileFacts {
  /** Unique on the machine: the kernel knows profiles by name alone. */
  name: string;
  /** What the service is left, as in `cap_add`. */
  capabilities: readonly string[];
  /** `inet stream`; undefined when they were not seen. */
  sockets?: readonly string[];
  /** Programs, where links lead; undefined when they were not seen. */
  programs?: readonly string[];
  /** Directories and files that are written to: volumes, tmpfs mounts, and what lies in the image. */
  writes: readonly string[];
}

/** An AppArmor profile, and what could be done to check it. */
export interface LearnedApparmor {
  name: string;
  text: string;
  /** The file it was written to. */
  file?: string;
  /** What apparmor_parser says of its syntax: nothing against it, or an error; undefined where it is not installed. */
  syntax?: 'ok' | string;
}

/**
 * Writes a profile in the manner of Docker's own and of bane: what was seen is allowed, the rest of the file system can be read, and what
 * docker-default denies is denied. Its rules for /proc and /sys are those of
 * https://github.com/moby/profiles/blob/main/apparmor/template.go
 */
export function apparmorOf({ name, capabilities, sockets, programs, writes }: ProfileFacts): string {
  const families = sockets === undefined ? ['network,'] : [...networks(sockets).map((each) => `network ${each},`), 'unix,'];
  const lines = [
    ...capabilities.map((capability) => `capability ${capability.toLowerCase()},`),
    '',
    ...families,
    '',
    '# All can be read; libraries are mapped from everywhere.',
    '/ r,',
    '/** mrk,',
    ...(programs === undefined ? ['/** ix,'] : programs.map((program) => `${quoted(program)} ix,`)),
    '',
    ...[...new Set(['/tmp', ...writes])].sort().map((path) => `${quoted(`${path.replace(/\/$/, '')}{,/**}`)} rwkl,`),
    '/dev/{null,zero,full,tty,console,stdin,stdout,stderr} rw,',
    '/dev/{pts,shm}/** rwkl,',
    '@{PROC}/@{pid}/{fd/*,task/*/comm,comm,oom_score_adj} rw,',
    '',
    'signal (receive) peer=unconfined,',
    'signal (receive) peer={runc,crun,dockerd},',
    `signal (send, receive) peer=${name},`,
    `ptrace (read, readby) peer=${name},`,
    '',
    ...DENIED.map((rule) => `deny ${rule},`),
  ];
  const body = lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n');
  return `#include <tunables/global>\n\nprofile ${name} flags=(attach_disconnected,mediate_deleted) {\n  #include <abstractions/base>\n\n${body}\n}\n`;
}

const DENIED = [
  'mount',
  'umount',
  'pivot_root',
  '@{PROC}/* w',
  '@{PROC}/{[^1-9],[^1-9][^0-9],[^1-9s][^0-9y][^0-9s],[^1-9][^0-9][^0-9][^0-9/]*}/** w',
  '@{PROC}/sys/[^k]** w',
  '@{PROC}/sys/kernel/{?,??,[^s][^h][^m]**} w',
  '@{PROC}/sysrq-trigger rwklx',
  '@{PROC}/kcore rwklx',
  '/sys/[^f]*/** wklx',
  '/sys/f[^s]*/** wklx',
  '/sys/fs/[^c]*/** wklx',
  '/sys/fs/c[^g]*/** wklx',
  '/sys/fs/cg[^r]*/** wklx',
  '/sys/firmware/** rwklx',
  '/sys/devices/virtual/powercap/** rwklx',
  '/sys/kernel/security/** rwklx',
];

/** Sockets with names AppArmor knows; sockets without one stay closed. Unix sockets have a rule of their own beside that of their family. */
function networks(sockets: readonly string[]): string[] {
  return sockets.filter((each) => /^[a-z]\w* [a-z]+$/.test(each));
}

/** A path as a rule has it: characters with a meaning escaped, and in quotes where there are spaces. */
function quoted(path: string): string {
  const [head, tail] = path.endsWith('{,/**}') ? [path.slice(0, -6), '{,/**}'] : [path, ''];
  const escaped = head.replace(/[\\*?[\]{}^"@]/g, '\\$&');
  return /[\s,#]/.test(escaped) ? `"${escaped}${tail}"` : `${escaped}${tail}`;
}

/** A name for the kernel: of the project and the service. */
export function profileName(project: string, service: string): string {
  return `batten-${project}-${service}`.replace(/[^\w.-]/g, '_');
}

/** Has apparmor_parser read a profile, without loading it. Undefined where it is not installed. */
export async function checkSyntax(text: string, name: string, scratch: Scratch, signal: AbortSignal): Promise<'ok' | string | undefined> {
  const file = scratch.write(`apparmor/${name}`, text);
  // It is in a directory that only root has on its path.
  const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };
  const answer = await run(['apparmor_parser'], ['--skip-kernel-load', '--skip-cache', file], {
    cwd: scratch.directory,
    env,
    timeout: 30,
    signal,
  });
  if (answer.code === 0) return 'ok';
  if (answer.code === undefined && answer.stderr.includes('ENOENT')) return undefined;
  return answer.stderr.replaceAll(file, name).trim().split('\n').at(-1) ?? 'it is refused';
}

/** The profile of a service, of what was seen of it and what it is left. */
export async function apparmorFor({ bench }: Running, watched: Watched, service: string, settings: Settings): Promise<LearnedApparmor> {
  const { run: stack, seen, traced } = watched;
  const { written = [], programs } = seen.get(service) ?? {};
  const given = ((stack.model.services[service]?.cap_add ?? []) as string[]).map((name) => name.replace(/^CAP_/, ''));
  const capabilities = [...new Set([...(settings.capabilities ?? USUAL_FIRST), ...given])].filter((name) => name !== 'ALL').sort();
  const container = stack.containers.get(service);
  const name = profileName(stack.model.name ?? 'project', service);
  const text = apparmorOf({
    ...{ name, capabilities, programs, sockets: traceOf(traced, service)?.sockets },
    writes: [
      ...(container?.Mounts ?? []).filter(({ RW }) => RW).map(({ Destination }) => Destination),
      ...Object.keys(container?.HostConfig.Tmpfs ?? {}),
      ...written.map(({ path }) => path),
    ],
  });
  const syntax = await checkSyntax(text, name, bench.scratch, bench.signal);
  return { name, text, ...(syntax !== undefined && { syntax }) };
}
