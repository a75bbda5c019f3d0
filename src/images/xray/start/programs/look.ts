import { trimEndOf } from '../../../../trim';
import { type Argument, type Call, isFile, optionsIn, pathOf, programName, record, textsOf } from '../call';
import { fixed, type Outcome, SUCCESS, unknownOutcome } from '../condition';
import { matches } from '../pattern';
import { ordinary, run } from '../run';
import { known, mapValue, UNKNOWN, type Value } from '../value';
import type { Programs } from './program';

/** What is printed at most: of a listing, or of a file. */
const MAX_PRINTED = 8000;

/** Programs that look, print and change nothing. */
export const LOOKING: Programs = [
  // Nothing but text, or the time.
  [
    'true : sleep date uname hostname nproc arch tty free df uptime env-update clear stty tput seq yes sync lsb_release ps pidof pgrep getconf locale dpkg-query dpkg rpm',
    quiet,
  ],
  [
    'tr cut awk gawk mawk sed sort uniq rev tac fold fmt nl paste column jq yq xmllint md5sum sha1sum sha256sum sha512sum base64 od xxd strings openssl bc expr envsubst gettext',
    filter,
  ],
  ['cat head tail wc more less nl', print],
  ['grep egrep fgrep zgrep rg', grep],
  ['ls stat du file lsof namei getfacl getcap test_file mountpoint findmnt cmp diff', look],
  [
    'nc ncat netcat curl wget ping dig nslookup host pg_isready mysqladmin mariadb-admin redis-cli valkey-cli wait-for-it wait-for wait-for-it.sh dockerize nmap telnet socat',
    ordinary,
  ],
  ['printenv', printenv],
  ['echo printf', (call) => void call.print?.(known(textsOf(call.words.slice(1)).join(' ')))],
  ['basename', basename],
  ['dirname', (call) => operate(call, (text) => dirnameOf(text))],
  ['readlink realpath', realPath],
  ['id', id],
  ['whoami logname', (call) => void call.print?.(userName(call))],
  ['groups', (call) => void call.print?.(UNKNOWN)],
  ['getent', getent],
  ['which', which],
  ['find', find],
  ['xargs parallel', xargs],
  ['pwd', (call) => void call.print?.(call.state.cwd)],
];

function quiet(call: Call): undefined {
  call.print?.(UNKNOWN);
  mainProcess(call);
  return undefined;
}

/** `exec tail -f /dev/null`: then it is what runs. */
function mainProcess(call: Call): void {
  if (call.replaces) record(call, { do: 'run', program: programName(textsOf(call.words)[0]!), argv: textsOf(call.words), replaces: true });
}

/** What comes in goes out changed; in place, it is the file that is. */
function filter(call: Call): undefined {
  const words = call.words.slice(1);
  const program = programName(call.words[0]!.value.text ?? '');
  const inPlace = program === 'sed' && words.some(({ value }) => /^(?:-[a-zA-Z]*i|--in-place)/.test(value.text ?? ''));
  if (program === 'sed') editFiles(call, inPlace);
  const output = words.findIndex(({ value }) => /^(?:-o|-out|--output)$/.test(value.text ?? ''));
  if ((program === 'sort' || program === 'openssl') && output >= 0 && words[output + 1]) write(call, words[output + 1]!);
  // Sorting few lines leaves them what they are.
  if (program === 'sort' && call.input?.text !== undefined)
    call.print?.(mapValue(call.input, (text) => `${text.split('\n').filter(Boolean).sort().join('\n')}\n`));
  else call.print?.({ ...UNKNOWN, from: call.input?.from ?? [] });
  return undefined;
}

function editFiles(call: Call, inPlace: boolean): void {
  const { named, operands } = optionsIn(call.words.slice(1), ['-e', '-f', '--expression', '--file', '-l']);
  const files = named.has('-e') || named.has('-f') || named.has('--expression') ? operands : operands.slice(1);
  for (const file of files) {
    if (inPlace) write(call, file);
    else lookAt(call, file, 'sed');
  }
}

