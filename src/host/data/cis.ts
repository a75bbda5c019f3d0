import { table } from '../../table';
import type { ServiceCheck } from '../bench/service-checks';

/** One recommendation of the CIS Docker Benchmark, and who of batten answers it. */
export interface CisRow {
  id: string;
  /** What is asked for, in our words. */
  title: string;
  /** Checks of a host (`batten host`) whose findings name it. */
  host?: readonly string[];
  /** What it needs to be seen by `batten host`: the Engine's answer. */
  engine?: true;
  /** A check of services. */
  service?: ServiceCheck;
  /** Why no program can tell, or which command helps to. */
  decision?: string;
}

const audited = (id: string, what: string): CisRow => ({ id, title: `changes of ${what} are audited`, host: ['audit'] });
const owned = (id: string, what: string): CisRow => ({ id, title: `${what} belongs to root`, host: ['file-permissions'] });
const closed = (id: string, what: string): CisRow => ({ id, title: `${what} is not open to others`, host: ['file-permissions'] });

/**
 * Sections 1 to 7 of the CIS Docker Benchmark 1.6 and 1.7, with their numbers, as docker-bench-security has them.
 *
 * @see https://github.com/docker/docker-bench-security/tree/master/tests
 */
export const CIS: readonly CisRow[] = [
  { id: '1.1.1', title: 'data of the daemon on a file system of its own', host: ['storage'] },
  { id: '1.1.2', title: 'only trusted users control the daemon', host: ['docker-group'] },
  audited('1.1.3', 'dockerd'),
  audited('1.1.4', '/run/containerd'),
  audited('1.1.5', '/var/lib/docker'),
  audited('1.1.6', '/etc/docker'),
  audited('1.1.7', 'docker.service'),
  audited('1.1.8', 'containerd.sock'),
  audited('1.1.9', 'docker.socket'),
  audited('1.1.10', '/etc/default/docker'),
  audited('1.1.11', '/etc/docker/daemon.json'),
  audited('1.1.12', '/etc/containerd/config.toml'),
  audited('1.1.13', '/etc/sysconfig/docker'),
  audited('1.1.14', 'containerd'),
  audited('1.1.15', 'containerd-shim'),
  audited('1.1.16', 'containerd-shim-runc-v1'),
  audited('1.1.17', 'containerd-shim-runc-v2'),
  audited('1.1.18', 'runc'),
  {
    id: '1.2.1',
    title: 'the host itself is hardened',
    decision: 'more than Docker: batten host looks at the kernel settings that containers hang on',
  },
  { id: '1.2.2', title: 'Docker is up to date', decision: 'batten asks no network which version is the latest' },
  {
    id: '2.1',
    title: 'the daemon runs without root',
    decision: 'another way to install it; batten host --stacks says what of your stacks would break',
  },
  { id: '2.2', title: 'containers of the default bridge are kept apart', host: ['icc'] },
  { id: '2.3', title: 'the daemon logs at the level info', host: ['experimental'] },
  { id: '2.4', title: 'the daemon may write firewall rules', host: ['iptables'] },
  { id: '2.5', title: 'no insecure registries', host: ['registries'] },
  { id: '2.6', title: 'not the storage driver aufs', host: ['storage'] },
  { id: '2.7', title: 'an API on TCP asks for certificates', host: ['tls'] },
  { id: '2.8', title: 'a default limit of open files', host: ['default-ulimits'] },
  { id: '2.9', title: 'users of containers are remapped', host: ['userns-remap'] },
  { id: '2.10', title: 'the default cgroup', host: ['cgroup-namespace'] },
  { id: '2.11', title: 'the base size of devices is the default', host: ['storage'] },
  {
    id: '2.12',
    title: 'an authorization plugin judges calls of the API',
    decision: 'needs a plugin of your choice; without one, who may open the socket may do all',
  },
  { id: '2.13', title: 'logs go to another machine', decision: 'needs a place to send them to; batten host bounds what stays' },
  { id: '2.14', title: 'no new privileges by default', host: ['no-new-privileges'] },
  { id: '2.15', title: 'containers outlive the daemon', host: ['live-restore'] },
  { id: '2.16', title: 'no userland proxy', host: ['userland-proxy'] },
  { id: '2.17', title: 'a seccomp profile for all containers', host: ['seccomp'] },
  { id: '2.18', title: 'no experimental features', host: ['experimental'] },
  owned('3.1', 'docker.service'),
  closed('3.2', 'docker.service'),
  owned('3.3', 'docker.socket'),
  closed('3.4', 'docker.socket'),
  owned('3.5', '/etc/docker'),
  closed('3.6', '/etc/docker'),
  owned('3.7', 'each certificate of a registry'),
  closed('3.8', 'each certificate of a registry'),
  owned('3.9', "the authority's certificate"),
  closed('3.10', "the authority's certificate"),
  owned('3.11', "the daemon's certificate"),
  closed('3.12', "the daemon's certificate"),
  owned('3.13', "the daemon's key"),
  closed('3.14', "the daemon's key"),
  owned('3.15', 'the socket'),
  closed('3.16', 'the socket'),
  owned('3.17', 'daemon.json'),
  closed('3.18', 'daemon.json'),
  owned('3.19', '/etc/default/docker'),
  closed('3.20', '/etc/default/docker'),
  closed('3.21', '/etc/sysconfig/docker'),
  owned('3.22', '/etc/sysconfig/docker'),
  owned('3.23', 'the socket of containerd'),
  closed('3.24', 'the socket of containerd'),
  { id: '4.1', title: 'a user other than root', service: 'user' },
  { id: '4.2', title: 'images from where they are trusted', decision: 'name the registries you trust (registry-allowlist)' },
  { id: '4.3', title: 'no packages that are not needed', decision: 'a matter of the Dockerfile' },
  { id: '4.4', title: 'images are scanned and rebuilt', decision: 'by a scanner' },
  {
    id: '4.5',
    title: 'signatures of images are asked for',
    decision: 'Docker Content Trust is being retired; digests hold what was reviewed (image-pin)',
  },
  { id: '4.6', title: 'a health check', service: 'health' },
  { id: '4.7', title: 'no update alone in a Dockerfile', decision: 'a matter of the Dockerfile' },
  { id: '4.8', title: 'no setuid programs', decision: 'a matter of the image; without new privileges they give nothing (5.26)' },
  { id: '4.9', title: 'COPY rather than ADD', decision: 'a matter of the Dockerfile' },
  { id: '4.10', title: 'no secrets in Dockerfiles', decision: 'build arguments are looked at (build-privileges)' },
  { id: '4.11', title: 'verified packages only', decision: 'a matter of the Dockerfile' },
  { id: '4.12', title: 'all artifacts are signed', decision: 'a matter of how images are made' },
  { id: '5.1', title: 'no swarm that is not used', decision: 'nobody but you knows whether it is' },
  { id: '5.2', title: 'AppArmor confines', host: ['security-modules'], engine: true, service: 'apparmor' },
  { id: '5.3', title: 'SELinux labels are kept', host: ['security-modules'], engine: true, service: 'selinux' },
  { id: '5.4', title: 'capabilities are dropped', service: 'capabilities' },
  { id: '5.5', title: 'not privileged', service: 'privileged' },
  { id: '5.6', title: 'no sensitive directory of the host', service: 'mounts' },
  { id: '5.7', title: 'no sshd', service: 'sshd' },
  {
    id: '5.8',
    title: 'no privileged port is published that need not be',
    decision: 'a low number gives nothing away: the Engine binds it, not the container',
  },
  { id: '5.9', title: 'only ports that are needed', decision: 'batten graph shows who can reach what' },
  { id: '5.10', title: 'not on the network of the host', service: 'network' },
  { id: '5.11', title: 'memory is limited', service: 'memory' },
  { id: '5.12', title: 'a CPU share is set', service: 'cpu' },
  { id: '5.13', title: 'the root filesystem is read-only', service: 'readOnly' },
  { id: '5.14', title: 'ports are bound to one address', service: 'ports' },
  { id: '5.15', title: 'restarted five times at most', service: 'restart' },
  { id: '5.16', title: 'a process namespace of its own', service: 'pid' },
  { id: '5.17', title: 'an IPC namespace of its own', service: 'ipc' },
  { id: '5.18', title: 'no device of the host', service: 'devices' },
  { id: '5.19', title: 'ulimits of its own where needed', decision: 'the default is on the host (2.8)' },
  { id: '5.20', title: 'no shared mount propagation', service: 'propagation' },
  { id: '5.21', title: 'a UTS namespace of its own', service: 'uts' },
  { id: '5.22', title: 'seccomp is not switched off', service: 'seccomp' },
  { id: '5.23', title: 'no docker exec --privileged', decision: 'a matter of who runs it; the audit shows it (1.1.3)' },
  { id: '5.24', title: 'no docker exec --user root', decision: 'a matter of who runs it; the audit shows it (1.1.3)' },
  { id: '5.25', title: 'no cgroup of its own choice', service: 'cgroup' },
  { id: '5.26', title: 'no new privileges', service: 'newPrivileges' },
  { id: '5.27', title: 'health is checked', service: 'health' },
  { id: '5.28', title: 'images are fetched anew', decision: 'a digest says which one it is (image-pin)' },
  { id: '5.29', title: 'processes are limited', service: 'pids' },
  { id: '5.30', title: 'not on the default bridge', service: 'bridge' },
  { id: '5.31', title: 'the user namespace of the host is not shared', service: 'userns' },
  { id: '5.32', title: 'no Docker socket', service: 'socket' },
  { id: '6.1', title: 'no images that nobody uses', decision: 'docker image prune, once you know they are not needed' },
  { id: '6.2', title: 'no containers that nobody uses', decision: 'docker container prune, once you know they are not needed' },
  { id: '7.1', title: 'as many managers as are needed', host: ['swarm'], engine: true },
  {
    id: '7.2',
    title: 'a swarm listens on one address',
    decision: 'of the addresses of a swarm the Engine says nothing that could be judged',
  },
  {
    id: '7.3',
    title: 'overlay networks are encrypted',
    decision: 'docker network create --opt encrypted, where other machines are on the way',
  },
  { id: '7.4', title: 'secrets are those of the swarm', decision: 'batten moves credentials out of Compose files (plaintext-secrets)' },
  { id: '7.5', title: 'managers are locked', host: ['swarm'], engine: true },
  { id: '7.6', title: 'the key of the lock is rotated', decision: 'nothing says when it was' },
  { id: '7.7', title: 'certificates of nodes are rotated', decision: 'docker swarm update --cert-expiry' },
  { id: '7.8', title: 'certificates of the authority are rotated', decision: 'docker swarm ca --rotate' },
  { id: '7.9', title: 'management and data on networks apart', decision: 'a matter of your networks' },
];

/** What the sections are about. */
export const SECTIONS: Readonly<Record<string, string>> = table({
  1: 'the host',
  2: "the daemon's settings",
  3: "the daemon's files",
  4: 'images',
  5: 'containers',
  6: 'operations',
  7: 'swarm',
});
