import { ComposeProject } from '../../src/compose/project';
import { compare, factsOf } from '../../src/compose/reach/compare';
import { doorText } from '../../src/compose/reach/doors';
import { edgesOf } from '../../src/compose/reach/edges';
import { exposuresOf } from '../../src/compose/reach/exposure';
import { readTopology } from '../../src/compose/reach/topology';
import type { Edge, NodeId } from '../../src/compose/reach/types';
import { YamlDocument } from '../../src/yaml/document';

function edges(text: string): Edge[] {
  return edgesOf(readTopology(ComposeProject.read(YamlDocument.open(text))));
}

const short = (node: NodeId): string => node.replace(/^service:/, '');

/** `web -> db: network back as db, postgres`, with a question mark for what is not sure. */
function lines(text: string, keep: (edge: Edge) => boolean = () => true): string[] {
  return edges(text)
    .filter(keep)
    .map(({ from, to, way, network, names, door, sure }) => {
      const over = door ? `${way} ${doorText(door)}` : network && way !== 'direct' ? `${way} ${network}` : way;
      return `${short(from)} -> ${short(to)}: ${over}${names.length > 0 ? ` as ${names.join(', ')}` : ''}${sure ? '' : ' ?'}`;
    });
}

const betweenServices = ({ from, to }: Edge): boolean => from.startsWith('service:') && to.startsWith('service:');
const withOutside = ({ from, to }: Edge): boolean => from === 'outside' || to === 'outside';