function write(call: Call, file: Argument): void {
  const path = pathOf(call, file);
  if (isFile(path)) record(call, { do: 'write', by: programName(call.words[0]!.value.text ?? ''), what: 'file', ...path });
}

function lookAt(call: Call, file: Argument, by: string, recursive = false): void {
  if (file.value.text === '-' || file.value.text === '') return;
  const path = pathOf(call, file);
  if (isFile(path)) record(call, { do: 'look', by, ...(recursive && { recursive: true as const }), ...path });
}

function print(call: Call): undefined {
  const { operands } = optionsIn(call.words.slice(1), ['-n', '-c', '--lines', '--bytes', '-q']);
  const program = programName(call.words[0]!.value.text ?? '');
  for (const file of operands) lookAt(call, file, program);
  if (call.print)
    call.print(
      operands.length === 0 && call.input
        ? program === 'cat'
          ? call.input
          : { ...UNKNOWN, from: call.input.from }
        : fileText(call, operands),
    );
  mainProcess(call);
  return undefined;
}

/** The text of a file that was kept: what a person mounts there may be another. */
function fileText(call: Call, files: readonly Argument[]): Value {
  const path = files.length === 1 ? pathOf(call, files[0]!).path : undefined;
  const text = path === undefined ? undefined : call.analysis.files.text(path);
  return text === undefined || text.length > MAX_PRINTED ? UNKNOWN : { ...known(text), open: true };
}

function grep(call: Call): Outcome {
  const { named, operands } = optionsIn(call.words.slice(1), ['-e', '-f', '-m', '-A', '-B', '-C', '--include', '--exclude']);
  const files = named.has('-e') ? operands : operands.slice(1);
  for (const file of files) lookAt(call, file, 'grep', named.has('-r') || named.has('-R'));
  call.print?.({ ...UNKNOWN, from: call.input?.from ?? [] });
  return ordinary(call);
}

function look(call: Call): Outcome {
  const { named, operands } = optionsIn(call.words.slice(1), ['-c', '-f', '--format', '--printf']);
  const program = programName(call.words[0]!.value.text ?? '');
  for (const file of operands) lookAt(call, file, program, named.has('-R') || program === 'du');
  call.print?.(
    program === 'ls'
      ? listing(call, operands)
      : program === 'stat'
        ? statOf(call, named.get('-c') ?? named.get('--format'), operands)
        : UNKNOWN,
  );
  return program === 'mountpoint' || program === 'cmp' || program === 'diff' || program === 'findmnt' ? ordinary(call) : SUCCESS;
}

function listing(call: Call, [directory, ...more]: readonly Argument[]): Value {
  const path = directory ? pathOf(call, directory).path : call.state.cwd.text;
  const names = path === undefined || more.length > 0 ? undefined : call.analysis.files.list(path).filter((name) => !name.startsWith('.'));
  return names === undefined || names.length > 200 ? UNKNOWN : { ...known(names.map((name) => `${name}\n`).join('')), open: true };
}

/** `stat -c %u /data`: what the image has there, which a mount may cover. */
function statOf(call: Call, format: Argument | undefined, [file]: readonly Argument[]): Value {
  const path = file && pathOf(call, file).path;
  const node = path === undefined ? undefined : call.analysis.files.find(path)?.node;
  const text = format?.value.text;
  if (!node || text === undefined || /%[^ugaUG%]/.test(text)) return UNKNOWN;
  const { accounts } = call.analysis;
  const values: Record<string, string | undefined> = {
    '%u': String(node.uid),
    '%g': String(node.gid),
    '%a': node.mode.toString(8),
    '%U': accounts.user(node.uid)?.name ?? 'UNKNOWN',
    '%G': accounts.group(node.gid)?.name ?? 'UNKNOWN',
  };
  return { ...known(`${text.replace(/%[ugaUG]/g, (each) => values[each] ?? each)}\n`), open: true };
}

function printenv(call: Call): undefined {
  const name = call.words[1]?.value.text;
  call.print?.(name === undefined ? UNKNOWN : call.state.get(name));
  return undefined;
}

