import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ANYWHERE } from '../../src/compose/bounds';
import { MAX_INPUT_BYTES, readInput, readStdin } from '../../src/compose/read';
import { InputError } from '../../src/errors';
import { asNobody, plant, remove, temporaryDirectory, thrownBy } from './temporary';

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => remove(directory));

const read = (name: string) => readInput(join(directory, name), name, ANYWHERE);

function failure(name: string): InputError {
  const error = thrownBy(() => read(name));
  expect(error).toBeInstanceOf(InputError);
  expect(error).toMatchObject({ file: name, exitCode: 2, hint: expect.stringMatching(/./) });
  return error as InputError;
}

test('gives text and mode, with BOM and line endings as they are', () => {
  plant(directory, { 'a.yml': '\uFEFFa: ü\r\nb: 😀' });
  chmodSync(join(directory, 'a.yml'), 0o640);
  expect(read('a.yml')).toEqual({ text: '\uFEFFa: ü\r\nb: 😀', mode: 0o640 });
});

test('an empty file is empty text', () => {
  plant(directory, { 'a.yml': '' });
  expect(read('a.yml').text).toBe('');
});

test('follows a symbolic link', () => {
  plant(directory, { 'a.yml': 'a: 1\n' });
  symlinkSync('a.yml', join(directory, 'link.yml'));
  expect(read('link.yml').text).toBe('a: 1\n');
});

test('names what is not there or cannot be read', () => {
  mkdirSync(join(directory, 'sub'));
  plant(directory, { 'secret.yml': 'a: 1', file: '' });
  chmodSync(join(directory, 'secret.yml'), 0);
  symlinkSync('loop.yml', join(directory, 'loop.yml'));
  expect(failure('none.yml').code).toBe('not-found');
  expect(failure('file/a.yml').code).toBe('not-found');
  expect(failure('sub').code).toBe('is-directory');
  expect(failure('loop.yml').code).toBe('unreadable');
  expect(asNobody(() => failure('secret.yml')).code).toBe('unreadable');
});

test('a FIFO and a device are refused, at once', () => {
  execFileSync('mkfifo', [join(directory, 'pipe.yml')]);
  expect(failure('pipe.yml').code).toBe('not-a-file');
  expect(thrownBy(() => readInput('/dev/zero', 'zero', ANYWHERE))).toMatchObject({ code: 'not-a-file' });
});

test('the limit is exact', () => {
  plant(directory, { 'fits.yml': Buffer.alloc(MAX_INPUT_BYTES, 'a'), 'big.yml': Buffer.alloc(MAX_INPUT_BYTES + 1, 'a') });
  expect(read('fits.yml').text).toHaveLength(MAX_INPUT_BYTES);
  expect(failure('big.yml').code).toBe('too-large');
});

test('a file of the kernel is none, whatever it says it is', () => {
  // Regular files of size 0, whose text is made up when they are read.
  symlinkSync('/proc/self/status', join(directory, 'status.yml'));
  expect(failure('status.yml').code).toBe('not-a-file');
  expect(thrownBy(() => readInput('/sys/kernel/uevent_seqnum', 'sys', ANYWHERE))).toMatchObject({ code: 'not-a-file' });
});

test('only UTF-8 text is read', () => {
  plant(directory, {
    'latin1.yml': Buffer.from('a: \xfc', 'latin1'),
    'utf16.yml': Buffer.from('\uFEFFa: 1', 'utf16le'),
    'nul.yml': 'a: 1\nb: \0x',
  });
  expect(failure('latin1.yml')).toMatchObject({ code: 'not-utf8', hint: 'save it as UTF-8' });
  expect(failure('utf16.yml')).toMatchObject({ code: 'not-utf8', hint: expect.stringContaining('UTF-16') });
  expect(failure('nul.yml')).toMatchObject({ code: 'not-text', location: 'nul.yml:2:4' });
});

describe('readStdin', () => {
  test('joins chunks, also inside a character', async () => {
    const bytes = Buffer.from('a: ü\r\n');
    expect(await readStdin(Readable.from([bytes.subarray(0, 4), bytes.subarray(4)]))).toEqual({ text: 'a: ü\r\n' });
    expect(await readStdin(Readable.from(['a: ', '1']))).toEqual({ text: 'a: 1' });
    expect(await readStdin(Readable.from([]))).toEqual({ text: '' });
  });

  test('stops reading at the limit', async () => {
    let given = 0;
    async function* endless() {
      for (;;) {
        given += 1024 * 1024;
        yield Buffer.alloc(1024 * 1024, 'a');
      }
    }
    await expect(readStdin(endless())).rejects.toMatchObject({ code: 'too-large', file: '<stdin>' });
    expect(given).toBe(MAX_INPUT_BYTES + 1024 * 1024);
  });

  test('refuses what is not UTF-8', async () => {
    await expect(readStdin(Readable.from([Buffer.from([0x61, 0xff])]))).rejects.toMatchObject({ code: 'not-utf8' });
  });
});
