import { createHash, type Hash } from 'node:crypto';
import { ImageError } from '../../errors';
import { Decompressor } from './decompress';
import { type Content, directoryNode, type FileNode, FileTree, stepsOf } from './file-tree';
import { isKept } from './keep';
import type { Budget } from './limits';
import { type TarEntry, TarReader, type TarVisitor } from './tar';

/** One layer, read whole. */
export interface Layer {
  root: FileNode;
  /** `sha256:…` of the data as it came, compressed or not. */
  digest: string;
  /** `sha256:…` of the archive, which a configuration lists in `diff_ids`. */
  diffId: string;
  /** Bytes of the archive. */
  size: number;
}

/** Reads a layer that comes in pieces. Nothing is held but its index and the few texts that may be of use. */
export class LayerReader {
  private readonly blob = createHash('sha256');
  private readonly plain: Hash = createHash('sha256');
  private readonly index: LayerIndex;
  private readonly tar: TarReader;
  private readonly decompressor: Decompressor;
  private compressed = false;
  private started = false;
  private size = 0;

  constructor(budget: Budget) {
    this.index = new LayerIndex(budget);
    this.tar = new TarReader(this.index);
    this.decompressor = new Decompressor((part) => {
      this.size += part.length;
      this.plain.update(part);
      this.tar.write(part);
    }, budget);
  }

  /** @throws ImageError for a layer that is malformed, hostile or too large. */
  async write(chunk: Buffer): Promise<void> {
    if (!this.started) {
      this.started = true;
      this.compressed = !looksPlain(chunk);
    }
    // Of a plain layer both digests are the same.
    if (this.compressed) this.blob.update(chunk);
    await this.decompressor.write(chunk);
  }

  /** @throws ImageError as `write`, also when something is missing. */
  async end(): Promise<Layer> {
    await this.decompressor.end();
    this.tar.end();
    const diffId = `sha256:${this.plain.digest('hex')}`;
    return {
      root: this.index.root,
      digest: this.compressed ? `sha256:${this.blob.digest('hex')}` : diffId,
      diffId,
      size: this.size,
    };
  }
}

/** Whether the first bytes cannot be those of something compressed: a tar archive begins with a name. */
function looksPlain(chunk: Buffer): boolean {
  return chunk.length >= 4 && chunk[0] !== 0x1f && chunk[0] !== 0x28 && (chunk[0]! & 0xf0) !== 0x50;
}

/** Bytes that tell what a file is. */
const HEAD = 512;
const EMPTY = Buffer.alloc(0);

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** The tree of one layer, as its entries come. */
class LayerIndex implements TarVisitor {
  readonly root = directoryNode(0, true);
  private current: FileNode | undefined;
  private path = '';
  private text: { bytes: Buffer; filled: number } | undefined;
  /** The beginning of a file, until there is enough of it to tell what it is: a piece may be a byte long. */
  private head: Buffer | undefined;
  /** The directory of the entry before: the next one is mostly in it too. */
  private parentPath: string | undefined;
  private parent: FileNode = this.root;

  constructor(private readonly budget: Budget) {}

  entry(entry: TarEntry): void {
    this.budget.takeEntry();
    this.current = undefined;
    this.text = undefined;
    this.path = entry.path;
    const end = entry.path.endsWith('/') ? entry.path.length - 1 : entry.path.length;
    const slash = entry.path.lastIndexOf('/', end - 1);
    const name = entry.path.slice(slash + 1, end);
    // The rare spellings are taken apart.
    const [parent, last] =
      name === '' || name === '.' || name === '..' ? this.place(entry.path) : [this.directory(entry.path.slice(0, slash + 1)), name];
    if (last === undefined) {
      if (entry.kind === 'directory') Object.assign(this.root, ownership(entry), { implied: undefined });
    } else if (last.startsWith(WHITEOUT)) this.whiteout(parent, last);
    else this.add(parent, last, entry);
  }

  data(part: Buffer): void {
    const node = this.current;
    if (!node) return;
    if (this.head) {
      const head = this.head.length > 0 ? Buffer.concat([this.head, part]) : part;
      if (head.length < Math.min(HEAD, node.size)) {
        this.head = Buffer.from(head);
        return;
      }
      this.head = undefined;
      node.content = contentOf(head);
      if (isKept(this.path, head.subarray(0, HEAD), node)) this.keep(node);
      this.take(head);
    } else this.take(part);
  }

