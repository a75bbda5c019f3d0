import { trimEndOf } from '../../trim';
import type { ImageConfigFacts, ProgramFacts } from './facts';
import type { FileNode, FileTree } from './file-tree';
import { serverNamed } from './start/servers';

/** Programs that a health check may use, and shells. */
const TOOLS = [
  'bash',
  'busybox',
  'cqlsh',
  'curl',
  'gosu',
  'mariadb-admin',
  'mongosh',
  'mysqladmin',
  'nc',
  'node',
  'perl',
  'pg_isready',
  'php',
  'python',
  'python3',
  'rabbitmq-diagnostics',
  'redis-cli',
  'ruby',
  'setpriv',
  'sh',
  'su-exec',
  'sudo',
  'tini',
  'valkey-cli',
  'wget',
];

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The tools that are found by their names, in the PATH of the image. */
export function toolsIn(
  files: FileTree,
  layerOf: (node: FileNode) => string,
  { environment }: Pick<ImageConfigFacts, 'environment'>,
): ProgramFacts[] {
  const own = environment.find((each) => each.startsWith('PATH='))?.slice(5);
  const directories = (own || PATH)
    .split(':')
    .filter((each) => each.startsWith('/'))
    .slice(0, 64);
  return TOOLS.flatMap((name) => {
    for (const directory of directories) {
      const found = programAt(`${trimEndOf(directory, '/')}/${name}`, name, files, layerOf);
      if (found) return [found];
    }
    return [];
  });
}

/** Where servers and interpreters are beside the usual places. */
const ELSEWHERE = [
  '/usr/lib/postgresql/*/bin',
  '/usr/local/*/bin',
  '/usr/local/*/sbin',
  '/opt/*/bin',
  '/opt/*/*/bin',
  '/usr/lib/jvm/*/bin',
  '/opt/*/*/sbin',
  '/usr/lib/*/sbin',
  '/usr/libexec/*',
];

/** Well-known servers and interpreters, wherever programs are. A link to another one of them is not listed twice. */
export function serversIn(files: FileTree, layerOf: (node: FileNode) => string): ProgramFacts[] {
  const directories = [...PATH.split(':'), '/', ...ELSEWHERE.flatMap((pattern) => matching(files, pattern))];
  const out = new Map<string, ProgramFacts>();
  for (const directory of directories) {
    for (const name of files.list(directory)) {
      const server = serverNamed(name);
      const found = server && programAt(`${directory === '/' ? '' : directory}/${name}`, server, files, layerOf);
      const real = found && (found.realPath ?? found.at.path);
      if (found && !out.has(`${server} ${real}`)) out.set(`${server} ${real}`, found);
    }
  }
  const key = ({ name, at }: ProgramFacts): string => `${name} ${at.path}`;
  return [...out.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1)).slice(0, 50);
}

function programAt(path: string, name: string, files: FileTree, layerOf: (node: FileNode) => string): ProgramFacts | undefined {
  const found = files.find(path);
  if (found?.node.kind !== 'file' || (found.node.mode & 0o111) === 0) return undefined;
  return { name, at: { layer: layerOf(found.node), path }, ...(found.path !== path && { realPath: found.path }) };
}

/** Directories for a pattern of whole steps. */
function matching(files: FileTree, pattern: string): string[] {
  let paths = [''];
  for (const step of pattern.split('/').slice(1)) {
    paths = paths.flatMap((path) => (step === '*' ? files.list(path || '/').map((name) => `${path}/${name}`) : [`${path}/${step}`]));
    paths = paths.filter((path) => files.find(path)?.node.kind === 'directory').slice(0, 200);
  }
  return paths;
}
