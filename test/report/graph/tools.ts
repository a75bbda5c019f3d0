import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The programs that read what is drawn. A test whose program is missing is skipped, and says so. */
export const CHROMIUM = first(['chromium', 'chromium-browser', 'google-chrome']);
export const DOT = first(['dot']);
export const NWDIAG = first(['nwdiag3', 'nwdiag']);
/** Mermaid's own bundle for browsers, dist/mermaid.min.js of its npm package. */
export const MERMAID = process.env.BATTEN_MERMAID && existsSync(process.env.BATTEN_MERMAID) ? process.env.BATTEN_MERMAID : undefined;

function first(names: readonly string[]): string | undefined {
  return names.find((name) => spawnSync(name, ['--version']).error === undefined);
}

export function testWith(tool: string | undefined, name: string, body: () => void, timeout?: number): void {
  if (tool !== undefined) return void test(name, body, timeout);
  process.stderr.write(`  skipped: ${name} (there is no such program here)\n`);
  test.skip(name, body);
}

/** Runs a program with a text on its standard input. Throws with what it says when it fails. */
export function run(program: string, args: readonly string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync(program, [...args], { input, encoding: 'utf8', maxBuffer: 1 << 26, timeout: 60_000 });
  if (error || status !== 0) throw error ?? new Error(`${program} ${args.join(' ')}: ${status}\n${stderr}`);
  return stdout;
}

/** Without a sandbox, which needs what containers do not have; without a network, so that a page that loads something shows it. */
export function browser(args: readonly string[]): string {
  const quiet = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--host-resolver-rules=MAP * ~NOTFOUND'];
  return run(CHROMIUM!, [...quiet, ...args]);
}
