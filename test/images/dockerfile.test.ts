import { GENERIC_CAPABILITIES } from '../../src/images/generic';
import { lookAt, refs, removeProjects } from './own-project';

afterAll(removeProjects);

const ROOT = [...GENERIC_CAPABILITIES];

describe('whom it starts as', () => {
  test.each<[string, string, { startsAsRoot?: boolean; imageUser?: string }]>([
    ['no USER on a base that is root', 'FROM node:22', { startsAsRoot: true, imageUser: 'root' }],
    ['no USER on a base that is not', 'FROM grafana/grafana:11.0.0', { startsAsRoot: false, imageUser: '472:0' }],
    ['no USER on an unknown base', 'FROM acme/base:1', { startsAsRoot: undefined, imageUser: undefined }],
    ['no USER from scratch', 'FROM scratch', { startsAsRoot: true, imageUser: 'root' }],
    ['a number', 'FROM acme/base\nUSER 1001', { startsAsRoot: false, imageUser: '1001' }],
    ['number and group', 'FROM acme/base\nUSER 1001:0', { startsAsRoot: false, imageUser: '1001:0' }],
    ['root again', 'FROM node:22\nUSER node\nUSER root', { startsAsRoot: true, imageUser: 'root' }],
    ['uid 0 with a group', 'FROM acme/base\nUSER 0:1000', { startsAsRoot: true, imageUser: 'root' }],
    ['the account of the base', 'FROM node:22\nUSER node', { startsAsRoot: false, imageUser: '1000:1000' }],
    ['a name without a number', 'FROM acme/base\nUSER app', { startsAsRoot: false, imageUser: undefined }],
    ['useradd', 'FROM debian:12\nRUN useradd -r -u 999 app\nUSER app', { startsAsRoot: false, imageUser: '999' }],
    ['useradd with a group', 'FROM debian:12\nRUN groupadd -g 99 app && useradd --uid=98 -g app app\nUSER app', { imageUser: '98:99' }],
    ['adduser of BusyBox', 'FROM alpine\nRUN addgroup -g 70 g; adduser -S -D -H -u 71 -G g app\nUSER app', { imageUser: '71:70' }],
    ['clustered options', 'FROM alpine\nRUN adduser -Du 1500 app\nUSER app', { imageUser: '1500' }],
    ['usermod', 'FROM debian:12\nRUN usermod -u 1200 www-data\nUSER www-data', { imageUser: '1200' }],
    ['an argument with a default', 'FROM acme/base\nARG UID=1300\nUSER $UID', { startsAsRoot: false, imageUser: '1300' }],
    ['an argument without one', 'FROM acme/base\nARG UID\nUSER ${UID}', { startsAsRoot: undefined, imageUser: undefined }],
    ['a default in place', 'FROM acme/base\nUSER ${UID:-1400}', { imageUser: '1400' }],
    ['the environment over an argument', 'FROM acme/base\nARG U=1\nENV U=1600\nUSER $U', { imageUser: '1600' }],
    ['a continued line and a comment', 'FROM acme/base\n# USER root\nUSER \\\n  # here\n  1700', { imageUser: '1700' }],
    ['lower case', 'from acme/base\nuser 1800', { imageUser: '1800' }],
    ['CRLF', 'FROM acme/base\r\nUSER 1900\r\n', { imageUser: '1900' }],
    ['a stage that is not built', 'FROM acme/base AS a\nUSER 5\nFROM acme/base', { startsAsRoot: undefined }],
    ['a stage by its number', 'FROM acme/base\nUSER 5\nFROM 0', { imageUser: '5' }],
    ['a stage by its name in another case', 'FROM acme/base AS Base\nUSER 6\nFROM base', { imageUser: '6' }],
    ['a platform', 'FROM --platform=$BUILDPLATFORM grafana/grafana:11.0.0 AS x', { imageUser: '472:0' }],
    ['a base from an argument', 'ARG TAG=11.0.0\nFROM grafana/grafana:${TAG}', { imageUser: '472:0' }],
    ['a base that hangs on an argument', 'ARG BASE\nFROM ${BASE}', { startsAsRoot: undefined }],
    ['ONBUILD is about other images', 'FROM node:22\nONBUILD USER 7', { imageUser: 'root' }],
  ])('%s', (_what, dockerfile, expected) => {
    expect(lookAt(dockerfile)).toMatchObject(expected);
  });

  test('the Compose file comes first', () => {
    expect(lookAt('FROM node:22\nUSER node', { service: 'user: root' })).toMatchObject({
      startsAsRoot: true,
      user: { value: '1000:1000', confidence: 'guess' },
    });
    expect(lookAt('FROM node:22', { service: 'user: "5:5"' })).toMatchObject({ startsAsRoot: false, capabilities: { value: [] } });
  });
});

