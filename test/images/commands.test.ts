import { checkCommands, commandsIn, isCommand, startCommands } from '../../src/images/commands';
import { matchImage } from '../../src/images/match';
import { service } from './service-factory';

const programs = (...words: string[]): string[] => commandsIn(words).map(({ program }) => program);

test.each<[string, string[], string[]]>([
  ['a program', ['/usr/sbin/sshd', '-D'], ['sshd']],
  ['a shell line', ['sh', '-c', 'mkdir -p /x && exec redis-server /x.conf'], ['sh', 'mkdir', 'redis-server']],
  ['a login shell with options', ['/bin/bash', '-euo', 'pipefail', '-c', 'a; b | c'], ['bash', 'a', 'b', 'c']],
  ['a line after --', ['sh', '-c', '--', 'sleep 1; crond -f'], ['sh', 'sleep', 'crond']],
  ['tini', ['/sbin/tini', '-g', '--', 'sshd'], ['tini', 'sshd']],
  ['dumb-init with a rewrite', ['dumb-init', '-r', '15:3', '--', 'nginx'], ['dumb-init', 'nginx']],
  ['env', ['env', 'A=b', '-u', 'C', 'traefik'], ['env', 'traefik']],
  ['env in a shell', ['env', 'A=b', 'sh', '-c', 'exec vsftpd'], ['env', 'sh', 'vsftpd']],
  ['gosu', ['gosu', 'redis:redis', 'redis-server'], ['gosu', 'redis-server']],
  ['su-exec within tini', ['tini', '--', 'su-exec', '1000', 'node', 'x.js'], ['tini', 'su-exec', 'node']],
  ['setpriv', ['setpriv', '--reuid', 'app', '--clear-groups', '--bounding-set=-all', 'app'], ['setpriv', 'app']],
  ['su with a line', ['su', '-s', '/bin/sh', 'www-data', '-c', 'php cron.php'], ['su', 'sh', 'php']],
  ['su with the line first', ['su', '-c', 'php cron.php', 'www-data'], ['su', 'sh', 'php']],
  ['sudo', ['sudo', '-u', 'app', '-E', 'nmap', '-sS'], ['sudo', 'nmap']],
  ['timeout and nice', ['timeout', '-s', 'KILL', '60', 'nice', '-n', '5', 'pg_dump'], ['timeout', 'nice', 'pg_dump']],
  ['busybox', ['busybox', 'chown', '-R', '1000', '/data'], ['busybox', 'chown']],
  ['a shell of busybox', ['busybox', 'sh', '-c', 'chown 1 /d'], ['busybox', 'sh', 'chown']],
  ['find', ['find', '/d', '-exec', 'chown', '1', '{}', ';'], ['find', 'chown']],
  ['xargs', ['sh', '-c', 'ls | xargs -I {} chown 1 {}'], ['sh', 'ls', 'xargs', 'chown']],
  ['an entrypoint that hands over', ['/usr/local/bin/docker-entrypoint.sh', 'mysqld', '--x'], ['docker-entrypoint.sh', 'mysqld']],
  ['wait-for-it', ['./wait-for-it.sh', 'db:5432', '-t', '9', '--', 'sshd', '-D'], ['wait-for-it.sh', 'sshd']],
  ['a line with its arguments', ['sh', '-c', 'prepare; exec "$@"', '--', 'postgres', '-c', 'x'], ['sh', 'prepare', 'postgres']],
  ['a command within a substitution', ['sh', '-c', 'echo $(ping -c1 gw)'], ['sh', 'ping', 'echo']],
  ['a loop', ['bash', '-c', 'while true; do pg_dump -h db > /b; sleep 1; done'], ['bash', 'true', 'pg_dump', 'sleep']],
  ['capsh', ['capsh', '--drop=all', '--', '-c', 'exec app'], ['capsh', 'sh', 'app']],
])('%s', (_what, words, expected) => {
  expect(programs(...words)).toEqual(expected);
});

test.each([[['serve', 'ping']], [['mysqladmin', 'ping']], [['traefik', '--ping']]])('%p runs no ping', (words) => {
  expect(programs(...words)).not.toContain('ping');
});

test('arguments for the program of the image are no commands', () => {
  expect(startCommands(service({ image: 'acme/app', command: ['--sudo', 'sudo'] }), undefined)).toEqual([]);
  expect(startCommands(service({ image: 'prom/prometheus', command: ['sudo'] }), matchImage('prom/prometheus'))).toEqual([]);
  expect(startCommands(service({ image: 'acme/app', entrypoint: ['sh', '-c'], command: ['exec sshd'] }), undefined)[1]?.program).toBe(
    'sshd',
  );
});

test.each([
  [{ test: 'curl -f x && ping -c1 gw' }, true],
  [{ test: ['CMD', '/bin/ping', 'gw'] }, true],
  [{ test: ['CMD-SHELL', 'ping -c1 gw || exit 1'] }, true],
  [{ test: ['CMD', 'redis-cli', 'ping'] }, false],
  [{ test: ['NONE'] }, false],
])('a health check %j', (healthcheck, expected) => {
  const commands = checkCommands(service({ keys: { healthcheck } }));
  expect(commands.some((command) => isCommand(command, 'ping'))).toBe(expected);
});

test('a form may ask for arguments', () => {
  const [setpriv, rsync] = [commandsIn(['setpriv', '--bounding-set=-all', 'x'])[0]!, commandsIn(['rsync', '--daemon'])[0]!];
  expect(isCommand(setpriv, 'setpriv --bounding-set*')).toBe(true);
  expect(isCommand(rsync, 'rsync --server')).toBe(false);
});

test('what wraps itself ends', () => {
  expect(commandsIn(Array.from({ length: 5000 }, () => 'env')).length).toBeLessThan(20);
  expect(commandsIn(['sh', '-c', 'a;'.repeat(100_000)]).length).toBeLessThanOrEqual(501);
});
