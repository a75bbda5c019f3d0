/** What a command wrote, each stream by itself. */
export interface Streams {
  out: Buffer;
  err: Buffer;
}

/** One frame of a stream that carries standard output and standard error: a byte for the stream, three of nothing, four of length. */
function* frames(bytes: Buffer): Generator<{ stream: number; content: Buffer } | undefined> {
  let at = 0;
  while (at + 8 <= bytes.length) {
    if (bytes[at]! > 2 || bytes[at + 1] !== 0) {
      yield undefined;
      return;
    }
    const end = at + 8 + bytes.readUInt32BE(at + 4);
    yield { stream: bytes[at]!, content: bytes.subarray(at + 8, end) };
    at = end;
  }
}

/**
 * The text of a stream that carries standard output and standard error in frames, as they came.
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
export function demultiplex(bytes: Buffer): string {
  const out: Buffer[] = [];
  for (const frame of frames(bytes)) {
    if (!frame) return bytes.toString('utf8');
    out.push(frame.content);
  }
  return Buffer.concat(out).toString('utf8');
}

/** The same, each stream by itself, as bytes. */
export function separate(bytes: Buffer): Streams {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  for (const frame of frames(bytes)) if (frame) (frame.stream === 2 ? err : out).push(frame.content);
  return { out: Buffer.concat(out), err: Buffer.concat(err) };
}
