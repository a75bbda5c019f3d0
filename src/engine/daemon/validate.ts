import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Where packages put the daemon: nothing that `PATH` names is run. */
const PLACES = ['/usr/bin/dockerd', '/usr/sbin/dockerd', '/usr/local/bin/dockerd'];

/** What dockerd says about a configuration. `unknown` = there is no dockerd here, or it is older than 23.0, which cannot be asked. */
export type Validation = { verdict: 'valid' } | { verdict: 'unknown'; reason: string } | { verdict: 'invalid'; reason: string };

/**
 * Lets this machine's dockerd look at a configuration (`dockerd --validate`). No daemon starts.
 *
 * @param text the whole configuration.
 * @param program the daemon to ask, absolute; default where packages put it.
 */
export function validateConfiguration(text: string, program = PLACES.find((place) => existsSync(place))): Validation {
  if (program === undefined) return { verdict: 'unknown', reason: 'there is no dockerd here' };
  const directory = mkdtempSync(path.join(tmpdir(), 'batten-daemon-'));
  try {
    const file = path.join(directory, 'daemon.json');
    writeFileSync(file, text, { mode: 0o600 });
    const { status, stderr, stdout, error } = spawnSync(program, ['--validate', '--config-file', file], {
      encoding: 'utf8',
      timeout: 20_000,
      env: {},
    });
    const said = `${stderr ?? ''}${stdout ?? ''}`.trim();
    if (error) return { verdict: 'unknown', reason: `dockerd cannot be run: ${error.message}` };
    if (/unknown flag: --validate/.test(said))
      return { verdict: 'unknown', reason: 'this dockerd is older than 23.0, which cannot validate' };
    const reason = (said.split('\n').at(-1) ?? '').replaceAll(file, 'the configuration').slice(0, 500);
    return status === 0 ? { verdict: 'valid' } : { verdict: 'invalid', reason };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
