import type { Evidence } from '../../harden/types';
import type { Data, Op, Path } from '../../yaml/types';
import type { DockerHost } from '../types';

/** A page of the Engine's manual, and what it says. */
export function manual(page: string, detail: string): Evidence {
  return { kind: 'documentation', ref: `https://docs.docker.com/${page}`, detail };
}

/** Sets a value of the daemon's configuration, whether or not there is another one. */
export function setting({ daemon }: DockerHost, path: Path, value: Data): Op[] {
  return [{ op: daemon.json.get(path) === undefined ? 'add' : 'replace', path, value }];
}