describe('who reaches whom', () => {
  test('on the implicit default network everybody reaches everybody and the way out', () => {
    expect(lines('services: { web: { image: a }, db: { image: b } }')).toEqual([
      'web -> db: network default as db',
      'web -> host: gateway',
      'web -> outside: egress default',
      'db -> web: network default as web',
      'db -> host: gateway',
      'db -> outside: egress default',
      'host -> web: address',
      'host -> db: address',
    ]);
  });

  test('`networks` takes a service off the default one, and links do not cross networks (R18)', () => {
    const text = `
services:
  web: { image: a, links: ["db:mysql"], depends_on: [db] }
  db: { image: b, networks: [back] }
networks: { back: {} }`;
    expect(lines(text, betweenServices)).toEqual([]);
    expect(lines(text.replace('[back]', '[back, default]'), betweenServices)).toEqual([
      'web -> db: network default as db, mysql',
      'db -> web: network default as web',
    ]);
  });

  test('container name, host name and aliases are names; aliases on their own network only', () => {
    const text = `
services:
  web: { image: a, networks: [front, back] }
  db:
    image: b
    container_name: shop-db
    hostname: dbhost
    networks: { front: { aliases: [public] }, back: { aliases: [postgres, "\${UNSET:-pg}"] } }
networks: { front: {}, back: {} }`;
    expect(lines(text, ({ to }) => to === 'service:db').slice(0, 2)).toEqual([
      'web -> db: network front as db, shop-db, dbhost, public',
      'web -> db: network back as db, shop-db, dbhost, postgres, pg',
    ]);
  });

  test('`network_mode: service:x` is x', () => {
    const text = `
services:
  vpn: { image: a, ports: ["8080:80"] }
  app: { image: b, network_mode: "service:vpn" }
  tool: { image: c, network_mode: "service:app" }
  db: { image: d }`;
    expect(lines(text, (edge) => betweenServices(edge) && edge.way !== 'published')).toEqual([
      'vpn -> app: stack as localhost, vpn',
      'vpn -> tool: stack as localhost, vpn',
      'vpn -> db: network default as db',
      'app -> vpn: stack as localhost, vpn',
      'app -> tool: stack as localhost, vpn',
      'app -> db: network default as db',
      'tool -> vpn: stack as localhost, vpn',
      'tool -> app: stack as localhost, vpn',
      'tool -> db: network default as db',
      'db -> vpn: network default as vpn',
      'db -> app: network default as vpn',
      'db -> tool: network default as vpn',
    ]);
    expect(lines(text, ({ from, to, door }) => from === 'outside' && to === 'service:tool' && door?.family === 4)).toEqual([
      'outside -> tool: published 0.0.0.0:8080 -> 80/tcp',
    ]);
  });

  test('modes that go round in a circle, or nowhere, are not known rather than endless', () => {
    const text =
      'services: { a: { image: a, network_mode: "service:b" }, b: { image: b, network_mode: "service:a" }, c: { image: c, network_mode: "service:gone" } }';
    expect(lines(text, withOutside)).toEqual(['a -> outside: egress ?', 'b -> outside: egress ?', 'c -> outside: egress ?']);
  });

  test('host, none, bridge, and what hangs on a variable', () => {
    const text = `
services:
  on-host: { image: a, network_mode: host }
  alone: { image: b, network_mode: none }
  old: { image: c, network_mode: bridge }
  old2: { image: c, network_mode: bridge }
  vague: { image: d, network_mode: "\${MODE}" }
  outside-container: { image: e, network_mode: "container:vpn" }`;
    expect(lines(text, betweenServices)).toEqual([
      'on-host -> old: address',
      'on-host -> old2: address',
      'old -> on-host: gateway',
      'old -> old2: network bridge',
      'old2 -> on-host: gateway',
      'old2 -> old: network bridge',
    ]);
    expect(lines(text, withOutside)).toEqual([
      'on-host -> outside: egress',
      'old -> outside: egress bridge',
      'old2 -> outside: egress bridge',
      'vague -> outside: egress ?',
      'outside-container -> outside: egress ?',
      'outside -> on-host: direct',
    ]);
  });

  test('an internal network has no way out, and its published ports are not served (R17)', () => {
    const text = `
services:
  web: { image: a, ports: ["80:80"], networks: [front, back] }
  db: { image: b, ports: ["5432:5432"], networks: [back] }
networks: { front: {}, back: { internal: true } }`;
    expect(lines(text, withOutside)).toEqual([
      'web -> outside: egress front',
      'outside -> web: published 0.0.0.0:80 -> 80/tcp',
      'outside -> web: published [::]:80 -> 80/tcp',
    ]);
    expect(lines(text, ({ from, to }) => from === 'host' && to === 'service:db')).toEqual(['host -> db: address']);
  });

  test('a loopback port is for the host only (R19); any other also for containers that share no network', () => {
    const text = `
services:
  local: { image: a, ports: ["127.0.0.1:5432:5432", "[::1]:5433:5432"], networks: [one] }
  open: { image: b, ports: ["192.168.1.5:6379:6379/udp", "8000-8001:80-81"], networks: [one] }
  other: { image: c, networks: [two] }
  on-host: { image: d, network_mode: host }
networks: { one: {}, two: {} }`;
    expect(lines(text, ({ from, way }) => from === 'outside' && way === 'published')).toEqual([
      'outside -> open: published 192.168.1.5:6379 -> 6379/udp',
      'outside -> open: published 0.0.0.0:8000-8001 -> 80-81/tcp',
      'outside -> open: published [::]:8000-8001 -> 80-81/tcp',
    ]);
    expect(lines(text, ({ from, way }) => from === 'service:other' && way === 'published')).toEqual([
      'other -> open: published 192.168.1.5:6379 -> 6379/udp',
      'other -> open: published 0.0.0.0:8000-8001 -> 80-81/tcp',
      'other -> open: published [::]:8000-8001 -> 80-81/tcp',
    ]);
    expect(lines(text, ({ from, to, way }) => from === 'service:on-host' && to === 'service:local' && way === 'published')).toEqual([
      'on-host -> local: published 127.0.0.1:5432 -> 5432/tcp as localhost',
      'on-host -> local: published [::1]:5433 -> 5432/tcp as localhost',
    ]);
  });

  test('who is on internal networks only does not get to a published port through the host', () => {
    const text = `
services:
  web: { image: a, ports: ["80:80"], networks: [front] }
  db: { image: b, networks: [back] }
  job: { image: c, networks: [back, other] }
networks: { front: {}, other: {}, back: { internal: true } }`;
    expect(
      lines(text, ({ to, way }) => to === 'service:web' && way === 'published').filter((line) => !/^(?:host|outside)/.test(line)),
    ).toEqual(['job -> web: published 0.0.0.0:80 -> 80/tcp', 'job -> web: published [::]:80 -> 80/tcp']);
  });

  test('an external network has others on it, and leads outside perhaps', () => {
    const text = `
services:
  web: { image: a, ports: ["80:80"], networks: [proxy] }
networks: { proxy: { external: true } }`;
    expect(lines(text)).toEqual([
      'web -> host: gateway',
      'web -> outside: egress proxy ?',
      'web -> others:proxy: network proxy ?',
      'host -> web: address',
      'host -> web: published 0.0.0.0:80 -> 80/tcp ?',
      'outside -> web: published 0.0.0.0:80 -> 80/tcp ?',
      'host -> web: published [::]:80 -> 80/tcp ?',
      'outside -> web: published [::]:80 -> 80/tcp ?',
      'others:proxy -> web: network proxy as web ?',
    ]);
  });

  test("Docker's own networks by name: bridge has no names, host is the host", () => {
    const text = `
services:
  a: { image: a, networks: [old] }
  b: { image: b, networks: [old] }
  c: { image: c, networks: [machine] }
networks: { old: { external: true, name: bridge }, machine: { external: { name: host } } }`;
    expect(lines(text, betweenServices)).toEqual([
      'a -> b: network old',
      'a -> c: gateway',
      'b -> a: network old',
      'b -> c: gateway',
      'c -> a: address',
      'c -> b: address',
    ]);
  });

  test('macvlan puts a container on the LAN; containers that may not talk do not', () => {
    const text = `
services:
  a: { image: a, networks: [lan] }
  b: { image: b, networks: [apart] }
  c: { image: c, networks: [apart] }
networks:
  lan: { driver: macvlan }
  apart: { driver_opts: { com.docker.network.bridge.enable_icc: "false" } }`;
    expect(lines(text, betweenServices)).toEqual([]);
    expect(lines(text, ({ from }) => from === 'outside')).toEqual(['outside -> a: direct']);
  });

  test('providers are no containers', () => {
    expect(lines('services: { p: { provider: { type: x } }, a: { image: a } }')).toEqual([
      'a -> host: gateway',
      'a -> outside: egress default',
      'host -> a: address',
    ]);
  });
});

