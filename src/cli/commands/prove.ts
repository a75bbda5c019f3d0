import { dirname, relative, resolve } from 'node:path';
import { namedOutput, Repository } from '../../compose/bounds';
import { readIfThere } from '../../compose/read';
import { writeFileAtomic } from '../../compose/write';
import type { ProveReport } from '../../engine/prove/report';
import { PROOF_FILE } from '../../harden/proof';
import { createColors } from '../../report/colors';
import { plural } from '../../report/summary';
import { json } from '../../report/text/json';
import { type Shown, say } from '../../report/text/screen';
import type { Text } from '../../report/text/text';
import { type Context, prepare } from '../context';
import { EXIT } from '../exit-codes';
import { commandLine } from '../messages';
import { loadEngine, ours, type Proven, proveAll } from '../trial';

/**
 * `batten prove`: the project as it is and hardened, run on the person's Engine. The Compose file stays as it is; what was found is kept in
 * `.batten/proof.json`, which `fix` and `check` take into account.
 */
export async function prove(context: Context, paths: readonly string[]): Promise<number> {
  const { options } = context;
  if (options.cleanup) return cleanUp(context);
  const { batten, opened, run } = await prepare(context, paths);
  const proven = await proveAll(context, batten, opened, run);
  write(context, reportText(context, proven, paths));
  return proven.every(({ proof }) => proof.report.works) ? EXIT.ok : EXIT.unproven;
}

async function cleanUp({ host, options, out }: Context): Promise<number> {
  const engine = loadEngine();
  try {
    const { containers, networks, volumes, images, folders, traces, left } = await engine.cleanUp(await engine.Engine.connect(host.env));
    if (options.format === 'json') out.print(json({ containers, networks, volumes, images, folders, traces, left }));
    else {
      const removed = [
        [containers, 'container'],
        [networks, 'network'],
        [volumes, 'volume'],
        [images, 'image'],
        [folders, 'folder'],
        [traces, 'kernel trace'],
      ] as const;
      const some = removed.filter(([count]) => count > 0).map(([count, what]) => plural(count, what));
      out.print(some.length > 0 ? say`removed ${some.join(', ')}\n` : say`no trial has left anything\n`);
      for (const text of left) out.print(say`left: ${text}\n`);
    }
    return EXIT.ok;
  } catch (error) {
    throw ours(error);
  }
}

function reportText(context: Context, proven: readonly Proven[], paths: readonly string[]): Text {
  const { options, host, out } = context;
  if (options.format === 'json') {
    const proofs = proven.map(({ opened, proof }) => ({ path: opened.path, ...proof.report }));
    return json({ version: 1, tool: { name: 'batten', version: host.version }, proofs }, 2);
  }
  // For people files are called as they called them, so that several projects can be told apart.
  const reports = proven.map(({ opened: { path, input }, proof: { report } }) => ({
    ...report,
    files: [path, ...(input!.overrides ?? []).map((file) => file.path)],
  }));
  if (options.format === 'markdown') {
    return (require('../../report/prove-markdown') as typeof import('../../report/prove-markdown')).markdownProof(reports);
  }
  if (options.format === 'html') {
    const { htmlProof } = require('../../report/prove-html') as typeof import('../../report/prove-html');
    const { screenDiff } = require('../../report/diff') as typeof import('../../report/diff');
    const changed = proven.flatMap(({ opened, texts }) =>
      [...texts].flatMap(([file, { text: after, secret }]) => {
        if (secret) return [];
        const path = relative(host.cwd, file);
        const before = readIfThere(file, path, file === opened.absolute ? opened.bounds : Repository.of(dirname(opened.absolute)));
        return [{ path, diff: screenDiff({ path, before, after }, createColors(false)) }];
      }),
    );
    return htmlProof(reports, changed);
  }
  const { prettyProof } = require('../../report/prove') as typeof import('../../report/prove');
  if (options.quiet) return say``;
  const look = { colors: out.colors, width: out.width, verbose: options.verbose };
  const shown = reports.map((report) => prettyProof(report, look));
  return say`${say.join(shown, '\n')}${nextStep(reports, paths)}`;
}

/** What is left to do with a proof that has something to apply. */
function nextStep(reports: readonly ProveReport[], paths: readonly string[]): Shown {
  const applies = reports.some(({ services }) =>
    services.some(({ changes }) => changes.some(({ outcome }) => outcome === 'proven' || outcome === 'relaxed' || outcome === 'ran')),
  );
  return applies ? say`\nnext: ${commandLine('batten fix --yes', paths)}; what ran is kept in ${PROOF_FILE}\n` : say``;
}

function write({ host, options, out }: Context, made: Text): void {
  if (options.output === undefined) out.print(made);
  else writeFileAtomic(resolve(host.cwd, options.output), made.text, { within: namedOutput(host.cwd), shown: options.output });
}
