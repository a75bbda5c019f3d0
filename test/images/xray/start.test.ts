import fc from 'fast-check';
import { deeds, factsOf, notes, shortly, startOf } from './start-of';
import { cpuMilliseconds, file, link, program, script } from './tars';

const END = '0 exec server';

describe('a script', () => {
  test.each<[string, string, string[]]>([
    ['ends in the command', 'exec "$@"', [END]],
    ['steps down with gosu', 'exec gosu app "$@"', ['0 gosu 1000', '1000 exec server']],
    ['steps down with su-exec, by numbers', 'exec su-exec 1000:33 "$@"', ['0 su-exec 1000:33', '1000 exec server']],
    [
      'steps down with setpriv',
      'exec setpriv --reuid=app --regid app --clear-groups -- "$@"',
      ['0 exec setpriv --reuid=app --regid app --clear-groups -- server', '0 setpriv 1000:1001', '1000 exec server'],
    ],
    [
      'steps down with chroot',
      'exec chroot --userspec=app:web / "$@"',
      ['0 exec chroot --userspec=app:web / server', '0 chroot 1000:33', '1000 exec server'],
    ],
    ['steps down with su', 'su -s /bin/sh app -c "server --x"', ['0 su 1000', '1000 run server --x']],
    ['steps down with sudo', 'exec sudo -E -u app server', ['0 exec sudo -E -u app server', '0 sudo 1000', '1000 exec server']],
    [
      'steps down behind init programs',
      'exec tini -- dumb-init s6-setuidgid app env A=b nice -n 5 server',
      [
        '0 exec tini -- dumb-init s6-setuidgid app env A=b nice -n 5 server',
        '0 exec dumb-init s6-setuidgid app env A=b nice -n 5 server',
        '0 s6-setuidgid 1000',
        '1000 exec server',
      ],
    ],
    [
      'becomes itself again as another user',
      'if [ "$(id -u)" = 0 ]; then chown -R app:app /data; exec gosu app "$0" "$@"; fi; mkdir -p /data/x; exec "$@"',
      ['0 chown 1000:1001 /data -R', '0 gosu 1000', '1000 write /data/x/', '1000 exec server'],
    ],
    ['asks whoami', 'if [ "$(whoami)" != root ]; then touch /no; fi; exec "$@"', [END]],
    ['asks EUID', '#!/bin/bash\nif (( EUID == 0 )); then touch /yes; else touch /no; fi; exec "$@"', ['0 write /yes', END]],
    ['finds and gives away', 'find "$DATA" ! -user app -exec chown app {} +; exec "$@"', ['0 chown 1000 /data -R', END]],
    ['gives away what comes in', 'echo /a /b | xargs -n 1 chown app; exec "$@"', ['0 chown 1000 /a /b', END]],
    [
      'writes by redirection',
      'echo a > /etc/a; { echo b; } >> /etc/b; cat <<EOF > "$DATA/c"\nx\nEOF\necho 2>/dev/null >/dev/stdout; exec "$@"',
      ['0 write /etc/a', '0 write /etc/b', '0 write /data/c', END],
    ],
    [
      'copies, moves, links and removes',
      'cp -a /x /y; mv /x /z; ln -sf /a /b; rm -rf /c; install -d -o app -m 700 /d; sed -i s/a/b/ /e; tee /f; dd if=/x of=/g; exec "$@"',
      [
        '0 write /y -p',
        '0 remove /x',
        '0 write /z -p',
        '0 link /b',
        '0 remove /c',
        '0 write /d/',
        '0 chown 1000 /d',
        '0 write /e',
        '0 write /f',
        '0 write /g',
        END,
      ],
    ],
    ['changes users', 'usermod -o -u "$PUID" app; usermod -u 5 app; exec "$@"', ['0 account app PUID', '0 account app 5', END]],
    ['works where it is told to', 'cd /data; touch a ./b ../c; exec "$@"', ['0 write /data/a', '0 write /data/b', '0 write /c', END]],
    [
      'has functions',
      'own() { chown "$1" "$2"; }\nmain() { own app /data; own web /srv; exec "$@"; }\nmain "$@"',
      ['0 chown 1000 /data', '0 chown 33 /srv', END],
    ],
    ['loops over what is known', 'for d in /a /b; do mkdir -p "$d"; done; exec "$@"', ['0 write /a/', '0 write /b/', END]],
    ['reads lines', 'printf "%s\\n" /a /b | while read -r d; do touch "$d"; done; exec "$@"', ['0 write /a', '0 write /b', END]],
    [
      'chooses by a case',
      'case "$1" in server) touch /a;; other*) touch /b;; *) touch /c;; esac; exec "$@"',
      ['0 write /a', '0 write /b -', '0 write /c -', END],
    ],
    ['defaults a variable', ': "${DIR:=/srv}"; mkdir "$DIR" "${OTHER:-/opt}/x"; exec "$@"', ['0 write /srv/', '0 write /opt/x/', END]],
    [
      'changes a variable',
      'p="$DATA/a.conf"; touch "${p%.conf}.d" "$(dirname "$p")/b" "$(basename "$p" .conf)"; exec "$@"',
      ['0 write /data/a.d', '0 write /data/b', '0 write /a', END],
    ],
    ['puts a program before an option', 'if [ "${1#-}" != "$1" ]; then set -- server "$@"; fi; exec "$@"', [END]],
    ['starts something beside it', 'helper & exec "$@"', ['0 start helper', END]],
    ['is told what to do at a signal', 'trap \'rm -f /x\' TERM; exec "$@"', ['0 remove /x', END]],
    [
      'asks for programs',
      'if command -v gosu >/dev/null; then touch /yes; fi; if ! type -p nothing; then touch /also; fi; exec "$@"',
      ['0 write /yes', '0 write /also', END],
    ],
  ])('%s', async (_what, text, expected) => {
    const facts = await startOf(text);
    expect(deeds(facts)).toEqual(
      expected.flatMap((each) => (each === '0 chown 1000 /a /b' ? ['0 chown 1000 /a', '0 chown 1000 /b'] : [each])),
    );
    expect(notes(facts).filter((each) => !/^program (?:helper|server)/.test(each))).toEqual([]);
  });

  test.each<[string, string, string[]]>([
    ['a program that is not there', 'nothing here', ['missing nothing entry.sh:2']],
    ['a program it waits for', 'helper --init', ['program helper --init entry.sh:2']],
    ['a command that hangs on what is not known', '$(cat /run/x) start', ['dynamic $(cat /run/x) start entry.sh:2']],
    ['a text that is made up', 'eval "$(cat /run/x)"', ['dynamic eval "$(cat /run/x)" entry.sh:2']],
    ['a file that is not there', '. /etc/nothing', ['missing . /etc/nothing entry.sh:2']],
    ['a file whose name is not known', '. "$CONF/x"', ['missing . /x entry.sh:2']],
    ['a user nobody is called', 'exec gosu nobody "$@"', ['missing user nobody entry.sh:2']],
    ['a mistake', 'if true; then', [expect.stringMatching(/^syntax /)]],
    ['itself', 'exec /entry.sh "$@"', ['cycle /entry.sh entry.sh:2']],
    ['a function of itself', 'f() { f; }; f', ['cycle f() entry.sh:2']],
    ['a capability', 'setcap cap_net_raw+ep /bin/server', ['option setcap cap_net_raw+ep /bin/server entry.sh:2']],
  ])('says what it could not follow: %s', async (_what, text, expected) => {
    expect(notes(await startOf(text))).toEqual(expected);
  });

  test('follows what it sources and calls, and the entrypoint directory', async () => {
    const facts = await startOf(
      '. /lib/common.sh; own /a; for f in /entry.d/*; do case "$f" in *.sh) "$f";; *.envsh) . "$f";; esac; done; exec "$@"',
      [
        file('lib/common.sh', 'own() { chown app "$1"; }\n'),
        script('entry.d/10-a.sh', '#!/bin/bash\ntouch /ten\n'),
        file('entry.d/20-b.envsh', 'DIR=/twenty\ntouch "$DIR"\n'),
        file('entry.d/readme.txt', 'no'),
        script('usr/local/bin/server', '#!/usr/bin/env python3\nprint()\n'),
      ],
    );
    expect(deeds(facts)).toEqual(['0 chown 1000 /a', '0 run /entry.d/10-a.sh', '0 write /ten', '0 write /twenty', '0 exec server']);
    expect(facts.start.scripts.map(({ path }) => path)).toEqual(['/entry.sh', '/lib/common.sh', '/entry.d/10-a.sh', '/entry.d/20-b.envsh']);
    expect(notes(facts)).toEqual(['language server entry.sh:2']);
    expect(facts.start.steps.find((step) => shortly(step) === '0 chown 1000 /a')?.at).toMatchObject({
      path: '/lib/common.sh',
      line: 1,
      layer: facts.layers[1]!.digest,
    });
  });

  test('says under what something is done, so that it can be asked again', async () => {
    const { start } = await startOf(
      'if [ -n "$PUID" ]; then chown "$PUID" /data; fi\nif [ "$1" = server ] && [ ! -s "$DATA/db" ]; then touch /first; fi\n[ "$MODE" = big ] && touch /big\nif helper; then touch /helped; fi\nexec "$@"',
    );
    const under = Object.fromEntries(
      start.steps.flatMap((step) => ('path' in step && step.do !== 'look' ? [[step.path, [step.when, step.usual]]] : [])),
    );
    expect(under['/data']).toEqual([[{ if: 'variable', name: 'PUID', is: 'set' }], false]);
    expect(under['/first']).toEqual([
      [
        { if: 'argument', which: 1, is: 'equal', value: 'server' },
        { if: 'not', of: { if: 'file', path: '/data/db', is: 'filled' } },
      ],
      true,
    ]);
    expect(under['/big']).toEqual([[{ if: 'variable', name: 'MODE', is: 'equal', value: 'big' }], false]);
    expect(under['/helped']).toEqual([[{ if: 'command', words: ['helper'] }], undefined]);
    expect(start.steps.at(-1)).toMatchObject({ do: 'run', program: 'server', command: true, usual: true });
    expect(start.steps.at(-1)!.when).toBeUndefined();
  });

  test('what has to be so for it to work at all is no condition', async () => {
    const { start } = await startOf(
      'if [ -z "$PASSWORD" ]; then echo no >&2; exit 1; fi; [ -w /x ] || exit 2; : "${NAME:?}"; touch "/$NAME" /y; exec "$@"',
    );
    expect(start.steps.filter(({ do: does }) => does === 'write')).toMatchObject([
      { written: '"/$NAME"', variables: ['NAME'], usual: true },
      { path: '/y', usual: true },
    ]);
    expect(start.steps.every(({ when }) => when === undefined)).toBe(true);
  });

  test('what ends one way is a condition of the others', async () => {
    const { start } = await startOf('if [ "$MODE" = worker ]; then exec helper; fi\ntouch /x; exec "$@"');
    const not = { if: 'not', of: { if: 'variable', name: 'MODE', is: 'equal', value: 'worker' } };
    expect(start.steps.find((step) => step.do === 'write')).toMatchObject({ when: [not], usual: true });
  });

  test('a value that hangs on a variable says so', async () => {
    const { start } = await startOf(
      'mkdir -p "$DATA/x" "${LOGS:-/var/log}/y"; if [ "$A" ]; then d=/one; else d=/two; fi; touch "$d"; chown "${U:-app}:${G:-web}" /z',
    );
    expect(start.steps.filter(({ do: does }) => does === 'write' || does === 'chown')).toMatchObject([
      { path: '/data/x', written: '"$DATA/x"', variables: ['DATA'] },
      { path: '/var/log/y', variables: ['LOGS'] },
      { path: '/two', others: ['/one'] },
      { path: '/z', owner: { written: 'app:web', uid: 1000, gid: 33, variables: ['G', 'U'] } },
    ]);
  });

  test('starts as another user as it would', async () => {
    const facts = await startOf('if [ "$(id -u)" = 0 ]; then chown app /data; exec gosu app "$0" "$@"; fi; touch /data/x; exec "$@"');
    expect(facts.startAsUser).toMatchObject({ uid: 1000, gid: 1001 });
    expect(
      facts
        .startAsUser!.steps.filter(({ do: does }) => does !== 'look')
        .map(shortly)
        .slice(1),
    ).toEqual(['1000 write /data/x', '1000 exec server']);
    expect((await startOf('exec "$@"')).startAsUser).toMatchObject({ uid: 65_530 });
    expect((await startOf('exec "$@"', [], { User: 'app' })).startAsUser).toBeUndefined();
  });
});

