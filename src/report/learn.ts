import type { LearnedService, LearnReport } from '../engine/learn/learn';
import type { Colors } from './colors';
import { hang, pad } from './layout';
import { maskLine } from './mask';
import { plural } from './summary';

/** What was learnt, for a person: for each service what it did, and the settings that follow, as they would be written. Ends in a newline. */
export function prettyLearned({ engine, compose, runs, services, notes }: LearnReport, colors: Colors, width: number): string {
  const head = colors.dim(`Docker ${engine.version} (${engine.os}), Compose ${compose}: ${plural(runs, 'run')} of the stack`);
  const blocks = [
    [head],
    ...services.map((service) => block(service, colors, width)),
    notes.flatMap((note) => hang('  note: ', note, width, colors.dim)),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function block(service: LearnedService, colors: Colors, width: number): string[] {
  const { name, image, fault, processes, listening, written, usage, talksTo, outside, exercised, notExercised } = service;
  const line = (what: string, text: string): string[] => hang(`  ${pad(what, 13)}`, text || 'nothing', width);
  if (fault)
    return [
      `${colors.bold(name)}  ${colors.dim(image)}`,
      ...hang('  ', `it does not work as it is: ${maskLine(fault)}`, width, colors.red),
    ];
  const seen = Object.entries(processes).map(([process, uids]) => `${process} (uid ${uids.join(', ')})`);
  return [
    `${colors.bold(name)}  ${colors.dim(image)}`,
    ...line('processes', seen.join(', ')),
    ...line('listens on', listening.join(', ')),
    ...line(
      'writes to',
      written.map(({ path, baked, example }) => `${path}${baked ? ` (has files of the image; ${example})` : ''}`).join(', '),
    ),
    ...line('calls', [...talksTo, ...(outside ? ['somebody outside of the project'] : [])].join(', ')),
    ...(usage ? line('used', `${(usage.memory / 2 ** 20).toFixed(0)} MiB, ${plural(usage.pids, 'process', 'processes')} at most`) : []),
    ...settings(service).map((text) => colors.green(`    ${text}`)),
    ...hang('  exercised: ', exercised.join('; ') || 'nothing', width, colors.dim),
    ...hang('  not exercised: ', notExercised.join('; '), width, colors.dim),
  ];
}

/** The settings as lines of a Compose file. */
function settings({ user, capabilities, tmpfs, limits }: LearnedService): string[] {
  // As the user it becomes by itself it needs none of what becoming takes; that is another start, which prove can try.
  return [
    ...(user ? [`# it becomes ${user} by itself: user: "${user}" may spare it the capabilities, and prove tells`] : []),
    ...(capabilities ? ['cap_drop: [ALL]', ...(capabilities.length > 0 ? [`cap_add: [${capabilities.join(', ')}]`] : [])] : []),
    ...(tmpfs ? ['read_only: true', `tmpfs: [${tmpfs.map((mount) => (/[:,]/.test(mount) ? `"${mount}"` : mount)).join(', ')}]`] : []),
    ...(limits ? [`mem_limit: ${limits.mem_limit}`, `pids_limit: ${limits.pids_limit}`] : []),
  ];
}
