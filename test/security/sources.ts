import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const ROOT = path.join(__dirname, '..', '..');

/** A source that runs in the product, parsed. */
export interface Source {
  /** From the root, with `/`. */
  file: string;
  tree: ts.SourceFile;
}

/** All of what runs in the product. */
export function sources(folders: readonly string[] = ['src', 'transforms']): Source[] {
  return folders.flatMap(filesIn).map((file) => ({
    file,
    tree: ts.createSourceFile(file, readFileSync(path.join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest, true),
  }));
}

function filesIn(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesIn(name) : /\.(?:ts|[cm]?js)$/.test(name) ? [name] : [];
  });
}

/** Every node of a tree that `pick` makes something of. */
export function found<T>(tree: ts.SourceFile, pick: (node: ts.Node) => T | undefined): T[] {
  const all: T[] = [];
  const visit = (node: ts.Node): void => {
    const picked = pick(node);
    if (picked !== undefined) all.push(picked);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return all;
}

/** `file:line`, to be clicked on. */
export function place({ file, tree }: Source, node: ts.Node): string {
  return `${file}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}
