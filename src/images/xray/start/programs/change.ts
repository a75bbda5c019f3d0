import type { OwnerFacts, StepOf } from '../../facts';
import { type Argument, type Call, isFile, note, optionsIn, pathOf, programName, record, textsOf } from '../call';
import type { Outcome } from '../condition';
import { ordinary } from '../run';
import { known, UNKNOWN, type Value } from '../value';
import type { Programs } from './program';

/** Programs that change files, owners and accounts. */
export const CHANGING: Programs = [
  ['chown', chown],
  ['chgrp', chgrp],
  ['lchown', chown],
  ['chmod', chmod],
  ['mkdir', (call) => writeAll(call, 'directory', ['-m', '--mode', '-Z'])],
  ['touch', (call) => writeAll(call, 'file', ['-d', '-r', '-t', '--date', '--reference'])],
  ['mkfifo mknod', (call) => writeAll(call, 'file', ['-m', '--mode'])],
  ['truncate shred', (call) => writeAll(call, 'file', ['-s', '-r', '--size'])],
  ['tee', (call) => writeAll(call, 'file', [])],
  ['rm rmdir unlink', remove],
  ['cp rsync', copy],
  ['mv', move],
  ['ln', link],
  ['install', install],
  ['dd', dd],
  ['tar bsdtar', tar],
  ['unzip', unzip],
  ['gzip gunzip bzip2 bunzip2 xz unxz zstd unzstd', (call) => writeAll(call, 'file', ['-S', '-T'])],
  ['patch', (call) => writeAll(call, 'file', ['-p', '-i', '-d', '-o', '-r'])],
  ['mktemp', mktemp],
  ['ssh-keygen', sshKeygen],
  ['crontab', (call) => fixedWrites(call, ['/var/spool/cron/crontabs'])],
  ['update-ca-certificates update-ca-trust', (call) => fixedWrites(call, ['/etc/ssl/certs'])],
  ['ldconfig', (call) => fixedWrites(call, ['/etc/ld.so.cache'])],
  ['useradd adduser usermod userdel deluser groupadd addgroup groupmod groupdel delgroup passwd chpasswd chsh chfn gpasswd vipw', account],
  ['setcap setfacl setfattr chattr', (call) => void note(call, 'option', textsOf(call.words).join(' '))],
];

const RECURSIVE = ['-R', '--recursive'];

function by(call: Call): string {
  return programName(call.words[0]!.value.text ?? '');
}

function paths(call: Call, words: readonly Argument[], step: (path: ReturnType<typeof pathOf>) => StepOf): void {
  for (const word of words) {
    const path = pathOf(call, word);
    if (isFile(path)) record(call, step(path));
  }
}

function chown(call: Call): undefined {
  const { named, operands } = optionsIn(call.words.slice(1), ['--from', '--reference']);
  const recursive = RECURSIVE.some((name) => named.has(name));
  const reference = named.get('--reference');
  const [owner, ...files] = reference ? [reference, ...operands] : operands;
  if (!owner) return undefined;
  const facts = reference ? { written: `--reference=${reference.written}` } : ownerOf(call, owner.value, owner.written);
  paths(call, files, (path) => ({ do: 'chown', by: by(call), owner: facts, ...(recursive && { recursive: true as const }), ...path }));
  return undefined;
}

function chgrp(call: Call): undefined {
  const { named, operands } = optionsIn(call.words.slice(1), ['--reference']);
  const [group, ...files] = operands;
  if (!group) return undefined;
  const text = group.value.text;
  const facts = ownerOf(call, text === undefined ? group.value : { ...group.value, text: `:${text}` }, group.written);
  paths(call, files, (path) => ({
    do: 'chown',
    by: by(call),
    owner: facts,
    ...(RECURSIVE.some((name) => named.has(name)) && { recursive: true as const }),
    ...path,
  }));
  return undefined;
}

/** `app`, `app:staff`, `1000:1000`, `app.app`, `:staff`. */
export function ownerOf({ analysis }: Call, value: Value, written: string): OwnerFacts {
  const from = value.from.length > 0 ? { variables: [...value.from] } : {};
  const { text } = value;
  if (text === undefined || text === '') return { written: text ?? written, ...from };
  const plain = text.replace(/^\+/, '').replace(/:$/, '');
  if (plain.startsWith(':') || plain.startsWith('.')) {
    const group = plain.slice(1);
    const gid = /^\d+$/.test(group) ? Number(group) : analysis.accounts.group(group)?.gid;
    return { written: text, ...(gid !== undefined && { gid }), ...from };
  }
  // `app.app` is an old spelling, where nobody is called so.
  const dotted = !plain.includes(':') && plain.includes('.') && !analysis.accounts.user(plain);
  const { uid, gid } = analysis.accounts.resolve(plain, dotted ? /\./ : /:/);
  const group = plain.includes(':') || dotted || text.endsWith(':');
  return { written: text, ...(uid !== undefined && { uid }), ...(group && gid !== undefined && { gid }), ...from };
}

