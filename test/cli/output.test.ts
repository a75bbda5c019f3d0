import { spawnSync } from 'node:child_process';
import { directOutput } from '../../src/cli/output';
import { MAIN, project, removeProjects, scrubbedEnv } from './run';

afterEach(removeProjects);

function failing(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** An output that takes as many bytes at a time as said, then fails. */
function limited(sizes: number[], code: string) {
  const direct: Uint8Array[] = [];
  const streamed: Uint8Array[] = [];
  const output = directOutput(
    (bytes) => {
      const size = sizes.shift();
      if (size === undefined) throw failing(code);
      direct.push(bytes.subarray(0, size));
      return Math.min(size, bytes.length);
    },
    () => ({ write: (text) => streamed.push(Buffer.from(text)) }),
  );
  const text = (chunks: Uint8Array[]): string => Buffer.concat(chunks).toString();
  return { output, direct: () => text(direct), streamed: () => text(streamed) };
}

test('what is written in parts arrives whole', () => {
  const { output, direct } = limited([2, 3, 100], 'EIO');
  output.write('grüße\n');
  expect(direct()).toBe('grüße\n');
});

test('what a full pipe does not take goes to the stream, and so does all that follows', () => {
  const { output, direct, streamed } = limited([3], 'EAGAIN');
  output.write('abcdef');
  output.write('ghi');
  expect([direct(), streamed()]).toEqual(['abc', 'defghi']);
});

test('a pipe that nobody reads is no error; any other trouble is', () => {
  expect(() => limited([], 'EPIPE').output.write('abc')).not.toThrow();
  expect(() => limited([], 'EIO').output.write('abc')).toThrow('EIO');
});

test('a pipe that must not be waited for loses nothing', () => {
  const services = Array.from({ length: 80 }, (_, index) => `  s${index}:\n    image: nginx\n`).join('');
  const cwd = project({ 'compose.yaml': `services:\n${services}` });
  const words = [MAIN, 'check', '--format', 'json'];
  const whole = spawnSync(process.execPath, words, { cwd, env: scrubbedEnv(), maxBuffer: 1e8 }).stdout;
  expect(whole.length).toBeGreaterThan(100_000);
  const unblocked = `perl -MFcntl -e 'fcntl(STDOUT, F_SETFL, O_WRONLY | O_NONBLOCK); exec @ARGV' "$0" "$@" | (sleep 1; cat)`;
  const slow = spawnSync('sh', ['-c', unblocked, process.execPath, ...words], { cwd, env: scrubbedEnv(), maxBuffer: 1e8 });
  expect(slow.stdout.equals(whole)).toBe(true);
});
