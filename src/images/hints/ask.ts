import { DEFAULT_CAPABILITIES, normaliseCapability } from '../../compose/capabilities';
import { covers } from '../../compose/container-path';
import type { Service } from '../../compose/types';
import { type Command, checkCommands, isCommand, startCommands } from '../commands';
import type { Configuration } from '../configuration';
import type { Match } from '../match';
import { parseReference } from '../reference';
import type { Confidence, Evidence } from '../types';
import { isLine } from './lines';
import { evidenceFrom, table } from './load';
import type { Hint, HintConfig, HintSays, HintWhen } from './types';
import { isOneOf, plainPath, plainWord, standsIn } from './words';

/** What a hint says of a service, and why. */
export interface Said<Key extends keyof HintSays> {
  value: NonNullable<HintSays[Key]> | (Key extends 'user' ? null : never);
  confidence: Exclude<Confidence, 'proven' | 'known'>;
  why: string;
  breaks?: string;
  evidence: Evidence[];
}

/** What hints are asked about. */
export interface HintGround {
  service: Service;
  match?: Match;
  /** Root, too, where it cannot be told. */
  start?: 'root' | 'user';
  configuration?: Configuration;
  /** What a template says already, for the service as it is configured: names and other weak signs are not asked about that. */
  settled: ReadonlySet<keyof HintSays>;
}

/** The hints that hold for one service. They are tried when they are asked for, each once. */
export class Hints {
  private readonly held = new Map<Hint, Held | undefined>();
  private commands: readonly Command[] | undefined;
  private checks: readonly Command[] | undefined;

  constructor(private readonly ground: HintGround) {}

  /** All that hints say under a key, in the order of their files. */
  all<Key extends keyof HintSays>(key: Key): Said<Key>[] {
    const { hints } = table('hints');
    return hints.flatMap((hint): Said<Key>[] => {
      if (!(key in hint)) return [];
      const held = this.holds(hint);
      if (!held || (held.weak && this.ground.settled.has(key))) return [];
      const value = hint[key] as Said<Key>['value'];
      return [
        {
          value,
          confidence: hint.confidence,
          why: hint.why.replace('{}', held.what),
          breaks: hint.breaks,
          evidence: evidenceFrom('hints', held.sources),
        },
      ];
    });
  }

  first<Key extends keyof HintSays>(key: Key): Said<Key> | undefined {
    return this.all(key)[0];
  }

  /** Whether a capability may be suggested: Docker gives it, or the service has it already. */
  has(capability: string): boolean {
    const { service } = this.ground;
    if (DEFAULT_CAPABILITIES.includes(capability) || capability === 'DAC_READ_SEARCH' || service.privileged === true) return true;
    return service.capAdd.some(({ text }) => [capability, 'ALL'].includes(normaliseCapability(text)));
  }

  private holds(hint: Hint): Held | undefined {
    if (!this.held.has(hint)) {
      let held: Held | undefined;
      for (const when of hint.when) {
        const each = this.meets(when);
        if (!each) continue;
        held = { ...each, sources: [...each.sources, ...hint.sources] };
        // What the file says counts more than a name.
        if (!each.weak) break;
      }
      this.held.set(hint, held);
    }
    return this.held.get(hint);
  }

  /** What fulfils all of the conditions; undefined when one does not hold. */
  private meets(when: HintWhen): Held | undefined {
    const { service, match, start } = this.ground;
    if (when.start && when.start !== start) return undefined;
    if (when.family && !(match && when.family.includes(match.template.family))) return undefined;
    if (when.network === 'host' && service.networkMode?.text !== 'host') return undefined;
    if (when.lacks?.some((what) => (what.startsWith('/') ? (device(what, service) ?? mount(what, service)) : isSet(what, service))))
      return undefined;
    const found: string[] = [];
    const find = <T>(wanted: readonly T[] | undefined, look: (each: T) => string | undefined): boolean => {
      if (!wanted) return true;
      for (const each of wanted) {
        const what = look(each);
        if (what === undefined) continue;
        found.push(what);
        return true;
      }
      return false;
    };
    const words = when.image && Object.keys(when.image).find((word) => standsIn(word, pathOf(service)));
    if (when.image && words === undefined) return undefined;
    const holds =
      find(when.config && [when.config], (config) => this.configured(config)) &&
      find(when.env, (name) => isSet(name, service)) &&
      find(when.env_words, (word) => named(word, service)) &&
      find(when.runs, (form) => this.runs(form)) &&
      find(when.checks, (form) => this.checksWith(form)) &&
      find(when.publishes, (port) => publishes(port, service)) &&
      find(when.device, (path) => device(path, service)) &&
      find(when.mounts, (path) => mount(path, service)) &&
      find(when.cap_add, (name) => service.capAdd.find(({ text }) => normaliseCapability(text) === name)?.text);
    if (!holds) return undefined;
    return {
      weak: when.weak ?? (words !== undefined || when.publishes !== undefined),
      what: found[0] ?? words ?? '',
      sources: words === undefined ? [] : when.image![words]!,
    };
  }

