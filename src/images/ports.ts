import type { Evidence, PortKind, Verdict } from './types';

/** Ports by which a datastore or queue is reached, whatever the image is called. Ports with a second common meaning are not here. */
const DATASTORE_PORTS = new Map<number, string>([
  [1433, 'SQL Server'],
  [1521, 'Oracle Database'],
  [2181, 'ZooKeeper'],
  [3306, 'MySQL'],
  [5432, 'PostgreSQL'],
  [5672, 'AMQP'],
  [5984, 'CouchDB'],
  [6379, 'Redis'],
  [7474, 'Neo4j'],
  [7687, 'Neo4j'],
  [8086, 'InfluxDB'],
  [9042, 'Cassandra'],
  [9092, 'Kafka'],
  [9200, 'Elasticsearch'],
  [9300, 'Elasticsearch'],
  [11211, 'memcached'],
  [15672, 'the RabbitMQ management page'],
  [27017, 'MongoDB'],
  [33060, 'MySQL X'],
]);

/** Ports that other machines must reach: resolvers, mail, web, VPN, peers, devices, players. */
const PUBLIC_PORTS = new Map<string, string>([
  ['53/tcp', 'DNS'],
  ['53/udp', 'DNS'],
  ['67/udp', 'DHCP'],
  ['123/udp', 'time'],
  ['853/tcp', 'DNS over TLS'],
  ['25/tcp', 'mail'],
  ['465/tcp', 'mail'],
  ['587/tcp', 'mail'],
  ['143/tcp', 'mail'],
  ['993/tcp', 'mail'],
  ['995/tcp', 'mail'],
  ['80/tcp', 'the web'],
  ['443/tcp', 'the web'],
  ['443/udp', 'the web'],
  ['1194/udp', 'OpenVPN'],
  ['1194/tcp', 'OpenVPN'],
  ['51820/udp', 'WireGuard'],
  ['1883/tcp', 'MQTT devices'],
  ['8883/tcp', 'MQTT devices'],
  ['1900/udp', 'device discovery'],
  ['5353/udp', 'device discovery'],
  ['3478/tcp', 'STUN'],
  ['3478/udp', 'STUN'],
  ['5060/tcp', 'telephony'],
  ['5060/udp', 'telephony'],
  ['6881/tcp', 'torrent peers'],
  ['6881/udp', 'torrent peers'],
  ['8096/tcp', 'media players'],
  ['8123/tcp', 'Home Assistant'],
  ['19132/udp', 'game clients'],
  ['21027/udp', 'Syncthing peers'],
  ['22000/tcp', 'Syncthing peers'],
  ['22000/udp', 'Syncthing peers'],
  ['25565/tcp', 'game clients'],
  ['32400/tcp', 'media players'],
]);

const EVIDENCE: Evidence[] = [
  {
    kind: 'compose-semantics',
    ref: 'https://www.iana.org/assignments/service-names-port-numbers',
    detail: 'a loopback port is reached by processes of this host only, not by other machines or containers',
  },
];

/** What a container port is for when the image does not say: by the number alone. */
export function wellKnownPort(port: number, protocol: 'tcp' | 'udp'): Verdict<PortKind> {
  const publicUse = PUBLIC_PORTS.get(`${port}/${protocol}`);
  if (publicUse) return { value: 'public', confidence: 'generic', why: `${port}/${protocol} is for ${publicUse}`, evidence: EVIDENCE };
  const store = protocol === 'tcp' ? DATASTORE_PORTS.get(port) : undefined;
  if (store) {
    const breaks = 'clients on other machines that use the published port';
    return { value: 'datastore', confidence: 'generic', why: `${port} is the port of ${store}`, breaks, evidence: EVIDENCE };
  }
  return { value: 'app', confidence: 'guess', why: `nothing is known about port ${port}/${protocol}`, evidence: [] };
}
