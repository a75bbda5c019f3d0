import type { LearnedApparmor } from '../engine/learn/apparmor';
import type { LearnedService, LearnReport } from '../engine/learn/report';
import type { LearnedProfile } from '../engine/learn/seccomp';
import type { KernelTrace } from '../engine/trace/kernel-trace';
import { table } from '../table';
import type { Colors } from './colors';
import { hang, pad } from './layout';
import { maskLine } from './mask';
import { plural } from './summary';
import { type Shown, say } from './text/screen';

/** What was learnt, for a person: for each service what it did, and the settings that follow, as they would be written. Ends in a newline. */
export function prettyLearned(report: LearnReport, colors: Colors, width: number): Shown {
  const { engine, compose, runs, services, notes } = report;
  const head = `Docker ${engine.version} (${engine.os}), Compose ${compose}: ${plural(runs, 'run')} of the stack`;
  const blocks = [
    [...hang('', head, width, colors.dim), ...hang('', tracing(report), width, colors.dim)],
    ...services.map((service) => block(service, colors, width)),
    [...advice(report), ...notes].flatMap((note) => hang('  note: ', note, width, colors.dim)),
  ];
  return say`${say.join(
    blocks.filter((lines) => lines.length > 0).map((lines) => say.join(lines, '\n')),
    '\n\n',
  )}\n`;
}

/** Whether the kernel was asked, and what that is worth. */
export function tracing({ tracing: { traced, why, lost = 0 } }: LearnReport): string {
  if (!traced) return `the kernel was not traced: ${why ?? 'it cannot be here'}`;
  return lost === 0
    ? 'traced by the kernel: all that the containers asked for, from their first program on'
    : `traced by the kernel, which lost ${plural(lost, 'event')}: more was called than is listed, and capabilities were searched without it`;
}

function block(service: LearnedService, colors: Colors, width: number): Shown[] {
  const { name, image, fault, processes, listening, written, usage, talksTo, outside, exercised, notExercised } = service;
  const line = (what: string, text: string): Shown[] => hang(say`  ${pad(what, 13)}`, text || 'nothing', width);
  if (fault)
    return [
      say`${colors.bold(name)}  ${colors.dim(image)}`,
      ...hang('  ', `it does not work as it is: ${maskLine(fault)}`, width, colors.red),
    ];
  const seen = Object.entries(processes).map(([process, uids]) => `${process} (uid ${uids.join(', ')})`);
  return [
    say`${colors.bold(name)}  ${colors.dim(image)}`,
    ...line('processes', seen.join(', ')),
    ...(service.user ? line('user', becoming(service.user)) : []),
    ...line('listens on', listening.join(', ')),
    ...line(
      'writes to',
      written.map(({ path, baked, example }) => `${path}${baked ? ` (has files of the image; ${example})` : ''}`).join(', '),
    ),
    ...line('calls', [...talksTo, ...(outside ? ['somebody outside of the project'] : [])].join(', ')),
    ...(usage ? line('used', `${(usage.memory / 2 ** 20).toFixed(0)} MiB, ${plural(usage.pids, 'process', 'processes')} at most`) : []),
    ...(service.trace ? line('asked for', asked(service.trace)) : []),
    ...settings(service).map((text) => colors.green(`    ${text}`)),
    ...confinement(service).map((text) => colors.green(`    ${text}`)),
    ...outcomes(service).flatMap(([what, text]) => line(what, text)),
    ...hang('  exercised: ', exercised.join('; ') || 'nothing', width, colors.dim),
    ...hang('  not exercised: ', notExercised.join('; '), width, colors.dim),
  ];
}

/** As the user it becomes by itself it needs none of what becoming takes; that is another start, which prove can try. */
export function becoming(user: string): string {
  return `it becomes ${user} by itself: started as that, it may need fewer capabilities; prove tells`;
}

/** What the kernel saw, in one line. */
function asked({ capabilities, syscalls, programs }: KernelTrace): string {
  const names = capabilities.length === 0 ? 'no capability' : capabilities.join(', ');
  return `${names}; ${plural(syscalls.length, 'system call')}, ${plural(programs.length, 'program')}`;
}

