import texts from 'batten:templates';

/*
 * The file system where there is none: batten's own templates to read, and nothing else. What a project consists of is handed over as texts, and
 * never looked for here.
 */

export const constants = {};

export function existsSync(file: string): boolean {
  return Object.hasOwn(texts, file);
}

export function readFileSync(file: string): string {
  return existsSync(file) ? texts[file]! : absent(file);
}

export const lstatSync = (file: string, options?: { throwIfNoEntry?: boolean }): undefined =>
  options?.throwIfNoEntry === false ? undefined : absent(file);
export const statSync = lstatSync;
export const fstatSync = lstatSync;
export const realpathSync = absent;
export const readlinkSync = absent;
export const readdirSync = absent;
export const openSync = absent;
export const closeSync = absent;
export const readSync = absent;

function absent(file: string): never {
  throw Object.assign(new Error(`ENOENT: no such file, ${file}`), { code: 'ENOENT' });
}
