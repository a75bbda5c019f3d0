/*
 * Which texts are kept while a layer goes by. It goes by once, and where an image starts is not known before all of them are read: a script is
 * kept when it is one, and configurations by their place. Programs, documents and other languages are not.
 */

/** Interpreters whose scripts are read: shells, and the one of s6. A wrapper (`with-contenv`) has the real one behind it. */
const READ =
  /^#![ \t]*(?:\S*\/)?(?:env[ \t]+(?:-\S+[ \t]+)*)?(?:busybox[ \t]+)?(?:(?:ba|da|a|k|z|mk)?sh|execlineb|with-contenv|openrc-run)\b/;

/** Scripts of packages and sources: thousands of them, and no image starts with one. */
const ASIDE =
  /^(?:usr\/share\/(?:doc|man|info)|usr\/src|usr\/lib\/git-core|usr\/libexec\/git-core|var\/lib\/dpkg)\/|\/(?:node_modules|site-packages|dist-packages)\//;

/** Shell that is only sourced needs no `#!`. */
const SOURCED = /\.(?:sh|bash|ash|envsh|subr|inc\.sh)$/;

/** Where programs are that are called by their names. */
const PROGRAM = /(?:^|\/)s?bin\/[^/]+$|^[^/.]+$/;

/** Configurations that say as whom something runs, or where it writes; by their path without its first slash. */
const CONFIGURATIONS: readonly RegExp[] = [
  /^etc\/(?:passwd|group|os-release|crontab|inittab)$/,
  /^usr\/lib\/os-release$/,
  /^etc\/(?:cron\.[a-z]+|crontabs|s6|s6-overlay|services\.d|cont-init\.d|cont-finish\.d|fix-attrs\.d|service|runit|sv|my_init\.d|init\.d|conf\.d|default|sudoers\.d)\//,
  /^(?:run\/s6|package\/admin|var\/spool\/cron)\//,
  /(?:^|\/)supervisor[^/]*\.(?:conf|ini)$|(?:^|\/)supervisor(?:d?\.d|\/conf\.d|\/conf)?\/[^/]+\.(?:conf|ini)$/,
  /(?:^|\/)nginx\.conf$|^etc\/nginx\/(?:[^/]+\/)*[^/]+$/,
  /(?:^|\/)(?:httpd|apache2)\.conf$|^etc\/apache2\/(?:[^/]+\/)*[^/]+$|^etc\/httpd\/(?:[^/]+\/)*[^/]+\.conf$|(?:^|\/)envvars$/,
  /(?:^|\/)php-fpm[^/]*\.conf$|(?:^|\/)(?:php-fpm\.d|pool\.d|fpm-pool\.d)\/[^/]+\.conf$/,
  /^etc\/ssh\/(?:sshd_config|sshd_config\.d\/[^/]+)$/,
  /^(?:usr\/local\/)?etc\/(?:redis|valkey|mosquitto|haproxy|my\.cnf|mysql|unbound|bind|dnsmasq|squid|memcached)[^/]*(?:$|\/.+\.(?:conf|cnf|cfg)$)/,
  /^mosquitto\/config\/(?:[^/]+\/)*[^/]+\.conf$/,
  /^etc\/(?:docker\/registry|distribution)\/[^/]+\.ya?ml$/,
  /^etc\/sudoers$/,
];

/** Whether a text is kept, by the path of its entry, the beginning of its content and whether it can be executed. */
export function isKept(path: string, first: Buffer, { mode }: { mode: number }): boolean {
  const plain = path.replace(/^(?:\.?\/)+/, '');
  const script = first[0] === 0x23 && first[1] === 0x21;
  if (script || SOURCED.test(plain)) {
    if (ASIDE.test(plain)) return false;
    return script ? READ.test(first.toString('latin1', 0, 256)) : !first.subarray(0, 512).includes(0);
  }
  if (CONFIGURATIONS.some((pattern) => pattern.test(plain))) return !first.subarray(0, 512).includes(0);
  // An executable text without `#!` is a shell script to who calls it.
  return (mode & 0o111) !== 0 && PROGRAM.test(plain) && isText(first);
}

function isText(first: Buffer): boolean {
  const start = first.subarray(0, 256);
  for (const byte of start) if (byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b)) return false;
  return true;
}