describe('exposure', () => {
  test('doors, the LAN, other projects and the way out', () => {
    const text = `
services:
  db: { image: a, ports: ["5432:5432", "127.0.0.1:5433:5433"] }
  cache: { image: b, networks: [back] }
  dns: { image: c, network_mode: host }
  app: { image: d, networks: [proxy] }
networks: { back: { internal: true }, proxy: { external: true } }`;
    const all = exposuresOf(edges(text), ['db', 'cache', 'dns', 'app']);
    expect([...all.values()].map(({ doors, ...rest }) => ({ ...rest, doors: doors.map(doorText) }))).toEqual([
      { service: 'db', doors: ['0.0.0.0:5432 -> 5432/tcp', '[::]:5432 -> 5432/tcp'], direct: false, shared: [], egress: true },
      { service: 'cache', doors: [], direct: false, shared: [], egress: false },
      { service: 'dns', doors: [], direct: true, shared: [], egress: true },
      { service: 'app', doors: [], direct: false, shared: ['proxy'], egress: 'maybe' },
    ]);
  });
});

describe('the difference', () => {
  const before = 'services: { web: { image: a }, db: { image: b, ports: ["5432:5432"] } }';

  test('is nothing when a pair only moves to another network', () => {
    const moved = `
services: { web: { image: a, networks: [default, back] }, db: { image: b, ports: ["5432:5432"], networks: [default, back] } }
networks: { back: {} }`;
    expect(compare(edges(before), edges(moved))).toEqual({ lost: [], gained: [] });
  });

  test('names what is lost and what is gained', () => {
    const after = `
services: { web: { image: a }, db: { image: b, ports: ["127.0.0.1:5432:5432"], networks: { back: { aliases: [pg] } } } }
networks: { back: { internal: true } }`;
    const { lost, gained } = compare(edges(before), edges(after));
    const text = lost.map(({ from, to, name, door }) => [short(from), short(to), name ?? door].filter(Boolean).join(' '));
    expect(text).toContain('web db');
    expect(text).toContain('web db db');
    expect(text).toContain('db outside');
    expect(text).toContain('outside db 0.0.0.0:5432 -> 5432/tcp');
    expect(gained).toEqual([]);
    expect(factsOf(edges(before)).size).toBe(lost.length + factsOf(edges(after)).size);
  });
});
