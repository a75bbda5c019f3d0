import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What Compose itself says that a project comes to, in one form: the order of lists does not count. Undefined with what it says when it refuses it. */
export async function composeConfig(
  binary: string,
  texts: Readonly<Record<string, string>>,
): Promise<{ config?: string; refused?: string }> {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'batten-oracle-')));
  try {
    for (const [file, text] of Object.entries(texts)) {
      mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
      writeFileSync(path.join(directory, file), text);
    }
    const { code, out, err } = await run(binary, ['--profile', '*', '-p', 'seeded', 'config', '--format', 'json'], directory);
    if (code !== 0) return { refused: err };
    return { config: JSON.stringify(canonical(JSON.parse(out.replaceAll(directory, '/project')))) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function run(binary: string, words: readonly string[], cwd: string): Promise<{ code: number | null; out: string; err: string }> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((resolve) => {
    const child = spawn(binary, words, { cwd, env: { PATH, HOME } });
    let [out, err] = ['', ''];
    child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

function canonical(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(canonical).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (data === null || typeof data !== 'object') return data;
  const entries = Object.entries(data).filter(([key]) => !key.startsWith('x-'));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, canonical(value)]));
}
