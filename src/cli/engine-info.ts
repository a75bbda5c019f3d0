import { BattenError } from '../errors';
import type { EngineInfo } from '../host';
import type { Context } from './context';

/** What the Engine of this machine says of itself, or why it was not asked. */
export async function engineInfo({ host }: Context): Promise<{ info: EngineInfo } | { reason: string }> {
  const { Engine } = require('../engine') as typeof import('../engine');
  const { ours } = require('./trial') as typeof import('./trial');
  try {
    const engine = await Engine.connect(host.env);
    if (!engine.sharesKernel) return { reason: `the Engine at ${engine.facts.address} is on another machine: run batten there` };
    return { info: await engine.client.get<EngineInfo>('/info') };
  } catch (thrown) {
    const error = ours(thrown);
    if (error instanceof BattenError) return { reason: error.message };
    throw thrown;
  }
}
