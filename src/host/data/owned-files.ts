/** Who a file of Docker's has to belong to, and the widest permissions it may have. */
export interface OwnedFile {
  /** A path of the host; a unit is looked for where systemd does. */
  path: string;
  unit?: boolean;
  /** A directory whose files count, one level down for each `*`. */
  within?: boolean;
  /** Permission bits that may be set. */
  mode: number;
  /** By name; default `root`. */
  group?: string;
  /** The CIS Docker Benchmark's number for the owner, and for the permissions. */
  owner: string;
  permissions: string;
  severity: 'critical' | 'high' | 'medium';
}

/**
 * Section 3 of the CIS Docker Benchmark 1.6 and 1.7, as docker-bench-security checks it, without the certificates, whose places the daemon's configuration
 * names. Who may write one of these files, or open one of the sockets, is root of the host.
 *
 * @see https://github.com/docker/docker-bench-security/blob/master/tests/3_docker_daemon_configuration_files.sh
 */
export const OWNED_FILES: readonly OwnedFile[] = [
  { path: 'docker.service', unit: true, mode: 0o644, owner: '3.1', permissions: '3.2', severity: 'high' },
  { path: 'docker.socket', unit: true, mode: 0o644, owner: '3.3', permissions: '3.4', severity: 'high' },
  { path: '/etc/docker', mode: 0o755, owner: '3.5', permissions: '3.6', severity: 'high' },
  { path: '/etc/docker/certs.d', within: true, mode: 0o444, owner: '3.7', permissions: '3.8', severity: 'medium' },
  { path: '/run/docker.sock', mode: 0o660, group: 'docker', owner: '3.15', permissions: '3.16', severity: 'critical' },
  { path: '/etc/docker/daemon.json', mode: 0o644, owner: '3.17', permissions: '3.18', severity: 'high' },
  { path: '/etc/default/docker', mode: 0o644, owner: '3.19', permissions: '3.20', severity: 'high' },
  { path: '/etc/sysconfig/docker', mode: 0o644, owner: '3.22', permissions: '3.21', severity: 'high' },
  { path: '/run/containerd/containerd.sock', mode: 0o660, owner: '3.23', permissions: '3.24', severity: 'critical' },
];

/** The daemon's own certificates, by the setting that names them. */
export const CERTIFICATES: readonly (Pick<OwnedFile, 'mode' | 'owner' | 'permissions' | 'severity'> & { setting: string })[] = [
  { setting: 'tlscacert', mode: 0o444, owner: '3.9', permissions: '3.10', severity: 'medium' },
  { setting: 'tlscert', mode: 0o444, owner: '3.11', permissions: '3.12', severity: 'medium' },
  { setting: 'tlskey', mode: 0o400, owner: '3.13', permissions: '3.14', severity: 'high' },
];
