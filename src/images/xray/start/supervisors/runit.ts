import { argument, type Call, note, optionsIn, pathOf } from '../call';
import { type Outcome, SUCCESS } from '../condition';
import { recordRun, run, runFile } from '../run';
import { runDirectory } from './s6';

/** `runsvdir -P /etc/service`, `s6-svscan /etc/s6`: a directory of services. */
export function runServiceDirectory(call: Call, path: string | undefined): Outcome {
  recordRun(call, call.words[0]!.value.text!.replace(/^.*\//, ''), path);
  const { operands } = optionsIn(call.words.slice(1), ['-d', '-t', '-c', '-C', '-L', '-S', '-X']);
  const [directory] = operands;
  const facts = directory && pathOf(call, directory);
  const services = facts ? facts.path : '/etc/service';
  if (services === undefined || call.analysis.files.list(services).length === 0) {
    note(call, services === undefined ? 'dynamic' : 'missing', services ?? directory!.written);
    return SUCCESS;
  }
  runDirectory(call, services);
  return SUCCESS;
}

/** `runit`, `runit-init`: its stages, which lead to `runsvdir`. */
export function runRunit(call: Call, path: string | undefined): Outcome {
  recordRun(call, 'runit', path);
  for (const stage of ['/etc/runit/1', '/etc/runit/2']) {
    if (call.analysis.files.find(stage))
      runFile({ ...call, words: [argument(stage)], state: call.state.fork(), replaces: false, print: undefined }, stage);
  }
  return SUCCESS;
}

/** `my_init` of phusion/baseimage: scripts, then the services of runit, then what follows. https://github.com/phusion/baseimage-docker */
export function runMyInit(call: Call, path: string | undefined): Outcome {
  recordRun(call, 'my_init', path);
  const { files } = call.analysis;
  const scripts = [...files.list('/etc/my_init.d').map((name) => `/etc/my_init.d/${name}`), '/etc/rc.local'];
  for (const script of scripts) {
    if (files.find(script))
      runFile({ ...call, words: [argument(script)], state: call.state.fork(), replaces: false, print: undefined }, script);
  }
  runDirectory(call, '/etc/service');
  const { at } = optionsIn(call.words.slice(1), [], true);
  const words = call.words.slice(1 + at);
  if (words.length > 0) run({ ...call, words, replaces: false });
  return SUCCESS;
}
