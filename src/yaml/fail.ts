import { InputError } from '../errors';
import type { SourceText } from './source';

/** An input error with the place it is at. */
export function fail(source: SourceText, offset: number, code: string, message: string, hint?: string): InputError {
  return new InputError(code, message, { position: source.position(offset), hint });
}
