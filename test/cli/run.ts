import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const MAIN = path.join(__dirname, '..', '..', 'dist', 'cli', 'main.js');

if (!existsSync(MAIN)) throw new Error('these tests drive the built command: run `npm run build` first');

/** Where the commands of this process keep what undo needs: not where the person who runs the tests has it. */
export const STATE = mkdtempSync(path.join(tmpdir(), 'batten-state-'));
process.on('exit', () => rmSync(STATE, { recursive: true, force: true }));

/** The environment without what changes the output. */
export function scrubbedEnv(): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME, LANG: 'C.UTF-8', XDG_STATE_HOME: STATE };
}

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the built command to its end, without a terminal. */
export function batten(args: readonly string[], options: { cwd: string; input?: string; env?: Record<string, string> }): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: options.cwd,
    input: options.input ?? '',
    env: { ...scrubbedEnv(), ...options.env },
    encoding: 'utf8',
    // A report of many files is more than the megabyte that is kept by default.
    maxBuffer: 2 ** 28,
  });
  return { code: status, out: stdout, err: stderr };
}

const made: string[] = [];

/** A fresh directory with these files. */
export function project(files: Record<string, string>): string {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'batten-cli-')));
  made.push(directory);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), text);
  }
  return directory;
}

export function read(directory: string, name = 'compose.yaml'): string {
  return readFileSync(path.join(directory, name), 'utf8');
}

export function removeProjects(): void {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** Two services with a database; every transform that runs has something to say. */
export const STACK = `services:
  web:
    image: nginx:1.27 # the front
    ports:
      - "8080:80"
  db:
    image: postgres:16
    environment:
      POSTGRES_PASSWORD: hunter2
    volumes:
      - data:/var/lib/postgresql/data
volumes:
  data:
`;
