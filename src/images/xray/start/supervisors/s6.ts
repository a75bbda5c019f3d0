import { argument, type Call, note, record } from '../call';
import { type Outcome, SUCCESS } from '../condition';
import { runExeclineText } from '../execline';
import { ownerOf } from '../programs/change';
import { recordRun, run, runFile } from '../run';
import { known } from '../value';

/*
 * s6-overlay, versions 2 and 3, and plain s6: what they start, and in which order.
 * https://github.com/just-containers/s6-overlay
 */

const SERVICES = '/etc/s6-overlay/s6-rc.d';

/** `/init`, where it is that of s6-overlay; undefined when it is something else. */
export function s6Version({ analysis }: Call): 2 | 3 | undefined {
  const { files } = analysis;
  if (files.find(SERVICES) || files.list('/package/admin').some((name) => name.startsWith('s6-overlay'))) return 3;
  return files.find('/etc/s6/init') || files.find('/etc/s6/services') || files.find('/usr/bin/s6-svscan') || files.find('/bin/s6-svscan')
    ? 2
    : undefined;
}

export function runOverlay(call: Call, path: string | undefined): Outcome {
  recordRun(call, 'init', path);
  fixAttributes(call);
  for (const name of call.analysis.files.list('/etc/cont-init.d')) runAt(call, `/etc/cont-init.d/${name}`);
  runServices(call);
  runDirectory(call, '/etc/services.d', true);
  // What follows /init runs when all of these are up; its end ends the container.
  const words = call.words.slice(1);
  if (words.length > 0) run({ ...call, words, replaces: false });
  return SUCCESS;
}

function runAt(call: Call, path: string, background = false): void {
  const node = call.analysis.files.find(path)?.node;
  if (node?.kind !== 'file') return;
  runFile({ ...call, words: [argument(path)], state: call.state.fork(), replaces: false, background, print: undefined }, path);
}

/** Directories with a `run` each: of s6, of runit, and of the older layout of s6-overlay. */
export function runDirectory(call: Call, directory: string, overlay = false): void {
  const { files } = call.analysis;
  for (const name of files.list(directory)) {
    // What is marked down is not started; what begins with a dot is about the supervisor.
    if (name.startsWith('.') || (!overlay && files.find(`${directory}/${name}/down`))) continue;
    runAt(call, `${directory}/${name}/run`, true);
    runAt(call, `${directory}/${name}/log/run`, true);
  }
}

/** `/data true app:app 0640 0750`: path, whether below it, owner, modes of files and directories. */
function fixAttributes(call: Call): void {
  const { analysis, state, who } = call;
  for (const name of analysis.files.list('/etc/fix-attrs.d')) {
    const text = analysis.source(`/etc/fix-attrs.d/${name}`, call.at, state, who);
    for (const [index, line] of (text?.text ?? '').split('\n').entries()) {
      const [path, below, account, fileMode] = line.trim().split(/\s+/);
      if (!path?.startsWith('/') || !account) continue;
      const at = analysis.place(text!, index + 1);
      const recursive = below === 'true' ? { recursive: true as const } : {};
      const owner = ownerOf(call, known(account.replace(/^.*,(?=\d)/, '')), account);
      record({ ...call, at }, { do: 'chown', by: 's6-overlay', owner, path, ...recursive });
      if (fileMode) record({ ...call, at }, { do: 'chmod', by: 's6-overlay', mode: fileMode, path, ...recursive });
    }
  }
}

/** The services that the bundle `user` has in it, and what they depend on, each before what depends on it. */
function runServices(call: Call): void {
  const { files } = call.analysis;
  const done = new Set<string>();
  const visit = (name: string, depth: number): void => {
    if (done.has(name) || depth > 32 || !/^[\w.@-]+$/.test(name)) return;
    done.add(name);
    const directory = `${SERVICES}/${name}`;
    for (const needed of [...files.list(`${directory}/dependencies.d`), ...lines(files.text(`${directory}/dependencies`))])
      visit(needed, depth + 1);
    const type = files.text(`${directory}/type`)?.trim();
    if (type === 'bundle')
      for (const each of [...files.list(`${directory}/contents.d`), ...lines(files.text(`${directory}/contents`))]) visit(each, depth + 1);
    if (type === 'longrun') runAt(call, `${directory}/run`, true);
    if (type === 'oneshot') runOneshot(call, `${directory}/up`);
  };
  for (const bundle of ['user', 'user2'])
    if (files.find(`${SERVICES}/${bundle}`))
      visitBundle(bundle, visit, files.list(`${SERVICES}/${bundle}/contents.d`), lines(files.text(`${SERVICES}/${bundle}/contents`)));
}

function visitBundle(name: string, visit: (name: string, depth: number) => void, ...lists: readonly (readonly string[])[]): void {
  void name;
  for (const each of lists.flat()) visit(each, 1);
}

function lines(text: string | undefined): string[] {
  return (text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** What `up` says is a line of execline, mostly the path of a script. */
function runOneshot(call: Call, path: string): void {
  const { analysis, state, who } = call;
  const text = analysis.source(path, call.at, state, who);
  if (!text) {
    note(call, 'missing', path);
    return;
  }
  runExeclineText({ ...call, at: analysis.place(text, 1), replaces: false, print: undefined }, text.text.replace(/^#!.*/, ''));
}
