import path from 'node:path';
import { isMap } from '../../compose/data';
import type { ComposeService } from '../../compose/service';
import type { Data } from '../../yaml/types';
import type { IntentContext, Saying } from './types';

/** The most files that are read of one mounted directory: a configuration has few, and data is not looked through. */
const MOST_FILES = 40;

/** Mounts that hold no configuration: sockets, certificates, clocks, logs. */
const NO_CONFIGURATION =
  /\.sock$|^\/(?:letsencrypt|acme|certs?|ssl)(?:\/|$)|\/(?:letsencrypt|acme(?:\.json)?|certs?|ssl|tls|logs?|cache)(?:\/|$)|^\/etc\/(?:localtime|timezone)$|^\/usr\/share\/zoneinfo|^\/var\/www|^\/usr\/share\/nginx\/html|^\/(?:proc|sys|dev)(?:\/|$)/;

/** All that a service says in the file and in the files of the project that are mounted into it. */
export interface Sayings {
  all: Saying[];
  /** What it says through mounted files only. */
  files: Saying[];
  /** Mounts with what may be configuration and was not read; empty = its configuration has been seen whole. */
  unseen: string[];
}

export function sayingsOf(service: ComposeService, context: IntentContext): Sayings {
  const inline: Saying[] = [];
  const say = (where: string, text: string | undefined): void => void (text && inline.push({ where, text }));
  for (const key of ['command', 'entrypoint'] as const) say(key, service[key]?.join('\n'));
  for (const [name, value] of service.environment) say(`environment ${name}`, value?.text);
  for (const key of ['healthcheck', 'extra_hosts', 'dns', 'external_links'] as const) say(key, textOf(service.data(key), service));
  const { files, unseen } = mountedFiles(service, context);
  return { all: [...inline, ...envFiles(service, context), ...files], files, unseen };
}

function textOf(data: Data | undefined, service: ComposeService): string {
  if (data === undefined || data === null) return '';
  const all = Array.isArray(data) ? data : isMap(data) ? Object.values(data) : undefined;
  return all ? all.map((each) => textOf(each, service)).join('\n') : service.evaluate(String(data)).text;
}

function envFiles(service: ComposeService, { files }: IntentContext): Saying[] {
  const data = service.data('env_file');
  const list = Array.isArray(data) ? data : data === undefined ? [] : [data];
  return list.flatMap((each): Saying[] => {
    const named = isMap(each) ? each.path : each;
    const file = typeof named === 'string' ? files?.read(from(service.directory('env_file'), service.evaluate(named).text)) : undefined;
    return file && 'text' in file ? [{ where: file.shown, text: file.text }] : [];
  });
}

function mountedFiles(service: ComposeService, context: IntentContext): { files: Saying[]; unseen: string[] } {
  const out = { files: [] as Saying[], unseen: [] as string[] };
  for (const { kind, source, target, known } of service.mounts) {
    if (kind === 'tmpfs' || NO_CONFIGURATION.test(target)) continue;
    const read =
      kind === 'bind' && source !== undefined && known ? readSource(from(service.directory('volumes'), source), context) : undefined;
    if (read) out.files.push(...read);
    else out.unseen.push(target);
  }
  for (const kind of ['configs', 'secrets'] as const) {
    for (const { name, target } of service[kind]) {
      const data = context.project.top(kind)[name];
      const settings = isMap(data) ? data : {};
      const read = typeof settings.file === 'string' ? readSource(service.evaluate(settings.file).text, context) : undefined;
      if (typeof settings.content === 'string') out.files.push({ where: `${kind} ${name}`, text: settings.content });
      else if (read) out.files.push(...read);
      else if (kind === 'configs') out.unseen.push(target);
    }
  }
  return out;
}

/** A path as it counts from the directory of the file that says it; undefined = the project's. */
function from(directory: string | undefined, wanted: string): string {
  return directory === undefined ? wanted : path.resolve(directory, wanted);
}

/** The text of a file, or of all files of a directory; undefined when not all of it can be read. */
function readSource(source: string, { files }: IntentContext): Saying[] | undefined {
  if (!files || source.startsWith('~')) return undefined;
  const names = files.list(source, MOST_FILES);
  const out: Saying[] = [];
  for (const name of names ? names.map((each) => path.join(source, each)) : [source]) {
    const file = files.read(name);
    if (!('text' in file)) return undefined;
    out.push({ where: file.shown, text: file.text });
  }
  return out;
}
