import { directory, type Entry, file, link, program } from '../xray/tars';
import { adviceOf, adviceOfImage, capabilities, readOnly, user } from './advice-of';

/** What an entrypoint is that is careful: it steps down and can be started as somebody else. */
const CAREFUL = 'if [ "$(id -u)" = 0 ]; then chown -R app:app /data; exec gosu app "$0" "$@"; fi; exec "$@"';

describe('capabilities of a root start', () => {
  test.each<[string, string, string]>([
    ['that only steps down', 'exec gosu app "$@"', 'known: SETGID SETUID'],
    [
      'that gives files away, and looks into them on a restart',
      'chown -R app /data; exec su-exec app "$@"',
      'known: CHOWN DAC_READ_SEARCH SETGID SETUID',
    ],
    ['that gives files away it does not go through', 'chown app /opt/x; exec gosu app "$@"', 'known: CHOWN SETGID SETUID'],
    ['that gives files to root which are its own', 'chown root /opt; exec gosu app "$@"', 'known: SETGID SETUID'],
    ['that writes where another user may', 'touch /data/x; exec gosu app "$@"', 'known: DAC_OVERRIDE DAC_READ_SEARCH SETGID SETUID'],
    ['that sets a mode of what it gave away', 'chown app /x; chmod 700 /x; exec gosu app "$@"', 'known: CHOWN FOWNER SETGID SETUID'],
    ['that changes its root', 'exec chroot --userspec=app / "$@"', 'known: SETGID SETUID SYS_CHROOT'],
    [
      'that takes capabilities out of the bounding set',
      'exec setpriv --reuid=app --clear-groups --bounding-set=-all "$@"',
      'known: SETGID SETPCAP SETUID',
    ],
    ['whose init program ends another user', 'exec tini -- gosu app "$@"', 'known: KILL SETGID SETUID'],
    [
      'that unpacks files of another user',
      'tar -c -C /opt . | tar -x -C /srv; exec gosu app "$@"',
      'known: CHOWN DAC_OVERRIDE FOWNER SETGID SETUID',
    ],
    ['that sets a mode as far as it may', 'chown app /x; chmod 700 /x || true; exec gosu app "$@"', 'known: CHOWN SETGID SETUID'],
    ['that waits for another user', 'gosu app "$@"', 'known: KILL SETGID SETUID'],
    ['that stays root', 'exec "$@"', 'generic: CHOWN DAC_OVERRIDE FOWNER KILL SETGID SETUID'],
    ['that waits for a program nobody knows', 'helper; exec gosu app "$@"', 'generic: CHOWN DAC_OVERRIDE FOWNER KILL SETGID SETUID'],
    ['that lets another user run a program nobody knows', 'gosu app helper; exec gosu app "$@"', 'known: SETGID SETUID'],
  ])('%s', async (_what, script, expected) => {
    expect(capabilities(await adviceOf(script))).toBe(expected);
  });

  test('says which line it could not follow, with its layer', async () => {
    const { capabilities: verdict } = await adviceOf('true\nhelper --now\nexec gosu app "$@"');
    expect(verdict.why).toContain('not followed: helper --now (/entry.sh:3)');
    expect(verdict.evidence.map(({ kind, ref }) => [kind, ref.replace(/sha256:[0-9a-f]{64}/, 'LAYER')])).toContainEqual([
      'image',
      'acme/app:1 /entry.sh:3 in LAYER',
    ]);
  });

  test('takes what is known of a server that stays root', async () => {
    const more = [program('usr/bin/nginx'), file('etc/nginx/nginx.conf', 'user web;\nhttp { }\n')];
    const advice = await adviceOf('exec "$@"', {}, { more, config: { Cmd: ['nginx', '-g', 'daemon off;'] } });
    expect(capabilities(advice)).toBe('generic: CHOWN SETGID SETUID');
  });
});

