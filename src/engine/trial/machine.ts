import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * This installation of an operating system in 32 hexadecimal digits; the same after a restart and under another name. The id itself is for the machine
 * only, so what is given away is a hash of it. Where there is none, the host name stands for it.
 *
 * @see machine-id(5)
 */
export function machineId(files: readonly string[] = ['/etc/machine-id', '/var/lib/dbus/machine-id']): string {
  return hash(`batten machine\n${files.map(read).find((text) => /^[\da-f]{32}$/.test(text)) ?? hostname()}`).slice(0, 32);
}

/**
 * Where a process number means what it means here: the machine, its name (clones share an id), and the namespace of its processes (a container has
 * one of its own). For a label: the host name is for people, the hash decides.
 */
export function processHome(): string {
  return `${hostname()}/${hash(JSON.stringify([machineId(), hostname(), processNamespace()])).slice(0, 16)}`;
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
