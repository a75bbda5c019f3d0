import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { docker, limiter } from './docker';

const IMAGES = path.join(__dirname, 'images');

/** The service as a person writes it, naming the published image: what batten is given, and what the container is started from. */
export interface WrittenService {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
}

/** A capability or tmpfs path that nothing here needs and that is written all the same. `settings` = only in these; left out, in all. */
export interface Kept {
  what: string[];
  settings?: string[];
  why: string;
}

/** images/<name>/expect.yaml: what is known before a run. */
export interface Expectation {
  /** The template whose values are tried. */
  family: string;
  /** Processes of a start without any hardening, and the effective `uid:gid` each name has. */
  processes: Record<string, string[]>;
  /** Whether what was written has to be there after a restart. */
  durable: boolean;
  /** Exit codes of a clean stop, where they are not 0 or 143. */
  stops_with?: number[];
  /** Seconds it is given to stop, for what never stops by itself; 8 otherwise. */
  stop_time?: number;
  exercised: string;
  not_exercised: string;
  kept?: Kept[];
  /** Why what is only a guess is not tried: it is wrong for this one, as it says it may be. */
  no_guess?: string;
  /** Started first, so that it does not run alone at the end. */
  slow?: boolean;
}

export interface Case extends Expectation {
  name: string;
  compose: string;
  service: WrittenService;
}

/** All cases, the slow ones first, else by name. A folder without service.yaml is a base of others. */
export function cases(): Case[] {
  const names = readdirSync(IMAGES).filter((name) => existsSync(path.join(IMAGES, name, 'service.yaml')));
  const all = names.sort().map((name) => {
    const compose = readFileSync(path.join(IMAGES, name, 'service.yaml'), 'utf8');
    const { services } = parse(compose) as { services: { app: WrittenService } };
    const expectation = parse(readFileSync(path.join(IMAGES, name, 'expect.yaml'), 'utf8')) as Expectation;
    return { ...expectation, name, compose, service: services.app };
  });
  return [...all.filter(({ slow }) => slow), ...all.filter(({ slow }) => !slow)];
}

const slot = limiter(3);
const built = new Map<string, Promise<void>>();

/** The folder of a case. */
export const folderOf = (name: string): string => path.join(IMAGES, name);

/** The tag of a case's image. */
export const tagOf = (name: string): string => `batten-engine/${name}`;

/** Builds a case's image and first the one it is FROM. Packages come over the host's network. Throws with the end of the build's output. */
export function build(name: string): Promise<void> {
  const known = built.get(name);
  if (known) return known;
  const work = buildNow(name);
  built.set(name, work);
  return work;
}

async function buildNow(name: string): Promise<void> {
  const folder = folderOf(name);
  const parent = /^FROM batten-engine\/(\S+)$/m.exec(readFileSync(path.join(folder, 'Dockerfile'), 'utf8'))?.[1];
  if (parent) await build(parent);
  const base = name === 'base' && process.env.BATTEN_ENGINE_BASE;
  const args = ['build', '--quiet', '--network', 'host', '--tag', tagOf(name), ...(base ? ['--build-arg', `BASE=${base}`] : []), folder];
  const { code, stdout, stderr } = await slot(() => docker(args, 300));
  if (code !== 0) throw new Error(`building ${name}: ${code ?? 'took too long'}\n${(stdout + stderr).slice(-2000)}`);
}