describe('what is started', () => {
  test('without a script is the program', async () => {
    const facts = await factsOf(
      [
        program('usr/sbin/nginx'),
        file('etc/nginx/nginx.conf', 'user web;\npid /run/nginx.pid;\nhttp {\n  include conf.d/*.conf;\n}\n'),
        file('etc/nginx/conf.d/a.conf', 'access_log /var/log/a.log;\n'),
      ],
      {
        Entrypoint: [],
        Cmd: ['nginx', '-g', 'daemon off;'],
        Env: [],
      },
    );
    expect(facts.start.steps.map(shortly)).toEqual([
      '0 exec nginx -g daemon off;',
      '0 nginx 33',
      '0 write /run/nginx.pid',
      '0 write /var/log/a.log',
    ]);
    expect(facts.start.steps[0]).toMatchObject({ server: 'nginx', command: true });
    expect(facts.start.steps[1]!.at).toMatchObject({ path: '/etc/nginx/nginx.conf', line: 1 });
  });

  test('by apache and php-fpm has its own users', async () => {
    const facts = await startOf('. /etc/apache2/envvars; php-fpm8.2 -D & exec apache2 -DFOREGROUND', [
      program('usr/bin/apache2'),
      program('usr/bin/php-fpm8.2'),
      file('etc/apache2/envvars', 'export APACHE_RUN_USER=web\nexport APACHE_RUN_DIR=/var/run/apache2$SUFFIX\n'),
      file('etc/apache2/apache2.conf', 'User ${APACHE_RUN_USER}\nPidFile ${APACHE_RUN_DIR}/a.pid\nIncludeOptional conf-enabled/*.conf\n'),
      file('etc/apache2/conf-enabled/x.conf', 'ErrorLog /var/log/x\n'),
      file('etc/php/8.2/fpm/php-fpm.conf', '[global]\npid = /run/php.pid\ninclude=/etc/php/8.2/fpm/pool.d/*.conf\n'),
      file('etc/php/8.2/fpm/pool.d/www.conf', '[www]\nuser = app\ngroup = web\nlisten = /run/php.sock\n'),
    ]);
    expect(deeds(facts)).toEqual([
      '0 start php-fpm8.2 -D',
      '0 write /run/php.pid',
      '0 write /run/php.sock',
      '0 php-fpm 1000:33',
      '0 exec apache2 -DFOREGROUND',
      '0 apache 33',
      '0 write /var/run/apache2/a.pid',
      '0 write /var/log/x',
    ]);
  });

  test('by supervisord is what its configuration says', async () => {
    const facts = await factsOf(
      [
        script('usr/bin/supervisord', '#!/usr/bin/python3\n'),
        file(
          'etc/supervisor/supervisord.conf',
          '[supervisord]\nnodaemon=true\nlogfile=/var/log/s.log ; where\n[program:a]\ncommand=server --port %(ENV_PORT)s\nuser=app\n[include]\nfiles = conf.d/*.conf\n',
        ),
        file('etc/supervisor/conf.d/b.conf', '[program:b]\ncommand=/bin/sh -c "touch /b; exec helper"\ndirectory=/data\nautostart=false\n'),
      ],
      { Cmd: ['supervisord', '-c', '/etc/supervisor/supervisord.conf'], Env: ['PORT=80', 'PATH=/usr/bin:/bin'] },
    );
    expect(facts.start.steps.map(shortly)).toEqual([
      '0 exec supervisord -c /etc/supervisor/supervisord.conf',
      '0 write /var/log/s.log',
      '0 supervisord 1000',
      '1000 start server --port 80',
      '0 write /b -',
      '0 exec helper -',
    ]);
  });

  test('by s6-overlay 3 is what the bundle has in it, in order', async () => {
    const service = (name: string, type: string, more: [string, string][]) => [
      file(`etc/s6-overlay/s6-rc.d/${name}/type`, `${type}\n`),
      ...more.map(([path, text]) => file(`etc/s6-overlay/s6-rc.d/${name}/${path}`, text, { mode: 0o755 })),
    ];
    const facts = await factsOf(
      [
        script('init', '#!/bin/sh -e\nexec /package/x\n'),
        script('command/with-contenv', '#!/bin/execlineb -S0\n$@\n'),
        file('etc/s6-overlay/s6-rc.d/user/contents.d/svc-web', ''),
        ...service('svc-web', 'longrun', [
          ['run', '#!/command/with-contenv bash\nexec s6-setuidgid app server\n'],
          ['dependencies.d/init-own', ''],
        ]),
        ...service('init-own', 'oneshot', [['up', '/etc/own\n']]),
        ...service('unused', 'longrun', [['run', '#!/bin/sh\ntouch /no\n']]),
        script(
          'etc/own',
          '#!/command/execlineb -P\nif { mkdir -p /run/web }\nforeground { chown app /run/web }\ns6-setuidgid web\nredirfd -w 1 /run/web/x\nhelper\n',
        ),
        script('etc/cont-init.d/10-old', '#!/usr/bin/with-contenv sh\ntouch /old\n'),
        file('etc/fix-attrs.d/data', '/data true app:web 0640 0750\n'),
      ],
      { Entrypoint: ['/init'], Cmd: ['server', '--foreground'] },
    );
    expect(facts.start.steps.map(shortly)).toEqual([
      '0 exec /init server --foreground',
      '0 chown 1000:33 /data -R',
      '0 chmod 0640 /data -R',
      '0 run /etc/cont-init.d/10-old',
      '0 write /old',
      '0 run /etc/own',
      '0 write /run/web/',
      '0 chown 1000 /run/web',
      '0 s6-setuidgid 33',
      '33 write /run/web/x',
      '33 run helper',
      '0 start /etc/s6-overlay/s6-rc.d/svc-web/run',
      '0 s6-setuidgid 1000',
      '1000 exec server',
      '0 run server --foreground',
    ]);
  });

  test('by runit, cron and my_init', async () => {
    const cron = await startOf('crond -b; exec runsvdir -P /etc/service', [
      file('etc/crontab', 'SHELL=/bin/sh\n# no\n17 * * * * web helper --hourly\n'),
      file('etc/crontabs/root', '@daily touch /daily\n'),
      script('etc/service/web/run', '#!/bin/sh\nexec chpst -u app:web server\n'),
      file('etc/service/off/down', ''),
      script('etc/service/off/run', '#!/bin/sh\ntouch /no\n'),
      program('usr/bin/runsvdir'),
    ]);
    expect(deeds(cron)).toEqual([
      '0 run crond -b',
      '0 cron 33',
      '33 run helper --hourly',
      '0 write /daily',
      '0 exec runsvdir -P /etc/service',
      '0 start /etc/service/web/run',
      '0 chpst 1000:33',
      '1000 exec server',
    ]);
    expect(cron.start.steps.find((step) => shortly(step) === '0 write /daily')?.when).toEqual([{ if: 'time', when: '@daily' }]);
    const phusion = await factsOf(
      [
        script('sbin/my_init', '#!/usr/bin/python3\n'),
        script('etc/my_init.d/00_x.sh', '#!/bin/sh\ntouch /x\n'),
        script('etc/service/a/run', '#!/bin/sh\nexec server\n'),
      ],
      { Entrypoint: ['/sbin/my_init', '--quiet', '--'], Cmd: ['helper'] },
    );
    expect(phusion.start.steps.map(shortly)).toEqual([
      '0 exec /sbin/my_init --quiet -- helper',
      '0 run /etc/my_init.d/00_x.sh',
      '0 write /x',
      '0 start /etc/service/a/run',
      '0 exec server',
      '0 run helper',
    ]);
  });

  test('through a link is found where the PATH of the image says', async () => {
    const facts = await startOf('exec app', [
      link('usr/local/bin/app', '/opt/app/bin/run'),
      script('opt/app/bin/run', '#!/bin/sh\ntouch /x\n'),
    ]);
    expect(deeds(facts)).toEqual(['0 exec app', '0 write /x']);
  });
});

