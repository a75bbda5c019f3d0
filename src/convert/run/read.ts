import { append, emptyStack, imageBaseName, type Keys, type Stack, serviceName } from '../stack';
import { type CreateLine, type GivenOption, type RunLine, readCommand, refused } from './command-line';
import { createdNetwork, createdVolume, networks } from './networks';
import { numberOr, pair, READERS } from './read-options';
import { lose, type Reading } from './reading';
import { fromArguments, fromText, type ShellLine } from './shell';

export interface RunLinesOptions {
  /** Puts in front of a relative path what makes it mean the same beside the Compose file. Default: it is written where the lines were run. */
  relocate?(path: string): string;
}

/**
 * A stack of the containers that `docker run` lines make.
 *
 * @param input a text of any number of lines, or the words of one as a shell has read them.
 * @throws InputError `shell-syntax`, `run-line` or `no-run-line`, the first two with line and column.
 */
export function stackOfRunLines(input: string | readonly string[], { relocate = (path) => path }: RunLinesOptions = {}): Stack {
  const stack = emptyStack();
  const lines: ShellLine[] = typeof input === 'string' ? fromText(input, stack.losses) : [fromArguments(input)];
  const read = lines.flatMap((line) => readCommand(line, stack.losses) ?? []);
  // Networks come first: those that a line makes are the project's.
  for (const line of read) if (line.kind !== 'run') created(line, stack);
  const containers = new Map<string, string>();
  for (const line of read) {
    if (line.kind !== 'run') continue;
    const { service, keys } = serviceOf(line, { stack, containers, relocate });
    stack.services.set(service, keys);
    if (typeof keys.container_name === 'string') containers.set(keys.container_name, service);
  }
  return stack;
}

function created(line: CreateLine, stack: Stack): void {
  if (line.kind === 'network') createdNetwork(line, stack);
  else createdVolume(line, stack);
}

function serviceOf(
  { options, image, command }: RunLine,
  around: Pick<Reading, 'stack' | 'containers' | 'relocate'>,
): { service: string; keys: Keys } {
  const last = (name: string): GivenOption | undefined => options.findLast((each) => each.name === name);
  const service = serviceName(around.stack, last('name')?.value ?? imageBaseName(image.text));
  const keys: Keys = { image: image.text };
  const reading: Reading = { ...around, service, keys, networks: [], volumeDriver: last('volume-driver')?.value };
  if (image.text === '') throw refused(image, 'the name of the image is empty');
  for (const given of options) apply(given, reading);
  networks(reading.networks, reading);
  if (command.length > 0) keys.command = command.map(({ text }) => text);
  return { service, keys };
}

function apply(given: GivenOption, reading: Reading): void {
  const { option, name, value, word } = given;
  const { keys } = reading;
  const { to } = option;
  if ('text' in to) keys[to.text] = value;
  else if ('number' in to) keys[to.number] = numberOr(value);
  else if ('list' in to) append(keys, to.list, value);
  else if ('pairs' in to) pair(keys, to.pairs, value);
  else if ('onOff' in to) {
    if (!/^(?:true|false|t|f|0|1)$/i.test(value)) throw refused(word, `--${name} is on or off, not ${value}`);
    const isOn = /^(?:true|t|1)$/i.test(value);
    // Of all switches only this one has another value than off when nothing is said.
    if (isOn || name === 'init') keys[to.onOff] = isOn;
    else delete keys[to.onOff];
  } else if ('reader' in to) READERS[to.reader](given, reading);
  else if ('lost' in to && value !== 'false') lose(reading, to.lost, `--${name}`, to.reason, word);
}
