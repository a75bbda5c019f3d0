import type { Expected } from './live';
import { isSameComplaint } from './symptoms';
import type { Failure, Life, Lives } from './types';

/** What a service does before hardening, as far as it does the same in both lives. */
export interface Habits {
  status: string;
  /** Seconds until it was ready. */
  ready: number;
  listening: number[];
  /** The names of its lasting processes with the effective uids each name had. */
  processes: Record<string, number[]>;
  /** Ports that answered a web request, and how. */
  answers: Record<number, string>;
  /** Lines of its log that speak of a refusal: what it complains of anyway. */
  symptoms: readonly string[];
  restarts: number;
  /** Exit codes it stops with besides 0 and 143. */
  stopsWith: number[];
  /** Whether it worked a second time on the same volumes. */
  twice: boolean;
}

/** Why a service does not work even before hardening; undefined when it does. */
export function ownFault({ first }: Lives): string | undefined {
  if (first.createError) return first.createError;
  if (first.status === 'exited' && first.exitCode !== 0)
    return `it ends with exit code ${first.exitCode}${afterColon(lastLine(first.log))}`;
  if (first.ready === undefined)
    return first.health
      ? `its health check stays ${first.health}${afterColon(first.healthOutput)}`
      : `it is ${first.status} and never ready`;
  const failed = first.steps.find(({ ok }) => !ok);
  return failed && `"${failed.what}" fails${afterColon(failed.said)}`;
}

/** What all lives of a working baseline have in common. Each further run of it can only make that less. */
export function habitsOf(...runs: readonly [Lives, ...Lives[]]): Habits {
  const lives = runs.flatMap(({ first, second }) => (works(second) ? [first, second] : [first]));
  const [one] = lives as [Life, ...Life[]];
  const common = Object.keys(one.processes).filter((name) => lives.every(({ processes }) => name in processes));
  return {
    status: one.status,
    ready: Math.max(...lives.map(({ ready }) => ready ?? 0)),
    listening: (one.listening ?? []).filter((port) => lives.every(({ listening }) => listening?.includes(port) ?? true)),
    processes: Object.fromEntries(
      common.map((name) => [name, [...new Set(lives.flatMap(({ processes }) => processes[name]!))].sort((a, b) => a - b)]),
    ),
    answers: Object.fromEntries(
      Object.entries(one.answers).filter(
        ([port, answer]) => answer.startsWith('http') && lives.every((life) => life.answers[Number(port)] === answer),
      ),
    ),
    symptoms: lives.flatMap(({ symptoms }) => symptoms),
    restarts: Math.max(...lives.map(({ restarts }) => restarts)),
    stopsWith: lives.flatMap(({ stoppedWith }) => (stoppedWith === undefined ? [] : [stoppedWith])),
    twice: runs.every(({ second }) => works(second)),
  };
}

const works = (life: Life | undefined): life is Life =>
  life !== undefined && life.ready !== undefined && life.steps.every(({ ok }) => ok) && (life.status !== 'exited' || life.exitCode === 0);

/** Why a second start on the same volumes does not work even before hardening; undefined when it does. */
export function secondFault({ second }: Lives): string | undefined {
  return second && ownFault({ first: second });
}

/** What has to be seen before a hardened service counts as ready. */
export function expectedOf(habits: Habits, timeout: number): Expected {
  return {
    status: habits.status,
    listening: habits.listening,
    processes: Object.keys(habits.processes),
    web: Object.keys(habits.answers).map(Number),
    patience: Math.min(timeout, Math.max(10, habits.ready * 3 + 5)),
  };
}

/** Whether something besides the service's own mood explains a failure: what the Engine said, whose process it is, a refusal in the log. */
export function isExplained(failures: readonly Failure[]): boolean {
  return failures.some(({ kind, lines = [] }) => kind === 'create' || kind === 'users' || (kind !== 'symptom' && lines.length > 0));
}