function operate(call: Call, change: (text: string) => string): undefined {
  const { operands } = optionsIn(call.words.slice(1), ['-s']);
  call.print?.(operands[0] ? mapValue(operands[0].value, change) : UNKNOWN);
  return undefined;
}

function basename(call: Call): undefined {
  const { named, operands } = optionsIn(call.words.slice(1), ['-s']);
  const suffix = (named.get('-s') ?? operands[1])?.value.text ?? '';
  const change = (text: string): string => {
    const name = trimEndOf(text, '/').replace(/^.*\//, '');
    return suffix !== '' && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
  };
  call.print?.(operands[0] ? mapValue(operands[0].value, change) : UNKNOWN);
  return undefined;
}

function dirnameOf(text: string): string {
  const plain = trimEndOf(text, '/');
  const at = plain.lastIndexOf('/');
  return at < 0 ? '.' : at === 0 ? '/' : plain.slice(0, at);
}

function realPath(call: Call): undefined {
  const { operands } = optionsIn(call.words.slice(1), []);
  const facts = operands[0] && pathOf(call, operands[0]);
  const path = facts?.path;
  if (path === undefined) call.print?.(UNKNOWN);
  else call.print?.(known(call.analysis.files.find(path)?.path ?? path, operands[0]!.value.from));
  return undefined;
}

/** `id -u`, `id -g app`, `id app`. */
function id(call: Call): Outcome {
  const { named, operands } = optionsIn(call.words.slice(1), []);
  const { accounts } = call.analysis;
  const [whom] = operands;
  if (whom) {
    const name = whom.value.text;
    const account =
      name === undefined ? undefined : (accounts.user(name) ?? (/^\d+$/.test(name) ? accounts.user(Number(name)) : undefined));
    const number = named.has('-g') ? account?.gid : account?.uid;
    call.print?.(
      account === undefined
        ? UNKNOWN
        : named.has('-u') || named.has('-g')
          ? known(named.has('-n') ? account.name : String(number), whom.value.from)
          : UNKNOWN,
    );
    return name === undefined || whom.value.from.length > 0
      ? unknownOutcome(`id ${whom.written}`, whom.value.from)
      : fixed(account !== undefined);
  }
  const { uid, gid, from } = call.who;
  const number = named.has('-g') ? gid : uid;
  if (named.has('-n')) call.print?.(userName(call));
  else call.print?.(number === undefined || !(named.has('-u') || named.has('-g')) ? { ...UNKNOWN, from } : known(String(number), from));
  return SUCCESS;
}

function userName({ analysis, who }: Call): Value {
  if (who.uid === undefined) return { ...UNKNOWN, from: who.from };
  const name = who.uid === 0 ? 'root' : analysis.accounts.user(who.uid)?.name;
  return name === undefined ? UNKNOWN : known(name, who.from);
}

/** `getent passwd app` */
function getent(call: Call): Outcome {
  const [database, key] = call.words.slice(1);
  const name = key?.value.text;
  const { accounts } = call.analysis;
  if (database?.value.text !== 'passwd' && database?.value.text !== 'group') return ordinary(call);
  if (name === undefined) {
    call.print?.(UNKNOWN);
    return unknownOutcome(`getent ${database.written}`, key?.value.from);
  }
  const which = /^\d+$/.test(name) ? Number(name) : name;
  const user = database.value.text === 'passwd' ? accounts.user(which) : undefined;
  const group = database.value.text === 'group' ? accounts.group(which) : undefined;
  if (user) call.print?.(known(`${user.name}:x:${user.uid}:${user.gid}::${user.home}:${user.shell}\n`, key!.value.from));
  else if (group) call.print?.(known(`${group.name}:x:${group.gid}:${group.members.join(',')}\n`, key!.value.from));
  return key!.value.from.length > 0 ? unknownOutcome(`getent ${name}`, key!.value.from) : fixed(user !== undefined || group !== undefined);
}

function which(call: Call): Outcome {
  return run({ ...call, words: [{ value: known('type'), written: 'type' }, ...call.words.slice(1)] });
}

/** `find DIR -type f -name PATTERN -exec chown app {} +`: what it looks through, what it runs, and what it prints. */
function find(call: Call): Outcome {
  const words = call.words.slice(1);
  const start = words.findIndex(({ value }) => /^[-!(]/.test(value.text ?? '') && !/^-[LHP]$/.test(value.text ?? ''));
  const directories = words.slice(0, start < 0 ? undefined : start).filter(({ value }) => !/^-[LHP]$/.test(value.text ?? ''));
  for (const directory of directories) lookAt(call, directory, 'find', true);
  const texts = textsOf(words);
  texts.forEach((text, index) => {
    if (text === '-delete') for (const directory of directories) record(call, { do: 'remove', by: 'find', ...pathOf(call, directory) });
    if (!/^-(?:exec|ok)(?:dir)?$/.test(text)) return;
    const end = texts.findIndex((each, at) => at > index && (each === ';' || each === '+'));
    const command = words.slice(index + 1, end < 0 ? undefined : end);
    // What it finds is somewhere below where it looks.
    const found = command.flatMap((word) => (word.value.text === '{}' ? directories : [word]));
    if (found.length > 0) run({ ...call, words: markedRecursive(found), replaces: false, print: undefined });
  });
  call.print?.(foundFiles(call, directories, texts));
  return SUCCESS;
}

/** What is run for each file below a directory is as if it were told to go there itself. */
function markedRecursive(words: readonly Argument[]): Argument[] {
  const [program, ...rest] = words;
  const goes = /^(?:chown|chgrp|chmod)$/.test(programName(program?.value.text ?? ''));
  return goes && program ? [program, { value: known('-R'), written: '-R' }, ...rest] : [...words];
}

function foundFiles(call: Call, directories: readonly Argument[], texts: readonly string[]): Value {
  const unread = texts.some(
    (text) => /^-(?!type$|name$|follow$|print0?$|maxdepth$|mindepth$|L$|xdev$|quit$)/.test(text) || text === '!' || text === '(',
  );
  const directory = directories.length === 1 ? pathOf(call, directories[0]!).path : undefined;
  if (unread || directory === undefined) return UNKNOWN;
  const after = (option: string): string | undefined => (texts.includes(option) ? texts[texts.indexOf(option) + 1] : undefined);
  const [type, name, most, least] = [after('-type'), after('-name'), after('-maxdepth'), after('-mindepth')];
  const paths: string[] = [];
  for (const { path, node } of call.analysis.files.below(directory)) {
    if (paths.length >= 200) return UNKNOWN;
    const depth = path.slice(directory.length).split('/').length - 1;
    if (most !== undefined && depth > Number(most)) continue;
    if (least !== undefined && depth < Number(least)) continue;
    if (type !== undefined && node.kind !== { f: 'file', d: 'directory', l: 'symlink' }[type]) continue;
    if (name !== undefined && matches(name, path.replace(/^.*\//, '')) !== true) continue;
    paths.push(path);
  }
  return known(paths.map((path) => `${path}\n`).join(''));
}

/** What it is given is somewhere in what came before it, which is not followed: the program alone is. */
function xargs(call: Call): Outcome {
  const { at } = optionsIn(call.words.slice(1), ['-n', '-P', '-I', '-L', '-d', '-s', '-a', '-E'], true);
  const words = call.words.slice(1 + at);
  const lines = call.input?.text?.split(/\s+/).filter(Boolean);
  const given: Argument[] =
    lines && lines.length <= 32
      ? lines.map((text) => ({ value: known(text, call.input!.from), written: text }))
      : [{ value: UNKNOWN, written: '…', many: true }];
  if (words.length === 0) return SUCCESS;
  const replaced = words.some(({ value }) => value.text === '{}')
    ? words.flatMap((word) => (word.value.text === '{}' ? given : [word]))
    : [...words, ...given];
  return run({ ...call, words: replaced, replaces: false, input: undefined });
}
