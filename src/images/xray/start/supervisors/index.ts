import { argument, type Call, note, pathOf, programName } from '../call';
import { type Outcome, SUCCESS } from '../condition';
import type { Programs } from '../programs/program';
import { ordinary, recordRun, runFile } from '../run';
import { runCron, runSupercronic } from './cron';
import { runMyInit, runRunit, runServiceDirectory } from './runit';
import { runOverlay, s6Version } from './s6';
import { runSupervisord } from './supervisord';

/** Programs that start others, by what they are configured to. */
export const SUPERVISORS: Programs = [
  ['init', init, 'always'],
  ['supervisord', (call, path) => runSupervisord(call, path), 'always'],
  ['runsvdir s6-svscan', (call, path) => runServiceDirectory(call, path), 'always'],
  ['runit runit-init', (call, path) => runRunit(call, path), 'always'],
  ['my_init', (call, path) => runMyInit(call, path), 'always'],
  ['cron crond dcron', (call, path) => runCron(call, path), 'always'],
  ['supercronic', (call, path) => runSupercronic(call, path)],
  ['service invoke-rc.d rc-service', service],
  ['systemd systemctl openrc openrc-init', unread],
];

/** What `/init` and `/sbin/init` are differs. */
function init(call: Call, path: string | undefined): Outcome {
  if (path === '/init' && s6Version(call) !== undefined) return runOverlay(call, path);
  const real = path === undefined ? undefined : call.analysis.files.find(path)?.path;
  if (path === undefined || programName(real ?? '') === 'systemd' || call.analysis.files.find(path)?.node.content === 'elf')
    return unread(call, path);
  return runFile(call, path);
}

/** What they start is not read. */
function unread(call: Call, path: string | undefined): Outcome {
  recordRun(call, programName(call.words[0]!.value.text ?? ''), path);
  note(call, 'program', call.words.map(({ value, written }) => value.text ?? written).join(' '));
  return ordinary(call);
}

/** `service NAME start` */
function service(call: Call): Outcome {
  const [name, ...args] = call.words.slice(1);
  const text = name?.value.text;
  if (text === undefined) return unread(call, undefined);
  const { path } = pathOf(call, argument(`/etc/init.d/${text}`));
  if (path === undefined || !call.analysis.files.find(path)) {
    note(call, 'missing', `service ${text}`);
    return SUCCESS;
  }
  return runFile({ ...call, words: [argument(path), ...args], replaces: false, background: true }, path);
}
