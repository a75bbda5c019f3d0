import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MAIN, STATE } from '../../cli/run';
import { tagOf } from '../cases';
import { docker, mustDocker } from '../docker';

/** The image whose services write where they are told, as whom they run: it has a shell, and nothing of its own. */
export const IMAGE = tagOf('base');

let count = 0;

/** A project of the test's own, with its containers and volumes. */
export class TestProject {
  readonly directory: string;
  readonly name: string;

  constructor(what: string) {
    count += 1;
    this.name = `batten-${what}-${process.pid}-${count}`;
    this.directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'batten-owners-')));
  }

  get file(): string {
    return path.join(this.directory, 'compose.yaml');
  }

  write(text: string): void {
    writeFileSync(this.file, text);
  }

  /** Runs Compose, which has to succeed. */
  async compose(...words: string[]): Promise<string> {
    const named = process.env.BATTEN_COMPOSE;
    const [program, ...before] = named
      ? [named]
      : (await docker(['compose', 'version'])).code === 0
        ? ['docker', 'compose']
        : ['docker-compose'];
    const { code, out, err } = await run(program!, [...before, ...words], this.directory);
    if (code !== 0) throw new Error(`compose ${words.join(' ')}: ${err}`);
    return out;
  }

  /** Where the files of a volume are, for the root that a test runs as. */
  volume(key: string): Promise<string> {
    return mustDocker(['volume', 'inspect', '--format', '{{.Mountpoint}}', `${this.name}_${key}`]);
  }

  batten(...words: string[]): Promise<Ran> {
    return run(process.execPath, [MAIN, ...words], this.directory);
  }

  async remove(): Promise<void> {
    await this.compose('down', '--volumes', '--timeout', '1').catch(() => undefined);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

interface Ran {
  code: number | null;
  out: string;
  err: string;
}

export function run(program: string, args: readonly string[], cwd: string, killAfter?: number): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(program, [...args], { cwd, env: { ...process.env, XDG_STATE_HOME: STATE }, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, out, err });
    });
  });
}

/** All that is kept of a tree: of each name whose it is, what it may, when it was written and what it holds. Access and change times move. */
export function snapshot(directory: string): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (place: Buffer, name: string): void => {
    const stats = lstatSync(place, { bigint: true });
    const { uid, gid, mode, size, mtimeNs, nlink, ino } = stats;
    const content = stats.isFile()
      ? createHash('sha256').update(readFileSync(place)).digest('hex')
      : stats.isSymbolicLink()
        ? readlinkSync(place)
        : '';
    found.set(name, [uid, gid, mode.toString(8), stats.isDirectory() ? '' : size, mtimeNs, nlink, ino, content].join(' '));
    if (!stats.isDirectory()) return;
    for (const each of readdirSync(place, { encoding: 'buffer' }).sort(Buffer.compare))
      visit(Buffer.concat([place, Buffer.from('/'), each]), `${name}/${each.toString('latin1')}`);
  };
  visit(Buffer.from(directory), '');
  return found;
}

/** The same without whose it is. */
export function contents(tree: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...tree].map(([name, kept]) => [name, kept.replace(/^\d+ \d+ /, '')]));
}

/** Whom the names of a tree belong to. */
export function owners(tree: ReadonlyMap<string, string>): Set<string> {
  return new Set([...tree.values()].map((kept) => kept.split(' ').slice(0, 2).join(':')));
}
