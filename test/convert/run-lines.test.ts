import fc from 'fast-check';
import { composeText } from '../../src/convert/compose-text';
import { RUN_OPTIONS } from '../../src/convert/run/options';
import { stackOfRunLines } from '../../src/convert/run/read';
import { takeSecretsOut } from '../../src/convert/secrets';
import { YamlDocument } from '../../src/yaml/document';
import { toData } from '../../src/yaml/tree';
import { runWords, shellText, WORLD } from './run-line';

const services = (text: string): Record<string, unknown> => Object.fromEntries(stackOfRunLines(text).services);
const service = (text: string): unknown => Object.values(services(text))[0];
const losses = (text: string): string[] => stackOfRunLines(text).losses.map(({ code, what }) => `${code} ${what}`);

describe('what a line says', () => {
  test.each([
    ['docker run nginx', { image: 'nginx', network_mode: 'bridge' }],
    ['docker container create --name=a nginx', { image: 'nginx', container_name: 'a', network_mode: 'bridge' }],
    ['sudo -u root docker -H tcp://h:1 run -dit nginx', { image: 'nginx', stdin_open: true, tty: true, network_mode: 'bridge' }],
    ['/usr/bin/podman run -p80:80 -e=A=1 nginx', { image: 'nginx', ports: ['80:80'], environment: { A: '1' }, network_mode: 'bridge' }],
    ['docker run --init=false --tty=false x', { image: 'x', init: false, network_mode: 'bridge' }],
    [
      'docker run --network a --network name=b,alias=c,ip=10.0.0.9 x',
      { image: 'x', networks: { a: null, b: { aliases: ['c'], ipv4_address: '10.0.0.9' } } },
    ],
    ['docker run --entrypoint "" x a', { image: 'x', entrypoint: [], network_mode: 'bridge', command: ['a'] }],
    ['docker run --expose 80-82/udp x', { image: 'x', expose: ['80/udp', '81/udp', '82/udp'], network_mode: 'bridge' }],
    ['docker run --env-file ./a.env x', { image: 'x', env_file: [{ path: './a.env', format: 'raw' }], network_mode: 'bridge' }],
    [
      'docker run -v d:/tmp:ro x',
      { image: 'x', volumes: [{ type: 'volume', source: 'd', target: '/tmp', read_only: true }], network_mode: 'bridge' },
    ],
    [
      'docker run -v $PWD/a:/a -v `pwd`:/b -v ~/c:/c x',
      { image: 'x', volumes: ['./a:/a', '.:/b', '${HOME}/c:/c'], network_mode: 'bridge' },
    ],
    [
      'P=81; docker run -p $P:80 -e A=$B -e C=\'$D\' x "e$"',
      { image: 'x', ports: ['81:80'], environment: { A: '${B}', C: '$$D' }, network_mode: 'bridge', command: ['e$$'] },
    ],
    [
      'docker run --restart on-failure:3 --stop-timeout 5 --pull always x',
      { image: 'x', restart: 'on-failure:3', stop_grace_period: '5s', pull_policy: 'always', network_mode: 'bridge' },
    ],
  ])('%s', (line, expected) => {
    expect(service(line)).toEqual(expected);
  });

  test('lines that go on, in sh, PowerShell and cmd, with CRLF, and prompts before them', () => {
    const wanted = { image: 'x', container_name: 'a', network_mode: 'bridge' };
    for (const text of [
      'docker run \\\n  --name a \\\n  x',
      'docker run `\n  --name a `\n  x',
      'docker run ^\r\n  --name a ^\r\n  x\r\n',
      'docker run \\\r\n --name a x',
      '$ docker run --name a x',
    ])
      expect(service(text)).toEqual(wanted);
  });

  test('several lines share networks, volumes and namespaces', () => {
    const {
      services: all,
      networks,
      volumes,
    } = stackOfRunLines(`docker network create --internal -d overlay back && docker volume create --opt type=nfs data
docker run --name db --network back -v data:/data postgres
docker run --name sidecar --network container:db --pid container:db --volumes-from db:ro x; docker run --network host x`);
    expect(Object.fromEntries(all)).toMatchObject({
      db: { networks: ['back'], volumes: ['data:/data'] },
      sidecar: { network_mode: 'service:db', pid: 'service:db', volumes_from: ['db:ro'] },
      x: { network_mode: 'host' },
    });
    expect(Object.fromEntries(networks)).toEqual({ back: { name: 'back', driver: 'overlay', internal: true } });
    expect(Object.fromEntries(volumes)).toEqual({ data: { name: 'data', driver_opts: { type: 'nfs' } } });
  });

  test('a network that no line makes is there already', () => {
    expect(Object.fromEntries(stackOfRunLines('docker run --net proxy x').networks)).toEqual({ proxy: { name: 'proxy', external: true } });
  });

  test('two containers of one image are two services', () => {
    expect(Object.keys(services('docker run acme/api:1\ndocker run acme/api:2'))).toEqual(['api', 'api-2']);
  });
});

