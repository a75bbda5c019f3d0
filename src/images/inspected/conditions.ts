import { covers } from '../../compose/container-path';
import type { Service } from '../../compose/types';
import type { Condition, ImageFacts } from '../xray';
import { matches } from '../xray/start/pattern';

/** The command of the container, among the variables that something hangs on. */
const COMMAND = '$@';

/** Whether something holds for a service; `same` = as when the image starts as it is; undefined when that cannot be told. */
type Answer = boolean | 'same' | undefined;

/** What a variable or a word is; undefined when it is not there. */
type Known = { text: string | undefined } | 'unknown';

/** What is asked of an image under the configuration of a service: its variables, its command and its mounts. */
export class Asked {
  private readonly environment: ReadonlyMap<string, string>;
  /** The words of the command as the container gets them. */
  readonly command: readonly string[];
  /** Whether the service has another command than the image. */
  readonly otherCommand: boolean;
  private readonly fromFiles: boolean;

  /** @param service as it is written: nothing of the image is filled in. */
  constructor(
    { config }: Pick<ImageFacts, 'config'>,
    private readonly service: Service,
  ) {
    this.environment = new Map(
      config.environment.flatMap((each) => (each.includes('=') ? [[each.split('=')[0]!, each.slice(each.indexOf('=') + 1)]] : [])),
    );
    this.command = service.command ?? config.command;
    this.imageCommand = config.command;
    this.otherCommand = service.command !== undefined && service.command.join('\0') !== config.command.join('\0');
    this.fromFiles = service.has('env_file');
  }

  private readonly imageCommand: readonly string[];

  /** Whether what hangs on this variable may be something else than in the image. */
  changes(name: string): boolean {
    if (name === COMMAND) return this.otherCommand;
    if (!this.service.environment.has(name)) return false;
    const given = this.given(name);
    return given === 'unknown' || given.text !== this.environment.get(name);
  }

  /** A text of a script with the variables of the service in it; undefined when one of them is not known. */
  written(text: string): string | undefined {
    let known = true;
    const out = text.replace(/^(["'])(.*)\1$/, '$2').replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced?: string, bare?: string) => {
      const value = this.given((braced ?? bare)!);
      if (value === 'unknown' || value.text === undefined) known = false;
      return value === 'unknown' ? '' : (value.text ?? '');
    });
    return known && !/[$`*?"']/.test(out) ? out : undefined;
  }

  /**
   * Whether a step happens: all of its conditions have to hold. What the service leaves as it is in the image is not asked again.
   */
  happens({ when = [], usual }: { when?: readonly Condition[]; usual?: boolean }): boolean | undefined {
    const answers = when.map((each) => this.ask(each));
    if (answers.includes(false)) return false;
    if (answers.every((each) => each === 'same')) return usual;
    // In the image all of them hold, so those that are the same do here too.
    if (usual === true) return answers.includes(undefined) ? undefined : true;
    return answers.includes('same') || answers.includes(undefined) ? undefined : true;
  }

  private ask(condition: Condition): Answer {
    switch (condition.if) {
      case 'not': {
        const inner = this.ask(condition.of);
        return typeof inner === 'boolean' ? !inner : inner;
      }
      case 'all':
      case 'any': {
        const answers = condition.of.map((each) => this.ask(each));
        const decided = condition.if === 'any';
        if (answers.includes(decided)) return decided;
        if (answers.every((each) => each === 'same')) return 'same';
        return answers.every((each) => each === !decided) ? !decided : undefined;
      }
      case 'variable':
        return changed(condition, this.given(condition.name), { text: this.environment.get(condition.name) });
      case 'argument':
        if (!this.otherCommand) return 'same';
        return changed(condition, wordOf(this.command, condition.which), wordOf(this.imageCommand, condition.which));
      case 'file':
        return this.mounted(condition.path) ? undefined : 'same';
      case 'unknown':
        return condition.on.some((name) => this.changes(name)) || this.fromFiles ? undefined : 'same';
      default:
        return 'same';
    }
  }

  /** What the service makes of a variable. */
  private given(name: string): Known {
    const own = this.service.environment.get(name);
    if (own === null) return 'unknown';
    if (own !== undefined) return own.known ? { text: own.text } : 'unknown';
    return this.fromFiles ? 'unknown' : { text: this.environment.get(name) };
  }

  private mounted(path: string): boolean {
    const { mounts, tmpfs, secrets, configs } = this.service;
    return [...mounts, ...tmpfs, ...secrets, ...configs].some(
      ({ target }) => target !== '' && target !== '/' && (covers(target, path) || covers(path, target)),
    );
  }
}

function wordOf(words: readonly string[], which: number | '#'): Known {
  return { text: which === '#' ? String(words.length) : words[which - 1] };
}

type Comparison = Extract<Condition, { if: 'variable' | 'argument' }>;

/** How a comparison comes out now, if that is another way than in the image. */
function changed(condition: Comparison, now: Known, before: Known): Answer {
  const [first, second] = [compare(condition, before), compare(condition, now)];
  return first === second && first !== undefined ? 'same' : second;
}

function compare({ is, value = '' }: Comparison, known: Known): boolean | undefined {
  if (known === 'unknown') return undefined;
  const { text = '' } = known;
  switch (is) {
    case 'set':
      return text !== '';
    case 'equal':
      return text === value;
    case 'like':
      return matches(value, text);
    case 'less':
    case 'greater': {
      if (!/^-?\d+$/.test(text) || !/^-?\d+$/.test(value)) return undefined;
      return is === 'less' ? Number(text) < Number(value) : Number(text) > Number(value);
    }
    default:
      return undefined;
  }
}
