import { wrappedBy } from './commands';
import type { Fact } from './own-image';
import { capabilitiesOf, factsOf, stepsDown } from './programs';
import { type SimpleCommand, simpleCommands } from './shell';
import type { Evidence, EvidenceKind } from './types';

/** What a start script does that root, capabilities or a writable root matter to. */
export interface ScriptFacts {
  /** The file, as evidence calls it. */
  ref: string;
  /** Where it becomes another user; `to` when the name is written, `last` when nothing runs after it as root. */
  stepDown?: Fact<{ program: string; to?: string; replaces: boolean; last: boolean }>;
  /** Where it looks whether it is root: such a script can start as another user too. */
  testsUser?: Evidence;
  /** The capabilities its own commands use. */
  capabilities: readonly Fact<string>[];
  /** Container paths it writes to or gives away. */
  writes: readonly Fact<string>[];
  /** Programs that only root, or a setuid bit, can run. */
  rootPrograms: readonly Fact<string>[];
  setuid?: Fact<string>;
  /** The first command whose needs are not known; undefined when all of them are. */
  notUnderstood?: Fact<string>;
}

/** Where a script is: `ref:line` is its evidence. */
export interface ScriptPlace {
  kind: EvidenceKind;
  ref: string;
  firstLine?: number;
}

/** Commands that need nothing special of a process that is root. Reading what is closed to it is seen to with `chown -R`. */
const HARMLESS = new Set(
  `[ [[ ]] test : true false echo printf export unset set local readonly declare typeset return exit shift cd pwd id whoami wait trap read
  hash type which basename dirname readlink realpath stat ls cat head tail grep egrep fgrep awk cut tr sort uniq wc date printenv
  hostname sleep expr let umask getopts getent seq command mktemp nc curl wget pg_isready jq nproc shopt ulimit break continue`.split(
    /\s+/,
  ),
);

const READS = new Set(['cat', 'head', 'tail', 'grep', 'egrep', 'ls', 'stat', 'wc', 'awk', 'sed', 'sort', 'jq', '.', 'source']);

/** Commands that write: in a directory that belongs to another user even root needs DAC_OVERRIDE. */
const WRITES = new Set(['mkdir', 'touch', 'cp', 'mv', 'rm', 'rmdir', 'ln', 'tee', 'install', 'dd', 'tar', 'unzip', 'truncate', 'rsync']);

const ACCOUNTS = new Set([
  'usermod',
  'groupmod',
  'useradd',
  'groupadd',
  'adduser',
  'addgroup',
  'userdel',
  'groupdel',
  'deluser',
  'delgroup',
]);

/**
 * Reads a start script for what needs root: stepping down, changing owners and modes, writing, daemons. What it does not know it says
 * (`notUnderstood`). Scripts that this one calls are not followed.
 */
export function readScript(text: string, { kind, ref, firstLine = 1 }: ScriptPlace): ScriptFacts {
  const commands = simpleCommands(text, firstLine).flatMap(unwrapped);
  const lines = text.split('\n');
  const evidenceOf = ({ line }: SimpleCommand): Evidence => ({
    kind,
    ref: `${ref}:${line}`,
    detail: (lines[line - firstLine] ?? '').trim().slice(0, 120),
  });
  const capabilities: Fact<string>[] = [];
  const writes: Fact<string>[] = [];
  const rootPrograms: Fact<string>[] = [];
  const facts: ScriptFacts = { ref, capabilities, writes, rootPrograms };
  const need = (names: readonly string[], evidence: Evidence) => {
    for (const value of names) if (!capabilities.some((each) => each.value === value)) capabilities.push({ value, evidence });
  };

  const givesAway = commands.some((command) => ['chown', 'chgrp', 'usermod'].includes(programOf(command)));
  commands.forEach((command, index) => {
    const evidence = evidenceOf(command);
    const program = programOf(command);
    const others = command.words.slice(1);
    if (asksWhoItIs(program, others) && !/^(echo|printf)\b/.test(evidence.detail)) facts.testsUser ??= evidence;
    if (stepsDown(program) && isStepDown(program, others)) {
      // sudo down from root needs no setuid bit, but nobody installs it for that.
      if (program === 'sudo') facts.setuid ??= { value: 'sudo', evidence };
      const last = index === commands.length - 1;
      facts.stepDown ??= { value: { program, to: target(program, others), replaces: command.exec, last }, evidence };
      need(['SETGID', 'SETUID'], evidence);
      if (program === 'setpriv' && others.some((word) => /^--(bounding-set|inh-caps|securebits)/.test(word))) need(['SETPCAP'], evidence);
    } else if (program === 'sudo') facts.setuid ??= { value: 'sudo', evidence };
    if (program === 'capsh' && others.some((word) => /^--(drop|secbits)=/.test(word))) need(['SETPCAP'], evidence);
    if (program === 'crontab') facts.setuid ??= { value: 'crontab', evidence };
    if (factsOf(program).some(({ daemon }) => daemon)) rootPrograms.push({ value: program, evidence });
    need(capabilitiesOf(program), evidence);
    if (ACCOUNTS.has(program)) {
      need(['CHOWN', 'DAC_OVERRIDE', 'FOWNER'], evidence);
      writes.push({ value: '/etc/passwd', evidence });
    }
    if (program === 'find' || ((program === 'chown' || program === 'chgrp' || program === 'chmod') && others.some(isRecursive))) {
      // Directories given away on the first start are closed to root on the second.
      need(['DAC_READ_SEARCH'], evidence);
    }
    if (givesAway && looksAtFile(program, others)) need(['DAC_READ_SEARCH'], evidence);
    if (program === 'install' || (program === 'cp' && others.some((word) => /^-\w*[ap]/.test(word))) || program === 'tar')
      need(['CHOWN', 'FOWNER'], evidence);
    const written = writtenBy(program, others, command);
    if (WRITES.has(program) || (program === 'sed' && others.some(isInPlace)) || command.writesTo.some(isFile)) {
      need(['DAC_OVERRIDE'], evidence);
    }
    writes.push(...written.map((value) => ({ value, evidence })));
    if (!isUnderstood(program, command)) facts.notUnderstood ??= { value: program, evidence };
  });
  return facts;
}