describe('capabilities', () => {
  test.each<[string, string, string[], string]>([
    ['of a runtime as root', 'FROM node:22\nCMD ["node", "x.js"]', ROOT, 'generic'],
    ['of a runtime as another user', 'FROM python:3.12\nUSER 1000', [], 'known'],
    ['of an unknown base as another user', 'FROM acme/base\nUSER 1000', ['NET_BIND_SERVICE'], 'generic'],
    ['of an unknown base', 'FROM acme/base', ROOT, 'generic'],
    ['with files of an image that is not looked into', 'FROM node:22\nCOPY --from=caddy /c /c\nUSER 1', ['NET_BIND_SERVICE'], 'generic'],
    ['with files of a stage', 'FROM node:22 AS b\nFROM node:22\nCOPY --from=b /c /c\nUSER 1', [], 'known'],
    ['with setcap', 'FROM node:22\nRUN setcap cap_net_bind_service=+ep /usr/local/bin/node\nUSER 1', ['NET_BIND_SERVICE'], 'generic'],
    [
      'with setcap in a stage that is copied',
      "FROM golang AS b\nRUN setcap 'cap_net_raw,cap_net_admin+ep' /x\nFROM scratch\nCOPY --from=b /x /x\nUSER 1",
      ['NET_ADMIN', 'NET_BIND_SERVICE', 'NET_RAW'],
      'generic',
    ],
    ['with setcap in a stage that is not', 'FROM golang AS b\nRUN setcap cap_net_raw+ep /x\nFROM scratch\nUSER 1', [], 'known'],
    ['with ping', 'FROM debian:12\nRUN apt-get install -y iputils-ping=3:1\nUSER 1', ['NET_BIND_SERVICE', 'NET_RAW'], 'generic'],
    ['with setcap as root', 'FROM node:22\nRUN setcap cap_sys_nice+ep /x', [...ROOT, 'SYS_NICE'], 'generic'],
    ['with sshd', 'FROM debian:12\nRUN apt-get install -y openssh-server', ['AUDIT_WRITE', ...ROOT, 'SYS_CHROOT'], 'generic'],
    ['of a known image with files', 'FROM nginx:1.27\nCOPY site /usr/share/nginx/html', ['CHOWN', 'SETGID', 'SETUID'], 'known'],
    [
      'of a known image with its own command',
      'FROM nginx:1.27\nCMD ["nginx", "-g", "daemon off;"]',
      ['CHOWN', 'SETGID', 'SETUID'],
      'known',
    ],
    ['of a known image with another command', 'FROM nginx:1.27\nCMD ["/run.sh"]', ROOT, 'generic'],
    ['of a known image with another entrypoint', 'FROM redis:8\nENTRYPOINT ["/run"]', [...ROOT, 'SETPCAP'], 'generic'],
    [
      'of a known image with its entrypoint again',
      'FROM redis:8\nENTRYPOINT ["docker-entrypoint.sh"]\nCMD ["redis-server"]',
      ['CHOWN', 'SETGID', 'SETPCAP', 'SETUID'],
      'known',
    ],
  ])('%s', (_what, dockerfile, value, confidence) => {
    const { capabilities } = lookAt(dockerfile);
    expect(capabilities.value).toEqual([...value].sort());
    expect(capabilities.confidence).toBe(confidence);
    expect(capabilities.evidence.length).toBeGreaterThan(0);
  });

  test('name the line that tells', () => {
    const { capabilities } = lookAt(
      'FROM node:22\nRUN apt-get update && \\\n    apt-get install -y libcap2-bin && \\\n    setcap cap_sys_nice+ep /x\nUSER 1',
    );
    expect(refs(capabilities)).toEqual(['Dockerfile:5', 'Dockerfile:4']);
    expect(capabilities.evidence.at(-1)?.detail).toBe('RUN setcap cap_sys_nice+ep /x');
  });
});

