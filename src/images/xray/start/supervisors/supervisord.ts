import type { Identity, SourceText } from '../analysis';
import { type Argument, argument, type Call, note, optionsIn, pathOf, record } from '../call';
import { type Outcome, SUCCESS } from '../condition';
import { filesMatching } from '../globs';
import { ownerOf } from '../programs/change';
import { recordRun, run } from '../run';
import { known, type Value } from '../value';

/* supervisord and the programs of its configuration. http://supervisord.org/configuration.html */

/** Where it looks for its configuration, in its order; the first two are beside where it is started. */
const PLACES = [
  '../etc/supervisord.conf',
  '../supervisord.conf',
  'supervisord.conf',
  'etc/supervisord.conf',
  '/etc/supervisord.conf',
  '/etc/supervisor/supervisord.conf',
];

interface Section {
  name: string;
  line: number;
  source: SourceText;
  values: Map<string, { text: string; line: number }>;
}

export function runSupervisord(call: Call, path: string | undefined): Outcome {
  recordRun(call, 'supervisord', path);
  const { named } = optionsIn(call.words.slice(1), [
    '-c',
    '--configuration',
    '-u',
    '--user',
    '-d',
    '-l',
    '-y',
    '-z',
    '-e',
    '-j',
    '-i',
    '-q',
    '-a',
    '-t',
    '-m',
  ]);
  const given = named.get('-c') ?? named.get('--configuration');
  const candidates: Argument[] = given ? [given] : PLACES.map((place) => argument(place));
  const file = candidates.map((each) => pathOf(call, each).path).find((each) => each !== undefined && call.analysis.files.find(each));
  if (file === undefined) {
    note(call, 'missing', given?.written ?? 'supervisord.conf');
    return SUCCESS;
  }
  const sections = readSections(call, file);
  const main = sections.find(({ name }) => name === 'supervisord');
  for (const key of ['logfile', 'pidfile', 'childlogdir']) writeTo(call, main, key);
  const socket = sections.find(({ name }) => name === 'unix_http_server');
  writeTo(call, socket, 'file');
  const user = main?.values.get('user');
  const who = user && main ? becoming(call, main, user) : call.who;
  for (const section of sections) {
    if (/^(?:program|eventlistener|fcgi-program):/.test(section.name)) runProgram({ ...call, who }, section);
  }
  return SUCCESS;
}

function readSections(call: Call, file: string): Section[] {
  const { analysis, state, who } = call;
  const read = (path: string): Section[] => {
    const source = analysis.source(path, call.at, state, who);
    return source ? sectionsOf(source) : [];
  };
  const own = read(file);
  const include = own.find(({ name }) => name === 'include')?.values.get('files')?.text ?? '';
  const directory = file.replace(/\/[^/]*$/, '');
  const others = include
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 32)
    .flatMap((pattern) => filesMatching(analysis.files, pattern.startsWith('/') ? pattern : `${directory}/${pattern}`));
  return [...own, ...[...new Set(others)].filter((each) => each !== file).flatMap(read)];
}