/** `find … -exec chown …`, `xargs chown …`, `env A=b gosu …`: the command, and the one it runs. Who becomes another user runs nothing as root. */
function unwrapped(command: SimpleCommand): SimpleCommand[] {
  const program = programOf(command);
  if (stepsDown(program)) return [command];
  const within = wrappedBy(command.words);
  if (!within) return [command];
  const runs = within.flatMap((words) => unwrapped({ ...command, words, writesTo: [], exec: false }));
  if (program === 'find') return [command, ...runs];
  // Without a program it only prints or waits.
  const [first, ...others] = runs.length > 0 ? runs : [{ ...command, words: ['true'] }];
  return [{ ...first!, writesTo: command.writesTo, exec: command.exec }, ...others];
}

function programOf({ words }: SimpleCommand): string {
  return (words[0] ?? '').replace(/^.*\//, '');
}

/** `id -u`, not `id -u app`. */
function asksWhoItIs(program: string, words: readonly string[]): boolean {
  return program === 'id' && words.some((word) => /^-\w*u/.test(word)) && words.every((word) => word.startsWith('-'));
}

/** Whether it looks at a file by its path, which may be in a directory that was given away and is closed to root since. */
function looksAtFile(program: string, words: readonly string[]): boolean {
  if (program === '[' || program === 'test') return words.some((word) => /^-[defrswxLS]$/.test(word));
  return READS.has(program) && words.some((word) => /^(\/(?!dev\/|proc\/)|\$\{?[A-Z])/.test(word));
}

function isStepDown(program: string, words: readonly string[]): boolean {
  if (program === 'sudo') return words.some((word) => /^(-\w*u|--user)/.test(word));
  if (program === 'setpriv') return words.some((word) => /^--(reuid|regid)/.test(word));
  return words.length > 0;
}

/** The user that is written after the program, without its group; undefined when a variable decides. */
function target(program: string, words: readonly string[]): string | undefined {
  const option = program === 'setpriv' ? '--reuid' : ['runuser', 'chpst', 'sudo'].includes(program) ? '-u' : undefined;
  const at = option === undefined ? -1 : words.findIndex((word) => word === option || word.startsWith(`${option}=`));
  const chosen =
    option === undefined
      ? words.find((word, index) => word !== '-' && !word.startsWith('-') && !/^-(c|s|g|G)$/.test(words[index - 1] ?? ''))
      : words[at]?.includes('=')
        ? words[at]?.split('=')[1]
        : words[at + 1];
  const name = chosen?.split(':')[0];
  return at === -1 && option !== undefined ? undefined : name && /^[\w.-]+$/.test(name) ? name : undefined;
}

function isRecursive(word: string): boolean {
  return word === '--recursive' || (/^-\w+$/.test(word) && word.includes('R'));
}

function isInPlace(word: string): boolean {
  return /^(-\w*i|--in-place)/.test(word);
}

function isFile(path: string): boolean {
  return !/^(\/dev\/|\/proc\/|&)/.test(path);
}

/** The absolute container paths a command writes to. Variables stay out. */
function writtenBy(program: string, words: readonly string[], { writesTo }: SimpleCommand): string[] {
  const plain = words.filter((word) => /^\/[^$`]*$/.test(word));
  const out = writesTo.filter((path) => /^\/[^$`]*$/.test(path) && isFile(path));
  if (['cp', 'mv', 'ln', 'install', 'rsync'].includes(program)) out.push(...plain.slice(-1));
  else if (WRITES.has(program) || ['chown', 'chgrp', 'chmod'].includes(program)) out.push(...plain);
  else if (program === 'sed' && words.some(isInPlace)) out.push(...plain.slice(-1));
  return out;
}

function isUnderstood(program: string, { words }: SimpleCommand): boolean {
  if (words.length === 0 || HARMLESS.has(program) || stepsDown(program) || WRITES.has(program) || capabilitiesOf(program).length > 0)
    return true;
  if (program === 'sed' || program === 'find' || ACCOUNTS.has(program)) return true;
  // `exec "$@"`: the command of the image, which is judged by itself.
  return words[0] === '$@' || words[0] === '${@}';
}