describe('a user', () => {
  test('is better the one its Dockerfile makes', () => {
    const { user } = lookAt('FROM python:3.12\nRUN useradd -u 1234 app\nCOPY --chown=app . /app');
    expect(user).toMatchObject({ value: '1234', confidence: 'guess' });
    expect(refs(user)).toEqual(['Dockerfile:2', 'Dockerfile:1']);
  });

  test.each<[string, string, RegExp]>([
    ['cron', 'FROM debian:12\nRUN apt-get install -y cron', /cron/],
    ['supervisor', 'FROM python:3\nRUN apt-get -qq install -y supervisor', /supervisord/],
    ['crond as command', 'FROM acme/base\nCMD ["crond", "-f"]', /crond/],
    ['a user that is not known', 'FROM acme/base\nARG U\nUSER $U', /hangs on a variable/],
    ['PUID in the environment', 'FROM acme/base\nENV PUID=1000', /PUID/],
  ])('is not guessed with %s', (_what, dockerfile, why) => {
    const { user, noUser } = lookAt(dockerfile);
    expect(user).toBeUndefined();
    expect(noUser?.why).toMatch(why);
  });
});

describe('privileges', () => {
  test.each<[string, string, boolean, string]>([
    ['nothing special', 'FROM node:22\nUSER node', true, 'generic'],
    ['sudo without a password', 'FROM node:22\nRUN echo "node ALL=(ALL) NOPASSWD:ALL" > /etc/sudoers.d/node\nUSER node', false, 'generic'],
    ['sudo, perhaps unused', 'FROM node:22\nRUN apt-get install -y sudo\nUSER node', true, 'guess'],
    ['sudo of root', 'FROM node:22\nRUN apt-get install -y sudo', true, 'generic'],
    ['a setuid program', 'FROM node:22\nRUN chmod u+s /usr/bin/tool\nUSER node', false, 'generic'],
    ['a directory of mode 1777', 'FROM node:22\nRUN chmod 1777 /tmp/x\nUSER node', true, 'generic'],
    ['a capability that is wanted', 'FROM node:22\nRUN setcap cap_net_raw+ep /x\nUSER node', false, 'generic'],
    ['a low port', 'FROM node:22\nRUN setcap cap_net_bind_service+ep /x\nUSER node', true, 'generic'],
    ['ping', 'FROM node:22\nRUN apt-get install -y iputils-ping\nUSER node', true, 'generic'],
  ])('%s', (_what, dockerfile, value, confidence) => {
    expect(lookAt(dockerfile).noNewPrivileges).toMatchObject({ value, confidence });
  });

  test('a low port on the host network needs the capability', () => {
    const dockerfile = 'FROM node:22\nRUN setcap cap_net_bind_service+ep /x\nUSER node';
    expect(lookAt(dockerfile, { service: 'network_mode: host' }).noNewPrivileges.value).toBe(false);
  });

  test('what a program built here does with privileged is not known', () => {
    expect(lookAt('FROM node:22').privileged.value).toBe('unknown');
    expect(lookAt('FROM nginx:1.27').privileged.value).toBe('not-needed');
  });
});

describe('what else is filled in', () => {
  test('a health check that pings needs NET_RAW, unless the Compose file has another', () => {
    const dockerfile = 'FROM node:22\nHEALTHCHECK CMD ping -c1 gateway\nUSER node';
    expect(lookAt(dockerfile).capabilities.value).toEqual(['NET_RAW']);
    expect(lookAt(dockerfile, { service: 'healthcheck: { disable: true }' }).capabilities.value).toEqual([]);
    expect(lookAt(`${dockerfile}\nHEALTHCHECK NONE`).capabilities.value).toEqual([]);
  });

  test('no tmpfs goes over a VOLUME', () => {
    const { value } = lookAt('FROM acme/base\nVOLUME ["/run"]').readOnly;
    expect(value).toEqual({ tmpfs: [{ path: '/tmp' }] });
  });

  test('read-only says why it may work', () => {
    expect(lookAt('FROM node:22\nUSER node').readOnly).toMatchObject({
      confidence: 'guess',
      why: expect.stringContaining('no build step'),
    });
    const given = lookAt('FROM node:22\nRUN chown -R node /app\nUSER node').readOnly;
    expect(given).toMatchObject({ confidence: 'guess', why: expect.stringContaining('may write where they are') });
  });

  test.each([
    '',
    '# nothing\n',
    'RUN x',
    'FROM',
    'FROM a\nFROM',
    'FROM a\nENTRYPOINT [',
    'FROM a\nRUN <<X',
    'FROM a\nENV',
    'FROM a\nCOPY',
    '\u0001\u0002',
  ])('a Dockerfile such as %j is no reason to stop', (dockerfile) => {
    expect(lookAt(dockerfile).capabilities.value).toEqual(ROOT);
  });
});
