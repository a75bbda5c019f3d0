import path from 'node:path';
import { batten } from '../../src';
import type { FixSession } from '../../src/harden/api';
import type { Finding } from '../../src/harden/types';
import { batten as command, project, read, removeProjects } from '../cli/run';
import { Client } from './client';
import { composeFiles, FULL } from './files';

/*
 * What an action does is what the command line does: all of a file as `fix --yes`, one finding and one transform as the answers `y` and `a` at the
 * prompt with every other change skipped. Compared as bytes.
 */

const FILES = composeFiles(FULL ? 200 : 3);
let client: Client;
beforeAll(async () => {
  client = await Client.start();
});
afterAll(async () => {
  expect(await client.stop()).toBe(0);
  removeProjects();
});

/** What becomes of a file when a person applies what is wanted and skips all else. */
function prompted(directory: string, text: string, wanted: (finding: Finding) => boolean): string {
  const session: FixSession = batten.session({ path: 'compose.yaml', text, directory }, { sideFiles: 'patch' });
  for (let question = session.current(); question; question = session.current()) {
    session.answer({ kind: wanted(question.finding) ? 'apply' : 'skip' });
  }
  return session.finish()[0]!.after;
}

test('there are files', () => {
  expect(FILES.length).toBe(FULL ? 200 : 3);
});

test.each(FILES.map((text, index) => [index, text] as const))(
  'file %i: edits are those of fix, byte for byte',
  async (_, text) => {
    const cwd = project({ 'compose.yaml': text });
    const uri = await client.open(path.join(cwd, 'compose.yaml'), text);
    const diagnostics = await client.settled(uri, FULL ? 120_000 : undefined);
    const actions = await client.actions(uri);
    const harden = actions.find(({ title }) => title.startsWith('Harden'));
    const kept = new Set<string>();
    for (const action of actions) {
      if (action === harden || !action.title.startsWith('Apply')) continue;
      const { data } = action.diagnostics![0]!;
      const isAll = action.title.startsWith('Apply all');
      // One of each kind for each transform: they are many.
      if (kept.has(`${data.transform} ${isAll}`) || (!FULL && kept.size >= 6)) continue;
      kept.add(`${data.transform} ${isAll}`);
      const resolved = await client.resolve(action).catch((error: Error) => error);
      const order = ['guess', 'generic', 'known', 'proven'];
      const wanted = (finding: Finding): boolean =>
        isAll
          ? finding.transform === data.transform && order.indexOf(finding.confidence) >= order.indexOf(data.confidence)
          : finding.identity === data.identity;
      const expected = prompted(cwd, text, wanted);
      if (resolved instanceof Error) expect([resolved.message, expected]).toEqual([expect.any(String), text]);
      else expect([action.title, client.edited(uri, resolved.edit)]).toEqual([action.title, expected]);
    }
    const edit = harden && (await client.resolve(harden)).edit;
    const fixed = command(['fix', '--yes', 'compose.yaml'], { cwd });
    // A file that cannot be understood is left alone by both.
    expect(client.edited(uri, edit)).toBe(read(cwd));
    if (fixed.code === 2) expect(diagnostics).toMatchObject([{ severity: 1 }]);
    await client.close(uri);
  },
  FULL ? 600_000 : 60_000,
);
