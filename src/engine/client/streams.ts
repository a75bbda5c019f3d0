/**
 * The text of a stream that carries standard output and standard error in frames: a byte for the stream, three of nothing, four of length.
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
export function demultiplex(bytes: Buffer): string {
  const out: Buffer[] = [];
  let at = 0;
  while (at + 8 <= bytes.length) {
    if (bytes[at]! > 2 || bytes[at + 1] !== 0) return bytes.toString('utf8');
    const end = at + 8 + bytes.readUInt32BE(at + 4);
    out.push(bytes.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(out).toString('utf8');
}
