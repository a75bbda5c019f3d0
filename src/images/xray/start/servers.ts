interface Server {
  name: string;
  /** The name of the program, whole. */
  program: RegExp;
}

/** Well-known servers and interpreters by the names of their programs. */
const SERVERS: readonly Server[] = [
  { name: 'apache', program: /^(?:httpd|apache2)$/ },
  { name: 'caddy', program: /^caddy$/ },
  { name: 'clickhouse', program: /^clickhouse(?:-server)?$/ },
  { name: 'cron', program: /^(?:cron|crond|dcron|supercronic)$/ },
  { name: 'dnsmasq', program: /^dnsmasq$/ },
  { name: 'dotnet', program: /^dotnet$/ },
  { name: 'erlang', program: /^(?:beam\.smp|erl|erlexec)$/ },
  { name: 'haproxy', program: /^haproxy$/ },
  { name: 'influxdb', program: /^influxd$/ },
  { name: 'java', program: /^java$/ },
  { name: 'mariadb', program: /^mariadbd$/ },
  { name: 'memcached', program: /^memcached$/ },
  { name: 'mongodb', program: /^mongod$/ },
  { name: 'mosquitto', program: /^mosquitto$/ },
  { name: 'mysql', program: /^mysqld$/ },
  { name: 'named', program: /^named$/ },
  { name: 'nginx', program: /^(?:nginx|openresty)$/ },
  { name: 'node', program: /^(?:node|nodejs)$/ },
  { name: 'perl', program: /^perl(?:5[\d.]*)?$/ },
  { name: 'php', program: /^php(?:\d[\d.]*)?$/ },
  { name: 'php-fpm', program: /^php-fpm(?:\d[\d.]*)?$/ },
  { name: 'postfix', program: /^(?:postfix|master)$/ },
  { name: 'postgres', program: /^(?:postgres|postmaster)$/ },
  { name: 'python', program: /^python(?:\d[\d.]*)?$/ },
  { name: 'rabbitmq', program: /^rabbitmq-server$/ },
  { name: 'redis', program: /^redis-server$/ },
  { name: 'registry', program: /^(?:docker-)?registry$/ },
  { name: 'ruby', program: /^ruby(?:\d[\d.]*)?$/ },
  { name: 's6', program: /^s6-svscan$/ },
  { name: 'squid', program: /^squid$/ },
  { name: 'sshd', program: /^sshd$/ },
  { name: 'supervisord', program: /^supervisord$/ },
  { name: 'tor', program: /^tor$/ },
  { name: 'traefik', program: /^traefik$/ },
  { name: 'unbound', program: /^unbound$/ },
  { name: 'valkey', program: /^valkey-server$/ },
  { name: 'varnish', program: /^varnishd$/ },
];

/** What a program is, by its name without directories; undefined for one that is not known. */
export function serverNamed(program: string): string | undefined {
  return SERVERS.find((each) => each.program.test(program))?.name;
}
