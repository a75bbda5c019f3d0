/** Where something is in a text: both numbers count from 1, the column in UTF-16 units. */
export interface Position {
  line: number;
  column: number;
}

interface ErrorDetails {
  /** The file, as the person named it. */
  file?: string;
  position?: Position;
  /** What to do about it, in one sentence. */
  hint?: string;
  cause?: unknown;
}

/** A failure that is explained to the person without a stack: a code, a place, a hint and the exit code of the process. */
export class BattenError extends Error {
  readonly code: string;
  readonly exitCode: number;
  file?: string;
  readonly position?: Position;
  readonly hint?: string;

  constructor(code: string, message: string, exitCode: number, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.exitCode = exitCode;
    this.file = details.file;
    this.position = details.position;
    this.hint = details.hint;
  }

  /** `file:line:column`, as far as it is known; the empty string when nothing is. */
  get location(): string {
    const place = this.position ? `${this.position.line}:${this.position.column}` : '';
    return [this.file, place].filter(Boolean).join(':');
  }
}

/** The command line asked for something that does not exist or does not go together. */
export class UsageError extends BattenError {
  constructor(message: string, details?: ErrorDetails) {
    super('usage', message, 2, details);
  }
}

/** A configuration file that cannot be read or understood. */
export class ConfigError extends BattenError {
  constructor(message: string, details?: ErrorDetails) {
    super('config', message, 2, details);
  }
}

/** An input file that cannot be read, parsed, or understood as a Compose file. */
export class InputError extends BattenError {
  constructor(code: string, message: string, details?: ErrorDetails) {
    super(code, message, 2, details);
  }
}

/** There is no Docker Engine or Compose to try anything with, or no permission to use it. A stack that does not work is a result, not an error. */
export class EngineError extends BattenError {
  constructor(message: string, details?: ErrorDetails) {
    super('engine', message, 2, details);
  }
}
