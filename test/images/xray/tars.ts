import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** One entry of an archive that a test writes. What is left out is what a plain file of root has. */
export interface Entry {
  path: string;
  type?: '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | 'x' | 'g' | 'L' | 'K' | 'S' | '\0';
  mode?: number;
  uid?: number;
  gid?: number;
  link?: string;
  body?: string | Buffer;
  /** What the header says, when it lies. */
  size?: number;
  /** Records of a PAX header before it. */
  pax?: Record<string, string | Buffer>;
  format?: 'ustar' | 'gnu' | 'v7';
}

export const file = (path: string, body = '', more: Partial<Entry> = {}): Entry => ({ path, body, ...more });
export const script = (path: string, body: string, more: Partial<Entry> = {}): Entry => ({ path, body, mode: 0o755, ...more });
export const directory = (path: string, more: Partial<Entry> = {}): Entry => ({ path: `${path}/`, type: '5', mode: 0o755, ...more });
export const link = (path: string, to: string): Entry => ({ path, type: '2', link: to, mode: 0o777 });
export const hardlink = (path: string, to: string): Entry => ({ path, type: '1', link: to });
/** A program: what begins like one. */
export const program = (path: string, more: Partial<Entry> = {}): Entry => ({ path, body: ELF, mode: 0o755, ...more });

export const ELF = Buffer.from('\x7fELF\x02\x01\x01\0\0\0\0\0', 'latin1');

/** `security.capability` of version 2: names by their numbers. */
export function capability(
  permitted: readonly number[],
  { effective = true, rootid }: { effective?: boolean; rootid?: number } = {},
): Buffer {
  const bytes = Buffer.alloc(rootid === undefined ? 20 : 24);
  bytes.writeUInt32LE(((rootid === undefined ? 2 : 3) << 24) | (effective ? 1 : 0), 0);
  for (const number of permitted) {
    const at = number < 32 ? 4 : 12;
    bytes.writeUInt32LE((bytes.readUInt32LE(at) | (1 << (number % 32))) >>> 0, at);
  }
  if (rootid !== undefined) bytes.writeUInt32LE(rootid, 20);
  return bytes;
}

/** An archive with these entries, and the two blocks at its end. */
export function tar(entries: readonly Entry[]): Buffer {
  return Buffer.concat([...entries.flatMap(blocksOf), Buffer.alloc(1024)]);
}

export function blocksOf(entry: Entry): Buffer[] {
  const body = Buffer.from(entry.body ?? '');
  const out: Buffer[] = [];
  const pax: Record<string, string | Buffer> = { ...entry.pax };
  const linked = entry.link ?? '';
  if (Buffer.byteLength(entry.path) > 100) pax.path ??= entry.path;
  if (Buffer.byteLength(linked) > 100) pax.linkpath ??= linked;
  if (Object.keys(pax).length > 0) {
    const records = Buffer.concat(Object.entries(pax).map(([key, value]) => paxRecord(key, value)));
    out.push(header({ path: 'PaxHeaders/x', type: 'x' }, records.length), padded(records));
  }
  out.push(header(entry, entry.size ?? body.length), padded(body));
  return out;
}

/** `LENGTH KEY=VALUE\n`, the length counting itself. */
export function paxRecord(key: string, value: string | Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function padded(body: Buffer): Buffer {
  return Buffer.concat([body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

function header({ path, type = '0', mode = 0o644, uid = 0, gid = 0, link: to = '', format = 'ustar' }: Entry, size: number): Buffer {
  const block = Buffer.alloc(512);
  block.write(path, 0, 100);
  numeric(block, 100, 8, mode);
  numeric(block, 108, 8, uid);
  numeric(block, 116, 8, gid);
  numeric(block, 124, 12, size);
  numeric(block, 136, 12, 0);
  block.write(type, 156, 1, 'latin1');
  block.write(to, 157, 100);
  if (format === 'ustar') block.write('ustar\x0000', 257, 8, 'latin1');
  if (format === 'gnu') block.write('ustar  \0', 257, 8, 'latin1');
  return sealed(block);
}

/** Octal where it fits, else GNU's binary form. */
function numeric(block: Buffer, at: number, length: number, value: number): void {
  const octal = value.toString(8);
  if (octal.length < length) {
    block.write(octal.padStart(length - 1, '0'), at, 'latin1');
    return;
  }
  block[at] = 0x80;
  for (let index = at + length - 1, rest = value; index > at; index--, rest = Math.floor(rest / 256)) block[index] = rest % 256;
}

/** With its check sum. */
export function sealed(block: Buffer): Buffer {
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

export const sha256 = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** An image that a test makes: layers from the bottom to the top, and what its configuration says. */
export interface TestImage {
  config: Buffer;
  layers: Buffer[];
}

export function image(
  layers: readonly (readonly Entry[])[],
  config: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
): TestImage {
  const archives = layers.map((entries) => tar(entries));
  const data = {
    architecture: 'amd64',
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: archives.map(sha256) },
    ...more,
  };
  return { config: Buffer.from(JSON.stringify(data)), layers: archives };
}

/** As `docker save` has long written it. */
export function savedEntries({ config, layers }: TestImage, names: readonly string[] = ['acme/api:1']): Entry[] {
  const configPath = `${sha256(config).slice(7)}.json`;
  const paths = layers.map((layer, index) => `${sha256(layer).slice(7, 19)}${index}/layer.tar`);
  const manifest = [{ Config: configPath, RepoTags: names, Layers: paths }];
  return [
    ...layers.flatMap((layer, index): Entry[] => [
      { path: `${paths[index]!.replace('/layer.tar', '')}/`, type: '5', mode: 0o755 },
      { path: paths[index]!.replace('layer.tar', 'VERSION'), body: '1.0' },
      { path: paths[index]!, body: layer },
    ]),
    { path: configPath, body: config },
    { path: 'manifest.json', body: JSON.stringify(manifest) },
    { path: 'repositories', body: '{}' },
  ];
}

export const saved = (made: TestImage, names?: readonly string[]): Buffer => tar(savedEntries(made, names));

/** How layers are compressed in a layout. */
export type Compress = (layer: Buffer) => Buffer;
export const gzip: Compress = (layer) => gzipSync(layer);

/** The files of an image layout. */
export function layoutFiles(
  made: TestImage,
  { compress = (layer) => layer, names = ['acme/api:1'] }: { compress?: Compress; names?: string[] } = {},
): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const blob = (bytes: Buffer, mediaType: string) => {
    const digest = sha256(bytes);
    files.set(`blobs/${digest.replace(':', '/')}`, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const layers = made.layers.map((layer) => blob(compress(layer), 'application/vnd.oci.image.layer.v1.tar+gzip'));
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: blob(made.config, 'application/vnd.oci.image.config.v1+json'),
    layers,
  };
  const described = blob(Buffer.from(JSON.stringify(manifest)), 'application/vnd.oci.image.manifest.v1+json');
  const named = names.map((name) => ({ ...described, annotations: { 'org.opencontainers.image.ref.name': name } }));
  files.set('index.json', Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: names.length === 0 ? [described] : named })));
  files.set('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
  return files;
}

export function layoutArchive(made: TestImage, options?: { compress?: Compress; names?: string[] }): Buffer {
  return tar([...layoutFiles(made, options)].map(([path, body]) => ({ path, body })));
}

/** The bytes in pieces of this many. */
export async function* pieces(bytes: Buffer, size = 64 * 1024): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** What the process has worked since then, on all its threads: unlike a clock it does not count what others on the machine do. */
export function cpuMilliseconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}