describe('nothing is dropped silently', () => {
  test.each([
    ['docker run --rm -d x', ['unsupported --rm']],
    ['docker run --cpuset-mems 0 -P --cidfile f x', ['unsupported --cpuset-mems', 'unsupported --publish-all', 'client --cidfile']],
    ['podman run --pod p --userns keep-id x', ['unsupported --pod']],
    ['docker run --no-such=1 x', ['unknown --no-such']],
    ['docker pull x; docker run x; curl y', ['skipped docker pull', 'skipped curl']],
    ['docker run -u $(id -u) -e KEY=$(openssl rand 1) --label a=$1 x', ['decision HOST_UID', 'decision KEY', 'decision A']],
    ['docker run --network host --ip 1.2.3.4 x', ['unsupported --ip']],
    ['for i in 1 2; do docker run x; done; docker run y', ['skipped For']],
    ['docker run -p 127.0.0.1::80 -p 127.0.0.1::80 x', ['unsupported --publish 127.0.0.1::80']],
  ])('%s', (line, expected) => {
    expect(losses(line)).toEqual(expected);
  });

  test('every option either goes somewhere or says why not', () => {
    for (const [name, { takes, to }] of Object.entries(RUN_OPTIONS)) {
      if (name === 'mount' || 'nothing' in to || name === 'no-healthcheck') continue;
      const value =
        { ulimit: 'core=1', 'add-host': 'a:1.2.3.4', publish: '80', env: 'A=1', 'blkio-weight-device': '/a:1' }[name] ??
        (name.startsWith('device-') ? '/a:1' : '1');
      const line = `podman run --${name}${takes === 'value' ? `=${value}` : ''} --network n x`;
      const { services: all, networks, volumes, losses: lost } = stackOfRunLines(line);
      const plain = stackOfRunLines('podman run --network n x');
      const changed =
        JSON.stringify([[...all], [...networks], [...volumes]]) !==
        JSON.stringify([[...plain.services], [...plain.networks], [...plain.volumes]]);
      // The driver of volumes is one of the volumes that there are.
      expect([name, changed || lost.length > 0 || name === 'volume-driver']).toEqual([name, true]);
    }
  });
});

describe('what docker refuses is refused, with its place', () => {
  test.each([
    ['docker run', 1, 1, 'names no image'],
    ['docker run x\ndocker run --nmae a x', 2, 12, 'unknown option --nmae'],
    ['docker run -Z x', 1, 12, 'unknown option -Z'],
    ['docker run -e', 1, 12, 'needs a value'],
    ['docker run "x', 1, 12, 'no command line'],
    ['docker run -p {80,81} x', 1, 15, 'several words'],
    ['docker run --ulimit 3 x', 1, 12, 'not a limit'],
    ['docker run -v :/x y', 1, 12, 'not a volume'],
    ['docker run --init=maybe x', 1, 12, 'on or off'],
  ])('%s', (line, at, column, message) => {
    expect(() => stackOfRunLines(line)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message), position: { line: at, column } }),
    );
  });
});

test('a line means the same however it is quoted, and its Compose file says just that', () => {
  fc.assert(
    fc.property(runWords(WORLD), fc.nat(1000), (words, seed) => {
      const line = ['docker', 'run', ...words];
      const asWords = stackOfRunLines(line);
      const asText = stackOfRunLines(shellText(line, seed));
      expect([...asText.services]).toEqual([...asWords.services]);
      const read = toData(YamlDocument.open(composeText(asText, ['a', 'b'])).root) as Record<string, Record<string, unknown>>;
      expect(read.services).toEqual(Object.fromEntries(asText.services));
    }),
  );
});

describe('secrets', () => {
  test('leave the file, one variable for each value', () => {
    const stack = stackOfRunLines(`docker run --name db -e POSTGRES_PASSWORD='pa$s "w0rd' -e PGURL=postgres://u:tr0ub4dor@db/x postgres
docker run --name web -e DB_PASSWORD='pa$s "w0rd' -l token=tok-en_1234567890 x server --password hunter2-a1 --port 80`);
    const secrets = takeSecretsOut(stack, undefined);
    expect(secrets.map(({ name, value, key }) => [name, value, key])).toEqual([
      ['DB_POSTGRES_PASSWORD', 'pa$s "w0rd', 'environment'],
      ['DB_PGURL', 'tr0ub4dor', 'environment'],
      ['WEB_TOKEN', 'tok-en_1234567890', 'labels'],
      ['WEB_PASSWORD', 'hunter2-a1', 'command'],
    ]);
    const text = composeText(stack, []);
    for (const { value } of secrets) expect(text).not.toContain(value.slice(0, 4));
    expect(stack.services.get('web')).toMatchObject({
      environment: { DB_PASSWORD: '${DB_POSTGRES_PASSWORD:?}' },
      command: ['server', '--password', '${WEB_PASSWORD:?}', '--port', '80'],
    });
  });

  test('what .env says already keeps its meaning', () => {
    const stack = stackOfRunLines('docker run --name db -e PASSWORD=one-1111 x');
    expect(takeSecretsOut(stack, 'DB_PASSWORD=two-2222\n').map(({ name }) => name)).toEqual(['DB_PASSWORD_2']);
    const again = stackOfRunLines('docker run --name db -e PASSWORD=two-2222 x');
    expect(takeSecretsOut(again, 'DB_PASSWORD=two-2222\n').map(({ name }) => name)).toEqual(['DB_PASSWORD']);
  });

  test('a variable is none that is written here', () => {
    expect(takeSecretsOut(stackOfRunLines('docker run -e PASSWORD=$PASSWORD x'), undefined)).toEqual([]);
  });
});
