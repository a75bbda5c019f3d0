import { parentOf } from '../../../compose/container-path';
import type { SourceText } from './analysis';
import { type Argument, argument, type Call, isFile, optionsIn, pathOf, record } from './call';
import { filesMatching } from './globs';
import { ownerOf } from './programs/change';
import { known, type Value } from './value';

/*
 * As whom the workers of a server run, and what it writes, where its configuration says so. Only root can be told to become somebody else.
 */

type Reader = (call: Call) => void;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['nginx', nginx],
  ['apache', apache],
  ['php-fpm', phpFpm],
  [
    'haproxy',
    (call) =>
      byDirectives(
        call,
        ['-f'],
        ['/etc/haproxy/haproxy.cfg', '/usr/local/etc/haproxy/haproxy.cfg'],
        {
          user: /^\s*user\s+(\S+)/i,
          group: /^\s*group\s+(\S+)/i,
          writes: /^\s*(?:pidfile|stats\s+socket)\s+(\S+)/i,
        },
        HAPROXY_VALUED,
      ),
  ],
  ['mysql', (call) => byOption(call, ['--user', '-u'])],
  ['mariadb', (call) => byOption(call, ['--user', '-u'])],
  ['memcached', (call) => byOption(call, ['-u', '--user'])],
  ['named', (call) => byOption(call, ['-u'])],
  ['dnsmasq', (call) => byOption(call, ['-u', '--user'])],
  [
    'mosquitto',
    (call) =>
      byDirectives(call, ['-c'], ['/etc/mosquitto/mosquitto.conf', '/mosquitto/config/mosquitto.conf'], {
        user: /^\s*user\s+(\S+)/,
        // https://mosquitto.org/man/mosquitto-conf-5.html: what it becomes when nothing says so.
        otherwise: 'mosquitto',
        writes: /^\s*(?:pid_file|persistence_location|log_dest\s+file)\s+(\S+)/,
      }),
  ],
  [
    'unbound',
    (call) =>
      byDirectives(call, ['-c'], ['/etc/unbound/unbound.conf'], {
        user: /^\s*username:\s*"?([^"\s]+)/,
        writes: /^\s*(?:pidfile|logfile):\s*"?([^"\s]+)/,
      }),
  ],
  ['redis', redis],
  ['registry', registry],
  ['valkey', redis],
]);

/** Notes what the configuration of a server says, for one that is started by a call. */
export function readServerConfig(call: Call, server: string): void {
  READERS.get(server)?.(call);
}

/** A user by the configuration: only root can become it. */
function become(call: Call, by: string, value: Value, written: string): void {
  if (call.who.uid !== 0) return;
  const owner = ownerOf(call, value, written);
  if (owner.uid !== 0) record(call, { do: 'become', by, owner });
}

function writes(call: Call, by: string, word: Argument, what: 'file' | 'directory' = 'file'): void {
  const path = pathOf(call, word);
  if (isFile(path) && path.path !== undefined && !isStream(call, path.path)) record(call, { do: 'write', by, what, ...path });
}

/** Short options of most servers that take a value. */
const VALUED = ['-g', '-p', '-e', '-y', '-d', '-D'];

/** `-db` and `-D` of haproxy are flags. */
const HAPROXY_VALUED = ['-p', '-n', '-N', '-m', '-L', '-C', '-x', '-S'];

/** Logs are often links to what the process says. */
function isStream({ analysis }: Call, path: string): boolean {
  const node = analysis.files.find(path, { follow: false })?.node;
  return node?.kind === 'symlink' && /^\/(?:dev|proc)\//.test(node.link);
}

/** The files that are given with an option, else the usual ones that are there. */
function configFiles(call: Call, options: readonly string[], usual: readonly string[], valued: readonly string[] = VALUED): string[] {
  const { named } = optionsIn(call.words.slice(1), [...options, ...valued]);
  const given = options.flatMap((option) => named.get(option) ?? []);
  const paths = given.flatMap((word) => pathOf(call, word).path ?? []);
  return (paths.length > 0 ? paths : usual.flatMap((pattern) => filesMatching(call.analysis.files, pattern))).filter((path) =>
    call.analysis.files.find(path),
  );
}

interface Line {
  text: string;
  source: SourceText;
  number: number;
}