function chmod(call: Call): undefined {
  // `-x` and `-w` are modes, not options.
  const words = call.words
    .slice(1)
    .map((word) => (/^-[rwxXst]+$/.test(word.value.text ?? '') ? { ...word, value: known(`a${word.value.text}`) } : word));
  const { named, operands } = optionsIn(words, ['--reference']);
  const reference = named.get('--reference');
  const [mode, ...files] = reference ? [reference, ...operands] : operands;
  if (!mode) return undefined;
  const recursive = RECURSIVE.some((name) => named.has(name));
  paths(call, files, (path) => ({
    do: 'chmod',
    by: 'chmod',
    mode: mode.value.text ?? mode.written,
    ...(recursive && { recursive: true as const }),
    ...path,
  }));
  return undefined;
}

function writeAll(call: Call, what: 'file' | 'directory', valued: readonly string[]): undefined {
  const { operands } = optionsIn(call.words.slice(1), valued);
  paths(call, operands, (path) => ({ do: 'write', by: by(call), what, ...path }));
  if (by(call) === 'tee') call.print?.(call.input ?? UNKNOWN);
  return undefined;
}

function remove(call: Call): undefined {
  const { operands } = optionsIn(call.words.slice(1), []);
  paths(call, operands, (path) => ({ do: 'remove', by: by(call), ...path }));
  return undefined;
}

function copy(call: Call): undefined {
  const { named, operands } = optionsIn(call.words.slice(1), [
    '-t',
    '--target-directory',
    '-S',
    '--chown',
    '--chmod',
    '--exclude',
    '--include',
    '-e',
  ]);
  const target = named.get('-t') ?? named.get('--target-directory') ?? operands.at(-1);
  const sources = named.has('-t') || named.has('--target-directory') ? operands : operands.slice(0, -1);
  const keepsOwner = ['-a', '-p', '--archive', '--preserve', '-o', '-g', '--chown'].some((name) => named.has(name));
  paths(call, sources, (path) => ({ do: 'look', by: by(call), recursive: true, ...path }));
  if (target)
    paths(call, [target], (path) => ({
      do: 'write',
      by: by(call),
      what: 'file',
      ...(keepsOwner && { keepsOwner: true as const }),
      ...path,
    }));
  return undefined;
}

function move(call: Call): undefined {
  const { named, operands } = optionsIn(call.words.slice(1), ['-t', '--target-directory', '-S']);
  const target = named.get('-t') ?? named.get('--target-directory') ?? operands.at(-1);
  paths(call, named.has('-t') ? operands : operands.slice(0, -1), (path) => ({ do: 'remove', by: 'mv', ...path }));
  if (target) paths(call, [target], (path) => ({ do: 'write', by: 'mv', what: 'file', keepsOwner: true, ...path }));
  return undefined;
}

function link(call: Call): undefined {
  const { named, operands } = optionsIn(call.words.slice(1), ['-t', '--target-directory', '-S']);
  const target = named.get('-t') ?? operands.at(-1);
  const sources = named.has('-t') ? operands : operands.slice(0, -1);
  const [source] = sources;
  if (target && source) paths(call, [target], (path) => ({ do: 'link', by: 'ln', to: source.value.text ?? source.written, ...path }));
  return undefined;
}

/** `install -d -o app -g app -m 700 DIR`, `install -m 644 FILE TO`. */
function install(call: Call): undefined {
  const { named, operands } = optionsIn(call.words.slice(1), [
    '-o',
    '-g',
    '-m',
    '-t',
    '--owner',
    '--group',
    '--mode',
    '--target-directory',
  ]);
  const directory = named.has('-d') || named.has('--directory');
  const target = named.get('-t') ?? named.get('--target-directory');
  const written = directory ? operands : target ? [target] : operands.slice(-1);
  paths(call, written, (path) => ({ do: 'write', by: 'install', what: directory ? 'directory' : 'file', ...path }));
  const owner = named.get('-o') ?? named.get('--owner');
  const group = named.get('-g') ?? named.get('--group');
  if (!owner && !group) return undefined;
  const text = `${owner?.value.text ?? owner?.written ?? ''}${group ? `:${group.value.text ?? group.written}` : ''}`;
  const value: Value = { ...(owner ?? group)!.value, text: (owner ?? group)!.value.text === undefined ? undefined : text };
  const facts = ownerOf(call, value, text);
  paths(call, written, (path) => ({ do: 'chown', by: 'install', owner: facts, ...path }));
  return undefined;
}

function dd(call: Call): undefined {
  for (const word of call.words.slice(1)) {
    const of = /^of=([\s\S]*)$/.exec(word.value.text ?? '')?.[1];
    if (of !== undefined)
      paths(call, [{ value: known(of, word.value.from), written: of }], (path) => ({ do: 'write', by: 'dd', what: 'file', ...path }));
  }
  return undefined;
}

