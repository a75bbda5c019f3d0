import { ImageError } from '../../errors';
import type { Budget } from './limits';
import type { EntryKind } from './tar';

/** What the first bytes of a file say it is. */
export type Content = 'elf' | 'script' | 'other' | 'empty';

/** A file, directory or link of an image. */
export interface FileNode {
  kind: Exclude<EntryKind, 'hardlink'>;
  /** Permission bits with setuid, setgid and sticky. */
  mode: number;
  uid: number;
  gid: number;
  size: number;
  /** What a symbolic link points to. */
  link: string;
  /** `security.capability`, as it is stored. */
  capability?: Buffer;
  content: Content;
  /** The text of a file that may be of use. */
  text?: Buffer;
  /** Why there is none, for a file that would be of use. */
  withheld?: 'size' | 'total';
  /** The number of its layer, from 0 at the bottom. */
  layer: number;
  /** A directory that no entry describes: something is below it. */
  implied?: boolean;
  children?: Map<string, FileNode>;
  /** Of a layer alone: what it removes of those below, by name. */
  whiteouts?: Set<string>;
  /** Of a layer alone: nothing of the directories below shows. */
  opaque?: boolean;
}

/** Links that are followed one after the other, as the kernel does. */
const MAX_LINKS = 40;

export function directoryNode(layer: number, implied = false): FileNode {
  const node: FileNode = { kind: 'directory', mode: 0o755, uid: 0, gid: 0, size: 0, link: '', content: 'other', layer };
  if (implied) node.implied = true;
  return node;
}

/** Lays a layer over those below it, which become one with it. */
export function overlay(lower: FileNode, upper: FileNode): void {
  if (upper.opaque) lower.children = undefined;
  for (const name of upper.whiteouts ?? []) lower.children?.delete(name);
  for (const [name, node] of upper.children ?? []) {
    const below = lower.children?.get(name);
    if (below?.kind === 'directory' && node.kind === 'directory') {
      if (!node.implied) Object.assign(below, { mode: node.mode, uid: node.uid, gid: node.gid, layer: node.layer, implied: undefined });
      overlay(below, node);
    } else {
      stripMarks(node);
      lower.children ??= new Map();
      lower.children.set(name, node);
    }
  }
}

/** What only a layer has. */
function stripMarks(node: FileNode): void {
  if (node.kind !== 'directory') return;
  if (node.whiteouts) node.whiteouts = undefined;
  if (node.opaque) node.opaque = undefined;
  for (const child of node.children?.values() ?? []) stripMarks(child);
}

/** Numbers the nodes of a layer, once its place is known. */
export function numbered(root: FileNode, layer: number): FileNode {
  const todo = [root];
  for (let node = todo.pop(); node; node = todo.pop()) {
    node.layer = layer;
    for (const child of node.children?.values() ?? []) todo.push(child);
  }
  return root;
}

/** A copy of a tree, which counts like what it is a copy of. Texts are shared. */
export function copied(root: FileNode, budget: Budget): FileNode {
  const copy = { ...root };
  const todo = [copy];
  for (let node = todo.pop(); node; node = todo.pop()) {
    if (!node.children) continue;
    node.children = new Map([...node.children].map(([name, child]) => [name, { ...child }]));
    for (const child of node.children.values()) {
      budget.takeEntry();
      todo.push(child);
    }
  }
  return copy;
}

/** A path that was looked up: where it really is, once links are followed. */
export interface Found {
  path: string;
  node: FileNode;
}

/** The files of an image, all layers laid over each other. Links lead nowhere but into it. */
export class FileTree {
  constructor(readonly root: FileNode) {}

  /**
   * What is at an absolute path, links followed as the kernel would with the image as its root; undefined when there is nothing, or links go
   * round in circles. `follow: false` leaves a link at the end of the path.
   */
  find(path: string, { follow = true }: { follow?: boolean } = {}): Found | undefined {
    const names: string[] = [];
    const nodes: FileNode[] = [this.root];
    const todo = path.split('/').reverse();
    let links = 0;
    while (todo.length > 0) {
      const name = todo.pop()!;
      if (name === '' || name === '.') continue;
      if (name === '..') {
        names.pop();
        if (nodes.length > 1) nodes.pop();
        continue;
      }
      const node = nodes.at(-1)!.children?.get(name);
      if (!node) return undefined;
      if (node.kind === 'symlink' && (follow || todo.some((step) => step !== '' && step !== '.'))) {
        if (++links > MAX_LINKS) return undefined;
        if (node.link.startsWith('/')) {
          names.length = 0;
          nodes.length = 1;
        }
        todo.push(...node.link.split('/').reverse());
        continue;
      }
      names.push(name);
      nodes.push(node);
    }
    return { path: `/${names.join('/')}`, node: nodes.at(-1)! };
  }

  /** The text of a file; undefined when there is none, or it was not kept. */
  text(path: string): string | undefined {
    return this.find(path)?.node.text?.toString('utf8');
  }

  /** The names in a directory, sorted; none when there is no such directory. */
  list(path: string): string[] {
    return [...(this.find(path)?.node.children?.keys() ?? [])].sort();
  }

  /** Everything below a directory with its absolute path, parents first, in order of the names. Links are not followed. */
  *below(path: string): Generator<Found> {
    const start = this.find(path);
    if (!start) return;
    const todo: Found[] = [start];
    while (todo.length > 0) {
      const { path: parent, node } = todo.pop()!;
      const names = [...(node.children?.keys() ?? [])].sort().reverse();
      for (const name of names) todo.push({ path: `${parent === '/' ? '' : parent}/${name}`, node: node.children!.get(name)! });
      if (node !== start.node) yield { path: parent, node };
    }
  }
}

/** The steps of a path of a layer. @throws ImageError `image-path` when it leads out. */
export function stepsOf(path: string): string[] {
  const steps = path.split('/').filter((step) => step !== '' && step !== '.');
  if (steps.includes('..')) throw new ImageError('image-path', `has a file at ${JSON.stringify(path)}, which leads out of it`);
  return steps;
}
