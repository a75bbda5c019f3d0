import path from 'node:path';
import { build as buildCase } from '../cases';
import { docker, mustDocker } from '../docker';

/** An image of this folder: as whom its processes run when it is started as it is. */
export interface OwnImage {
  name: string;
  /** The user of each process by its name, the main one and those beside it. */
  processes: Record<string, number[]>;
}

/** Images that start in ways none of the cases does. */
export const OWN: readonly OwnImage[] = [
  { name: 'supervised', processes: { supervisord: [0], nginx: [0, 33], 'php-fpm8.2': [0, 33], sleep: [33] } },
  { name: 's6-services', processes: { 's6-svscan': [0], 's6-supervise': [0], sleep: [970, 971] } },
  { name: 'capable', processes: { sleep: [980], listen: [980] } },
];

export const tagOfOwn = (name: string): string => `batten-engine/xray-${name}`;

export async function buildOwn(name: string): Promise<void> {
  await buildCase('base');
  await mustDocker(['build', '--quiet', '--network', 'host', '--tag', tagOfOwn(name), path.join(__dirname, 'images', name)], 300);
}

/** What a shell in a container of the image says of it. */
export async function truthOf(tag: string, script: string): Promise<string[]> {
  const out = await mustDocker(['run', '--rm', '--network', 'none', '--user', '0', '--entrypoint', '/bin/sh', tag, '-c', script], 120);
  return out.split('\n').filter(Boolean);
}

/** The users of the processes of a container that was started as the image is, by the names of the processes. */
export async function processesOf(
  tag: string,
  enough: (processes: Map<string, Set<number>>) => boolean,
): Promise<Map<string, Set<number>>> {
  const id = await mustDocker(['run', '-d', '--network', 'none', tag]);
  try {
    let processes = new Map<string, Set<number>>();
    for (let attempt = 0; attempt < 60 && !enough(processes); attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      const { stdout } = await docker(['top', id, '-eo', 'pid,uid,comm']);
      processes = new Map();
      for (const line of stdout.split('\n').slice(1)) {
        const [, uid, name] = /^\s*\d+\s+(\d+)\s+(\S+)/.exec(line) ?? [];
        if (uid !== undefined) processes.set(name!, (processes.get(name!) ?? new Set()).add(Number(uid)));
      }
    }
    return processes;
  } finally {
    await docker(['rm', '-f', '-v', id]);
  }
}