describe('a hostile script', () => {
  test.each<[string, string]>([
    ['deep nesting', `${'if true; then '.repeat(300)}touch /x${'; fi'.repeat(300)}`],
    ['many branches', Array.from({ length: 3000 }, (_, index) => `if [ "$A${index}" ]; then B=${index}; fi`).join('\n')],
    ['branches within branches', `${'if [ "$A" ]; then if [ "$B" ]; then x=1; fi; '.repeat(100)}${'fi; '.repeat(100)}`],
    ['many loops', `${'for a in 1 2 3 4 5 6 7 8 9; do '.repeat(9)}touch /x${'; done'.repeat(9)}`],
    ['loops of loops that never end', `${'while true; do '.repeat(60)}x=$((x+1))${'; done'.repeat(60)}`],
    ['values that grow', `x=aaaaaaaaaaaaaaaa\n${'x="$x$x$x$x"\n'.repeat(200)}touch "/$x"`],
    ['patterns that take long', `x=${'a'.repeat(8000)}\n${'y="${x##*a*a*a*a*b}"; z="${x//*a*b/}"\n'.repeat(50)}`],
    [
      'functions that call each other',
      Array.from({ length: 200 }, (_, index) => `f${index}() { f${(index * 7 + 1) % 200}; f${(index * 11 + 3) % 200}; }`).join('\n') +
        '\nf0',
    ],
    ['substitutions within substitutions', `${'$(echo '.repeat(200)}${')'.repeat(200)}`],
    ['texts of texts', `x='eval "$x"'; eval "$x"`],
    ['many conditions', `[ "$A" ]${' && [ "$A" ]'.repeat(2000)} && touch /x`],
    ['many ways to the same', Array.from({ length: 500 }, (_, index) => `[ "$A" = ${index} ] && touch /x`).join('\n')],
    ['traps', 'trap \'trap "$x" TERM; touch /x\' TERM\n'.repeat(300)],
  ])('is bounded: %s', async (_what, text) => {
    const started = process.cpuUsage();
    const facts = await startOf(text);
    expect(cpuMilliseconds(started)).toBeLessThan(8000);
    expect(JSON.stringify(facts).length).toBeLessThan(3_000_000);
  });

  test('cannot make the reader throw', async () => {
    const words = [
      'if',
      'then',
      'fi',
      'for',
      'in',
      'do',
      'done',
      'case',
      'esac',
      '$(',
      ')',
      '"',
      "'",
      '`',
      '${',
      '}',
      '$@',
      '$x',
      '|',
      '&&',
      '||',
      ';',
      '\n',
      '<',
      '>',
      '<<E',
      'E',
      '[',
      ']',
      '[[',
      ']]',
      '((',
      '))',
      'exec',
      'gosu',
      'app',
      'chown',
      '/data',
      'su',
      '-c',
      'eval',
      'set',
      '--',
      'shift',
      'while',
      'f()',
      '{',
      '!',
      '=',
      'x=1',
      '-n',
      'find',
      '-exec',
      '{}',
      '+',
      'export',
      'local',
      'read',
      'trap',
      '.',
      'cd',
      'return',
      'break',
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...words), { maxLength: 60 }), async (tokens) => {
        const facts = await startOf(tokens.join(' '));
        expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
      }),
      { numRuns: Number(process.env.BATTEN_FUZZ_RUNS ?? 150) },
    );
  }, 60_000);
});
