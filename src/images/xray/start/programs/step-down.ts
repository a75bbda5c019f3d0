import type { Identity } from '../analysis';
import { type Argument, argument, type Call, note, optionsIn, programName, record, textsOf } from '../call';
import { type Outcome, SUCCESS } from '../condition';
import { ordinary, recordRun, run } from '../run';
import { known, type Value } from '../value';
import { ownerOf } from './change';
import type { Programs } from './program';
import { joinedWords } from './wrap';

/** Programs that run another one as somebody else. */
export const STEPPING_DOWN: Programs = [
  ['gosu su-exec setuidgid s6-setuidgid', (call) => userThenProgram(call), 'always'],
  ['chpst', (call) => chpst(call), 'always'],
  ['setpriv', (call) => setpriv(call)],
  ['runuser su', (call) => su(call)],
  ['sudo doas', (call) => sudo(call)],
  ['chroot', (call) => chroot(call)],
  ['capsh', (call) => capsh(call)],
  ['s6-applyuidgid', (call) => applyuidgid(call), 'always'],
  ['setuser', (call) => userThenProgram(call), 'always'],
];

/** Notes that a process becomes another user. @returns who it is then */
export function becoming(call: Call, value: Value, written: string): Identity {
  const owner = ownerOf(call, value, written);
  record(call, { do: 'become', by: programName(call.words[0]!.value.text ?? ''), owner });
  if (owner.uid === undefined && value.text !== undefined && value.text !== '') note(call, 'missing', `user ${value.text}`);
  const account = owner.uid === undefined ? undefined : call.analysis.accounts.user(owner.uid);
  return { uid: owner.uid, gid: owner.gid ?? account?.gid ?? (owner.uid === undefined ? undefined : 0), from: value.from };
}

/** From here on it is another user. */
function become(call: Call, value: Value, written: string, words: readonly Argument[], how: Partial<Call> = {}): Outcome {
  const who = becoming(call, value, written);
  if (words.length === 0) return SUCCESS;
  const account = who.uid === undefined ? undefined : call.analysis.accounts.user(who.uid);
  const state = call.state.fork();
  if (account) state.set('HOME', known(account.home, value.from), true);
  const outcome = run({ ...call, ...how, state, who, words });
  // What it may be in other configurations is followed too, as far as it is known.
  for (const other of value.others.slice(0, 2)) {
    const next = ownerOf(call, { ...value, text: other, others: [] }, written);
    const fork = call.state.fork({ fixed: false, condition: { if: 'unknown', text: `${written} is ${other}`, on: [...value.from] } });
    record({ ...call, state: fork }, { do: 'become', by: programName(call.words[0]!.value.text ?? ''), owner: next });
  }
  return outcome;
}

/** `gosu app:app PROGRAM` */
function userThenProgram(call: Call): Outcome {
  const [user, ...words] = call.words.slice(1);
  if (!user) return SUCCESS;
  return become(call, user.value, user.written, words);
}

/** `chpst -u app:app -U app PROGRAM` */
function chpst(call: Call): Outcome {
  const { named, at } = optionsIn(
    call.words.slice(1),
    ['-u', '-U', '-b', '-e', '-/', '-n', '-l', '-L', '-m', '-d', '-o', '-p', '-f', '-c', '-t', '-r'],
    true,
  );
  const words = call.words.slice(1 + at);
  const user = named.get('-u');
  return user ? become(call, user.value, user.written, words) : run({ ...call, words });
}

/** `setpriv --reuid=app --regid=app --clear-groups PROGRAM` */
function setpriv(call: Call): Outcome {
  const { named, at } = optionsIn(
    call.words.slice(1),
    [
      '--reuid',
      '--regid',
      '--ruid',
      '--euid',
      '--rgid',
      '--egid',
      '--groups',
      '--inh-caps',
      '--ambient-caps',
      '--bounding-set',
      '--securebits',
      '--pdeathsig',
      '--selinux-label',
      '--apparmor-profile',
    ],
    true,
  );
  const words = call.words.slice(1 + at);
  const user = named.get('--reuid') ?? named.get('--euid');
  const group = named.get('--regid') ?? named.get('--egid');
  if (named.has('--dump') || named.has('-d')) {
    call.print?.({ others: [], open: true, from: [] });
    return SUCCESS;
  }
  recordRun(call, 'setpriv', undefined);
  if (!user) return words.length > 0 ? run({ ...call, words }) : SUCCESS;
  const text = user.value.text === undefined ? undefined : `${user.value.text}${group?.value.text ? `:${group.value.text}` : ''}`;
  return become(call, { ...user.value, text }, user.written, words);
}

