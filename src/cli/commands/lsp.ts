import { UsageError } from '../../errors';
import type { Context } from '../context';
import { protocolStreams } from '../host';

/**
 * `batten lsp`: a language server on standard input and output. It ends with its client.
 *
 * @throws UsageError for a person at a terminal, who would wait for ever.
 */
export async function lsp({ host, proofKey }: Context): Promise<number> {
  if (host.stdin.isTTY) {
    throw new UsageError('lsp is for an editor, which speaks to it on standard input', {
      hint: 'docs/editors.md has the set-up for yours',
    });
  }
  const { serve } = require('../../lsp') as typeof import('../../lsp');
  serve({ ...protocolStreams(), version: host.version, today: host.today, proofKey: proofKey.get() });
  return new Promise(() => undefined);
}