  private take(part: Buffer): void {
    if (this.text) this.text.filled += part.copy(this.text.bytes, this.text.filled);
  }

  close(): void {
    if (this.text && this.current) this.current.text = this.text.bytes;
    this.current = undefined;
  }

  private keep(node: FileNode): void {
    if (node.size > this.budget.limits.text) node.withheld = 'size';
    else if (this.budget.takeText(node.size)) this.text = { bytes: Buffer.alloc(node.size), filled: 0 };
    else node.withheld = 'total';
  }

  private add(parent: FileNode, name: string, entry: TarEntry): void {
    const before = parent.children?.get(name);
    if (before?.kind === 'directory' && entry.kind === 'directory') {
      Object.assign(before, ownership(entry), { implied: undefined });
      return;
    }
    const node = entry.kind === 'hardlink' ? this.linked(entry) : nodeOf(entry);
    parent.children ??= new Map();
    parent.children.set(name, node);
    // What was a directory may be none any more.
    if (before) this.parentPath = undefined;
    if (entry.kind === 'file' && entry.size > 0) {
      this.current = node;
      this.head = EMPTY;
    }
  }

  /** Another name of a file of this layer: a layer brings along what it links to. */
  private linked(entry: TarEntry): FileNode {
    const steps = stepsOf(entry.link);
    const found = new FileTree(this.root).find(`/${steps.join('/')}`, { follow: false });
    if (!found || found.node.kind === 'directory') {
      throw new ImageError('image-path', `has a hard link ${JSON.stringify(entry.path)} to what its layer does not have`);
    }
    return { ...found.node };
  }

  private whiteout(parent: FileNode, name: string): void {
    if (name === OPAQUE) parent.opaque = true;
    // `.wh..wh.` is what aufs notes for itself.
    else if (!name.startsWith(`${WHITEOUT}${WHITEOUT}`)) {
      parent.whiteouts ??= new Set();
      parent.whiteouts.add(name.slice(WHITEOUT.length));
    }
  }

  private place(path: string): [FileNode, string | undefined] {
    const steps = stepsOf(path);
    const last = steps.pop();
    return [this.directory(steps.join('/')), last];
  }

  /** The directory at a path of the layer, made where it is missing; links of the layer itself are followed within it. */
  private directory(path: string): FileNode {
    if (path === this.parentPath) return this.parent;
    let node = this.root;
    const steps = stepsOf(path);
    for (const [index, step] of steps.entries()) {
      let next = node.children?.get(step);
      if (next?.kind === 'symlink') next = new FileTree(this.root).find(`/${steps.slice(0, index + 1).join('/')}`)?.node;
      if (next === undefined && !node.children?.has(step)) {
        this.budget.takeEntry();
        next = directoryNode(0, true);
        node.children ??= new Map();
        node.children.set(step, next);
      }
      if (next?.kind !== 'directory') {
        throw new ImageError('image-path', `has a file at ${JSON.stringify(this.path)}, which is below what is no directory`);
      }
      node = next;
    }
    this.parentPath = path;
    this.parent = node;
    return node;
  }
}

function ownership({ mode, uid, gid }: TarEntry): Pick<FileNode, 'mode' | 'uid' | 'gid'> {
  return { mode, uid, gid };
}

function nodeOf(entry: TarEntry): FileNode {
  const { mode, uid, gid, size, link } = entry;
  const kind = entry.kind === 'hardlink' ? 'file' : entry.kind;
  const content: Content = kind === 'file' && size === 0 ? 'empty' : 'other';
  const node: FileNode = { kind, mode, uid, gid, size, link, content, layer: 0 };
  if (entry.capability) node.capability = Buffer.from(entry.capability);
  return node;
}

function contentOf(first: Buffer): Content {
  if (first[0] === 0x23 && first[1] === 0x21) return 'script';
  return first.length >= 4 && first.readUInt32BE(0) === 0x7f454c46 ? 'elf' : 'other';
}
