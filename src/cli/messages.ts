import { BattenError } from '../errors';
import type { FileResult } from '../harden/types';
import type { Colors } from '../report/colors';

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
export function failureText({ location, message, hint }: Failure, colors: Colors): string {
  const head = location ? `${colors.bold(location)}: ` : '';
  return `${head}${colors.red('error')}: ${message}\n${hint ? `  ${colors.cyan('hint')}: ${hint}\n` : ''}`;
}

/** Any thrown thing. What batten does not know is a bug of batten's, and said to be one. */
export function errorText(error: unknown, colors: Colors, debug: boolean): string {
  if (isInterrupted(error)) return `${error.message}\n`;
  const stack = debug && error instanceof Error && error.stack ? `${colors.dim(stackOf(error))}\n` : '';
  if (error instanceof BattenError) return failureText(error, colors) + stack;
  const message = error instanceof Error ? error.message : String(error);
  return (
    failureText({ location: '', message: `internal: ${message}`, hint: debug ? undefined : 'run it with --debug and report it' }, colors) +
    stack
  );
}

/** The errors of the inputs that failed, one after the other. */
export function failedInputs(results: readonly FileResult[], colors: Colors): string {
  return results
    .map(({ path, error }) => {
      if (!error) return '';
      const location = [path, error.line, error.column].filter((part) => part !== undefined).join(':');
      return failureText({ location, message: error.message, hint: error.hint }, colors);
    })
    .join('');
}

function stackOf(error: Error): string {
  return error.cause instanceof Error ? `${error.stack}\ncaused by ${error.cause.stack}` : `${error.stack}`;
}

/** A command with paths, as it can be pasted into a shell. */
export function commandLine(command: string, paths: readonly string[]): string {
  return [command, ...paths.map((path) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`))].join(' ');
}
