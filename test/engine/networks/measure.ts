import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { docker, mustDocker } from '../docker';
import type { Origin, Probe } from './expected';

const { BATTEN_NETWORKS = '', BATTEN_NETWORKS_LAN = '', BATTEN_NETWORKS_HOST = '', BATTEN_NETWORKS_COMPOSE = '' } = process.env;
// The Engine of host.sh, and not the one of engine.sh, which may run beside it.
if (process.env.BATTEN_NETWORKS_ENGINE !== undefined) process.env.DOCKER_HOST = process.env.BATTEN_NETWORKS_ENGINE;

const BUSYBOX = path.join(BATTEN_NETWORKS, 'busybox');
const IMAGE = 'batten-networks/all';

/** A program that answers on a port, in the namespace of the host or of the other machine, until it is ended. */
export function listener(where: 'host' | 'lan', port: number): () => void {
  const child = spawn('nsenter', [`--net=${namespace(where)}`, BUSYBOX, 'nc', '-ll', '-p', String(port), '-e', '/bin/true'], {
    stdio: 'ignore',
  });
  return () => void child.kill('SIGKILL');
}

function namespace(where: 'host' | 'lan'): string {
  return where === 'host' ? BATTEN_NETWORKS_HOST : BATTEN_NETWORKS_LAN;
}

/** A project that runs: its containers and networks as the Engine knows them. */
export interface Running {
  container(service: string): string;
  address(service: string, network: string): string | undefined;
  gateway(network: string): string | undefined;
  stop(): Promise<void>;
}

/** Starts a Compose file with Compose; every image is the one that listens. */
export async function up(name: string, text: string): Promise<Running> {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'batten-networks-')), 'compose.yaml');
  writeFileSync(file, text);
  const { services } = parse(text) as { services: Record<string, { image: string }> };
  for (const { image } of Object.values(services)) await mustDocker(['tag', IMAGE, image]);
  const project = `btn${name}`.replace(/[^a-z0-9]/g, '');
  const compose = (...args: string[]): { status: number | null; text: string } => {
    const { status, stdout, stderr } = spawnSync(BATTEN_NETWORKS_COMPOSE, ['-p', project, '-f', file, ...args], {
      encoding: 'utf8',
      timeout: 120_000,
      env: { ...process.env },
    });
    return { status, text: stdout + stderr };
  };
  const started = compose('up', '-d');
  if (started.status !== 0) throw new Error(`compose up of ${name}: ${started.text}`);
  const ids = (await mustDocker(['ps', '-aq', '--filter', `label=com.docker.compose.project=${project}`])).split('\n');
  const containers = (JSON.parse(await mustDocker(['inspect', ...ids])) as Inspected[]).map(
    (each) => [each.Config.Labels['com.docker.compose.service']!, each] as const,
  );
  const byService = new Map(containers);
  const real = (network: string): string => {
    const top = (parse(text) as { networks?: Record<string, { name?: string } | null> }).networks?.[network];
    return top?.name ?? `${project}_${network}`;
  };
  const gateways = new Map<string, string>();
  for (const network of new Set(containers.flatMap(([, each]) => Object.keys(each.NetworkSettings.Networks)))) {
    if (network === 'host' || network === 'none') continue;
    gateways.set(network, await mustDocker(['network', 'inspect', '-f', '{{(index .IPAM.Config 0).Gateway}}', network]));
  }
  return {
    container: (service) => byService.get(service)!.Id,
    address: (service, network) => byService.get(service)!.NetworkSettings.Networks[real(network)]?.IPAddress || undefined,
    gateway: (network) => gateways.get(real(network)),
    stop: async () => {
      const stopped = compose('down', '-t', '0', '-v');
      if (stopped.status !== 0) throw new Error(`compose down of ${name}: ${stopped.text}`);
    },
  };
}

interface Inspected {
  Id: string;
  Config: { Labels: Record<string, string> };
  NetworkSettings: { Networks: Record<string, { IPAddress: string }> };
}

/** Tries all probes, those of one place at the same time. @returns for each whether the connection was made */
export async function measure(probes: readonly Probe[], running: Running): Promise<boolean[]> {
  const places = new Map<string, { from: Origin; indexes: number[] }>();
  for (const [index, { from }] of probes.entries()) {
    const key = JSON.stringify(from);
    const place = places.get(key) ?? { from, indexes: [] };
    place.indexes.push(index);
    places.set(key, place);
  }
  const out: boolean[] = new Array(probes.length).fill(false);
  await Promise.all(
    [...places.values()].map(async ({ from, indexes }) => {
      const lines = indexes.flatMap((index) => {
        const host = hostOf(probes[index]!, running);
        return host === undefined
          ? []
          : [`(timeout 6 nc -w 4 ${host} ${probes[index]!.port} </dev/null >/dev/null 2>&1 && echo ok ${index}) &`];
      });
      const said = await at(from, `${lines.join('\n')}\nwait`, running);
      for (const [, index] of said.matchAll(/^ok (\d+)$/gm)) out[Number(index)] = true;
    }),
  );
  return out;
}

function hostOf({ to }: Probe, running: Running): string | undefined {
  if ('host' in to) return to.host;
  return 'gatewayOf' in to ? running.gateway(to.gatewayOf) : running.address(to.addressOf, to.on);
}

async function at(from: Origin, script: string, running: Running): Promise<string> {
  const { at: where } = from;
  if (where === 'service' || where === 'others') {
    const container = from.at === 'service' ? running.container(from.name) : 'batten-networks-other';
    const { code, stdout, stderr } = await docker(['exec', container, 'sh', '-c', script], 60);
    if (code !== 0) throw new Error(`probes in ${container}: ${code} ${stderr}`);
    return stdout;
  }
  return new Promise((resolve, reject) => {
    // The applets are called by name, which BusyBox itself finds first.
    const child = spawn('nsenter', [
      `--net=${namespace(where)}`,
      BUSYBOX,
      'sh',
      '-c',
      script.replaceAll('timeout ', `${BUSYBOX} timeout `).replaceAll(' nc ', ` ${BUSYBOX} nc `),
    ]);
    let said = '';
    child.stdout.on('data', (data: Buffer) => {
      said += data.toString();
    });
    child.on('error', reject);
    child.on('close', () => resolve(said));
  });
}
