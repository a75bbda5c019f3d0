import type { Data, Op } from '../../src/yaml/types';

/** One way a change meets the merge rules of Compose: the keys of a service before, the change, and what the override says of the service. */
export interface Row {
  name: string;
  before: string;
  ops: readonly Op[];
  /** Undefined = no override can say it. */
  plain?: { [key: string]: unknown };
  /** The same where `!reset` and `!override` may be used; undefined = as `plain`. */
  tags?: { [key: string]: unknown };
}

const a = (...path: (string | number)[]): Op['path'] => ['services', 'a', ...path];
const add = (path: Op['path'], value: Data): Op => ({ op: 'add', path, value });
const append = (path: Op['path'], value: string): Op => ({ op: 'append', path, value });
const replace = (path: Op['path'], value: Data): Op => ({ op: 'replace', path, value });
const remove = (path: Op['path']): Op => ({ op: 'remove', path });

export const ROWS: readonly Row[] = [
  { name: 'a new list', before: '', ops: [add(a('cap_drop'), ['ALL'])], plain: { cap_drop: ['ALL'] } },
  { name: 'a capability on top of others', before: 'cap_add: [CHOWN]', ops: [append(a('cap_add'), 'KILL')], plain: { cap_add: ['KILL'] } },
  {
    name: 'R3: a capability taken away',
    before: 'cap_add: [CHOWN, SYS_ADMIN]',
    ops: [remove(a('cap_add', 1))],
    tags: { cap_add: { '!override': ['CHOWN'] } },
  },
  { name: 'the last capability taken away', before: 'cap_add: [SYS_ADMIN]', ops: [remove(a('cap_add'))], tags: { cap_add: '!reset' } },
  {
    name: 'R2: an option beside one that would be a double',
    before: 'security_opt: ["label:disable"]',
    ops: [append(a('security_opt'), 'no-new-privileges:true')],
    plain: { security_opt: ['no-new-privileges:true'] },
  },
  {
    name: 'an option taken away',
    before: 'security_opt: ["seccomp:unconfined", "label:disable"]',
    ops: [remove(a('security_opt', 0))],
    tags: { security_opt: { '!override': ['label:disable'] } },
  },
  { name: 'a group on top of others', before: 'group_add: ["1"]', ops: [append(a('group_add'), '2')], plain: { group_add: ['2'] } },
  {
    name: 'a device with fewer permissions',
    before: 'devices: ["/dev/x:/dev/x"]',
    ops: [replace(a('devices', 0), '/dev/x:/dev/x:r')],
    plain: { devices: ['/dev/x:/dev/x:r'] },
  },
  {
    name: 'a device taken away',
    before: 'devices: ["/dev/x", "/dev/mem"]',
    ops: [remove(a('devices', 1))],
    tags: { devices: { '!override': ['/dev/x'] } },
  },
  {
    name: 'a device rule taken away',
    before: 'device_cgroup_rules: ["a *:* rwm"]',
    ops: [remove(a('device_cgroup_rules'))],
    tags: { device_cgroup_rules: '!reset' },
  },
  {
    name: 'R4: a port bound to an address',
    before: 'ports: ["80:80", "81:81"]',
    ops: [replace(a('ports', 0), '127.0.0.1:80:80')],
    tags: { ports: { '!override': ['127.0.0.1:80:80', '81:81'] } },
  },
  {
    name: 'a port in the long syntax bound to an address',
    before: 'ports: [{target: 80, published: "80"}]',
    ops: [add(a('ports', 0, 'host_ip'), '127.0.0.1')],
    tags: { ports: { '!override': [{ target: 80, published: '80', host_ip: '127.0.0.1' }] } },
  },
  {
    name: 'a mount made read-only',
    before: 'volumes: ["/x:/y:z", "v:/v"]\n',
    ops: [replace(a('volumes', 0), '/x:/y:z,ro')],
    plain: { volumes: ['/x:/y:z,ro'] },
  },
  {
    name: 'a mount in the long syntax made read-only',
    before: 'volumes: [{type: bind, source: /x, target: /y}]',
    ops: [add(a('volumes', 0, 'read_only'), true)],
    plain: { volumes: [{ type: 'bind', source: '/x', target: '/y', read_only: true }] },
  },
  {
    name: 'a mount taken away',
    before: 'volumes: ["/x:/y", "/var/run/docker.sock:/var/run/docker.sock"]',
    ops: [remove(a('volumes', 1))],
    tags: { volumes: { '!override': ['/x:/y'] } },
  },
  { name: 'a tmpfs on top of one', before: 'tmpfs: /tmp', ops: [append(a('tmpfs'), '/run')], plain: { tmpfs: ['/run'] } },
  {
    name: 'a tmpfs with other options',
    before: 'tmpfs: [/tmp, /run]',
    ops: [replace(a('tmpfs', 0), '/tmp:noexec')],
    tags: { tmpfs: { '!override': ['/tmp:noexec', '/run'] } },
  },
  {
    name: 'a variable in a map',
    before: 'environment: {A: "1", S: secret}',
    ops: [replace(a('environment', 'A'), '2'), add(a('environment', 'B'), '3')],
    plain: { environment: { A: '2', B: '3' } },
  },
  {
    name: 'a variable in a list',
    before: 'environment: [A=1, S=secret]',
    ops: [replace(a('environment', 0), 'A=2'), append(a('environment'), 'B=3')],
    plain: { environment: { A: '2', B: '3' } },
  },
  {
    name: 'a variable taken out of a map',
    before: 'environment: {A: "1", S: secret}',
    ops: [remove(a('environment', 'S')), add(a('environment', 'S_FILE'), '/run/s')],
    tags: { environment: { S_FILE: '/run/s', S: '!reset' } },
  },
  { name: 'B101: a variable taken out of a list', before: 'environment: [A=1, S=secret]', ops: [remove(a('environment', 1))] },
  { name: 'a label', before: 'labels: [x=y]', ops: [append(a('labels'), 'q=r')], plain: { labels: { q: 'r' } } },
  {
    name: 'a sysctl taken away',
    before: 'sysctls: {net.core.somaxconn: 5, net.ipv4.ip_forward: 1}',
    ops: [remove(a('sysctls', 'net.ipv4.ip_forward'))],
    tags: { sysctls: { 'net.ipv4.ip_forward': '!reset' } },
  },
  {
    name: 'another ulimit',
    before: 'ulimits: {nofile: 5, nproc: 3}',
    ops: [replace(a('ulimits', 'nofile'), { soft: 1, hard: 2 })],
    plain: { ulimits: { nofile: { soft: 1, hard: 2 } } },
  },
  {
    name: 'networks instead of the implicit one',
    before: '',
    ops: [add(a('networks'), ['back']), { op: 'add', path: ['networks', 'back'], value: { internal: true } }],
    plain: { networks: ['back'] },
  },
  {
    name: 'a network on top of others',
    before: 'networks: [front]',
    ops: [append(a('networks'), 'back'), { op: 'add', path: ['networks', 'back'], value: { internal: true } }],
    plain: { networks: ['back'] },
  },
  {
    name: 'a network on top of one with settings',
    before: 'networks: {front: {aliases: [q]}}',
    ops: [
      { op: 'add', path: a('networks', 'back'), value: null },
      { op: 'add', path: ['networks', 'back'], value: { internal: true } },
    ],
    plain: { networks: ['back'] },
  },
  {
    name: 'a network instead of another',
    before: 'networks: [front]',
    ops: [replace(a('networks', 0), 'back'), { op: 'add', path: ['networks', 'back'], value: { internal: true } }],
    tags: { networks: { '!override': ['back'] } },
  },
  {
    name: 'a dependency that has to be healthy',
    before: 'depends_on: [b]',
    ops: [replace(a('depends_on'), { b: { condition: 'service_healthy' } })],
    plain: { depends_on: { b: { condition: 'service_healthy' } } },
  },
  {
    name: 'a secret',
    before: 'secrets: [s]',
    ops: [append(a('secrets'), 't'), { op: 'add', path: ['secrets', 't'], value: { file: './t' } }],
    plain: { secrets: ['t'] },
  },
  {
    name: 'another command',
    before: 'command: [run, --host, 0.0.0.0]',
    ops: [replace(a('command', 2), '127.0.0.1')],
    plain: { command: ['run', '--host', '127.0.0.1'] },
  },
  { name: 'a command taken away', before: 'command: [run]', ops: [remove(a('command'))], plain: { command: null } },
  {
    name: 'another health check',
    before: 'healthcheck: {test: [CMD, x], interval: 3s}',
    ops: [replace(a('healthcheck', 'test'), ['CMD', 'y'])],
    plain: { healthcheck: { test: ['CMD', 'y'] } },
  },
  {
    name: 'a limit beside another',
    before: 'deploy: {resources: {limits: {memory: 1g}}}',
    ops: [add(a('deploy', 'resources', 'limits', 'pids'), 100)],
    plain: { deploy: { resources: { limits: { pids: 100 } } } },
  },
  {
    name: 'a limit taken away',
    before: 'deploy: {resources: {limits: {memory: 1g, cpus: "1"}}}',
    ops: [remove(a('deploy', 'resources', 'limits', 'cpus'))],
    tags: { deploy: { resources: { limits: { cpus: '!reset' } } } },
  },
  {
    name: 'log rotation',
    before: 'logging: {driver: json-file, options: {tag: x}}',
    ops: [add(a('logging', 'options', 'max-size'), '10m')],
    plain: { logging: { options: { 'max-size': '10m' } } },
  },
  {
    name: 'another log driver',
    before: 'logging: {driver: syslog, options: {tag: x}}',
    ops: [replace(a('logging'), { driver: 'json-file', options: { 'max-size': '10m' } })],
    plain: { logging: { driver: 'json-file', options: { 'max-size': '10m' } } },
  },
  { name: 'privileged taken away', before: 'privileged: true', ops: [remove(a('privileged'))], plain: { privileged: false } },
  { name: 'the process namespace of the host taken away', before: 'pid: host', ops: [remove(a('pid'))], plain: { pid: '' } },
  { name: 'the IPC namespace of the host taken away', before: 'ipc: host', ops: [remove(a('ipc'))], plain: { ipc: '' } },
  { name: 'the UTS namespace of the host taken away', before: 'uts: host', ops: [remove(a('uts'))], plain: { uts: '' } },
  {
    name: 'the user namespace of the host taken away',
    before: 'userns_mode: host',
    ops: [remove(a('userns_mode'))],
    plain: { userns_mode: '' },
  },
  { name: 'the cgroup namespace of the host taken away', before: 'cgroup: host', ops: [remove(a('cgroup'))], tags: { cgroup: '!reset' } },
  {
    name: 'the network of the host taken away',
    before: 'network_mode: host',
    ops: [remove(a('network_mode'))],
    tags: { network_mode: '!reset' },
  },
  {
    name: 'the API socket taken away',
    before: 'use_api_socket: true',
    ops: [remove(a('use_api_socket'))],
    plain: { use_api_socket: false },
  },
  { name: 'a limit of its own taken away', before: 'mem_limit: 1g', ops: [remove(a('mem_limit'))], plain: { mem_limit: 0 } },
  {
    name: 'single values',
    before: 'user: root\nrestart: always',
    ops: [replace(a('user'), '1000:1000'), add(a('read_only'), true), replace(a('restart'), 'no')],
    plain: { user: '1000:1000', restart: 'no', read_only: true },
  },
  { name: 'an init taken away', before: 'init: true', ops: [remove(a('init'))], tags: { init: '!reset' } },
  {
    name: 'a privileged build',
    before: 'build: {context: ., privileged: true}',
    ops: [remove(a('build', 'privileged'))],
    plain: { build: { privileged: false } },
  },
  {
    name: 'a hook with other settings',
    before: 'post_start: [{command: [x], privileged: true}]',
    ops: [replace(a('post_start', 0), { command: ['x'] })],
    tags: { post_start: { '!override': [{ command: ['x'] }] } },
  },
];
