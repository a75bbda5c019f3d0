import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ProveReport } from '../../../src/engine/prove/report';
import { MAIN } from '../../cli/run';
import { build, tagOf } from '../cases';
import { docker, mustDocker } from '../docker';

/** A service of a stack: the image under test that stands for the published one, and the least it works with when it starts as it does. */
export interface Member {
  stands: string;
  published: string;
  /** Capabilities and tmpfs paths, found by hand by leaving each out; see templates/engine-runs.yaml. */
  least: { cap_add: string[]; tmpfs: string[] };
}

export interface StackCase {
  name: string;
  members: Record<string, Member>;
}

const member = (stands: string, published: string, cap_add: string[], tmpfs: string[]): Member => ({
  stands,
  published,
  least: { cap_add, tmpfs },
});

export const STACKS: readonly StackCase[] = [
  {
    name: 'blog',
    members: {
      web: member('php-apache', 'php:8.2-apache', ['SETGID', 'SETUID'], ['/tmp', '/run/apache2', '/run/lock/apache2']),
      db: member('mariadb', 'mariadb:10.11', ['DAC_OVERRIDE', 'SETGID', 'SETUID'], ['/tmp', '/run/mysqld']),
      sessions: member('redis', 'redis:7', ['DAC_READ_SEARCH', 'SETGID', 'SETUID'], []),
    },
  },
  {
    name: 'shop',
    members: {
      proxy: member('nginx', 'nginx:1.22', ['CHOWN', 'SETGID', 'SETUID'], ['/run', '/var/cache/nginx']),
      api: member('node', 'node:18', ['DAC_OVERRIDE'], ['/tmp']),
      db: member('postgres', 'postgres:15', ['DAC_READ_SEARCH', 'SETGID', 'SETUID'], ['/run/postgresql']),
      cache: member('memcached', 'memcached:1.6', [], []),
    },
  },
  {
    name: 'things',
    members: {
      front: member('httpd', 'httpd:2.4', ['SETGID', 'SETUID'], ['/usr/local/apache2/logs']),
      broker: member('eclipse-mosquitto', 'eclipse-mosquitto:2', ['SETGID', 'SETUID'], []),
      worker: member('python', 'python:3.11', ['DAC_OVERRIDE'], ['/tmp']),
      pool: member('php-fpm', 'php:8.2-fpm', ['KILL', 'SETGID', 'SETUID'], ['/tmp', '/run/php']),
    },
  },
];

const made: string[] = [];
const tagged: string[] = [];

/** Builds the images of a stack and gives them the published names, unless those are taken. */
export async function prepare({ members }: StackCase): Promise<void> {
  for (const { stands, published } of Object.values(members)) {
    await build(stands);
    const there = await docker(['image', 'inspect', '--format', '{{.Id}}', published]);
    const wanted = await mustDocker(['image', 'inspect', '--format', '{{.Id}}', tagOf(stands)]);
    if (there.code === 0 && there.stdout.trim() !== wanted)
      throw new Error(`${published} is another image here: the stacks need an Engine of their own`);
    if (there.code !== 0) {
      await mustDocker(['tag', tagOf(stands), published]);
      tagged.push(published);
    }
  }
}

/** A copy of a folder of Compose files that a test may change. */
export function copyOf(...folder: string[]): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'batten-stack-'));
  made.push(directory);
  cpSync(path.join(__dirname, ...folder), directory, { recursive: true });
  return directory;
}

export async function removeAll(): Promise<void> {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
  for (const tag of tagged.splice(0)) await docker(['rmi', tag]);
}

/** The probes that a person gives for the members: the same client of each image that the templates are tried with. */
export function probesFor({ members }: StackCase): string[] {
  return Object.keys(members).flatMap((name) =>
    ['ready', 'write', 'read', 'again'].flatMap((step) => ['--probe', `${name}:${step}=/exercise.sh ${step} "$1"`]),
  );
}

export interface Ran {
  pid: number;
  code: number | null;
  out: string;
  err: string;
}

/** Runs the built command without blocking, so that several stacks can be tried at a time. */
export function batten(words: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...words], { cwd, env: { ...process.env, ...env } });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk;
    });
    child.on('close', (code) => resolve({ pid: child.pid!, code, out, err }));
  });
}

/** The report of `prove --format json`, for one file. */
export function reportOf({ code, out, err }: Ran): ProveReport {
  if (out === '') throw new Error(`prove ended with ${code}: ${err}`);
  return (JSON.parse(out) as { proofs: ProveReport[] }).proofs[0]!;
}

/** What blanket hardening writes, without knowing anything: what every blog tells to do. */
export const NAIVE = {
  user: '1000:1000',
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  read_only: true,
  tmpfs: ['/tmp'],
};

export function read(directory: string): string {
  return readFileSync(path.join(directory, 'compose.yaml'), 'utf8');
}
