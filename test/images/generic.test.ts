import { advise } from '../../src/images';
import { type ServiceOptions, service } from './service-factory';

const image = 'acme/api:1';

describe('an unknown image', () => {
  test('keeps what stepping down, file ownership, signals and file capabilities need', () => {
    const { capabilities, family, role, startsAsRoot, imageUser } = advise(service({ image }));
    expect(capabilities).toMatchObject({
      value: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'],
      confidence: 'generic',
    });
    expect({ family, role, startsAsRoot, imageUser }).toEqual({
      family: undefined,
      role: 'unknown',
      startsAsRoot: undefined,
      imageUser: undefined,
    });
  });

  test.each(['1000', '1000:1000', 'app'])('as user %s keeps only what lets a program with a file capability start', (user) => {
    expect(advise(service({ image, user })).capabilities).toMatchObject({ value: ['NET_BIND_SERVICE'], confidence: 'generic' });
  });

  test.each(['0', 'root', ':', '${UID}'])('as user %p counts as root', (user) => {
    expect(advise(service({ image, user })).capabilities.value).toContain('SETUID');
  });

  test('a built image is unknown, whatever it is called', () => {
    const advice = advise(service({ image: 'redis:7', build: true }));
    expect(advice.family).toBeUndefined();
    expect(advice.label).toBe('the image built for app');
  });

  test('a service without an image has an advice too', () => {
    expect(advise(service()).capabilities.confidence).toBe('generic');
  });
});

describe('a user for an unknown image', () => {
  test('is worth a guess when nothing speaks for root', () => {
    const { user, noUser } = advise(service({ image }));
    expect(user).toMatchObject({ value: '1000:1000', confidence: 'guess' });
    expect(noUser).toBeUndefined();
  });

  test.each<[string, ServiceOptions, RegExp]>([
    ['PUID', { environment: { PUID: '1000' } }, /PUID/],
    ['USER_ID', { environment: { USER_ID: '1000' } }, /USER_ID/],
    ['s6', { environment: { S6_KEEP_ENV: '1' } }, /s6-overlay/],
    ['a bind mount', { mounts: ['bind ./data:/data'] }, /\/data is a bind mount/],
    ['a volume', { mounts: ['volume d:/data'] }, /volume at \/data/],
    ['the Docker socket', { mounts: ['bind /var/run/docker.sock:/var/run/docker.sock:ro'] }, /Docker socket/],
    ['a device', { devices: ['/dev/dri:/dev/dri'] }, /device/],
    ['a capability', { capAdd: ['NET_ADMIN'] }, /capabilities/],
    ['apt-get', { command: ['sh', '-c', 'apt-get update'] }, /apt-get/],
    ['crond', { command: ['crond', '-f'] }, /crond/],
    ['supervisord', { command: ['supervisord', '-n'] }, /supervisord/],
    ['chown', { entrypoint: ['sh', '-c', 'chown -R app /x && exec app'] }, /chown/],
    ['a low port on the host network', { networkMode: 'host', ports: ['80:80'] }, /port 80/],
    ['a mail server', { image: 'boky/postfix:4' }, /mail/],
  ])('is not guessed with %s', (_what, options, why) => {
    const { user, noUser } = advise(service({ image, ...options }));
    expect(user).toBeUndefined();
    expect(noUser?.why).toMatch(why);
  });

  test.each<[string, ServiceOptions]>([
    ['a read-only configuration', { mounts: ['bind ./app.yml:/etc/app.yml:ro'] }],
    ['a low port in its own network', { ports: ['80:80'] }],
    ['an ordinary command', { command: ['serve', '--port', '80'] }],
  ])('is still guessed with %s', (_what, options) => {
    expect(advise(service({ image, ...options })).user?.value).toBe('1000:1000');
  });
});

describe('no-new-privileges for an unknown image', () => {
  test('is a safe rule of thumb', () => {
    expect(advise(service({ image })).noNewPrivileges).toMatchObject({ value: true, confidence: 'generic' });
  });

  test.each<[string, ServiceOptions]>([
    ['sudo', { command: ['sudo', 'app'] }],
    ['su from another user', { user: '1000', command: ['sh', '-c', 'su app -c run'] }],
    ['GRANT_SUDO', { environment: { GRANT_SUDO: 'yes' } }],
    ['NB_UID', { environment: { NB_UID: '1000' } }],
    ['a mail server', { image: 'mailserver/docker-mailserver:14' }],
    ['mailcow', { image: 'ghcr.io/mailcow/postfix:1.80' }],
    ['code-server', { image: 'codercom/code-server' }],
    ['code-server of linuxserver', { image: 'lscr.io/linuxserver/code-server', environment: { SUDO_PASSWORD: 'x' } }],
    ['jupyter', { image: 'quay.io/jupyter/base-notebook' }],
    ['a development container', { image: 'mcr.microsoft.com/devcontainers/base:ubuntu' }],
    ['fixuid', { environment: { FIXUID: '1000' } }],
    ['crontab', { command: ['sh', '-c', 'crontab /jobs && crond -f'] }],
    ['s6 that does not start as root', { user: '1000', environment: { S6_VERBOSITY: '1' } }],
  ])('is refused with %s', (_what, options) => {
    const { noNewPrivileges } = advise(service({ image, ...options }));
    expect(noNewPrivileges.value).toBe(false);
    expect(noNewPrivileges.why).not.toBe('');
  });

  test('su from root is no reason', () => {
    expect(advise(service({ image, command: ['sh', '-c', 'su app -c run'] })).noNewPrivileges.value).toBe(true);
  });
});

describe('read-only for an unknown image', () => {
  test('is a guess with /tmp and /run', () => {
    expect(advise(service({ image })).readOnly).toMatchObject({
      value: { tmpfs: [{ path: '/tmp' }, { path: '/run' }] },
      confidence: 'guess',
    });
  });

  test('gives the tmpfs to the user that is set', () => {
    expect(advise(service({ image, user: '1000:1001' })).readOnly.value).toEqual({
      tmpfs: [
        { path: '/tmp', uid: 1000, gid: 1001, mode: '1777' },
        { path: '/run', uid: 1000, gid: 1001 },
      ],
    });
  });

  test.each<[string, ServiceOptions]>([
    ['PUID', { environment: { PUID: '1000' } }],
    ['npm install', { command: ['sh', '-c', 'npm ci && npm start'] }],
    ['pip install', { command: ['bash', '-c', 'pip install -r r.txt'] }],
    ['apk add', { entrypoint: ['sh', '-c', 'apk add --no-cache curl'] }],
    ['an updater', { image: 'itzg/minecraft-server' }],
  ])('is refused with %s', (_what, options) => {
    expect(advise(service({ image, ...options })).readOnly).toMatchObject({ value: false, confidence: 'generic' });
  });
});

describe('privileged', () => {
  test.each([
    'docker:27-dind',
    'gcr.io/cadvisor/cadvisor',
    'netdata/netdata',
    'rancher/k3s:v1.30',
    'ghcr.io/home-assistant/home-assistant:stable',
  ])('%s may be at work with it', (privileged) => {
    expect(advise(service({ image: privileged })).privileged.value).not.toBe('not-needed');
  });

  test('an unknown image is not judged', () => {
    expect(advise(service({ image })).privileged.value).toBe('unknown');
    expect(advise(service({ image: 'postgres:16' })).privileged).toMatchObject({ value: 'not-needed', confidence: 'known' });
  });
});