/** `su -s /bin/sh app -c TEXT`, `su - app`, `runuser -u app -- PROGRAM` */
function su(call: Call): Outcome {
  const rest = call.words.slice(1).filter(({ value }) => value.text !== '-');
  const name = programName(call.words[0]!.value.text ?? '');
  const named = optionsIn(rest, ['-c', '-s', '-g', '-G', '-u', '-w', '--command', '--shell', '--group', '--user']).named;
  if (name === 'runuser' && (named.has('-u') || named.has('--user'))) {
    const { at } = optionsIn(rest, ['-u', '-g', '-G', '--user', '--group'], true);
    const user = named.get('-u') ?? named.get('--user')!;
    return become(call, user!.value, user!.written, rest.slice(at));
  }
  const { operands } = optionsIn(rest, ['-c', '-s', '-g', '-G', '-w', '--command', '--shell', '--group']);
  const [user, ...args] = operands;
  const command = named.get('-c') ?? named.get('--command');
  if (!user) return ordinary(call);
  const words = command ? [argument('sh'), argument('-c'), command, ...args] : args.length > 0 ? [argument('sh'), ...args] : [];
  // Whoever called su waits for it: it does not replace what is root.
  return become(call, user.value, user.written, words);
}

/** `sudo -E -u app PROGRAM`: without a user it needs the setuid bit, or is root already. */
function sudo(call: Call): Outcome {
  const { named, at } = optionsIn(call.words.slice(1), ['-u', '-g', '-h', '-p', '-C', '-D', '-R', '-T', '--user', '--group'], true);
  const words = call.words.slice(1 + at);
  recordRun(call, programName(call.words[0]!.value.text ?? ''), undefined);
  const user = named.get('-u') ?? named.get('--user');
  const target = user ?? argument('root');
  return become(call, target.value, target.written, words);
}

/** `chroot --userspec=app / PROGRAM`, which Alpine and debian both have. */
function chroot(call: Call): Outcome {
  const { named, at } = optionsIn(call.words.slice(1), ['--userspec', '--groups'], true);
  const [, ...words] = call.words.slice(1 + at);
  recordRun(call, 'chroot', undefined);
  const user = named.get('--userspec');
  return user ? become(call, user.value, user.written, words) : run({ ...call, words });
}

/** `capsh --user=app -- -c TEXT` */
function capsh(call: Call): Outcome {
  const rest = call.words.slice(1);
  const user = textsOf(rest)
    .find((text) => text.startsWith('--user='))
    ?.slice(7);
  const dashes = rest.findIndex(({ value }) => value.text === '--');
  recordRun(call, 'capsh', undefined);
  const words = dashes < 0 ? [] : [argument('bash'), ...rest.slice(dashes + 1)];
  return user === undefined ? (words.length > 0 ? run({ ...call, words }) : SUCCESS) : become(call, known(user), user, words);
}

/** `s6-applyuidgid -u 1000 -g 1000 PROGRAM`; with -U it is said by variables. */
function applyuidgid(call: Call): Outcome {
  const { named, at } = optionsIn(call.words.slice(1), ['-u', '-g', '-G'], true);
  const words = call.words.slice(1 + at);
  const user = named.get('-u');
  if (!user) {
    note(call, 'dynamic', joinedWords(call.words).text ?? 's6-applyuidgid');
    return words.length > 0 ? run({ ...call, words }) : SUCCESS;
  }
  const group = named.get('-g')?.value.text;
  return become(
    call,
    { ...user.value, text: user.value.text === undefined ? undefined : `${user.value.text}${group ? `:${group}` : ''}` },
    user.written,
    words,
  );
}