describe('the service decides', () => {
  const ON_VARIABLE = 'if [ -n "$FIX" ]; then chown app /opt/x; fi; exec gosu app "$@"';
  const ON_WORD = 'if [ "$1" = server ]; then exec gosu app "$@"; fi; exec "$@"';

  test.each<[string, string, Parameters<typeof adviceOf>[1], string]>([
    ['a variable that nobody sets', ON_VARIABLE, {}, 'known: SETGID SETUID'],
    ['a variable that it sets', ON_VARIABLE, { environment: { FIX: '1' } }, 'known: CHOWN SETGID SETUID'],
    ['a variable that it sets to nothing', ON_VARIABLE, { environment: { FIX: '' } }, 'known: SETGID SETUID'],
    ['a variable that it takes from elsewhere', ON_VARIABLE, { environment: { FIX: '${FIX}' } }, 'known: CHOWN SETGID SETUID'],
    ['variables in files', ON_VARIABLE, { keys: { env_file: '.env' } }, 'known: CHOWN SETGID SETUID'],
    ['a variable that another variable of the script is for', ON_VARIABLE, { environment: { OTHER: '1' } }, 'known: SETGID SETUID'],
    ['the command the script looks at', ON_WORD, { command: ['server', '-x'] }, 'known: SETGID SETUID'],
    ['another command, which root runs', ON_WORD, { command: ['sleep', '1'] }, 'generic: CHOWN DAC_OVERRIDE FOWNER KILL SETGID SETUID'],
    ['another command, which another user runs', 'exec gosu app "$@"', { command: ['sleep', '1'] }, 'known: SETGID SETUID'],
    [
      'another entrypoint',
      'exec gosu app "$@"',
      { entrypoint: ['/other'] },
      'generic: CHOWN DAC_OVERRIDE FOWNER KILL NET_BIND_SERVICE SETGID SETUID',
    ],
    [
      'a mount over the script',
      'exec gosu app "$@"',
      { mounts: ['bind ./e.sh:/entry.sh'] },
      'generic: CHOWN DAC_OVERRIDE FOWNER KILL SETGID SETUID',
    ],
    ['another user', CAREFUL, { user: '1000' }, 'known:'],
    ['root, for an image that is not', 'exec "$@"', { user: '0' }, 'generic: CHOWN DAC_OVERRIDE FOWNER KILL SETGID SETUID'],
  ])('%s', async (_what, script, options, expected) => {
    expect(capabilities(await adviceOf(script, options))).toBe(expected);
  });

  test('a path that hangs on its variable', async () => {
    const script = 'chown -R app "$DATA"; exec gosu app "$@"';
    expect(capabilities(await adviceOf(script, { environment: { DATA: '/srv/x' } }))).toBe('known: CHOWN SETGID SETUID');
    expect(readOnly(await adviceOf(script, { environment: { DATA: '/srv/x' }, mounts: ['volume v:/srv/x', 'volume d:/data'] }))).toBe(
      'generic: /tmp',
    );
  });
});

describe('capabilities of another user', () => {
  const capability = (name: number): Buffer => {
    const bytes = Buffer.alloc(20);
    bytes.writeUInt32LE(0x02000001, 0);
    bytes.writeUInt32LE(1 << name, 4);
    return bytes;
  };

  test('none', async () => {
    expect(capabilities(await adviceOfImage({ User: 'app', Cmd: ['server'] }))).toBe('known:');
  });

  test('those of programs with file capabilities, which could not be executed', async () => {
    const more = [{ ...program('usr/bin/listen'), pax: { 'SCHILY.xattr.security.capability': capability(10) } }];
    const advice = await adviceOfImage({ User: 'app', Entrypoint: ['/usr/bin/listen'] }, more as never);
    expect(capabilities(advice)).toBe('known: NET_BIND_SERVICE');
    expect(advice.noNewPrivileges).toMatchObject({ value: true, confidence: 'known' });
  });
});

describe('no-new-privileges', () => {
  const setuid = (path: string) => ({ ...program(path), mode: 0o4755 });

  test.each<[string, string, ReturnType<typeof setuid>[], string]>([
    ['nothing gains any', 'exec gosu app "$@"', [], 'known true'],
    ['a setuid program of every distribution', 'exec gosu app "$@"', [setuid('usr/bin/passwd')], 'known true'],
    ['a setuid program that is there and not named', 'exec gosu app "$@"', [setuid('usr/local/bin/raise')], 'generic true'],
    ['a setuid program that root runs', 'raise; exec gosu app "$@"', [setuid('bin/raise')], 'generic true'],
    ['a setuid program that another user runs', 'gosu app raise; exec gosu app "$@"', [setuid('bin/raise')], 'known false'],
    ['sudo, which refuses even root', 'sudo true; exec gosu app "$@"', [setuid('bin/sudo')], 'known false'],
    ['sudo that is only there', 'exec gosu app "$@"', [setuid('bin/sudo')], 'guess true'],
  ])('%s', async (_what, script, more, expected) => {
    const { noNewPrivileges } = await adviceOf(script, {}, { more });
    expect(`${noNewPrivileges.confidence} ${noNewPrivileges.value}`).toBe(expected);
  });
});

