import fc from 'fast-check';

/** What lines refer to, which has to be there before they are run. */
export interface World {
  image: string;
  /** A network with a subnet, and how the addresses in it begin: `10.250.7.`. */
  network: string;
  subnet: string;
  otherNetwork: string;
  /** A container. */
  peer: string;
  /** A directory of the host. */
  directory: string;
  /** Before names of volumes. */
  prefix: string;
}

/** Where no Engine is, any names do. */
export const WORLD: World = {
  image: 'acme/api:1',
  network: 'net',
  subnet: '10.0.0.',
  otherNetwork: 'other',
  peer: 'peer',
  directory: '/srv/data',
  prefix: 'v-',
};

const flag = (name: string, value: fc.Arbitrary<string>): fc.Arbitrary<string[]> =>
  fc.tuple(value, fc.boolean()).map(([text, attached]) => (attached ? [`--${name}=${text}`] : [`--${name}`, text]));
const switchOf = (name: string): fc.Arbitrary<string[]> => fc.constant([`--${name}`]);
const several = (one: fc.Arbitrary<string[]>, most = 3): fc.Arbitrary<string[]> =>
  fc.array(one, { minLength: 1, maxLength: most }).map((all) => all.flat());
const of = (...values: string[]): fc.Arbitrary<string> => fc.constantFrom(...values);
const numbers = (min: number, max: number): fc.Arbitrary<string> => fc.integer({ min, max }).map(String);

/** Values as people write them, and those that quoting and `$` make difficult. */
const awkward = fc
  .oneof(
    of(
      'plain',
      'two words',
      "it's",
      '"quoted"',
      '$HOME',
      '${NOT_SET}',
      '$$',
      'a=b=c',
      '#hash',
      ' # comment',
      'yes',
      '012',
      '1e3',
      'null',
      '~',
      ': x',
      '- y',
      '{a: b}',
      '*x',
      '!t',
      '%p',
      'ü→✓',
      'back\\slash',
      'tab\there',
      'line\nend',
      '',
      ' lead',
      'trail ',
      '`id`',
      '$(id)',
    ),
    fc.string({ maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...'ab$"\'\\ #:{}=,`!&*'), maxLength: 10 }),
  )
  .map((text) => text.replace(/[\0]/g, ''));

const name = fc.string({ unit: fc.constantFrom(...'abcxyz019'), minLength: 1, maxLength: 6 }).map((text) => `n${text}`);
const size = of('16m', '64m', '128M', '1g', '100000000', '512k', '6291456b');

