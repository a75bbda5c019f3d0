import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Repository } from '../../compose/bounds';
import { writeFileAtomic } from '../../compose/write';
import { InputError, UsageError } from '../../errors';
import { CONFIG_NAMES } from '../../harden/config/nearest';
import { starterConfig } from '../../report/starter-config';
import { say } from '../../report/text/screen';
import { type Context, runInput } from '../context';
import { openInputs } from '../inputs';

/** `batten init`: writes a commented configuration from what it sees here. Replaces one only with `--force`. */
export async function init(context: Context): Promise<number> {
  const { host, options } = context;
  const there = CONFIG_NAMES.find((name) => existsSync(join(host.cwd, name)));
  if (there !== undefined && !options.force) {
    throw new UsageError('there is a configuration already', { file: there, hint: 'change it, or replace it with --force' });
  }
  const batten = host.batten();
  const results = (await found(context)).flatMap((each) => runInput(batten, each, {}));
  const name = there ?? CONFIG_NAMES[0];
  writeFileAtomic(join(host.cwd, name), starterConfig(results, batten.transforms()), { within: Repository.of(host.cwd), shown: name });
  context.err.print(say`Wrote ${name}\n`);
  return 0;
}

/** What Compose would load here, else what a search finds; a configuration may also come before the first Compose file. */
async function found({ host }: Context) {
  for (const paths of [[], ['.']]) {
    try {
      const opened = await openInputs(host, paths);
      if (opened.some(({ input }) => input)) return opened;
    } catch (error) {
      if (!(error instanceof InputError && error.code === 'no-compose-file')) throw error;
    }
  }
  return [];
}
