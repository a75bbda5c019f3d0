import { BattenError } from '../errors';
import type { FileResult } from '../harden/types';
import type { Colors } from '../report/colors';
import { placeOf } from '../report/layout';
import { type Shown, say } from '../report/text/screen';

/** Ctrl-C, or a terminal that went away, at a question. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted: nothing was written');
    this.name = 'Interrupted';
  }
}

/** By name: the prompt is a file of its own in the build, with a class of its own. */
export function isInterrupted(error: unknown): error is Interrupted {
  return error instanceof Error && error.name === 'Interrupted';
}

interface Failure {
  /** `file:line:column`, or less. */
  location: string;
  message: string;
  hint?: string;
}

/** An error on the screen: `file:line:column: message`, then a hint on a line of its own. */
export function failureText({ location, message, hint }: Failure, colors: Colors): Shown {
  const head = location ? say`${colors.bold(location)}: ` : '';
  return say`${head}${colors.red('error')}: ${message}\n${hint ? say`  ${colors.cyan('hint')}: ${hint}\n` : ''}`;
}

/** Any thrown thing. What batten does not know is a bug of batten's, and said to be one. */
export function errorText(error: unknown, colors: Colors, debug: boolean): Shown {
  if (isInterrupted(error)) return say`${error.message}\n`;
  const stack = debug && error instanceof Error ? stackText(error, colors) : '';
  if (error instanceof BattenError) return say`${failureText(error, colors)}${stack}`;
  const message = error instanceof Error ? error.message : String(error);
  const hint = debug ? undefined : 'run it with --debug and report it';
  return say`${failureText({ location: '', message: `batten failed: ${message}`, hint }, colors)}${stack}`;
}

/** The errors of the inputs that failed, one after the other; `debug` adds where batten itself failed. */
export function failedInputs(results: readonly FileResult[], colors: Colors, debug = false): Shown {
  const failures = results.flatMap(({ path, error, cause }) => {
    if (!error) return [];
    const text = failureText({ location: placeOf(path, error), message: error.message, hint: error.hint }, colors);
    return debug && cause ? [text, stackText(cause, colors)] : [text];
  });
  return say.join(failures, '');
}

function stackText(error: Error, colors: Colors): Shown {
  return say`${say.join(stackOf(error).map(colors.dim), '\n')}\n`;
}

/** The lines of a stack. A message of several lines is in one: it may be from outside. */
function stackOf(error: Error): string[] {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  const head = `${error.name}: ${error.message}`;
  return [
    head,
    ...frames,
    ...(error.cause instanceof Error ? stackOf(error.cause).map((line, at) => (at === 0 ? `caused by ${line}` : line)) : []),
  ];
}

/** A command with paths, as it can be pasted into a shell. */
export function commandLine(command: string, paths: readonly string[]): string {
  return [command, ...paths.map((path) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`))].join(' ');
}
