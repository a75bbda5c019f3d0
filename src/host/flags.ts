import { table } from '../table';
import type { Data } from '../yaml/types';

/** Flags whose setting has another name, and those that are short. What may be given several times becomes a list or a map. */
const NAMES = table<{ name: string; many?: 'list' | 'map' }>({
  H: { name: 'hosts', many: 'list' },
  host: { name: 'hosts', many: 'list' },
  D: { name: 'debug' },
  l: { name: 'log-level' },
  s: { name: 'storage-driver' },
  g: { name: 'data-root' },
  G: { name: 'group' },
  p: { name: 'pidfile' },
  b: { name: 'bridge' },
  'insecure-registry': { name: 'insecure-registries', many: 'list' },
  'registry-mirror': { name: 'registry-mirrors', many: 'list' },
  'authorization-plugin': { name: 'authorization-plugins', many: 'list' },
  'storage-opt': { name: 'storage-opts', many: 'list' },
  'exec-opt': { name: 'exec-opts', many: 'list' },
  label: { name: 'labels', many: 'list' },
  'log-opt': { name: 'log-opts', many: 'map' },
  'default-ulimit': { name: 'default-ulimits', many: 'map' },
  'add-runtime': { name: 'runtimes', many: 'map' },
});

/** Those that need no value. */
const SWITCHES = new Set(
  'D debug icc ip-forward ip-masq ip6tables iptables ipv6 live-restore no-new-privileges raw-logs rootless selinux-enabled tls tlsverify userland-proxy init experimental validate'.split(
    ' ',
  ),
);

/** The settings that flags of dockerd make, by the names they have in its configuration. Words that are no flags are left out. */
export function settingsOfFlags(words: readonly string[]): ReadonlyMap<string, Data> {
  const found = new Map<string, Data>();
  for (let at = 0; at < words.length; at++) {
    const flag = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(words[at]!);
    if (!flag) continue;
    const [, written = '', given] = flag;
    const row = NAMES[written] ?? { name: written };
    if (given === undefined && SWITCHES.has(written)) {
      found.set(row.name, true);
      continue;
    }
    const value = given ?? words[++at] ?? '';
    if (row.many === 'list') found.set(row.name, [...((found.get(row.name) as Data[] | undefined) ?? []), value]);
    else if (row.many === 'map') {
      const [key = '', ...rest] = value.split('=');
      found.set(
        row.name,
        Object.fromEntries([...Object.entries((found.get(row.name) as object | undefined) ?? {}), [key, rest.join('=')]]),
      );
    } else found.set(row.name, value === 'true' ? true : value === 'false' ? false : value);
  }
  return found;
}
