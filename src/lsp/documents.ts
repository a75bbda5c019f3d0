import { realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { OpenDocument } from './messages';

/** Whether a document is a Compose file: by its name, by what the editor takes it for, or by what it says. */
export function isCompose({ uri, languageId, text }: OpenDocument): boolean {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  if (/^\.batten\.ya?ml$/.test(name)) return false;
  if (/compose/i.test(languageId)) return true;
  const isYaml = /^yaml\b/i.test(languageId) || /\.ya?ml$/i.test(name);
  // A name that Compose loads, or a variant of one.
  const words = name.toLowerCase().split(/[-_.]/);
  return isYaml && (words.includes('compose') || words.includes('stack') || /^["']?services["']?[ \t]*:/m.test(text));
}

/** The documents that are open, and where they are on the disk. */
export class Documents {
  private readonly byUri = new Map<string, OpenDocument>();
  private readonly paths = new Map<string, string>();
  private readonly byPath = new Map<string, OpenDocument>();

  set(document: OpenDocument): void {
    const { uri } = document;
    this.byUri.set(uri, document);
    const file = this.pathOf(uri);
    if (file !== undefined) for (const each of new Set([file, realOf(file)])) this.byPath.set(each, document);
  }

  delete(uri: string): void {
    const document = this.byUri.get(uri);
    this.byUri.delete(uri);
    for (const [file, each] of this.byPath) if (each === document) this.byPath.delete(file);
    this.paths.delete(uri);
  }

  get(uri: string): OpenDocument | undefined {
    return this.byUri.get(uri);
  }

  at(file: string): OpenDocument | undefined {
    return this.byPath.get(file);
  }

  /** Where a document is; undefined for one that is no file. */
  pathOf(uri: string): string | undefined {
    const file = this.paths.get(uri) ?? pathOfUri(uri);
    if (file !== undefined) this.paths.set(uri, file);
    return file;
  }

  /** How the editor calls a file. */
  uriOf(file: string): string {
    return this.at(file)?.uri ?? pathToFileURL(file).href;
  }

  /** The texts of all of them, by path. `read` is told of each path that is asked for, whether it is open or not. */
  texts(read: (file: string) => void): ReadonlyMap<string, string> {
    const texts = new TextsInUse(read);
    for (const [file, { text }] of this.byPath) texts.set(file, text);
    return texts;
  }
}

/** Where a document is; undefined for one that is no file. */
export function pathOfUri(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    const file = path.resolve(fileURLToPath(uri));
    return file.includes('\0') ? undefined : file;
  } catch {
    // A host, or characters that no path has.
    return undefined;
  }
}

class TextsInUse extends Map<string, string> {
  constructor(private readonly read: (file: string) => void) {
    super();
  }

  override get(file: string): string | undefined {
    this.read(file);
    return super.get(file);
  }
}

function realOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