describe('user', () => {
  test.each<[string, string, string, Parameters<typeof adviceOf>[1]]>([
    ['that a careful script becomes anyway', CAREFUL, 'known: 1000:1001', {}],
    ['on a volume, which has the owner of the directory', CAREFUL, 'known: 1000:1001', { mounts: ['volume d:/data'] }],
    ['on a directory of the host', CAREFUL, 'guess: 1000:1001', { mounts: ['bind ./d:/data'] }],
    ['that a script becomes whoever it is', 'exec gosu app "$@"', 'known: no', {}],
    ['that would not own a new volume', CAREFUL.replace('/data', '/srv'), 'known: no', { mounts: ['volume d:/srv'] }],
    [
      'that could not write what the script does',
      'if [ "$(id -u)" = 0 ]; then exec gosu app "$0" "$@"; fi; echo > /etc/x; exec "$@"',
      'known: no',
      {},
    ],
    [
      'that says what it may not do',
      'if [ "$(id -u)" = 0 ]; then exec gosu app "$0" "$@"; fi; touch /etc/x || true; exec "$@"',
      'known: 1000:1001',
      {},
    ],
    ['of two', 'gosu web helper & exec gosu app "$@"', 'known: no', {}],
    ['nobody names', 'exec "$@"', 'guess: 1000:1000', {}],
  ])('%s', async (_what, script, expected, options) => {
    expect(user(await adviceOf(script, options))).toBe(expected);
  });
});

test('a broker becomes its own user where nothing says so', async () => {
  const more = [
    program('usr/bin/mosquitto'),
    file('mosquitto/config/mosquitto.conf', 'listener 1883\n'),
    file('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nmosquitto:x:1883:1883::/var/empty:/bin/false\n'),
  ];
  const cmd = ['mosquitto', '-c', '/mosquitto/config/mosquitto.conf'];
  expect(user(await adviceOfImage({ Cmd: cmd }, more))).toBe('known: 1883:1883');
  const told = more.map((each) => (each.path.endsWith('.conf') ? file(each.path, 'user root\n') : each));
  expect(user(await adviceOfImage({ Cmd: cmd }, told))).toBe('guess: 1000:1000');
});