/** One option of a line, each drawn once at most. */
function options({ directory, prefix, peer }: World): Record<string, fc.Arbitrary<string[]>> {
  return {
    env: several(
      fc.oneof(
        fc.tuple(name, awkward).map(([key, value]) => ['-e', `${key.toUpperCase()}=${value}`]),
        of(
          'PASSWORD=hunter2-Zq81',
          'DATABASE_URL=postgres://u:s3cr3tPw9@db/x',
          'API_KEY=sk_live_51HabcdefGHIJKL',
          'HOME',
          'BATTEN_UNSET',
        ).map((text) => ['--env', text]),
      ),
      4,
    ),
    label: several(fc.tuple(name, fc.option(awkward)).map(([key, value]) => ['-l', value === null ? key : `${key}=${value}`])),
    annotation: fc.constant([]),
    hostname: flag('hostname', name),
    domainname: flag('domainname', of('example.test')),
    user: flag('user', of('1000', '1000:1000', 'nobody', '0:0')),
    workdir: flag('workdir', of('/work', '/srv/a b')),
    entrypoint: flag('entrypoint', of('/bin/sh', '', 'sleep')),
    init: of('--init', '--init=false').map((text) => [text]),
    interactive: of('-i', '-t', '-it', '-ti').map((text) => [text]),
    readOnly: switchOf('read-only'),
    privileged: switchOf('privileged'),
    capAdd: several(flag('cap-add', of('NET_ADMIN', 'SYS_TIME', 'net_bind_service', 'ALL'))),
    capDrop: several(flag('cap-drop', of('ALL', 'CHOWN', 'mknod'))),
    security: several(
      flag(
        'security-opt',
        of(
          'no-new-privileges',
          'no-new-privileges:true',
          'seccomp=unconfined',
          'label=disable',
          'apparmor=unconfined',
          'systempaths=unconfined',
        ),
      ),
    ),
    groups: several(flag('group-add', of('audio', '44', '1001'))),
    restart: flag('restart', of('always', 'unless-stopped', 'on-failure', 'on-failure:5', 'no')),
    stopSignal: flag('stop-signal', of('SIGINT', 'SIGQUIT', '15')),
    stopTimeout: flag('stop-timeout', numbers(0, 120)),
    health: fc
      .tuple(
        flag(
          'health-cmd',
          awkward.filter((text) => text.trim() !== ''),
        ),
        fc.subarray([['--health-interval=5s'], ['--health-timeout', '1m30s'], ['--health-retries', '4'], ['--health-start-period=500ms']]),
      )
      .map(([test, rest]) => [...test, ...rest.flat()]),
    noHealth: switchOf('no-healthcheck'),
    healthTimes: of('--health-interval=7s', '--health-retries=2').map((text) => [text]),
    memory: fc
      .tuple(of('16m', '64m', '1g', '268435456'), fc.option(of('2g', '-1'), { nil: undefined }), fc.boolean())
      .map(([memory, swap, soft]) => [
        '-m',
        memory,
        ...(swap === undefined ? [] : ['--memory-swap', swap]),
        ...(soft ? ['--memory-reservation', '8m'] : []),
      ]),
    swappiness: flag('memory-swappiness', numbers(0, 100)),
    shm: flag('shm-size', size),
    cpus: flag('cpus', of('0.5', '1', '1.25', '.75')),
    cpuShares: of('-c=512', '--cpu-shares=2').map((text) => [text]),
    cpuset: flag('cpuset-cpus', of('0', '0-1', '0,1')),
    pids: flag('pids-limit', of('10', '200', '-1')),
    oom: flag('oom-score-adj', numbers(-500, 900)),
    ulimit: several(flag('ulimit', of('nofile=1024:2048', 'nproc=64', 'core=0', 'memlock=-1', 'memlock=-1:-1', 'stack=8388608:16777216'))),
    sysctl: several(flag('sysctl', of('net.core.somaxconn=1024', 'net.ipv4.ip_local_port_range=1024 65000', 'kernel.msgmax=65536'))),
    tmpfs: several(flag('tmpfs', of('/t', '/run:size=64m,exec', '/c:mode=1777,uid=1000', '/d:rw,noexec,nosuid'))),
    device: several(flag('device', of('/dev/null', '/dev/null:/dev/xnull', '/dev/zero:/dev/z:r', '/dev/full:/dev/full:rw'))),
    deviceRule: flag('device-cgroup-rule', of('c 1:3 rwm', 'a *:* r')),
    dns: several(flag('dns', of('8.8.8.8', '2001:4860:4860::8888'))),
    dnsOption: several(flag('dns-option', of('ndots:2', 'rotate'))),
    dnsSearch: several(flag('dns-search', of('example.com', '.'))),
    host: several(flag('add-host', of('a:10.0.0.1', 'b=10.0.0.2', 'six:2001:db8::1', 'seven=[::1]', 'gw:host-gateway'))),
    pid: flag('pid', of('host', `container:${peer}`)),
    ipc: flag('ipc', of('host', 'private', 'shareable', 'none', `container:${peer}`)),
    uts: flag('uts', of('host')),
    userns: flag('userns', of('host')),
    cgroupns: flag('cgroupns', of('host', 'private')),
    cgroupParent: flag('cgroup-parent', of('/import-test')),
    runtime: flag('runtime', of('runc')),
    blkio: fc.constant([]),
    blkioDevice: several(
      fc
        .tuple(of('read', 'write'), fc.boolean())
        .map(([way, bytes]) => [`--device-${way}-${bytes ? 'bps' : 'iops'}`, bytes ? '/dev/null:1mb' : '/dev/null:100']),
    ),
    log: fc.oneof(
      of('none').map((each) => ['--log-driver', each]),
      of('json-file', 'local').map((driver) => ['--log-driver', driver, '--log-opt', 'max-size=10m', '--log-opt=max-file=3']),
      of('labels=a,b').map((each) => ['--log-opt', each]),
      of('tag={{.Name}}/$x').map((each) => ['--log-driver=syslog', '--log-opt', each]),
    ),
    expose: several(flag('expose', of('8080', '9000-9003', '53/udp', '7000-7001/udp', '100/sctp'))),
    publish: several(
      fc
        .tuple(
          of('-p', '--publish'),
          of(
            '80',
            '8081:80',
            '127.0.0.1:8082:80',
            '127.0.0.1::81',
            '[::1]:8083:82',
            '5000-5002:5000-5002',
            '53:53/udp',
            '6000-6010:90',
            '0.0.0.0:7777:7777/tcp',
          ),
        )
        .map((pair) => [...pair]),
    ).map((words) => [...new Map(words.flatMap((word, at) => (at % 2 ? [[word, [words[at - 1]!, word]] as const] : []))).values()].flat()),
    volume: several(
      fc
        .tuple(
          of('-v', '--volume'),
          of(
            `${directory}:/bind`,
            `${directory}/a b:/b c:ro`,
            `${directory}:/shared:rslave`,
            `${prefix}one:/one`,
            `${prefix}two:/two:ro`,
            `${prefix}two:/nocopy:nocopy`,
            '/anonymous',
            `${directory}:/z:z`,
            `${directory}:/zz:ro,Z`,
            '/etc/hostname:/h:ro',
          ),
        )
        .map((pair) => [...pair])
        .map((pair) => pair),
      3,
    ).map((words) => uniqueTargets(words)),
    mount: flag(
      'mount',
      of(
        `type=bind,src=${directory},dst=/m1`,
        `type=bind,source=${directory},target=/m2,readonly`,
        `type=bind,source=${directory},destination=/m3,bind-propagation=rslave,ro=true`,
        `type=volume,src=${prefix}three,dst=/m4`,
        `src=${prefix}three,dst=/m5,volume-nocopy`,
        'type=volume,dst=/m6',
        'type=tmpfs,dst=/m7',
        'type=tmpfs,dst=/m8,tmpfs-size=10m,tmpfs-mode=1770',
      ),
    ),
    volumesFrom: flag('volumes-from', of(peer)),
    gpus: flag('gpus', of('all', '2', 'device=0', '"device=0,1","capabilities=utility"')),
    storage: fc.constant([]),
    detach: of('-d', '--detach').map((text) => [text]),
  };
}

