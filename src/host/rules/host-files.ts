import { groupOf, nameOf } from '../accounts';
import { CERTIFICATES, OWNED_FILES } from '../data/owned-files';
import type { HostFiles } from '../files';
import type { DockerHost, HostProposal, HostRule } from '../types';
import { unitFile } from '../unit';
import { manual } from './make';

const SURFACE = manual('engine/security/#docker-daemon-attack-surface', 'who controls the daemon is root of its host');

export const filePermissions: HostRule = {
  id: 'file-permissions',
  title: "Docker's own files belong to root",
  summary: "Reports files and sockets of Docker's that belong to others than root, or that more people may write to than need to.",
  severity: 'high',
  controls: ['CIS 3.1', 'CIS 3.2', 'CIS 3.15', 'CIS 3.16'],
  takes: 'reload',
  *find(host) {
    for (const wanted of wantedFiles(host)) {
      yield* judged(host.files, wanted);
    }
  },
};

interface Wanted {
  path: string;
  mode: number;
  group?: string;
  owner: string;
  permissions: string;
  severity: 'critical' | 'high' | 'medium';
}

function wantedFiles({ files, settings, daemon }: DockerHost): Wanted[] {
  const tabled = OWNED_FILES.flatMap((row): Wanted[] => {
    if (row.unit) {
      const file = unitFile(files, row.path);
      return file ? [{ ...row, path: file }] : [];
    }
    if (!row.within) return [row.path === '/etc/docker/daemon.json' ? { ...row, path: daemon.file } : row];
    const registries = (files.names(row.path) ?? []).map((name) => `${row.path}/${name}`);
    return registries.flatMap((directory) => (files.names(directory) ?? []).map((name) => ({ ...row, path: `${directory}/${name}` })));
  });
  const certificates = CERTIFICATES.flatMap(({ setting, ...row }): Wanted[] => {
    const file = settings.value(setting);
    return typeof file === 'string' && file.startsWith('/') ? [{ ...row, path: file }] : [];
  });
  return [...tabled, ...certificates];
}

function* judged(files: HostFiles, { path, mode, group = 'root', owner, permissions, severity }: Wanted): Iterable<HostProposal> {
  const found = files.stat(path);
  if (!found) return;
  const shared = {
    file: path,
    severity,
    breaks: 'whoever used what is taken away',
    confidence: 'known' as const,
    evidence: [SURFACE],
  };
  const owned = `${nameOf(files, 'passwd', found.uid)}:${nameOf(files, 'group', found.gid)}`;
  const gid = group === 'root' ? 0 : (groupOf(files, group)?.gid ?? 0);
  if (found.uid !== 0 || (found.gid !== gid && found.gid !== 0))
    yield {
      ...shared,
      subject: 'owner',
      controls: [`CIS ${owner}`],
      message: `${path} belongs to ${owned}, who can make it say anything`,
      plan: `give it to root:${group}`,
      refusal: {
        code: 'needs-decision',
        message: 'owners are not changed by batten, which could not take it back',
        snippet: `chown root:${group} ${path}`,
      },
    };
  const wide = found.mode & ~mode & 0o777;
  // That a directory may be entered, or a certificate be written by root, gives nothing away.
  if ((wide & 0o022) === 0 && (wide & 0o044) === 0) return;
  yield {
    ...shared,
    subject: 'mode',
    controls: [`CIS ${permissions}`],
    severity: (wide & 0o002) !== 0 ? 'critical' : severity,
    message: `${path} has the permissions ${octal(found.mode)}: ${reach(wide)}`,
    plan: `take it down to ${octal(found.mode & mode)}`,
    refusal: {
      code: 'needs-decision',
      message: 'permissions are not changed by batten, which could not take it back',
      snippet: `chmod ${octal(found.mode & mode)} ${path}`,
    },
  };
}

function reach(wide: number): string {
  if (wide & 0o002) return 'everybody on this host may write to it';
  if (wide & 0o020) return 'its group may write to it';
  return 'more people may read it than need to';
}

function octal(mode: number): string {
  return `0${(mode & 0o777).toString(8).padStart(3, '0')}`;
}

export const dockerGroup: HostRule = {
  id: 'docker-group',
  title: 'Who is in the group docker',
  summary: 'Names the members of the group docker, each of whom is root of the host without a password.',
  severity: 'medium',
  controls: ['CIS 1.1.2'],
  takes: 'reload',
  *find({ files, settings }) {
    const name = settings.value('group');
    const group = groupOf(files, typeof name === 'string' && name !== '' ? name : 'docker');
    const members = group?.members.filter((member) => member !== 'root') ?? [];
    if (members.length === 0) return;
    yield {
      file: '/etc/group',
      message: `${members.join(', ')} ${members.length === 1 ? 'is' : 'are'} root of this host without a password, by the group of the socket`,
      plan: 'keep only who is to be root, or let them use a rootless Engine of their own',
      breaks: 'docker without sudo for who is taken out',
      confidence: 'known',
      evidence: [manual('engine/install/linux-postinstall/', 'the group docker gives what root has')],
      refusal: {
        code: 'needs-decision',
        message: 'batten does not know who is trusted',
        snippet: members.map((member) => `gpasswd -d ${/^[\w.-]+$/.test(member) ? member : 'USER'} docker`).join('\n'),
      },
    };
  },
};
