import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Case, folderOf, tagOf } from './cases';
import { docker, mustDocker } from './docker';
import { argumentsOf, type MountKind, type Settings } from './settings';

/** Where a run failed, and how; undefined = it worked. */
export interface Failure {
  step: 'create' | 'ready' | 'keep' | 'write' | 'read' | 'processes' | 'stop';
  how: string;
}

export interface Run {
  failure?: Failure;
  /** Seconds until it was ready. */
  seconds: number;
  /** What the next start on the same volumes has to find. */
  word: string;
}

/**
 * The data of a service over several starts: a named volume, or a directory of root's, for each one it declares. A file of the case (`./password`) is
 * mounted as a copy that belongs to root, and that nobody else may read; a directory as one of files that everybody may.
 */
export class Volumes {
  private static count = 0;
  private readonly sources = new Map<string, string>();
  private directory: string | undefined;
  private readonly copies = mkdtempSync(path.join(tmpdir(), 'batten-files-'));
  /** What the last life wrote. */
  word: string | undefined;

  constructor(
    private readonly of: Case,
    kind: MountKind,
  ) {
    Volumes.count += 1;
    if (kind === 'bind') this.directory = mkdtempSync(path.join(tmpdir(), 'batten-bind-'));
    for (const mount of of.service.volumes ?? []) {
      const [source = ''] = mount.split(':');
      if (source.startsWith('/')) continue;
      if (source.startsWith('./')) {
        this.sources.set(source, copyOf(path.join(folderOf(of.name), source), path.join(this.copies, source)));
        continue;
      }
      if (this.directory) mkdirSync(path.join(this.directory, source));
      this.sources.set(source, this.directory ? path.join(this.directory, source) : `batten-${process.pid}-${Volumes.count}-${source}`);
    }
  }

  arguments(): string[] {
    return (this.of.service.volumes ?? []).flatMap((mount) => {
      const [source = '', ...rest] = mount.split(':');
      return ['--volume', [this.sources.get(source) ?? source, ...rest].join(':')];
    });
  }

  async remove(): Promise<void> {
    rmSync(this.copies, { recursive: true, force: true });
    if (this.directory) rmSync(this.directory, { recursive: true, force: true });
    const volumes = [...this.sources.values()].filter((source) => !source.startsWith('/'));
    if (volumes.length > 0) await docker(['volume', 'rm', '--force', ...volumes]);
  }
}

function copyOf(file: string, copy: string): string {
  cpSync(file, copy, { recursive: true });
  chmodSync(path.dirname(copy), 0o755);
  chmodSync(copy, statSync(copy).isDirectory() ? 0o755 : 0o600);
  return copy;
}

let started = 0;

/**
 * One life of a container: start, ready, read what an earlier life left, write, read, look at the processes, stop. Clients run inside it
 * as nobody, and reach it over TCP. `patience` = seconds it may take to be ready. "Up" and "healthy" count for nothing here.
 */
export async function live(of: Case, settings: Settings, volumes: Volumes, patience: number): Promise<Run> {
  const begin = Date.now();
  const run = await lifeOf(of, settings, volumes, patience);
  if (process.env.BATTEN_ENGINE_VERBOSE) {
    const ways = argumentsOf(settings)
      .filter((word) => !word.startsWith('--'))
      .join(' ');
    const end = run.failure ? `${run.failure.step}: ${run.failure.how}` : 'works';
    process.stderr.write(`  ${of.name} [${ways}] ready ${run.seconds} s, all ${(Date.now() - begin) / 1000} s: ${end}\n`);
  }
  return run;
}

async function lifeOf(of: Case, settings: Settings, volumes: Volumes, patience: number): Promise<Run> {
  started += 1;
  const name = `batten-${process.pid}-run-${started}`;
  const word = `word${started}`;
  const begin = Date.now();
  const run: Run = { seconds: 0, word };
  const fail = (step: Failure['step'], how: string): Run => ({ ...run, failure: { step, how } });
  const { command = [], environment = {} } = of.service;
  const variables = Object.entries(environment).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
  try {
    const options = ['--detach', '--name', name, '--network', 'none', ...variables, ...volumes.arguments(), ...argumentsOf(settings)];
    const create = await docker(['run', ...options, tagOf(of.name), ...command]);
    if (create.code !== 0) return fail('create', lastLine(create.stderr));

    const exercise = (what: string, limit: number) =>
      docker(['exec', '--user', '65534:65534', name, 'sh', '-c', what, 'sh', volumes.word ?? '', word], limit);
    const ready = await exercise('until /exercise.sh ready >/dev/null 2>&1; do sleep 0.3; done', patience);
    run.seconds = (Date.now() - begin) / 1000;
    if (ready.code !== 0) return fail('ready', await ended(name));

    if (volumes.word !== undefined && of.durable) {
      const again = await exercise('/exercise.sh again "$1"', 20);
      if (again.code !== 0) return fail('keep', lastLine(again.stderr));
    }
    const write = await exercise('/exercise.sh write "$2"', 30);
    if (write.code !== 0) return fail('write', lastLine(write.stderr) || (await ended(name)));
    volumes.word = /^kept=(\S+)$/m.exec(write.stdout)?.[1] ?? word;
    const read = await exercise('/exercise.sh read "$1"', 20);
    if (read.code !== 0) return fail('read', lastLine(read.stderr) || (await ended(name)));

    const wrong = wrongProcesses(await processes(name), of, settings);
    if (wrong) return fail('processes', wrong);

    await docker(['stop', '--time', String(of.stop_time ?? 8), name], 60);
    const code = await mustDocker(['inspect', '--format', '{{.State.ExitCode}}', name]);
    return (of.stops_with ?? [0, 143]).includes(Number(code)) ? run : fail('stop', `exit code ${code}`);
  } finally {
    await docker(['rm', '--force', '--volumes', name]);
  }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

/** How a container that is not ready ended, with the last thing it said. */
async function ended(name: string): Promise<string> {
  const state = await docker(['inspect', '--format', '{{.State.Status}} {{.State.ExitCode}}', name]);
  const logs = await docker(['logs', '--tail', '3', name]);
  return `${state.stdout.trim()}: ${lastLine(`${logs.stdout}\n${logs.stderr}`)}`;
}

/** The names of the processes with the `uid:gid` each acts as. */
async function processes(name: string): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  const lines = (await mustDocker(['top', name, '-o', 'pid,euid,egid,comm'])).split('\n').slice(1);
  for (const line of lines) {
    const [, uid, gid, comm = ''] = line.trim().split(/\s+/);
    found.set(comm, (found.get(comm) ?? new Set()).add(`${uid}:${gid}`));
  }
  return found;
}

/** A server may answer while its workers kept a user they should have left, so each name must have exactly the users expected. */
function wrongProcesses(found: Map<string, Set<string>>, of: Case, settings: Settings): string | undefined {
  for (const [comm, users] of Object.entries(of.processes)) {
    const expected = settings.user === undefined ? users : [settings.user];
    const actual = [...(found.get(comm) ?? [])].sort();
    if (actual.join() !== [...expected].sort().join())
      return `${comm} is ${actual.join(' and ') || 'not there'}, not ${expected.join(' and ')}`;
  }
  return undefined;
}