/** The lines of a configuration and of what it includes. */
function linesOf(call: Call, file: string, include: RegExp, base: string, comment = /^\s*[#;]/, depth = 0): Line[] {
  const { analysis, state, who } = call;
  const source = depth > 8 ? undefined : analysis.source(file, call.at, state, who);
  if (!source) return [];
  return source.text.split('\n').flatMap((text, index): Line[] => {
    if (comment.test(text)) return [];
    const pattern = include.exec(text)?.[1];
    if (pattern === undefined) return [{ text, source, number: index + 1 }];
    const absolute = pattern.startsWith('/') ? pattern : `${base}/${pattern}`;
    return filesMatching(analysis.files, absolute).flatMap((path) => linesOf(call, path, include, base, comment, depth + 1));
  });
}

function at(call: Call, { source, number }: Line): Call {
  return { ...call, at: call.analysis.place(source, number) };
}

const NGINX = [
  '/etc/nginx/nginx.conf',
  '/usr/local/nginx/conf/nginx.conf',
  '/usr/local/openresty/nginx/conf/nginx.conf',
  '/opt/bitnami/nginx/conf/nginx.conf',
];

/** https://nginx.org/en/docs/ngx_core_module.html#user */
function nginx(call: Call): void {
  const [file] = configFiles(call, ['-c'], NGINX);
  if (file === undefined) return;
  for (const line of linesOf(call, file, /^\s*include\s+([^;\s]+)\s*;/, parentOf(file), /^\s*#/)) {
    const user = /^\s*user\s+([^;\s]+)(?:\s+([^;\s]+))?\s*;/.exec(line.text);
    if (user) become(at(call, line), 'nginx', known(user[2] ? `${user[1]}:${user[2]}` : user[1]!), user[1]!);
    const written =
      /^\s*(?:pid|error_log|access_log|client_body_temp_path|proxy_temp_path|fastcgi_temp_path|uwsgi_temp_path|scgi_temp_path|proxy_cache_path)\s+([^;\s]+)/.exec(
        line.text,
      )?.[1];
    if (written !== undefined && /^\/[^$]*$/.test(written)) writes(at(call, line), 'nginx', argument(written));
  }
}

const APACHE = ['/usr/local/apache2/conf/httpd.conf', '/etc/apache2/apache2.conf', '/etc/apache2/httpd.conf', '/etc/httpd/conf/httpd.conf'];

/** https://httpd.apache.org/docs/2.4/mod/mod_unixd.html#user */
function apache(call: Call): void {
  const [file] = configFiles(call, ['-f'], APACHE);
  if (file === undefined) return;
  const base = file.includes('/conf/') ? parentOf(parentOf(file)) : parentOf(file);
  const lines = linesOf(call, file, /^\s*Include(?:Optional)?\s+"?([^"\s]+)/i, base, /^\s*#/);
  let [root, pid] = [base, false];
  for (const line of lines) {
    const [, name = '', written] = APACHE_DIRECTIVE.exec(line.text) ?? [];
    if (written === undefined) continue;
    const directive = name.toLowerCase();
    const value = withVariables(call, written.replace(/^(?:file|flock|fcntl):/, ''));
    if (directive === 'serverroot') root = value.text ?? root;
    else if (directive === 'user')
      become(at(call, line), 'apache', value.text?.startsWith('#') ? known(value.text.slice(1), value.from) : value, written);
    else if (value.text !== undefined && !/^(?:\||syslog|default$|none$|sem$|pthread$|sysvsem$|posixsem$)/.test(value.text)) {
      pid ||= directive === 'pidfile';
      const absolute = value.text.startsWith('/') ? value : known(`${root}/${value.text}`, value.from);
      const what = directive === 'mutex' || directive === 'defaultruntimedir' ? 'directory' : 'file';
      writes(at(call, line), 'apache', { value: absolute, written }, what);
    }
  }
  // Where its own build puts it; the builds of distributions say it in their configuration.
  if (!pid && root === '/usr/local/apache2') writes(call, 'apache', argument(`${root}/logs/httpd.pid`));
}

const APACHE_DIRECTIVE = /^\s*(ServerRoot|User|PidFile|ErrorLog|CustomLog|TransferLog|Mutex|DefaultRuntimeDir)\s+"?([^"\s]+)/i;

/** `${APACHE_RUN_USER}` is a variable of its process. */
function withVariables({ state }: Call, text: string): Value {
  const from = new Set<string>();
  let open = false;
  const out = text.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = state.get(name);
    for (const each of value.from) from.add(each);
    open ||= value.text === undefined;
    return value.text ?? '';
  });
  return open ? { others: [], open: true, from: [...from].sort() } : known(out, [...from].sort());
}

const PHP_FPM = [
  '/usr/local/etc/php-fpm.conf',
  '/etc/php/*/fpm/php-fpm.conf',
  '/etc/php*/php-fpm.conf',
  '/etc/php-fpm.conf',
  '/opt/bitnami/php/etc/php-fpm.conf',
];