describe('read-only', () => {
  const DATA = { mounts: ['volume d:/data'] };

  test.each<[string, string, string, Parameters<typeof adviceOf>[1]]>([
    ['what is on a volume', CAREFUL, 'generic: /tmp', DATA],
    ['what would be gone after a restart', CAREFUL, 'guess: /data:1000 /tmp', {}],
    ['a directory that it makes', `mkdir -p /run/app; chown app /run/app; ${CAREFUL}`, 'generic: /run/app /tmp', DATA],
    ['a file beside files of the image', `echo > /etc/x; ${CAREFUL}`, 'known: no', DATA],
    ['a file in the root', `echo > /x; ${CAREFUL}`, 'known: no', DATA],
    ['a file that it may write', `[ -n "$X" ] && echo > /etc/x; ${CAREFUL}`, 'generic: /tmp', DATA],
    ['what another user runs and nobody knows', CAREFUL.replace('exec "$@"', 'helper; exec "$@"'), 'generic: /tmp', DATA],
    ['what root runs and nobody knows', `helper; ${CAREFUL}`, 'guess: /tmp /run', DATA],
    ['a volume below what its user owns', 'exec gosu app "$@"', 'generic: /tmp', { mounts: ['volume d:/data/db'] }],
    ['a server that stays root', 'exec "$@"', 'guess: /tmp /run', DATA],
    ['a file of which it says that it may fail', `touch /etc/x || true; ${CAREFUL}`, 'generic: /tmp', DATA],
    ['a directory given away as far as it may be', `chown -R app /etc || echo no; ${CAREFUL}`, 'generic: /tmp', DATA],
    ['a file that it asks about', `if [ -w /etc/group ]; then echo x >> /etc/group; fi; ${CAREFUL}`, 'generic: /tmp', DATA],
    ['a file that it tries first', `if touch /etc/x; then sed -i s/a/b/ /etc/x; fi; ${CAREFUL}`, 'generic: /tmp', DATA],
    ['a file without which it ends', `touch /etc/x || exit 1; ${CAREFUL}`, 'known: no', DATA],
    ['a file without which its question ends', `if ! touch /etc/x; then exit 1; fi; ${CAREFUL}`, 'known: no', DATA],
    ['a file whose failure a function is for', `die() { exit 1; }; touch /etc/x || die; ${CAREFUL}`, 'known: no', DATA],
    ['what it goes through', `for each in /hooks/*.sh; do [ ! -x "$each" ] || "$each"; done; ${CAREFUL}`, 'generic: /tmp', DATA],
    [
      'what it goes through, which is mounted',
      `for each in /hooks/*.sh; do [ ! -x "$each" ] || "$each"; done; ${CAREFUL}`,
      'guess: /tmp /run',
      { mounts: ['volume d:/data', 'bind ./hooks:/hooks'] },
    ],
  ])('%s', async (_what, script, expected, options) => {
    expect(readOnly(await adviceOf(script, options))).toBe(expected);
  });

  const OWN = { uid: 1000, gid: 1001 };

  test.each<[string, Entry[], string]>([
    [
      'the log is a link to what it prints',
      [directory('var/log/app', OWN), link('var/log/app/x.log', '/dev/stderr')],
      'generic: /tmp:1000',
    ],
    ['a log is a file', [directory('var/log/app', OWN), file('var/log/app/x.log', '')], 'guess: /tmp:1000'],
    ['logs are not there yet', [directory('var/log/app', OWN)], 'generic: /tmp:1000 /var/log/app:1000'],
    ['everybody may write to it, and it is its own', [directory('srv/x', { ...OWN, mode: 0o1777 })], 'guess: /srv/x:1000 /tmp:1000'],
    ['everybody may write to it', [directory('srv/x', { mode: 0o1777 })], 'generic: /tmp:1000'],
    ['programs belong to it', [directory('usr/lib/app', OWN), file('usr/lib/app/helper', '')], 'generic: /tmp:1000'],
  ])('where %s', async (_what, more, expected) => {
    expect(readOnly(await adviceOfImage({ User: 'app', Cmd: ['server'] }, more, DATA))).toBe(expected);
  });

  test.each<[string, string[], Entry[], Parameters<typeof adviceOf>[1], string]>([
    [
      'nginx, whose log is a link',
      ['nginx'],
      [file('etc/nginx/nginx.conf', 'user web;\npid /run/x.pid;\nerror_log /var/log/e;\n'), link('var/log/e', '/dev/stderr')],
      {},
      'generic: /run /tmp',
    ],
    [
      'a pid where the image has files of a run',
      ['nginx'],
      [file('etc/nginx/nginx.conf', 'user web;\npid /run/x.pid;\n'), file('run/old', '')],
      {},
      'generic: /run /tmp',
    ],
    [
      'apache, whose pid is beside its configuration',
      ['httpd'],
      [file('usr/local/apache2/conf/httpd.conf', 'User web\n'), directory('usr/local/apache2/logs', {})],
      {},
      'generic: /tmp /usr/local/apache2/logs',
    ],
    [
      'apache, with paths below its root',
      ['httpd'],
      [file('usr/local/apache2/conf/httpd.conf', 'ServerRoot /srv/a\nPidFile run/p\nUser web\n'), directory('srv/a/run', {})],
      {},
      'generic: /srv/a/run /tmp',
    ],
    [
      'haproxy, whose socket is made anew',
      ['haproxy', '-W', '-db', '-f', '/usr/local/etc/haproxy/haproxy.cfg'],
      [
        file('usr/local/etc/haproxy/haproxy.cfg', 'global\n  stats socket /var/lib/h/a.sock\n  user web\n'),
        directory('var/lib/h', { uid: 33, gid: 33 }),
      ],
      {},
      'generic: /tmp /var/lib/h:33',
    ],
  ])('of %s', async (_what, argv, more, options, expected) => {
    const advice = await adviceOfImage({ Cmd: argv }, [program(`usr/bin/${argv[0]}`), ...more], options);
    expect(readOnly(advice)).toBe(expected);
  });

  describe('a server that writes where it is told', () => {
    const image = (cmd: string[]) => ({ User: 'app', Cmd: cmd, WorkingDir: '/data' });
    const more = [program('usr/bin/redis-check'), link('usr/bin/redis-server', 'redis-check'), directory('var/lib/redis', OWN)];

    test('needs no other directory of its user', async () => {
      expect(readOnly(await adviceOfImage(image(['redis-server']), more, DATA))).toBe('generic: /tmp:1000');
      expect(readOnly(await adviceOfImage(image(['redis-server', '--dir', '/var/lib/redis']), more, DATA))).toBe(
        'guess: /tmp:1000 /var/lib/redis:1000',
      );
    });

    test('loses what it writes where nothing is mounted', async () => {
      expect(readOnly(await adviceOfImage(image(['redis-server']), more))).toBe('guess: /data:1000 /tmp:1000');
    });

    test('may be told otherwise by a file of the project', async () => {
      const advice = await adviceOfImage(image(['redis-server']), more, { mounts: ['volume d:/data', 'bind ./r.conf:/r.conf'] });
      expect(readOnly(advice)).toBe('guess: /tmp:1000 /var/lib/redis:1000');
    });
  });

  test('not without what the user may write beside files of the image', async () => {
    const more = [directory('app', { uid: 1000, gid: 1001 }), file('app/server.js', '')];
    expect(readOnly(await adviceOfImage({ User: 'app', Cmd: ['server'] }, more, DATA))).toBe('guess: /tmp:1000');
  });
});
