/** Families of sockets by number, as AppArmor calls them. Source: include/linux/socket.h, and apparmor.d(5). */
export const FAMILIES: Readonly<Record<number, string>> = {
  1: 'unix',
  2: 'inet',
  10: 'inet6',
  16: 'netlink',
  17: 'packet',
  29: 'can',
  31: 'bluetooth',
  38: 'alg',
  40: 'vsock',
  44: 'xdp',
};

const TYPES: Readonly<Record<number, string>> = { 1: 'stream', 2: 'dgram', 3: 'raw', 4: 'rdm', 5: 'seqpacket', 10: 'packet' };

/** `2:1` as `inet stream`; what has no name keeps its number. */
export function familyAndType(socket: string): string {
  const [family = 0, type = 0] = socket.split(':').map(Number);
  return `${FAMILIES[family] ?? family} ${TYPES[type] ?? type}`;
}
