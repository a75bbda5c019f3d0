import { readScript } from '../../src/images/script';
import { lookAt, refs, removeProjects } from './own-project';

afterAll(removeProjects);

const read = (text: string) => readScript(text, { kind: 'dockerfile', ref: 'start.sh' });

describe('a script', () => {
  test.each<[string, string, string | undefined, boolean | undefined]>([
    ['gosu', 'exec gosu app:app "$@"', 'app', true],
    ['su-exec with a number', 'exec su-exec 1000:1000 "$@"', '1000', true],
    ['su-exec with a variable', 'exec su-exec "$USER" "$@"', undefined, true],
    ['setpriv', 'exec setpriv --reuid=app --regid=app --init-groups "$@"', 'app', true],
    ['setpriv with a blank', 'exec setpriv --reuid app --clear-groups "$@"', 'app', true],
    ['su', 'su -s /bin/sh app -c "node x.js"', 'app', false],
    ['su with a dash', 'su - app -c x', 'app', false],
    ['runuser', 'exec runuser -u app -- x', 'app', true],
    ['s6-setuidgid by its path', 'exec /command/s6-setuidgid abc x', 'abc', true],
    ['sudo', 'exec sudo -E -u app x', 'app', true],
  ])('steps down with %s', (_what, line, to, replaces) => {
    const { stepDown, capabilities } = read(`#!/bin/sh\n${line}\n`);
    expect(stepDown).toMatchObject({ value: { to, replaces, last: true }, evidence: { ref: 'start.sh:2', detail: line } });
    expect(capabilities.map(({ value }) => value)).toEqual(expect.arrayContaining(['SETGID', 'SETUID']));
  });

  test.each<[string, string, string[]]>([
    ['chown', 'chown app /data', ['CHOWN']],
    ['chown -R', 'chown -Rv app /data', ['CHOWN', 'DAC_READ_SEARCH']],
    ['find with chown', 'find /data ! -user app -exec chown app {} +', ['DAC_READ_SEARCH', 'CHOWN']],
    ['chown and a look at a file', 'chown app /data; [ -f /data/x ] || exit 1', ['CHOWN', 'DAC_READ_SEARCH']],
    ['chown and a look at a variable', 'chown app /data; [ -z "$A" ] && exit 1', ['CHOWN']],
    ['xargs with chown', 'find "$D" | xargs -r -n 1 chown app', ['CHOWN', 'DAC_READ_SEARCH']],
    ['xargs with chown in a list', 'echo a b | xargs -r -n 1 chown app', ['CHOWN']],
    ['env with chown', 'env -i A=b chown app /data', ['CHOWN']],
    ['chmod', 'chmod 700 /data', ['FOWNER']],
    ['mkdir', 'mkdir -p /data/x', ['DAC_OVERRIDE']],
    ['a redirection', 'echo a > /data/x', ['DAC_OVERRIDE']],
    ['sed in place', 'sed -i s/a/b/ /etc/x', ['DAC_OVERRIDE']],
    ['usermod', 'usermod -o -u "$PUID" app', ['CHOWN', 'DAC_OVERRIDE', 'FOWNER']],
    ['install -d', 'install -d -o app /data', ['CHOWN', 'FOWNER', 'DAC_OVERRIDE']],
    ['nothing', 'set -e\nif [ -z "$A" ]; then echo no >&2; exit 1; fi\ncat /x > /dev/null', []],
  ])('with %s uses capabilities', (_what, text, expected) => {
    const { capabilities, notUnderstood } = read(text);
    expect(capabilities.map(({ value }) => value).sort()).toEqual([...expected].sort());
    expect(notUnderstood).toBeUndefined();
  });

  test('says what it does not know', () => {
    expect(read('prepare --all\nexec "$@"').notUnderstood).toMatchObject({ value: 'prepare', evidence: { ref: 'start.sh:1' } });
    expect(read('. /lib/common.sh').notUnderstood?.value).toBe('.');
    expect(read('source lib.sh').notUnderstood?.value).toBe('source');
    expect(read('eval "$X"').notUnderstood?.value).toBe('eval');
  });

  test.each([
    'if [ "$(id -u)" = 0 ]; then x; fi',
    'if [ `id -u` -eq 0 ]; then x; fi',
    '[[ $(id -un) == root ]]',
    'test "$(/usr/bin/id -u)" = 0',
  ])('looks whether it is root: %s', (line) => {
    expect(read(line).testsUser?.ref).toBe('start.sh:1');
  });

  test.each(['x=$(id -u app)', 'echo "running as $(id -u)"', 'id'])('does not look whether it is root: %s', (line) => {
    expect(read(line).testsUser).toBeUndefined();
  });

  test('does not look at comments and here-documents', () => {
    const { stepDown, capabilities } = read('# exec gosu app x\ncat <<EOF\nchown app /data\nEOF\n');
    expect({ stepDown, capabilities }).toEqual({ stepDown: undefined, capabilities: [] });
  });
});

