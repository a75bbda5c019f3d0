import { cleanContainerPath } from '../../src/compose/container-path';
import type { ComposeProject } from '../../src/compose/project';
import { parseSecurityOpt } from '../../src/compose/security-opt';
import type { ComposeService } from '../../src/compose/service';
import type { Mount } from '../../src/compose/types';
import { about, eachContainer, eachItem, placeOfItem } from '../../src/harden/each';
import { rewriteMount } from '../../src/harden/mount-options';
import type { OptionSpec, Transform, TransformContext } from '../../src/harden/transform';
import type { Evidence, Proposal } from '../../src/harden/types';

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'label',
    type: 'string',
    summary: '`z` lets other containers read the directory too, `Z` only this one; what several services mount always gets `z`',
    choices: ['z', 'Z'],
    default: 'z',
  },
];

const transform: Transform = {
  id: 'selinux-labels',
  title: 'SELinux labels on bind mounts',
  summary: "Adds `z` to bind mounts of the project's own directories, and takes `Z` from those that several services share.",
  severity: 'low',
  controls: ['CIS 5.3', 'OWASP RULE#6'],
  preset: 'asked',
  options: OPTIONS,
  find: (context) =>
    eachContainer(context, (service) => (isOutside(service) ? undefined : eachItem(({ mounts }) => mounts, service, context, propose))),
};

export default transform;

const LABELS: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/engine/storage/bind-mounts/#configure-the-selinux-label',
  detail: '`z` labels the files for all containers, `Z` for this one alone; on a host without SELinux both do nothing',
};

/** SELinux does not hold for it anyway. */
function isOutside(service: ComposeService): boolean {
  if (service.privileged === true) return true;
  return service.securityOpt.some(({ text }) => {
    const { key, value } = parseSecurityOpt(text);
    return key === 'label' && value === 'disable';
  });
}

function propose(service: ComposeService, mount: Mount, { project, setting }: TransformContext): Proposal | undefined {
  const { source } = mount;
  if (mount.kind !== 'bind' || source === undefined || !mount.known || !isOwnDirectory(source)) return undefined;
  const sharers = sharersOf(source, service, project);
  const common = {
    ...about(transform, service, placeOfItem(mount, service, 'volumes')),
    subject: `${source}:${mount.target}`,
    evidence: [LABELS],
  };
  if (mount.options.includes('Z')) {
    if (sharers.length === 0) return undefined;
    return {
      ...common,
      severity: 'medium',
      message: `"${service.name}" labels ${source} for itself alone (Z), and "${sharers[0]!.name}" mounts it too`,
      plan: `label ${source} for all containers (z)`,
      breaks: 'nothing: with Z only the one that starts last may read it',
      confidence: 'generic',
      ...rewriteMount(service, mount, (options) => options.map((option) => (option === 'Z' ? 'z' : option))),
    };
  }
  if (mount.options.includes('z')) return undefined;
  const label = sharers.length > 0 ? 'z' : setting<string>('label', service);
  return {
    ...common,
    message: `${source} is not labelled for containers, and on a host with SELinux closed to "${service.name}"`,
    plan: `label ${source} for ${label === 'z' ? 'containers (z)' : `"${service.name}" alone (Z)`}`,
    breaks: 'programs of the host that are confined and use the same files, such as a web server; a large directory takes its time',
    confidence: 'generic',
    ...rewriteMount(service, mount, (options) => [...options, label]),
  };
}

/**
 * Directories that belong to a stack: beside the Compose file, or below /srv, /opt and /data. Everything else may be in use by the host, or
 * be a file system that takes no labels. Sockets and the project's own directory are none.
 */
function isOwnDirectory(source: string): boolean {
  if (/\.sock$/.test(source)) return false;
  if (/^\.\/?[^./]/.test(source)) return true;
  return /^\.\/[^/]/.test(source) || /^\.\.\/[^./]/.test(source) || /^\/(srv|opt|data)\/[^/]/.test(source);
}

/** The other services that mount a path, one above it or one below it, in the order of the file. */
function sharersOf(source: string, service: ComposeService, project: ComposeProject): ComposeService[] {
  const { at, below } = project.once(mountersOf);
  const path = cleanContainerPath(source);
  const found = new Set([...(below.get(path) ?? []), ...[path, ...parentsOf(path)].flatMap((each) => at.get(each) ?? [])]);
  found.delete(service);
  return [...found].sort((one, other) => project.indexOf(one) - project.indexOf(other));
}

/** The services that mount each path, and those that mount something below it. */
interface Mounters {
  at: Map<string, ComposeService[]>;
  below: Map<string, ComposeService[]>;
}

function mountersOf({ services }: ComposeProject): Mounters {
  const out: Mounters = { at: new Map(), below: new Map() };
  const put = (map: Map<string, ComposeService[]>, path: string, service: ComposeService): void => {
    const there = map.get(path);
    if (there) there.push(service);
    else map.set(path, [service]);
  };
  for (const service of services) {
    const paths = new Set(service.mounts.flatMap(({ source }) => (source === undefined ? [] : [cleanContainerPath(source)])));
    for (const path of paths) {
      put(out.at, path, service);
      for (const parent of parentsOf(path)) put(out.below, parent, service);
    }
  }
  return out;
}

/** The directories that a path is in, the nearest first. */
function parentsOf(path: string): string[] {
  const out: string[] = [];
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) out.push(path.slice(0, slash));
  return out;
}