/** A target is mounted once. */
function uniqueTargets(words: string[]): string[] {
  const seen = new Set<string>();
  const kept: string[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const parts = words[at + 1]!.split(':');
    const target = parts.length === 1 ? parts[0]! : parts[1]!;
    if (seen.has(target)) continue;
    seen.add(target);
    kept.push(words[at]!, words[at + 1]!);
  }
  return kept;
}

/** Which options an Engine does not take together. */
const AGAINST: readonly [one: string, other: string][] = [
  ['uts', 'hostname'],
  ['uts', 'domainname'],
  ['noHealth', 'health'],
  ['noHealth', 'healthTimes'],
  ['health', 'healthTimes'],
  ['userns', 'nothing'],
  ['privileged', 'security'],
];

interface Network {
  words: string[];
  mode: 'bridge' | 'own' | 'host' | 'none' | 'container';
}

function networkOf({ network, otherNetwork, subnet, peer }: World): fc.Arbitrary<Network> {
  const fixed = (weight: number, mode: Network['mode'], ...words: string[]): { weight: number; arbitrary: fc.Arbitrary<Network> } => ({
    weight,
    arbitrary: fc.constant({ words, mode }),
  });
  return fc.oneof(
    fixed(4, 'bridge'),
    fixed(1, 'bridge', '--network', 'bridge'),
    fixed(1, 'bridge', '--network=default'),
    fixed(1, 'host', '--network=host'),
    fixed(1, 'none', '--net', 'none'),
    fixed(1, 'container', '--network', `container:${peer}`),
    {
      weight: 5,
      arbitrary: fc
        .record({
          which: of(network, otherNetwork),
          address: fc.option(fc.integer({ min: 20, max: 200 })),
          aliases: fc.subarray(['one', 'two.example']),
          link: fc.boolean(),
        })
        .map(({ which, address, aliases, link }) => ({
          mode: 'own' as const,
          words: [
            ...['--network', which],
            ...(address !== null && which === network ? ['--ip', `${subnet}${address}`] : []),
            ...aliases.flatMap((alias) => ['--network-alias', alias]),
            ...(link && which === otherNetwork ? ['--link', `${peer}:friend`] : []),
          ],
        })),
    },
  );
}

/** What has no meaning in a network that is not the container's own. */
const NEEDS_NETWORK = ['publish', 'expose', 'dns', 'dnsOption', 'dnsSearch', 'host', 'hostname', 'domainname', 'uts', 'sysctl'];

/** The words behind `docker run`, without a name: options in any order, the image, a command. */
export function runWords(world: World): fc.Arbitrary<string[]> {
  const all = options(world);
  const names = Object.keys(all);
  return fc
    .tuple(
      fc.subarray(names, { minLength: 0, maxLength: 12 }),
      networkOf(world),
      fc.oneof(of('none'), of('words', 'shell')),
      fc.array(awkward, { maxLength: 3 }),
    )
    .chain(([chosen, network, kind, words]) => {
      const dropped = new Set(AGAINST.filter((pair) => pair.every((each) => chosen.includes(each))).map(([, other]) => other));
      if (network.mode === 'host' || network.mode === 'container' || network.mode === 'none')
        for (const each of NEEDS_NETWORK) dropped.add(each);
      const kept = chosen.filter((each) => !dropped.has(each));
      const command = kind === 'none' ? [] : kind === 'shell' ? ['sh', '-c', words.join(';')] : ['run', ...words];
      return fc
        .tuple(...kept.map((each) => all[each]!))
        .chain((groups) => fc.shuffledSubarray([...groups, network.words], { minLength: groups.length + 1, maxLength: groups.length + 1 }))
        .map((groups) => [...groups.flat(), world.image, ...command]);
    });
}

/** Words as somebody types them: quoted in one of the ways a shell has, now and then over several lines. */
export function shellText(words: readonly string[], seed: number): string {
  const quoted = words.map((word, at) => {
    const way = (seed + at * 7) % 3;
    if (/^[\w./:=,@-]+$/.test(word) && way !== 2) return word;
    if (way === 0 && !/[!\n]/.test(word)) return `"${word.replace(/[\\"$`]/g, '\\$&')}"`;
    return `'${word.replaceAll("'", "'\\''")}'`;
  });
  return quoted.map((word, at) => (at > 0 && (seed + at) % 4 === 0 ? `\\\n    ${word}` : word)).join(' ');
}
