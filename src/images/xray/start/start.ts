import type { Accounts } from '../accounts';
import type { ImageConfigFacts, Place, StartFacts } from '../facts';
import type { FileTree } from '../file-tree';
import { Analysis, type Identity, type SourceText } from './analysis';
import type { Argument } from './call';
import { run } from './run';
import { imageVariable, State } from './state';
import { COMMAND, known, type Value } from './value';

/** An image, as far as its start goes. */
export interface StartInput {
  config: Pick<ImageConfigFacts, 'entrypoint' | 'command' | 'environment' | 'workdir'>;
  files: FileTree;
  accounts: Accounts;
  layers: readonly { digest: string }[];
  /** Where the configuration itself is: evidence for what no file says. */
  at: Place;
}

/** The environment the Engine makes: what the image sets, PATH and the home of the user. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Follows what happens when an image starts as it is, as a user: from the first program through everything that runs, as far as it can be
 * followed. What is done under conditions is found too, each step with its own. Never throws for anything an image may hold.
 */
export function followStart(
  { config, files, accounts, layers, at }: StartInput,
  { uid, gid }: { uid?: number; gid?: number },
): { facts: StartFacts; texts: SourceText[] } {
  const analysis = new Analysis(files, accounts, layers);
  const who: Identity = { uid, gid, from: [] };
  const words: Argument[] = [
    ...config.entrypoint.map((text): Argument => ({ value: known(text), written: text })),
    ...config.command.map(
      (text, index): Argument => ({ value: commandWord(text, config.entrypoint.length > 0 ? index : index - 1), written: text }),
    ),
  ];
  const state = new State(new Map(), undefined, known(config.workdir), []);
  for (const each of [`PATH=${PATH}`, `HOME=${accounts.user(uid ?? 0)?.home || '/'}`, ...config.environment]) {
    const equals = each.indexOf('=');
    if (equals > 0) state.restore(each.slice(0, equals), imageVariable(each.slice(0, equals), each.slice(equals + 1)));
  }
  if (words.length > 0) {
    run({ analysis, state, who, at, words, replaces: true, background: false });
  }
  return { facts: analysis.result(who, [...config.entrypoint, ...config.command]), texts: analysis.texts };
}

/** A word of the command, which a service may replace: `$1` is the first behind the entrypoint. */
function commandWord(text: string, index: number): Value {
  return { ...known(text, [COMMAND]), ...(index >= 0 && { source: { argument: index + 1 } }) };
}