describe('a service that starts with a script', () => {
  const BASE = 'FROM alpine:3.20\nRUN adduser -D -u 1001 app\n';
  const start = (script: string, rest = 'COPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]', service = '') =>
    lookAt(`${BASE}${rest}`, { files: { 'start.sh': `#!/bin/sh\n${script}\n`, 'bin/start.sh': `#!/bin/sh\n${script}\n` }, service });
  const STEP = 'exec su-exec app "$@"';

  test.each<[string, string]>([
    ['by its name', 'COPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]'],
    ['into a directory', 'COPY start.sh /usr/local/bin/\nENTRYPOINT ["start.sh"]'],
    ['a directory as a whole', 'COPY bin /usr/local/bin\nENTRYPOINT ["start.sh"]'],
    ['everything', 'WORKDIR /app\nCOPY . .\nENTRYPOINT ["./start.sh"]'],
    ['with a pattern', 'COPY *.sh /opt/\nENTRYPOINT ["/opt/start.sh"]'],
    ['ADD', 'ADD ["start.sh", "/start.sh"]\nENTRYPOINT ["/start.sh"]'],
    ['as an argument of a shell', 'WORKDIR /app\nCOPY start.sh .\nENTRYPOINT ["sh", "start.sh"]'],
    ['as CMD', 'COPY start.sh /start.sh\nCMD ["/start.sh"]'],
    ['in the shell form', 'ENTRYPOINT exec su-exec app server'],
    ['in a here-document', 'COPY <<EOF /start.sh\n#!/bin/sh\nexec su-exec app "$@"\nEOF\nENTRYPOINT ["/start.sh"]'],
    ['through an argument', 'ARG DIR=/srv\nCOPY start.sh ${DIR}/start.sh\nENTRYPOINT ["/srv/start.sh"]'],
  ])('finds it: %s', (_what, rest) => {
    const { capabilities } = start(STEP, rest);
    expect(capabilities).toMatchObject({ value: ['SETGID', 'SETUID'], confidence: 'known' });
    expect(refs(capabilities).length).toBeGreaterThan(0);
  });

  test('finds it when the Compose file names it', () => {
    expect(start(STEP, 'COPY start.sh /start.sh', 'entrypoint: /start.sh').capabilities.value).toEqual(['SETGID', 'SETUID']);
    expect(start(STEP, undefined, 'entrypoint: /other').capabilities.value).toContain('DAC_OVERRIDE');
  });

  test('finds what is mounted in its place', () => {
    expect(start('exit 1', undefined, 'volumes: ["./bin:/x", "./mounted.sh:/start.sh:ro"]').capabilities.value).toContain('DAC_OVERRIDE');
  });

  test.each<[string, string, string[], string]>([
    ['stays within the rule of thumb when it is not understood', `prepare\n${STEP}`, ['DAC_OVERRIDE', 'KILL'], 'generic'],
    ['stays within it when it may stay root', `if [ "$A" ]; then ${STEP}; fi\nexec "$@"`, ['DAC_OVERRIDE', 'KILL'], 'generic'],
    ['needs KILL when a process stays root', 'su app -c server', ['KILL', 'SETGID', 'SETUID'], 'known'],
  ])('%s', (_what, script, expected, confidence) => {
    const { capabilities } = start(script);
    expect(capabilities.value).toEqual(expect.arrayContaining(expected));
    expect(capabilities.confidence).toBe(confidence);
  });

  test('stays within the rule of thumb when the base image may start something before it', () => {
    const files = { 'start.sh': `#!/bin/sh\n${STEP}\n` };
    for (const base of ['acme/base', 'postgres:16']) {
      const { capabilities } = lookAt(`FROM ${base}\nCOPY start.sh /start.sh\nCMD ["/start.sh"]`, { files });
      expect(capabilities.value).toEqual(expect.arrayContaining(['CHOWN', 'DAC_OVERRIDE', 'FOWNER']));
    }
  });

  test('is not asked about the command it ends with', () => {
    const { capabilities } = start(STEP, 'COPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\nCMD serve --all && mkdir /x');
    expect(capabilities).toMatchObject({ value: ['SETGID', 'SETUID'], confidence: 'known' });
  });

  test('needs KILL with init: true', () => {
    expect(start(STEP, undefined, 'init: true').capabilities.value).toContain('KILL');
  });

  test('cannot be another user when it does not look whether it is root', () => {
    expect(start(STEP)).toMatchObject({
      user: undefined,
      noUser: { confidence: 'known', why: expect.stringContaining('steps down to app') },
    });
  });

  test('can when it looks, gives nothing away, and nothing is mounted', () => {
    const script = `if [ "$(id -u)" = 0 ]; then ${STEP}; fi\nexec "$@"`;
    expect(start(script).user).toMatchObject({ value: '1001', confidence: 'generic' });
    expect(start(script, undefined, 'volumes: ["data:/data"]').user).toMatchObject({ value: '1001', confidence: 'guess' });
  });

  test('that writes into the image cannot be read-only', () => {
    const { readOnly } = start('sed -i s/a/b/ /etc/app.conf\nexec app');
    expect(readOnly).toMatchObject({ value: false, why: expect.stringContaining('start.sh:2 writes to /etc/app.conf') });
    expect(start('mkdir -p /run/app /data/x\nexec app', undefined, 'volumes: ["data:/data"]\ntmpfs: /run').readOnly.value).not.toBe(false);
  });

  test('that calls sudo cannot go without new privileges', () => {
    expect(start('sudo chown app /x', 'COPY start.sh /start.sh\nUSER app\nENTRYPOINT ["/start.sh"]').noNewPrivileges.value).toBe(false);
  });
});
