import { chmodSync, lchownSync, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Gives a copy the owners and modes of what it was copied from, as far as this process may. */
export function keepOwners(from: string, to: string): void {
  const stats = lstatSync(from);
  try {
    lchownSync(to, stats.uid, stats.gid);
  } catch {
    // Only root may give files away.
  }
  if (!stats.isSymbolicLink()) chmodSync(to, stats.mode & 0o7777);
  if (!stats.isDirectory()) return;
  for (const name of readdirSync(from)) {
    const target = path.join(to, name);
    if (exists(target)) keepOwners(path.join(from, name), target);
  }
}

function exists(file: string): boolean {
  try {
    lstatSync(file);
    return true;
  } catch {
    return false;
  }
}
