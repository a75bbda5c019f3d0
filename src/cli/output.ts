import { fstatSync, writeSync } from 'node:fs';
import type { Output } from './host';

/**
 * Standard output or error. Node's streams take longer to load than batten takes to write: a file or a pipe is written to directly, as
 * Node's own streams do on these systems. Everything else is left to them: terminals, Windows, and a pipe that is full and must not be
 * waited for.
 *
 * @param stream Node's own.
 */
export function processOutput(fd: 1 | 2, stream: () => NodeJS.WriteStream): Output {
  return process.platform === 'win32' || fstatSync(fd).isCharacterDevice()
    ? quietAfterEpipe(stream())
    : directOutput(
        (bytes) => writeSync(fd, bytes),
        () => quietAfterEpipe(stream()),
      );
}

/** @param write writes some of the bytes, and says how many; throws as the file system does. */
export function directOutput(write: (bytes: Uint8Array) => number, stream: () => Output): Output {
  let rest: Output | undefined;
  return {
    write(text) {
      // What the stream holds back goes first.
      if (rest) return rest.write(text);
      let bytes: Uint8Array = Buffer.from(text);
      try {
        while (bytes.length > 0) bytes = bytes.subarray(write(bytes));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EPIPE') return false;
        if (code !== 'EAGAIN') throw error;
        rest = stream();
        return rest.write(bytes);
      }
      return true;
    },
  };
}

/** `batten list | head -1` closes the pipe early: that is no error, and nobody reads the rest. */
function quietAfterEpipe(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return stream;
}
