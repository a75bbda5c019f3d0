import { parseSize } from '../compose/size';
import type { Service } from '../compose/types';
import type { Hints } from './hints/ask';
import { evidenceFrom, table } from './hints/load';
import type { MemorySetting } from './hints/tables';
import { commandLine, isWindows } from './tells';
import type { Evidence, Role, Verdict } from './types';

const MEBIBYTE = 2 ** 20;
/** Limits are rounded up to multiples of this. */
const STEP = 256 * MEBIBYTE;

const PODMAN: Evidence = {
  kind: 'documentation',
  ref: 'https://docs.podman.io/en/v4.4/markdown/options/pids-limit.html',
  detail: 'Podman gives every container, of whatever image, a limit of 2048 unless told otherwise',
};

/** What a service may be limited to: processes and threads, and bytes of memory. */
export interface LimitAdvice {
  /** Undefined for a Windows container, which knows no such limit. */
  pids?: Verdict<number>;
  memory: Verdict<number>;
}

/** What a service may be limited to, for the service as it is configured. */
export function limitsOf(service: Service, role: Role, hints: Hints): LimitAdvice {
  return { pids: isWindows(service) ? undefined : pidsOf(hints), memory: memoryOf(service, role) };
}

function pidsOf(hints: Hints): Verdict<number> {
  const breaks = 'a program with thousands of threads: new ones, and new processes, are refused with "Resource temporarily unavailable"';
  const threads = hints.first('threads');
  if (threads) return { value: 4096, confidence: threads.confidence, why: threads.why, breaks, evidence: threads.evidence };
  const why = 'it is far above what a container needs and far below what stops a host';
  return { value: 2048, confidence: 'generic', why, breaks, evidence: [PODMAN] };
}

function memoryOf(service: Service, role: Role): Verdict<number> {
  const counted = table('memory').memory;
  const given = counted.find((each) => each.role === role) ?? counted.find((each) => each.role === 'any')!;
  const { mebibytes, services, sources } = given;
  const what = given.role === 'any' ? `${services} services of all kinds` : `${services} ${role} services`;
  const evidence = evidenceFrom('memory', sources).map((each) => ({ ...each, detail: `${what}: ${each.detail}, ${mebibytes}m` }));
  let value = mebibytes * MEBIBYTE;
  let why = `nothing is known about what it takes: ${mebibytes}m is generous among those who set a limit`;
  const own = ownMemory(service);
  if (own && own.bytes * 2 > value) {
    value = own.bytes * 2;
    why = `"${own.text}" tells the program what to take, and it takes more than that`;
    const detail = `"${own.text}" in the service, and as much again for what it does not count`;
    evidence.unshift({ kind: 'compose-semantics', ref: 'https://docs.docker.com/engine/containers/resource_constraints/', detail });
  }
  // What lies in a tmpfs or in /dev/shm is charged to the container.
  const charged = chargedFiles(service);
  if (charged * 4 > value) value += charged;
  const breaks =
    'the kernel kills a process that takes more (exit code 137); what lies in a tmpfs counts too. Look at `docker stats` under load first';
  return { value: Math.ceil(value / STEP) * STEP, confidence: 'guess', why, breaks, evidence };
}

/** The most that a setting in the command or a variable tells the program to take. */
function ownMemory(service: Service): { bytes: number; text: string } | undefined {
  const texts = [commandLine(service)];
  for (const [name, value] of service.environment) if (value) texts.push(`${name}=${value.text}`);
  const found = texts.flatMap((text) => table('memory').settings.flatMap((setting) => sizesIn(text, setting)));
  return found.sort((a, b) => b.bytes - a.bytes)[0];
}

/** The sizes that a text gives a setting: `-Xmx2g`, `--maxmemory 2gb`, `shared_buffers=131072`. */
function sizesIn(text: string, { name, unit }: MemorySetting): { bytes: number; text: string }[] {
  const out: { bytes: number; text: string }[] = [];
  const lower = text.toLowerCase();
  const wanted = name.toLowerCase();
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + wanted.length)) {
    const rest = text.slice(at + wanted.length, at + wanted.length + 40);
    const [written, size] = /^[=: ]?(\d{1,15}(?:\.\d{1,6})?(?:[kmgt]b?)?)/i.exec(rest) ?? [];
    if (written === undefined || size === undefined) continue;
    const bytes = (parseSize(size) ?? 0) * (/^[\d.]+$/.test(size) ? unit : 1);
    out.push({ bytes, text: text.slice(at, at + wanted.length) + written });
  }
  return out;
}

function chargedFiles(service: Service): number {
  const sizes = service.tmpfs.flatMap(({ options }) =>
    options.filter((option) => option.startsWith('size=')).map((option) => option.slice(5)),
  );
  const shm = service.data('shm_size');
  if (typeof shm === 'string' || typeof shm === 'number') sizes.push(String(shm));
  return sizes.reduce((sum, size) => sum + (parseSize(size) ?? 0), 0);
}
