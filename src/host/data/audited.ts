/** What an audit has to watch: a path of the host, or a unit, and the CIS Docker Benchmark's number. */
export interface Audited {
  control: string;
  /** The first of these that is there counts. */
  paths: readonly string[];
  unit?: string;
}

/**
 * Section 1.1 of the CIS Docker Benchmark 1.6 and 1.7: what is changed, or run, on the way to the daemon. What is not there needs no rule.
 *
 * @see https://github.com/docker/docker-bench-security/blob/master/tests/1_host_configuration.sh
 */
export const AUDITED: readonly Audited[] = [
  { control: '1.1.3', paths: ['/usr/bin/dockerd', '/usr/sbin/dockerd'] },
  { control: '1.1.4', paths: ['/run/containerd'] },
  { control: '1.1.5', paths: ['/var/lib/docker'] },
  { control: '1.1.6', paths: ['/etc/docker'] },
  { control: '1.1.7', paths: [], unit: 'docker.service' },
  { control: '1.1.8', paths: ['/run/containerd/containerd.sock'] },
  { control: '1.1.9', paths: [], unit: 'docker.socket' },
  { control: '1.1.10', paths: ['/etc/default/docker'] },
  { control: '1.1.11', paths: ['/etc/docker/daemon.json'] },
  { control: '1.1.12', paths: ['/etc/containerd/config.toml'] },
  { control: '1.1.13', paths: ['/etc/sysconfig/docker'] },
  { control: '1.1.14', paths: ['/usr/bin/containerd'] },
  { control: '1.1.15', paths: ['/usr/bin/containerd-shim'] },
  { control: '1.1.16', paths: ['/usr/bin/containerd-shim-runc-v1'] },
  { control: '1.1.17', paths: ['/usr/bin/containerd-shim-runc-v2'] },
  { control: '1.1.18', paths: ['/usr/bin/runc', '/usr/sbin/runc'] },
];
