import type { Data } from '../yaml/types';
import { DaemonJson } from './daemon-json';
import type { HostFiles } from './files';
import { settingsOfFlags } from './flags';
import { Settings } from './settings';
import type { DockerHost, EngineInfo } from './types';
import { readUnit } from './unit';

export const DAEMON_JSON = '/etc/docker/daemon.json';

/**
 * Reads a host: the daemon's configuration, how systemd starts it, and, on this machine, the flags of the daemon that runs. What the Engine says is
 * handed in, since only one room talks to it.
 *
 * @param file the daemon's configuration, where it is not the one the unit names or the default.
 * @throws InputError when the configuration is there and cannot be read or is no JSON.
 */
export function readHost(files: HostFiles, info: EngineInfo | undefined, file?: string): DockerHost {
  const unit = readUnit(files);
  const flags = settingsOfFlags(unit?.words ?? []);
  const daemon = runningDaemon(files);
  const running = settingsOfFlags(daemon?.words ?? []);
  const configured = (running.get('config-file') ?? flags.get('config-file')) as string | undefined;
  const place = file ?? (typeof configured === 'string' && configured.startsWith('/') ? configured : DAEMON_JSON);
  const text = files.exactText(place);
  const json = DaemonJson.read(text ?? '', files.shown(place));
  const settings = new Settings(json, flags, running);
  const root = settings.value('data-root') ?? settings.value('graph');
  return {
    files,
    daemon: { file: place, isNew: text === undefined, json },
    settings,
    unit,
    info,
    openFiles: openFiles(daemon?.openFiles ?? unit?.openFiles ?? (unit ? SYSTEMD_OPEN_FILES : undefined)),
    dataRoot: info?.DockerRootDir ?? (typeof root === 'string' && root.startsWith('/') ? root : '/var/lib/docker'),
  };
}

/** What systemd lets a service open that says nothing of it. @see systemd-system.conf(5), DefaultLimitNOFILE */
const SYSTEMD_OPEN_FILES = '524288';

/** A hard limit as systemd and /proc write it: `infinity`, `unlimited`, a number, or `soft:hard`. */
function openFiles(written: string | undefined): number | undefined {
  const hard = written?.split(':').at(-1)?.trim();
  if (hard === undefined) return undefined;
  if (hard === 'infinity' || hard === 'unlimited') return Number.POSITIVE_INFINITY;
  return /^\d+$/.test(hard) ? Number(hard) : undefined;
}

/** The daemon that runs here: its arguments, and how many files it may open. */
function runningDaemon(files: HostFiles): { words: string[]; openFiles?: string } | undefined {
  const pid = ['/run/docker.pid', '/var/run/docker.pid'].map((file) => (files.live ? files.text(file)?.trim() : undefined)).find(Boolean);
  if (pid === undefined || !/^\d{1,10}$/.test(pid)) return undefined;
  const [program = '', ...words] = files.kernel(`/proc/${pid}/cmdline`)?.split('\0') ?? [];
  if (!/(?:^|\/)dockerd$/.test(program)) return undefined;
  const row = (files.kernel(`/proc/${pid}/limits`) ?? '').split('\n').find((line) => line.startsWith('Max open files'));
  return { words, openFiles: row?.split(' ').filter(Boolean).at(-2) };
}

/** How many containers and volumes the data directory holds; undefined when it may not be read. */
export function dataOf({ files, dataRoot, info }: DockerHost): { containers: number; volumes: number; images?: number } | undefined {
  const containers = files.names(`${dataRoot}/containers`);
  const volumes = files.names(`${dataRoot}/volumes`);
  if (!containers || !volumes) return undefined;
  const named = volumes.filter((name) => name !== 'metadata.db' && name !== 'backingFsBlockDev');
  return { containers: Math.max(containers.length, info?.Containers ?? 0), volumes: named.length, images: info?.Images };
}

/** Whether this Engine is part of a swarm. */
export function inSwarm({ info, files, dataRoot }: DockerHost): boolean {
  const state = info?.Swarm?.LocalNodeState;
  return state === undefined ? files.stat(`${dataRoot}/swarm/docker-state.json`) !== undefined : state !== 'inactive' && state !== '';
}

/** Whether the Engine says that it runs without root. */
export function isRootless({ info }: DockerHost): boolean {
  return (info?.SecurityOptions ?? []).some((option) => /\bname=rootless\b/.test(option));
}

/** Whether data is an object that is no list. */
export function isMap(data: Data | undefined): data is { [key: string]: Data } {
  return data !== null && typeof data === 'object' && !Array.isArray(data);
}
