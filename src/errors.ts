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

/** What is wrong with an image that cannot be read. */
export type ImageErrorCode =
  /** Not an archive of an image, or one that is cut off or malformed. */
  | 'image-archive'
  /** Something in it is not what its digest says. */
  | 'image-digest'
  /** More of something than is read of any image: a bomb, or an image too large. */
  | 'image-limit'
  /** A path that leads out of the image, or through what is no directory. */
  | 'image-path'
  /** A form that batten does not read. */
  | 'image-unsupported'
  /** The image, its platform or a part of it is not there. */
  | 'image-missing';

/** An image that is not there, cannot be read, or is made to do harm. Nothing of it is used then. */
export class ImageError extends InputError {
  declare readonly code: ImageErrorCode;

  // biome-ignore lint/complexity/noUselessConstructor: it takes only these codes
  constructor(code: ImageErrorCode, message: string, details?: ErrorDetails) {
    super(code, message, details);
  }
}

/** What was thrown and is no error of batten's own: a fault of batten's, which is said of the file it came up with, so that the others are done. */
export function unforeseen(cause: unknown, file: string): InputError {
  const said = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new InputError('unforeseen', `batten fails on this file and leaves it unmodified (${said})`, {
    file,
    position: { line: 1, column: 1 },
    hint: 'this is a fault of batten: report it with what in the file leads to it; --skip and --service narrow it down',
    cause,
  });
}