const PARTS: Readonly<Record<string, string>> = table({
  capabilities: 'the capabilities',
  read_only: 'read_only with its tmpfs',
  limits: 'the limits',
});

/** What came of running it: what it is about, and what is to be said. */
export function outcomes({ confirmed, seccomp, apparmor, exercised }: LearnedService): [string, string][] {
  const list = (names: readonly string[]): string => names.map((name) => PARTS[name] ?? name).join(', ');
  const steps = exercised.length > 1 ? 'what is exercised' : 'starting and stopping';
  const said: [string, string][] = [];
  if (confirmed && confirmed.held.length > 0) said.push(['held', `${list(confirmed.held)}: run together, twice from empty volumes`]);
  for (const { what, why } of confirmed?.failed ?? [])
    said.push(['did not hold', `${list([what])}: ${maskLine(why.how)}, at the ${why.life}`]);
  if (seccomp) said.push(['seccomp', seccompSaid(seccomp, steps)]);
  if (apparmor) said.push(['apparmor', apparmorSaid(apparmor)]);
  return said;
}

/** The profiles as lines of a Compose file. */
export function confinement({ seccomp, apparmor }: LearnedService): string[] {
  const options = [
    ...(seccomp?.file ? [`seccomp=${seccomp.file}`] : []),
    ...(apparmor?.file && (apparmor.syntax ?? 'ok') === 'ok' ? [`apparmor=${apparmor.name}`] : []),
  ];
  return options.length === 0 ? [] : ['security_opt:', ...options.map((option) => `  - ${option}`)];
}

function seccompSaid({ allowed, added, why, profile }: LearnedProfile, steps: string): string {
  if (!profile) return `no profile: ${why ? `${maskLine(why.how)}, at the ${why.life}` : 'the kernel saw nothing of it'}`;
  const more = added.length > 0 ? ` (${added.join(', ')}: a run asked for it)` : '';
  return `${plural(allowed, 'system call')}${more}: run with the rest, twice. It covers ${steps}, and refuses any other call`;
}

function apparmorSaid({ syntax }: LearnedApparmor): string {
  if (syntax === undefined) return 'not enforced, and its syntax not checked: apparmor_parser is not installed';
  return syntax === 'ok' ? 'not enforced; apparmor_parser reads it' : `apparmor_parser refuses it: ${syntax}`;
}

/** What has to be done with the profiles, once for all of them. */
export function advice({ services, engine: { security } }: LearnReport): string[] {
  const files = services.flatMap(({ apparmor }) => (apparmor?.file && (apparmor.syntax ?? 'ok') === 'ok' ? [apparmor.file] : []));
  if (files.length === 0) return [];
  const why = security.includes('apparmor') ? 'batten loads nothing into your kernel' : 'this kernel has no AppArmor';
  return [`AppArmor profiles were not enforced: ${why}. Load them before the next start: apparmor_parser -r ${files.join(' ')}`];
}

/** The settings as lines of a Compose file. */
export function settings({ confirmed, ...learned }: LearnedService): string[] {
  // What ran and failed is said below, and proposed to nobody.
  const works = (part: string): boolean => !(confirmed?.failed.some(({ what }) => what === part) ?? false);
  const capabilities = works('capabilities') ? learned.capabilities : undefined;
  const tmpfs = works('read_only') ? learned.tmpfs : undefined;
  const limits = works('limits') ? learned.limits : undefined;
  return [
    ...(capabilities ? ['cap_drop: [ALL]', ...(capabilities.length > 0 ? [`cap_add: [${capabilities.join(', ')}]`] : [])] : []),
    ...(tmpfs ? ['read_only: true', `tmpfs: [${tmpfs.map((mount) => (/[:,]/.test(mount) ? `"${mount}"` : mount)).join(', ')}]`] : []),
    ...(limits ? [`mem_limit: ${limits.mem_limit}`, `pids_limit: ${limits.pids_limit}`] : []),
  ];
}
