import { normaliseCapability } from '../compose/capabilities';
import { table } from './hints/load';
import type { PackageFact } from './hints/tables';
import type { Fact, FileCapabilities } from './own-image';
import { type SimpleCommand, simpleCommands } from './shell';
import type { Owner } from './situation';
import type { Evidence } from './types';

/** What the build steps of an image say about how it runs. */
export interface RunTells {
  accounts: Map<string, Fact<Partial<Owner>>>;
  groups: Map<string, number>;
  fileCapabilities: FileCapabilities[];
  rootPrograms: Fact<string>[];
  setuid?: Fact<string>;
  sudo?: Fact<string>;
  givenAway: Fact<string>[];
}

export function noTells(): RunTells {
  return { accounts: new Map(), groups: new Map(), fileCapabilities: [], rootPrograms: [], givenAway: [] };
}

let packages: Map<string, readonly PackageFact[]> | undefined;

function packageFacts(name: string): readonly PackageFact[] {
  if (!packages) {
    const all = table('packages').packages;
    packages = new Map(all.flatMap(({ names }) => names).map((each) => [each, all.filter(({ names }) => names.includes(each))]));
  }
  return packages.get(name) ?? [];
}

/** Takes in what one build step says. `evidenceAt` makes the evidence for a 1-based line; `detail` is the one command that told. */
export function readRun(shell: string, firstLine: number, tells: RunTells, evidenceAt: (line: number, detail: string) => Evidence): void {
  for (const command of simpleCommands(shell, firstLine)) {
    const evidence = evidenceAt(command.line, `RUN ${command.words.join(' ')}`);
    const words = withoutPrefix(command);
    const program = (words[0] ?? '').replace(/^.*\//, '');
    const rest = words.slice(1);
    if (program === 'setcap') readSetcap(rest, tells, evidence);
    for (const name of installed(program, rest)) {
      for (const { root, file_capabilities: capable, setuid } of packageFacts(name)) {
        if (root) tells.rootPrograms.push({ value: root, evidence });
        if (capable) tells.fileCapabilities.push({ value: capable, evidence, byHand: false });
        if (setuid) tells.sudo ??= { value: setuid, evidence };
      }
    }
    if (words.some((word) => word.includes('NOPASSWD'))) tells.setuid ??= { value: 'sudo without a password', evidence };
    if (program === 'chmod' && /^([ugo]*\+[rwx]*s|[4567]\d{3}$)/.test(rest.find((word) => !word.startsWith('-')) ?? '')) {
      const what = rest.at(-1) ?? 'a program';
      // 2xxx and 1xxx of a directory are something else: only programs get a setuid bit.
      if (/bin\//.test(what)) tells.setuid ??= { value: `${what}, which is setuid`, evidence };
    }
    if (program === 'groupadd' || program === 'addgroup') readGroup(rest, tells);
    if (program === 'useradd' || program === 'adduser' || program === 'usermod') readAccount(program, rest, tells, evidence);
    if (program === 'chown') {
      const owner = rest.find((word) => !word.startsWith('-'));
      if (owner && !/^(root|0)?(:|$)/.test(owner)) tells.givenAway.push({ value: owner, evidence });
    }
  }
}

/** `sudo apt-get …`, `env A=b useradd …`: the command is what follows. */
function withoutPrefix({ words }: SimpleCommand): string[] {
  const at = words.findIndex((word) => !/^(sudo|env|nice)$/.test(word) && !/^\w+=/.test(word));
  return words.slice(Math.max(at, 0));
}

/** Package names, versions and pinning cut off. */
function installed(program: string, words: readonly string[]): string[] {
  const verb = { 'apt-get': 'install', apt: 'install', apk: 'add', yum: 'install', dnf: 'install', microdnf: 'install', zypper: 'install' }[
    program
  ];
  if (verb === undefined || !words.includes(verb)) return [];
  return words
    .slice(words.indexOf(verb) + 1)
    .filter((word) => !word.startsWith('-'))
    .map((word) => word.split(/[=<>~@]/, 1)[0]!);
}

/** `setcap 'cap_net_raw,cap_net_admin=+ep' FILE` */
function readSetcap(words: readonly string[], tells: RunTells, evidence: Evidence): void {
  if (words.some((word) => word === '-r')) return;
  const names = words.flatMap((word) => (/^cap_\w/i.test(word) ? word.split(/[=+]/, 1)[0]!.split(',') : []));
  const value = names.length > 0 ? names.map(normaliseCapability) : ['NET_BIND_SERVICE'];
  tells.fileCapabilities.push({ value, evidence, byHand: !words.some((word) => /\bping6?$/.test(word)) });
}

/** Options of useradd, adduser and usermod that take a value; `-g` is a group to useradd and a comment to BusyBox. */
const VALUED = /^(-[ugGhdskcKbefpzZ]|--(uid|gid|ingroup|groups|home|home-dir|shell|gecos|comment|skel|expiredate|password|base-dir))$/;

function options(words: readonly string[]): { named: Map<string, string>; plain: string[] } {
  const named = new Map<string, string>();
  const plain: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    const equals = /^(--\w[\w-]*)=(.*)$/s.exec(word);
    const glued = /^(-[A-Za-z]*[ugG])(\d+)$/.exec(word);
    if (equals) named.set(equals[1]!, equals[2]!);
    else if (glued) named.set(`-${glued[1]!.at(-1)}`, glued[2]!);
    else if (VALUED.test(word)) named.set(word, words[++index] ?? '');
    // Clustered short options (`-Du 1000`): the last one may take the value.
    else if (/^-[A-Za-z]+[ugGhds]$/.test(word)) named.set(`-${word.at(-1)}`, words[++index] ?? '');
    else if (!word.startsWith('-')) plain.push(word);
  }
  return { named, plain };
}

function readGroup(words: readonly string[], tells: RunTells): void {
  const { named, plain } = options(words);
  const gid = named.get('-g') ?? named.get('--gid');
  if (plain[0] && gid && /^\d+$/.test(gid)) tells.groups.set(plain[0], Number(gid));
}

function readAccount(program: string, words: readonly string[], tells: RunTells, evidence: Evidence): void {
  const { named, plain } = options(words);
  const name = program === 'adduser' ? plain[0] : plain.at(-1);
  if (!name) return;
  const uid = named.get('-u') ?? named.get('--uid');
  // `usermod -aG group user` makes no user.
  if (program === 'usermod' && uid === undefined) return;
  const groups = [named.get('--gid'), named.get('--ingroup'), program === 'adduser' ? named.get('-G') : named.get('-g'), plain[1]];
  const gid = groups.map((group) => (group === undefined ? undefined : /^\d+$/.test(group) ? Number(group) : tells.groups.get(group)));
  tells.accounts.set(name, {
    value: { uid: uid !== undefined && /^\d+$/.test(uid) ? Number(uid) : undefined, gid: gid.find((each) => each !== undefined) },
    evidence,
  });
}
