import type { Identity } from '../analysis';
import { argument, type Call, optionsIn, pathOf, record } from '../call';
import { type Outcome, SUCCESS } from '../condition';
import { ownerOf } from '../programs/change';
import { recordRun, runText } from '../run';
import { known } from '../value';

/* cron and its tables. crontab(5) of Debian and BusyBox */

/** `cron -f`, `crond`: what the tables of the image run, as whom. */
export function runCron(call: Call, path: string | undefined): Outcome {
  recordRun(call, 'cron', path);
  const { files } = call.analysis;
  const { named } = optionsIn(call.words.slice(1), ['-c', '-L', '-l', '-d', '-m', '-x']);
  const own = named.get('-c') ? pathOf(call, named.get('-c')!).path : undefined;
  for (const table of ['/etc/crontab', ...files.list('/etc/cron.d').map((name) => `/etc/cron.d/${name}`)]) runTable(call, table, undefined);
  for (const directory of own === undefined ? ['/var/spool/cron/crontabs', '/etc/crontabs', '/var/spool/cron'] : [own]) {
    for (const user of files.list(directory)) runTable(call, `${directory}/${user}`, user);
  }
  return SUCCESS;
}

/** `supercronic FILE` runs a table as who it is. */
export function runSupercronic(call: Call, path: string | undefined): Outcome {
  recordRun(call, 'supercronic', path);
  const { operands } = optionsIn(call.words.slice(1), []);
  const file = operands[0] && pathOf(call, operands[0]).path;
  if (file !== undefined) runTable(call, file, null);
  return SUCCESS;
}

/** @param user whose table it is; `null` for who runs it, undefined when each line says it. */
function runTable(call: Call, path: string, user: string | null | undefined): void {
  const { analysis, state, who } = call;
  if (analysis.files.find(path)?.node.kind !== 'file') return;
  const source = analysis.source(path, call.at, state, who);
  for (const [index, line] of (source?.text ?? '').split('\n').entries()) {
    if (/^\s*(?:#|$)/.test(line) || /^\s*\w+\s*=/.test(line)) continue;
    const [, when, rest] = /^\s*(@\w+|\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.+)$/s.exec(line) ?? [];
    if (when === undefined || rest === undefined) continue;
    const [, named, command] = user === undefined ? (/^(\S+)\s+(.+)$/s.exec(rest) ?? []) : [undefined, user ?? '', rest];
    if (command === undefined) continue;
    const at = analysis.place(source!, index + 1);
    const inner: Call = {
      ...call,
      at,
      state: state.fork({ holds: true, fixed: false, condition: { if: 'time', when } }),
      replaces: false,
      background: true,
      print: undefined,
    };
    let as: Identity = who;
    if (named) {
      const owner = ownerOf(call, known(named), named);
      if (owner.uid !== who.uid) record(inner, { do: 'become', by: 'cron', owner });
      as = { uid: owner.uid, gid: owner.uid === undefined ? undefined : analysis.accounts.user(owner.uid)?.gid, from: [] };
    }
    // A percent sign is what comes in.
    runText({ ...inner, who: as, words: [argument('sh')] }, command.split(/(?<!\\)%/)[0]!, at, known('sh'), []);
  }
}
