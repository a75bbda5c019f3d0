import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { ANYWHERE, type Bounds, Repository } from '../../compose/bounds';
import { isMap } from '../../compose/data';
import { readEnvFile } from '../../compose/env-file';
import { evaluate } from '../../compose/interpolate';
import { readIfThere } from '../../compose/read';
import { InputError } from '../../errors';
import { YamlDocument } from '../../yaml/document';
import { resolve, toData } from '../../yaml/tree';
import type { Data } from '../../yaml/types';
import { type Model, mapOf } from '../compose/model';
import type { ProjectFilesOnDisk } from '../compose/resolve';
import type { Scratch } from '../trial/scratch';
import type { NewTexts } from './rewriter';

/** A project whose new texts lie in a scratch folder, for Compose to read instead of the person's files. */
export interface Placed {
  /** The files Compose is given. */
  files: string[];
  /** A `.env` with more in it than the person's. */
  envFile?: string;
  /** Where what was put beside the Compose files is, by where it would be. */
  beside: ReadonlyMap<string, string>;
}

/**
 * Writes new texts into a folder of the scratch directory. Compose is told the directory of the project, so relative paths mean what they
 * did. A file that includes another one with a new text is written as well, with that include led there: it names its own directory then,
 * which paths in it are relative to.
 */
export function place(scratch: Scratch, folder: string, { files, directory }: ProjectFilesOnDisk, texts: NewTexts): Placed {
  const placer = new Placer(scratch, folder, directory, texts);
  const placed = files.map((file) => placer.compose(path.resolve(file), directory, ANYWHERE) ?? file);
  return { files: placed, ...placer.rest() };
}

class Placer {
  private readonly variables: Record<string, string>;
  /** Compose files, by where they are: their copies, or undefined while that is not known or none is needed. */
  private readonly seen = new Map<string, string | undefined>();

  constructor(
    private readonly scratch: Scratch,
    private readonly folder: string,
    private readonly directory: string,
    private readonly texts: NewTexts,
  ) {
    this.variables = variablesOf(directory);
  }

  /**
   * The copy of a Compose file that Compose has to read instead; undefined when the file itself says the same.
   *
   * @param base the directory that paths in it are relative to.
   * @param bounds where it may really be.
   */
  compose(file: string, base: string, bounds: Bounds = Repository.of(this.directory)): string | undefined {
    if (this.texts.size === 0) return undefined;
    if (this.seen.has(file)) return this.seen.get(file);
    this.seen.set(file, undefined);
    const text = this.texts.get(file)?.text ?? textOf(file, bounds);
    const included = text?.includes('include') ? this.included(text, base) : undefined;
    if (text === undefined || (!included && !this.texts.has(file))) return undefined;
    const copy = this.scratch.write(`${this.folder}/files/${nameOf(file)}`, included ?? text);
    this.seen.set(file, copy);
    return copy;
  }

  /** What is no Compose file of the project: for its `.env`, its secrets and its Dockerfiles. */
  rest(): Omit<Placed, 'files'> {
    const beside = new Map<string, string>();
    for (const [file, { text, mode }] of this.texts) {
      if (this.seen.has(file)) continue;
      const copy = this.scratch.write(`${this.folder}/beside/${nameOf(file)}`, text, mode ?? modeOf(file));
      beside.set(file, copy);
    }
    const envFile = beside.get(path.join(this.directory, '.env'));
    return { beside, ...(envFile !== undefined && { envFile }) };
  }

  /** The text with its includes led to copies; undefined when none has one. */
  private included(text: string, base: string): string | undefined {
    const document = YamlDocument.open(text);
    const data = toData(resolve(document.root));
    const include = isMap(data) ? data.include : undefined;
    if (!Array.isArray(include)) return undefined;
    const led = include.map((item) => this.includedItem(item, base));
    if (led.every((item, index) => item === include[index])) return undefined;
    document.apply({ op: 'replace', path: ['include'], value: led });
    return document.toText();
  }

  private includedItem(item: Data, base: string): Data {
    const long: Record<string, Data> = isMap(item) ? item : { path: item };
    const names = Array.isArray(long.path) ? long.path : [long.path ?? ''];
    const found = names.map((name) => this.find(String(name), base));
    const [main] = found;
    if (main === undefined) return item;
    const written = typeof long.project_directory === 'string' ? this.find(long.project_directory, base) : undefined;
    const directory = written ?? path.dirname(main);
    const copies = found.map((file) => (file === undefined ? undefined : this.compose(file, directory)));
    if (copies.every((copy) => copy === undefined)) return item;
    return { ...long, path: copies.map((copy, index) => copy ?? found[index] ?? names[index]!), project_directory: directory };
  }

  /** An absolute path; undefined when it hangs on something that is not known. */
  private find(name: string, base: string): string | undefined {
    const { text, known } = evaluate(name, this.variables);
    return known && text !== '' ? path.resolve(base, text) : undefined;
  }
}

/** Leads what a model names to where it was put: secrets, configs and Dockerfiles. */
export function leadBeside(model: Model, beside: ReadonlyMap<string, string>): Model {
  if (beside.size === 0) return model;
  const files = (things: Record<string, Data> | undefined): Record<string, Data> | undefined =>
    things &&
    Object.fromEntries(
      Object.entries(things).map(([name, thing]) => {
        const copy = beside.get(String(mapOf(thing).file));
        return [name, copy === undefined ? thing : { ...mapOf(thing), file: copy }];
      }),
    );
  const services = Object.fromEntries(
    Object.entries(model.services).map(([name, service]) => {
      const build: Record<string, Data> = typeof service.build === 'string' ? { context: service.build } : mapOf(service.build);
      const dockerfile = path.resolve(String(build.context), String(build.dockerfile ?? 'Dockerfile'));
      const copy = build.context === undefined ? undefined : beside.get(dockerfile);
      return [name, copy === undefined ? service : { ...service, build: { ...build, dockerfile: copy } }];
    }),
  );
  const [secrets, configs] = [files(model.secrets), files(model.configs)];
  return { ...model, services, ...(secrets && { secrets }), ...(configs && { configs }) };
}

/** Of its own for each file, and the same in each trial, so that what two sets of texts lead to can be compared. */
function nameOf(file: string): string {
  return `${createHash('sha256').update(file).digest('hex').slice(0, 8)}-${path.basename(file)}`;
}

function variablesOf(directory: string): Record<string, string> {
  return Object.fromEntries(Object.entries(readEnvFile(directory).variables).filter(([, value]) => !value.includes('$')));
}

/** Of a file that is not read nothing is known: neither that it includes anything. */
function textOf(file: string, bounds: Bounds): string | undefined {
  try {
    return readIfThere(file, file, bounds);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** The mode of the file that is there. */
function modeOf(file: string): number {
  return existsSync(file) ? statSync(file).mode & 0o777 : 0o644;
}