/** Every way in which a service does less than before. `user`: the uid its settings gave it; its processes then have that one. */
export function compare(habits: Habits, { first, second }: Lives, user: number | undefined): Failure[] {
  const failures = compareLife(habits, first, 'start', user);
  if (failures.length > 0 || !habits.twice) return failures;
  return second ? compareLife(habits, second, 'second start', user) : [];
}

/** Every way in which services do less than before; a service that the run did not have has done nothing wrong. */
export function compareAll(habits: ReadonlyMap<string, Habits>, lives: ReadonlyMap<string, Lives>): Map<string, Failure[]> {
  return new Map([...habits].map(([name, own]) => [name, lives.has(name) ? compare(own, lives.get(name)!, undefined) : []]));
}

function compareLife(habits: Habits, life: Life, when: Failure['life'], user: number | undefined): Failure[] {
  const fresh = life.symptoms.filter((line) => !habits.symptoms.some((known) => isSameComplaint(known, line)));
  const line = fresh[0] ?? (lastLine(life.log) || undefined);
  const failures: Failure[] = [];
  const fail = (kind: Failure['kind'], how: string, shown = line): void =>
    void failures.push({ life: when, kind, how, ...(shown && { line: shown }), ...(fresh.length > 0 && { lines: fresh.slice(0, 20) }) });

  if (life.createError) fail('create', `it cannot be started: ${life.createError}`, fresh[0] ?? life.createError);
  else if (life.status !== habits.status)
    fail('state', life.status === 'exited' ? `it ends with exit code ${life.exitCode}` : `it is ${life.status}, not ${habits.status}`);
  else if (habits.status === 'exited' && life.exitCode !== 0) fail('state', `it ends with exit code ${life.exitCode}`);
  if (failures.length > 0) return failures;

  if (life.restarts > habits.restarts) fail('restarts', `it was restarted ${life.restarts} times`);
  if (life.health === 'unhealthy' || (life.health === 'starting' && life.ready === undefined))
    fail('health', `its health check stays ${life.health}${afterColon(life.healthOutput)}`);
  const deaf = life.listening && habits.listening.filter((port) => !life.listening!.includes(port));
  if (deaf && deaf.length > 0) fail('listening', `nothing listens on port ${deaf.join(', ')}`);
  for (const [name, uids] of Object.entries(habits.processes)) {
    const now = life.processes[name];
    if (!now) fail('processes', `no process ${name} is left`);
    else if (user === undefined ? now.join() !== uids.join() : now.some((uid) => uid !== user && !(uid > 0 && uids.includes(uid))))
      fail('users', `${name} runs as uid ${now.join(' and ')}, not ${user ?? uids.join(' and ')}`);
  }
  for (const [port, answer] of Object.entries(habits.answers)) {
    const now = life.answers[Number(port)];
    if (now !== undefined && now !== answer) fail('answers', `port ${port} answers "${now}", not "${answer}"`);
  }
  const step = life.steps.find(({ ok }) => !ok);
  if (step)
    fail(
      step.step === 'again' ? 'data' : 'probe',
      step.step === 'again'
        ? `what was written before the restart is not there${afterColon(step.said)}`
        : `"${step.what}" fails${afterColon(step.said)}`,
      fresh[0] ?? step.said,
    );
  if (failures.length === 0 && life.ready === undefined && habits.status === 'running') fail('state', 'it is never ready');
  if (fresh.length > 0 && failures.length === 0) fail('symptom', 'its log speaks of a refusal that it did not before', fresh[0]);
  const { stoppedWith } = life;
  if (stoppedWith !== undefined && ![0, 143, ...habits.stopsWith].includes(stoppedWith))
    fail(
      'stop',
      stoppedWith === 137 ? 'it does not stop within its grace period, and is killed' : `it stops with exit code ${stoppedWith}`,
    );
  return failures;
}

export function lastLine(log: string): string {
  return log.trim().split('\n').at(-1)?.trim().slice(0, 300) ?? '';
}

const afterColon = (text: string | undefined): string => (text ? `: ${text}` : '');
