import { cleanContainerPath } from '../../../compose/container-path';
import type { Place } from '../facts';
import { type Analysis, type Identity, pathFacts } from './analysis';
import { type FileTest, fixed, type Outcome, unknownOutcome } from './condition';
import type { State } from './state';
import type { Value } from './value';

/** Where programs are: nobody mounts something there to be looked for. */
const PROGRAMS = /^\/(?:usr\/(?:local\/)?)?s?bin\/|^\/usr\/lib\//;

/** How a test of a file comes out: by what the image has there, which a service may cover with a mount. */
export function fileOutcome(
  { analysis, state, who, at }: { analysis: Analysis; state: State; who: Identity; at: Place },
  value: Value,
  test: FileTest,
): Outcome {
  const facts = pathFacts(value, state.cwd, value.text ?? '', cleanContainerPath);
  const { path } = facts;
  if (path === undefined) return unknownOutcome(`test of a file`, value.from);
  if (/^\/(?:proc|sys|dev)(?:\/|$)/.test(path)) return path.startsWith('/dev/') ? fixed(true) : unknownOutcome(`test of ${path}`);
  const holds = tested(analysis, path, test, who);
  if (PROGRAMS.test(path) && value.from.length === 0 && holds !== undefined) return fixed(holds);
  analysis.record({ do: 'look', by: 'test', ...facts }, at, state, who);
  return { holds, fixed: false, condition: { if: 'file', path, is: test } };
}

function tested({ files }: Analysis, path: string, test: FileTest, { uid, gid }: Identity): boolean | undefined {
  const found = files.find(path, { follow: test !== 'link' });
  if (!found) return false;
  const { node } = found;
  switch (test) {
    case 'there':
      return true;
    case 'file':
      return node.kind === 'file';
    case 'directory':
      return node.kind === 'directory';
    case 'link':
      return node.kind === 'symlink';
    case 'filled':
      return node.kind === 'directory' || node.size > 0;
    case 'readable':
      return allowed(node, uid, gid, 4);
    case 'writable':
      return allowed(node, uid, gid, 2);
    case 'executable':
      return uid === 0 ? node.kind === 'directory' || (node.mode & 0o111) !== 0 : allowed(node, uid, gid, 1);
    default:
      return undefined;
  }
}

/** Whether a user may do something (4 read, 2 write, 1 execute), as far as the mode says: supplementary groups are not looked at. */
export function allowed(
  node: { mode: number; uid: number; gid: number },
  uid: number | undefined,
  gid: number | undefined,
  what: number,
): boolean | undefined {
  if (uid === 0) return true;
  if (uid === undefined) return undefined;
  const shift = node.uid === uid ? 6 : node.gid === gid ? 3 : 0;
  return ((node.mode >> shift) & what) !== 0;
}