/** https://www.php.net/manual/en/install.fpm.configuration.php */
function phpFpm(call: Call): void {
  const [file] = configFiles(call, ['-y', '--fpm-config'], PHP_FPM);
  if (file === undefined) return;
  const base = file.startsWith('/usr/local/etc') ? '/usr/local' : parentOf(file);
  const pools = new Map<string, { user?: Line & { name: string }; group?: string }>();
  let pool = 'global';
  for (const line of linesOf(call, file, /^\s*include\s*=\s*(\S+)/, base, /^\s*;/)) {
    pool = /^\s*\[([^\]]+)\]/.exec(line.text)?.[1] ?? pool;
    const [, key, value] = /^\s*(user|group|pid|error_log|listen|access\.log|slowlog)\s*=\s*"?([^";\s]+)/.exec(line.text) ?? [];
    if (key === undefined || value === undefined) continue;
    const known = pools.get(pool) ?? {};
    if (key === 'user') pools.set(pool, { ...known, user: { ...line, name: value } });
    else if (key === 'group') pools.set(pool, { ...known, group: value });
    else if (value.startsWith('/')) writes(at(call, line), 'php-fpm', argument(value));
  }
  for (const { user, group } of pools.values()) {
    if (user) become(at(call, user), 'php-fpm', known(group ? `${user.name}:${group}` : user.name), user.name);
  }
}

/** An option of the command line: `--user=mysql`. */
function byOption(call: Call, options: readonly string[]): void {
  const { named } = optionsIn(call.words.slice(1), options);
  const user = options.map((option) => named.get(option)).find((each) => each !== undefined);
  if (user) become(call, call.words[0]!.value.text!.replace(/^.*\//, ''), user.value, user.written);
}

function byDirectives(
  call: Call,
  options: readonly string[],
  usual: readonly string[],
  patterns: { user: RegExp; group?: RegExp; writes?: RegExp; otherwise?: string },
  valued?: readonly string[],
): void {
  const by = call.words[0]!.value.text!.replace(/^.*\//, '');
  let told = false;
  for (const file of configFiles(call, options, usual, valued)) {
    const lines = linesOf(call, file, /^\s*include(?:_dir)?:?\s+"?([^"\s]+)/, parentOf(file));
    const user = lines.find(({ text }) => patterns.user.test(text));
    const group = lines.map(({ text }) => patterns.group?.exec(text)?.[1]).find((each) => each !== undefined);
    if (user) {
      told = true;
      const name = patterns.user.exec(user.text)![1]!;
      become(at(call, user), by, known(group ? `${name}:${group}` : name), name);
    }
    for (const line of lines) {
      const written = patterns.writes?.exec(line.text)?.[1];
      if (written?.startsWith('/')) writes(at(call, line), by, argument(written));
    }
  }
  const { otherwise } = patterns;
  if (!told && otherwise !== undefined && call.analysis.accounts.user(otherwise)) become(call, by, known(otherwise), otherwise);
}

/** `redis-server /etc/redis/redis.conf --dir /data`: it stays who it is, and writes where that says, else to the directory it is in. */
function redis(call: Call): void {
  const words = call.words.slice(1);
  const [first] = words;
  const told = first === undefined || first.value.text?.startsWith('-') ? undefined : pathOf(call, first).path;
  const file = told !== undefined && call.analysis.files.find(told) ? told : undefined;
  let directory: { call: Call; word: Argument } | undefined;
  for (const line of file === undefined ? [] : linesOf(call, file, /^\s*include\s+(\S+)/, parentOf(file))) {
    const [, name, written] = /^\s*(dir|logfile|pidfile|unixsocket|aclfile)\s+"?(\/[^"\s]+)/.exec(line.text) ?? [];
    if (written === undefined) continue;
    if (name === 'dir') directory = { call: at(call, line), word: argument(written) };
    else writes(at(call, line), 'redis-server', argument(written));
  }
  const given = words[words.findIndex(({ value }) => value.text === '--dir') + 1];
  if (given?.value.text !== undefined && words.some(({ value }) => value.text === '--dir')) directory = { call, word: given };
  // What the file says is not known where it is not there.
  if (directory) writes(directory.call, 'redis-server', directory.word, 'directory');
  else if (told === undefined || file !== undefined) writes(call, 'redis-server', { value: call.state.cwd, written: '.' }, 'directory');
}

/** https://distribution.github.io/distribution/about/configuration/: `registry serve /etc/docker/registry/config.yml` */
function registry(call: Call): void {
  const file = call.words
    .slice(1)
    .flatMap((word) => pathOf(call, word).path ?? [])
    .find((path) => /\.ya?ml$/.test(path));
  if (file === undefined || !call.analysis.files.find(file)) return;
  for (const line of linesOf(call, file, /^\0(\S+)/, parentOf(file))) {
    const written = /^\s*rootdirectory:\s*["']?(\/[^"'\s]+)/.exec(line.text)?.[1];
    if (written !== undefined) writes(at(call, line), 'registry', argument(written), 'directory');
  }
}