/** Extracting as root gives files the owners of the archive. */
function tar(call: Call): undefined {
  const words = call.words.slice(1);
  // `tar xzf FILE` has no dash.
  const first = words[0]?.value.text ?? '';
  const options = /^[a-zA-Z]+$/.test(first) ? [{ ...words[0]!, value: known(`-${first}`) }, ...words.slice(1)] : words;
  const { named } = optionsIn(options, [
    '-f',
    '-C',
    '--file',
    '--directory',
    '--exclude',
    '--strip-components',
    '--owner',
    '--group',
    '-T',
    '-X',
    '-I',
  ]);
  const directory = named.get('-C') ?? named.get('--directory') ?? { value: call.state.cwd, written: '.' };
  if (named.has('-x') || named.has('--extract') || named.has('--get')) {
    const keepsOwner = !named.has('--no-same-owner') && !named.has('-o');
    paths(call, [directory], (path) => ({
      do: 'write',
      by: 'tar',
      what: 'directory',
      ...(keepsOwner && call.who.uid === 0 && { keepsOwner: true as const }),
      ...path,
    }));
  } else if (named.has('-c') || named.has('--create')) {
    const file = named.get('-f') ?? named.get('--file');
    paths(call, [directory], (path) => ({ do: 'look', by: 'tar', recursive: true, ...path }));
    if (file && file.value.text !== '-') paths(call, [file], (path) => ({ do: 'write', by: 'tar', what: 'file', ...path }));
  }
  call.print?.(UNKNOWN);
  return undefined;
}

function unzip(call: Call): undefined {
  const { named } = optionsIn(call.words.slice(1), ['-d', '-x']);
  const directory = named.get('-d') ?? { value: call.state.cwd, written: '.' };
  paths(call, [directory], (path) => ({ do: 'write', by: 'unzip', what: 'file', ...path }));
  return undefined;
}

function mktemp(call: Call): undefined {
  const { named, operands } = optionsIn(call.words.slice(1), ['-p', '--tmpdir', '--suffix']);
  const directory =
    named.get('-p')?.value.text ?? (operands[0]?.value.text?.startsWith('/') ? operands[0].value.text.replace(/\/[^/]*$/, '') : undefined);
  const path = directory ?? (call.state.get('TMPDIR').text || '/tmp');
  record(call, { do: 'write', by: 'mktemp', what: named.has('-d') ? 'directory' : 'file', path });
  call.print?.({ ...known(`${path}/tmp.XXXXXXXXXX\n`) });
  return undefined;
}

function sshKeygen(call: Call): undefined {
  const { named } = optionsIn(call.words.slice(1), ['-f', '-t', '-b', '-N', '-C', '-q']);
  const file = named.get('-f');
  if (named.has('-A')) record(call, { do: 'write', by: 'ssh-keygen', what: 'file', path: '/etc/ssh' });
  else if (file) paths(call, [file], (path) => ({ do: 'write', by: 'ssh-keygen', what: 'file', ...path }));
  return undefined;
}

function fixedWrites(call: Call, directories: readonly string[]): undefined {
  for (const path of directories) record(call, { do: 'write', by: by(call), what: 'file', path });
  return undefined;
}

/** `usermod -o -u "$PUID" app`: the number may hang on a variable. */
function account(call: Call): Outcome | undefined {
  const { named, operands } = optionsIn(call.words.slice(1), [
    '-u',
    '-g',
    '-G',
    '-d',
    '-h',
    '-s',
    '-c',
    '-k',
    '-e',
    '-f',
    '-p',
    '-l',
    '-n',
    '-a',
    '-A',
    '--uid',
    '--gid',
    '--home',
    '--shell',
    '--groups',
    '--gecos',
    '--ingroup',
    '--password',
    '--home-dir',
    '--comment',
    '--base-dir',
    '--skel',
    '--new-name',
    '--append',
  ]);
  const ofGroup = /group/.test(by(call));
  const uid = ofGroup ? undefined : (named.get('-u') ?? named.get('--uid'));
  const gid = named.get('-g') ?? named.get('--gid');
  const number = (word: Argument | undefined): number | undefined =>
    word && /^\d+$/.test(word.value.text ?? '') ? Number(word.value.text) : undefined;
  const name = (by(call) === 'adduser' || by(call) === 'addgroup' ? operands[0] : operands.at(-1)) ?? undefined;
  const variables = [...new Set([uid, gid, name].flatMap((word) => word?.value.from ?? []))].sort();
  record(call, {
    do: 'account',
    by: by(call),
    ...(name && { name: name.value.text ?? name.written }),
    ...(number(uid) !== undefined && { uid: number(uid) }),
    ...(number(gid) !== undefined && { gid: number(gid) }),
    ...(variables.length > 0 && { variables }),
  });
  return ordinary(call);
}