function sectionsOf(source: SourceText): Section[] {
  const sections: Section[] = [];
  let last: string | undefined;
  for (const [index, line] of source.text.split('\n').entries()) {
    const comment = line.search(/\s[;#]/);
    const text = (comment < 0 ? line : line.slice(0, comment)).trimEnd();
    const name = /^\[([^\]]+)\]/.exec(text)?.[1];
    const section = sections.at(-1);
    if (name !== undefined) {
      sections.push({ name, line: index + 1, source, values: new Map() });
      last = undefined;
    } else if (section && /^\s+\S/.test(text) && last !== undefined) {
      // A line that is indented goes on with the one before.
      const before = section.values.get(last)!;
      section.values.set(last, { ...before, text: `${before.text}\n${text.trim()}` });
    } else if (section && !/^[;#]/.test(text)) {
      const sign = text.search(/[=:]/);
      if (sign > 0) {
        last = text.slice(0, sign).trim().toLowerCase();
        section.values.set(last, { text: text.slice(sign + 1).trimStart(), line: index + 1 });
      }
    }
  }
  return sections;
}

/** `%(ENV_NAME)s` is a variable, `%(program_name)s` and `%(here)s` are what they say. */
function expanded({ state }: Call, { name, source }: Section, text: string): Value {
  const from = new Set<string>();
  let open = false;
  const out = text.replace(/%\(([\w]+)\)(?:02)?[sd]/g, (_, key: string) => {
    if (key === 'program_name' || key === 'group_name') return name.replace(/^.*:/, '');
    if (key === 'process_num') return '0';
    if (key === 'here') return source.path.replace(/\/[^/]*$/, '');
    const variable = /^ENV_(\w+)$/.exec(key)?.[1];
    if (variable === undefined) {
      open = true;
      return '';
    }
    const value = state.get(variable);
    for (const each of value.from) from.add(each);
    open ||= value.text === undefined;
    return value.text ?? '';
  });
  const hangs = [...from].sort();
  return open ? { others: [], open: true, from: hangs } : known(out, hangs);
}

function placeOf({ analysis }: Call, section: Section, line: number): Call['at'] {
  return analysis.place(section.source, line);
}

function writeTo(call: Call, section: Section | undefined, key: string): void {
  const value = section?.values.get(key);
  if (!section || !value || /^(?:\/dev\/|NONE$|AUTO$|syslog$|none$)/.test(value.text)) return;
  const path = pathOf(call, { value: expanded(call, section, value.text), written: value.text });
  if (!/^\/(?:dev|proc)\//.test(path.path ?? ''))
    record({ ...call, at: placeOf(call, section, value.line) }, { do: 'write', by: 'supervisord', what: 'file', ...path });
}

function becoming(call: Call, section: Section, { text, line }: { text: string; line: number }): Identity {
  if (call.who.uid !== undefined && call.who.uid !== 0) return call.who;
  const value = expanded(call, section, text);
  const owner = ownerOf(call, value, text);
  if (owner.uid === 0) return call.who;
  record({ ...call, at: placeOf(call, section, line) }, { do: 'become', by: 'supervisord', owner });
  return {
    uid: owner.uid,
    gid: owner.gid ?? (owner.uid === undefined ? undefined : call.analysis.accounts.user(owner.uid)?.gid),
    from: value.from,
  };
}

function runProgram(call: Call, section: Section): void {
  const command = section.values.get('command');
  if (!command) return;
  const at = placeOf(call, section, command.line);
  const user = section.values.get('user');
  const who = user ? becoming(call, section, user) : call.who;
  const state = call.state.fork();
  const directory = section.values.get('directory');
  if (directory) state.cwd = expanded(call, section, directory.text);
  for (const [, name, double, single, plain] of (section.values.get('environment')?.text ?? '').matchAll(
    /(?<!\w)(\w+)=(?:"([^"]*)"|'([^']*)'|([^,]*))/g,
  )) {
    state.set(name!, expanded(call, section, double ?? single ?? plain ?? ''), true);
  }
  for (const key of ['stdout_logfile', 'stderr_logfile']) writeTo({ ...call, who: call.who }, section, key);
  const inner: Call = { ...call, at, who, state, replaces: false, background: true, print: undefined };
  const words = splitWords(command.text).map((text): Argument => ({ value: expanded(call, section, text), written: text }));
  if (section.values.get('autostart')?.text.toLowerCase() === 'false') {
    inner.state = state.fork({
      holds: false,
      fixed: false,
      condition: { if: 'command', words: ['supervisorctl', 'start', section.name.replace(/^.*:/, '')] },
    });
  }
  run({ ...inner, words });
}

/** Words as `shlex` takes them apart: quotes hold blanks together. */
export function splitWords(text: string): string[] {
  return [...text.matchAll(/(?:"(?:[^"\\]|\\[\s\S])*"|'[^']*'|\\[\s\S]|[^\s"'\\])+/g)].map(([word]) =>
    word.replace(
      /"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'|\\([\s\S])/g,
      (_, double?: string, single?: string, escaped?: string) => double?.replace(/\\(["\\])/g, '$1') ?? single ?? escaped ?? '',
    ),
  );
}
