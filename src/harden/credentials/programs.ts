/* Where programs take credentials, for options and operands that do not say so by their name. */

/** How a program is handed credentials. */
export interface Program {
  /** Options whose value is one, in the next word or in the same: `-a x`, `-ax`. */
  options?: string;
  /** Only in the same word, as the next is something else: `mysql -px`. */
  attached?: string;
  /** Options whose value is `user:password`. */
  users?: readonly string[];
  /** The operand that is one: the first is 1. */
  operand?: number;
  /** What parts a user from its password; default `:`. */
  between?: string;
}

const TABLE: readonly (readonly [names: string, program: Program])[] = [
  ['redis-cli valkey-cli keydb-cli', { options: 'a' }],
  ['sshpass mongo mongosh mongodump mongorestore mongoexport mongoimport cqlsh login arangosh', { options: 'p' }],
  ['ldapsearch ldapwhoami ldapadd ldapmodify ldappasswd ldapdelete', { options: 'w' }],
  ['sqlcmd bcp osql mosquitto_pub mosquitto_sub mosquitto_rr ipmitool zip unzip tsql', { options: 'P' }],
  ['7z 7za 7zr rar unrar', { attached: 'p' }],
  ['snmpget snmpwalk snmpset', { options: 'c' }],
  ['curl etcdctl http https xh elasticsearch-users', { users: ['u', 'U', 'user', 'proxy-user', 'a', 'auth'] }],
  ['smbclient smbget rpcclient', { users: ['U'], between: '%' }],
  ['lftp', { users: ['u'], between: ',' }],
  ['add_user change_password authenticate_user', { operand: 2 }],
];

const BY_NAME = new Map(TABLE.flatMap(([names, program]) => names.split(' ').map((name): [string, Program] => [name, program])));

const MYSQL: Program = { attached: 'p' };
/** `htpasswd -nb user password`, `htpasswd -b file user password`. */
const HTPASSWD: Program = {};

/** What is known of a word as the name of a program, with its directory or without. */
export function programOf(word: string): Program | undefined {
  const name = word.slice(word.lastIndexOf('/') + 1);
  if (name.startsWith('mysql') || name.startsWith('mariadb')) return MYSQL;
  if (name === 'htpasswd' || name === 'mosquitto_passwd') return HTPASSWD;
  return BY_NAME.get(name);
}

/** The operand that is a password with these flags: `htpasswd -nb user password` has it as the second. */
export function operandWith(program: Program, flags: string): number | undefined {
  if (program !== HTPASSWD) return program.operand;
  if (!flags.includes('b')) return undefined;
  return flags.includes('n') ? 2 : 3;
}