  private runs(form: string): string | undefined {
    this.commands ??= startCommands(this.ground.service, this.ground.match);
    return this.commands.find((command) => isCommand(command, form))?.program;
  }

  private checksWith(form: string): string | undefined {
    this.checks ??= checkCommands(this.ground.service);
    return this.checks.find((command) => isCommand(command, form))?.program;
  }

  /** The file that has such a line. */
  private configured({ at, section, line, unless }: HintConfig): string | undefined {
    return this.ground.configuration?.files.find(({ place, lines }) => {
      if (!at.some((path) => path === '/' || covers(path, place))) return false;
      const here = section === undefined ? lines : lines.filter((each) => each.section === section);
      const has = (patterns: readonly string[]) => here.some(({ text }) => patterns.some((pattern) => isLine(text, pattern)));
      return here.length > 0 && (line === undefined || has(line)) && !(unless && has(unless));
    })?.shown;
  }
}

const placesOf = new Map<string, string[]>();

/** Where hints look for configuration that may be mounted into a service, by its image and template. */
export function configurationPlaces(service: Service, match: Match | undefined): readonly string[] {
  const key = `${pathOf(service)} ${match?.template.family ?? ''}`;
  const known = placesOf.get(key);
  if (known) return known;
  const places = table('hints').hints.flatMap(({ when }) =>
    when.flatMap(({ config, image, family }) => {
      if (!config || (family && !(match && family.includes(match.template.family)))) return [];
      return image && !Object.keys(image).some((word) => standsIn(word, pathOf(service))) ? [] : config.at;
    }),
  );
  const unique = [...new Set(places)];
  placesOf.set(key, unique);
  return unique;
}

interface Held {
  /** Whether only a name, a number or some other sign tells it. */
  weak: boolean;
  /** What was found first, for the sentence. */
  what: string;
  sources: readonly string[];
}

const paths = new Map<string, string>();

/** The plain path of a service's image, without registry and tag; '' when there is none. */
function pathOf(service: Service): string {
  const image = service.image?.raw ?? '';
  let path = paths.get(image);
  if (path === undefined) {
    path = image === '' ? '' : plainPath(parseReference(image).path);
    paths.set(image, path);
  }
  return path;
}

/** `NAME` is set, to whatever; `NAME=value` to this, or to what nobody knows. */
function isSet(wanted: string, service: Service): string | undefined {
  const at = wanted.indexOf('=');
  const name = at < 0 ? wanted : wanted.slice(0, at);
  for (const [each, value] of service.environment) {
    if (!isOneOf(each, [name])) continue;
    if (at < 0 || !value?.known || value.text.toLowerCase() === wanted.slice(at + 1).toLowerCase()) return each;
  }
  return undefined;
}

/** The variable that has a word in its name. */
function named(word: string, service: Service): string | undefined {
  return [...service.environment.keys()].find((name) => standsIn(word, plainPath(name)) || standsIn(plainWord(word), plainPath(name)));
}

function publishes(wanted: string, service: Service): string | undefined {
  const [number = '', protocol = 'tcp'] = wanted.split('/');
  const port = Number(number);
  const expose = service.data('expose');
  const exposed = (Array.isArray(expose) ? expose : []).map(String);
  const given = service.ports.some((each) => each.protocol === protocol && holdsPort(each.target, port));
  return given || exposed.some((each) => holdsPort(each.split('/')[0]!, port) && (each.split('/')[1] ?? 'tcp') === protocol)
    ? wanted
    : undefined;
}

/** `22`, or `20-30` that holds it. */
function holdsPort(written: string, port: number): boolean {
  const [from, to = from] = written.split('-').map(Number);
  return from !== undefined && from <= port && port <= to!;
}

function mount(wanted: string, service: Service): string | undefined {
  return service.mounts.find(({ target }) => covers(wanted, target))?.target;
}

function device(wanted: string, service: Service): string | undefined {
  return service.devices.find(({ text }) =>
    text
      .split(':')
      .slice(0, 2)
      .some((path) => covers(wanted, path)),
  )?.text;
}
