import http from 'node:http';
import type { Engine, ExecResult } from '../client/engine';
import type { ContainerInfo } from '../client/types';
import { accepts, addressOf, netOwner } from './answers';

/**
 * One question to a running service. A command gets the word to write or to find as BATTEN_WORD, and a text, which a shell runs, also as its first
 * argument.
 */
export type Probe =
  | { exec: string | readonly string[]; user?: string }
  | { http: string; port?: number; status?: number; method?: string; body?: string }
  | { tcp: number }
  | { sql: string };

/** What a client does with a service. `ready` is asked until it holds; `write` and `read` in the first life, `again` (else `read`) in the second. */
export interface Exercise {
  ready?: Probes;
  check?: Probes;
  write?: Probes;
  read?: Probes;
  again?: Probes;
  /** Said by batten itself, because it knows the server: a step that does not work before hardening is left out. */
  own?: string;
}

/** One probe, or all that have to hold. */
export type Probes = Probe | readonly Probe[];

export function probesOf(probes: Probes | undefined): readonly Probe[] {
  return probes === undefined ? [] : Array.isArray(probes) ? (probes as readonly Probe[]) : [probes as Probe];
}

/** An exercise with one more probe for one of its steps. */
export function withProbe(exercise: Exercise | undefined, step: Exclude<keyof Exercise, 'own'>, probe: Probe): Exercise {
  return { ...exercise, [step]: [...probesOf(exercise?.[step]), probe] };
}

/** What it does, for a report. */
export function describeProbe(probe: Probe): string {
  if ('exec' in probe) return typeof probe.exec === 'string' ? probe.exec : probe.exec.join(' ');
  if ('http' in probe) return `${probe.method ?? 'GET'} ${probe.http}${probe.port ? ` on port ${probe.port}` : ''}`;
  return 'tcp' in probe ? `connect to port ${probe.tcp}` : probe.sql;
}

/** Asks it once. `timeout` in seconds. */
export async function ask(engine: Engine, container: ContainerInfo, probe: Probe, word: string, timeout = 20): Promise<ExecResult> {
  if ('exec' in probe) {
    const command = typeof probe.exec === 'string' ? ['sh', '-c', probe.exec, 'sh', word] : probe.exec;
    return engine.exec(container.Id, command, { user: probe.user, timeout, env: [`BATTEN_WORD=${word}`] });
  }
  if ('sql' in probe) return engine.exec(container.Id, ['sh', '-c', SQL, 'sh', probe.sql.replaceAll('$BATTEN_WORD', word)], { timeout });
  const port = 'tcp' in probe ? probe.tcp : (probe.port ?? 80);
  const address = addressOf(await netOwner(engine, container), port);
  if (!address) return { code: 1, output: `port ${port} cannot be reached from here` };
  if ('tcp' in probe) return (await accepts(address)) ? { code: 0, output: '' } : { code: 1, output: `port ${port} does not answer` };
  const withWord = (text: string): string => text.replaceAll('$BATTEN_WORD', word);
  return request(
    address,
    { ...probe, http: withWord(probe.http), ...(probe.body !== undefined && { body: withWord(probe.body) }) },
    timeout,
  );
}

/** The client that is in the image: PostgreSQL's, MariaDB's or MySQL's, as the superuser of the container's own variables. */
const SQL = `
if command -v psql >/dev/null; then exec psql -v ON_ERROR_STOP=1 -qtA -U "\${POSTGRES_USER:-postgres}" -d "\${POSTGRES_DB:-\${POSTGRES_USER:-postgres}}" -c "$1"; fi
client=$(command -v mariadb || command -v mysql) || { echo 'no SQL client in the image'; exit 1; }
password=\${MARIADB_ROOT_PASSWORD:-$MYSQL_ROOT_PASSWORD}
exec "$client" -uroot \${password:+"-p$password"} -N -B -e "$1" \${MARIADB_DATABASE:-$MYSQL_DATABASE}`;

function request(
  { host, port }: { host: string; port: number },
  { http: path, method = 'GET', body, status }: Extract<Probe, { http: string }>,
  timeout: number,
): Promise<ExecResult> {
  return new Promise((resolve) => {
    const headers = { Connection: 'close', ...(body !== undefined && { 'Content-Type': typeOf(body) }) };
    const asked = http.request(
      { host, port, method, path: path.startsWith('/') ? path : `/${path}`, timeout: timeout * 1000, headers },
      (response) => {
        response.resume();
        const code = response.statusCode ?? 0;
        const ok = status === undefined ? code >= 200 && code < 400 : code === status;
        response.on('end', () => resolve({ code: ok ? 0 : 1, output: `HTTP ${code}` }));
      },
    );
    asked.end(body);
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', (error) => resolve({ code: 1, output: error.message }));
  });
}

/** JSON is told from a form by how it begins. */
const typeOf = (body: string): string => (/^\s*[[{]/.test(body) ? 'application/json' : 'application/x-www-form-urlencoded');

const WORD = '"$BATTEN_WORD"';

/** Servers batten knows how to write to, by the name of their process. Each step is done with the server's own client inside the container. */
const KNOWN: Record<string, Exercise> = {
  postgres: {
    own: 'PostgreSQL: a table, a row, and the row after a restart',
    write: { sql: "CREATE TABLE IF NOT EXISTS batten_trial (word text); INSERT INTO batten_trial VALUES ('$BATTEN_WORD')" },
    read: { sql: "SELECT 1 / count(*) FROM batten_trial WHERE word = '$BATTEN_WORD'" },
  },
  ...both(['mariadbd', 'mysqld'], {
    own: 'MariaDB or MySQL: a database, a table, a row, and the row after a restart',
    write: {
      sql: "CREATE DATABASE IF NOT EXISTS batten_trial; CREATE TABLE IF NOT EXISTS batten_trial.words (word varchar(99)); INSERT INTO batten_trial.words VALUES ('$BATTEN_WORD')",
    },
    read: {
      exec: `${SQL.replace('exec "$client"', '"$client"')} | grep -q .`.replaceAll(
        '"$1"',
        `"SELECT word FROM batten_trial.words WHERE word = '$1'"`,
      ),
    },
  }),
  ...both(['redis-server', 'valkey-server'], {
    own: 'Redis: a key, SAVE, and the key after a restart',
    write: { exec: `c=$(command -v redis-cli || command -v valkey-cli) && $c set batten-trial ${WORD} && [ "$($c save)" = OK ]` },
    read: { exec: `c=$(command -v redis-cli || command -v valkey-cli) && [ "$($c get batten-trial)" = ${WORD} ]` },
  }),
  mongod: {
    own: 'MongoDB: a document, and the document after a restart',
    write: { exec: `mongosh --quiet --eval "db.getSiblingDB('batten_trial').words.insertOne({word: '$BATTEN_WORD'})"` },
    read: { exec: `mongosh --quiet --eval "if (!db.getSiblingDB('batten_trial').words.findOne({word: '$BATTEN_WORD'})) quit(1)"` },
  },
};

function both(names: readonly string[], exercise: Exercise): Record<string, Exercise> {
  return Object.fromEntries(names.map((name) => [name, exercise]));
}

/** How to exercise a service, told by the names of its processes; else by the health check that is known for its image. */
export function knownExercise(processes: Readonly<Record<string, unknown>>, check?: Probe): Exercise | undefined {
  const name = Object.keys(processes).find((each) => Object.hasOwn(KNOWN, each));
  if (name !== undefined) return KNOWN[name];
  return check && { check, own: `the health check that is known for its image: ${describeProbe(check)}` };
}
