/** A host of which nothing is left to say. */
export const DAEMON = 'etc/docker/daemon.json';
export const ALL_SET = {
  icc: false,
  'userns-remap': 'default',
  'no-new-privileges': true,
  'live-restore': true,
  'userland-proxy': false,
  'log-driver': 'local',
  'default-ulimits': { nofile: { Name: 'nofile', Soft: 1024, Hard: 2048 } },
};
export const AUDIT = {
  'etc/audit/rules.d/docker.rules': ['/etc/docker', '/usr', '/run', '/etc/default', '/var/lib/docker']
    .map((at) => `-w ${at} -p rwxa -k docker`)
    .join('\n'),
};
