import http from 'node:http';
import type { Exercise, Probe, Probes } from '../../images/exercise';
import { table } from '../../images/hints/load';
import type { Engine, ExecResult } from '../client/engine';
import type { ContainerInfo } from '../client/types';
import { accepts, addressOf, netOwner } from './answers';

export type { Exercise, Probe, Probes } from '../../images/exercise';

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
  if ('sql' in probe) {
    const client = probe.rows ? `(${SQL}) | grep -q .` : SQL;
    return engine.exec(container.Id, ['sh', '-c', client, 'sh', probe.sql.replaceAll('$BATTEN_WORD', word)], { timeout });
  }
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

/** How to exercise a service, told by the names of its processes; else by the health check that is known for its image. */
export function knownExercise(processes: Readonly<Record<string, unknown>>, check?: Probe): Exercise | undefined {
  const { exercises } = table('exercises');
  const known = exercises.find((fact) => fact.processes.some((name) => Object.hasOwn(processes, name)));
  if (known) return known.exercise;
  return check && { check, own: `the health check that is known for its image: ${describeProbe(check)}` };
}
