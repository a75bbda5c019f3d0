import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findingsOf, HostFiles, RULES, readHost } from '../../src/host';
import { ALL_SET, AUDIT, DAEMON } from './all-set';

const made: string[] = [];
afterAll(() => made.forEach((directory) => void rmSync(directory, { recursive: true })));

/** What is found of a host with these files, by check. */
function found(files: Record<string, string>, modes: Record<string, number> = {}) {
  const root = mkdtempSync(path.join(tmpdir(), 'batten-host-'));
  made.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
    chmodSync(path.join(root, name), modes[name] ?? 0o644);
  }
  return findingsOf(readHost(new HostFiles(root), undefined), {}).map(({ finding }) => finding);
}

/** A host of which nothing is left to say, with these files over it. */
const hostWith = (files: Record<string, string>): Record<string, string> => ({ [DAEMON]: JSON.stringify(ALL_SET), ...AUDIT, ...files });

test('a host of which nothing is left to say', () => expect(found(hostWith({}))).toEqual([]));

test.each<[string, Record<string, string>, string, RegExp]>([
  ['an API without TLS', { [DAEMON]: JSON.stringify({ ...ALL_SET, hosts: ['tcp://0.0.0.0:2375'] }) }, 'tls', /root of this host/],
  [
    'an API for everybody who is local',
    { [DAEMON]: JSON.stringify({ ...ALL_SET, hosts: ['tcp://127.0.0.1:2375'] }) },
    'tls',
    /every process of this host/,
  ],
  ['no seccomp', { [DAEMON]: JSON.stringify({ ...ALL_SET, 'seccomp-profile': 'unconfined' }) }, 'seccomp', /every call/],
  [
    'a registry that nothing protects',
    { [DAEMON]: JSON.stringify({ ...ALL_SET, 'insecure-registries': ['r.lan:5000', '127.0.0.0/8'] }) },
    'registries',
    /r\.lan/,
  ],
  ['a mirror over http', { [DAEMON]: JSON.stringify({ ...ALL_SET, 'registry-mirrors': ['http://m.lan'] }) }, 'registries', /m\.lan/],
  ['experimental features', { [DAEMON]: JSON.stringify({ ...ALL_SET, experimental: true }) }, 'experimental', /experimental/],
  ['a driver that is gone', { [DAEMON]: JSON.stringify({ ...ALL_SET, 'storage-driver': 'aufs' }) }, 'storage', /aufs/],
  ['a comment', { [DAEMON]: `// mine\n${JSON.stringify(ALL_SET)}` }, 'daemon-json', /a comment/],
  ['a misspelt setting', { [DAEMON]: JSON.stringify({ ...ALL_SET, 'live-restor': true }) }, 'daemon-json', /live-restor is no setting/],
  [
    'a name that stands twice',
    {
      [DAEMON]:
        '{"icc":true,"icc":false,"userns-remap":"default","no-new-privileges":true,"live-restore":true,"userland-proxy":false,"log-driver":"local","default-ulimits":{"nofile":{}}}',
    },
    'daemon-json',
    /twice/,
  ],
  ['who is root by a group', { 'etc/group': 'docker:x:998:alice,bob\n' }, 'docker-group', /alice, bob are root/],
  ['a sysctl', { 'etc/sysctl.d/10-x.conf': 'kernel.kptr_restrict = 0\n' }, 'sysctls', /kptr_restrict is 0/],
  ['content trust', { 'etc/environment': 'A=b\nDOCKER_CONTENT_TRUST=1\n' }, 'content-trust', /8 December 2026/],
  ['SELinux that is not used', { 'etc/selinux/config': 'SELINUX=enforcing\n' }, 'security-modules', /SELinux/],
  ['metrics for everybody', { [DAEMON]: JSON.stringify({ ...ALL_SET, 'metrics-addr': '0.0.0.0:9323' }) }, 'metrics', /9323/],
  ['cgroups of the host', { [DAEMON]: JSON.stringify({ ...ALL_SET, 'default-cgroupns-mode': 'host' }) }, 'cgroup-namespace', /cgroups/],
  ['nothing audited', { 'etc/audit/rules.d/docker.rules': '# -w /etc/docker\n' }, 'audit', /\/etc\/docker/],
])('finds %s, and nothing else', (_, files, check, message) => {
  const findings = found(hostWith(files));
  expect(findings.map(({ transform }) => transform)).toEqual([check]);
  expect(findings[0]!.message).toMatch(message);
});

test('a file that others may write to', () => {
  const mode = found(hostWith({ 'etc/default/docker': '' }), { 'etc/default/docker': 0o666 }).filter(({ message }) =>
    /permissions 0666/.test(message),
  );
  expect(mode).toMatchObject([{ transform: 'file-permissions', severity: 'critical', status: 'manual' }]);
});

test('a flag counts as a setting, and what it sets is not set in the file as well', () => {
  const unit = (flags: string) => ({
    'usr/lib/systemd/system/docker.service': `[Unit]\nExecStart=no\n[Service]\nExecStart=/usr/bin/dockerd -H fd:// \\\n  ${flags}\n`,
    'etc/audit/rules.d/docker.rules': `${AUDIT['etc/audit/rules.d/docker.rules']}\n`,
    [DAEMON]:
      '{ "userns-remap": "default", "no-new-privileges": true, "live-restore": true, "log-driver": "local", "default-ulimits": {"nofile": {}} }',
  });
  expect(found(hostWith(unit('--icc=false --userland-proxy=false')))).toEqual([]);
  expect(found(hostWith(unit('--icc=true --userland-proxy=false')))).toMatchObject([
    { transform: 'icc', status: 'manual', refusal: { message: expect.stringMatching(/docker\.service:4 sets icc/) } },
  ]);
  expect(found(hostWith(unit('--icc=false --userland-proxy=false --live-restore')))).toMatchObject([
    { transform: 'daemon-json', message: expect.stringMatching(/live-restore is set here and by a flag/) },
  ]);
  const dropIn = {
    ...unit('--icc=false'),
    'etc/systemd/system/docker.service.d/x.conf':
      '[Service]\nEnvironment="O=--icc=false --userland-proxy=false"\nExecStart=\nExecStart=/usr/bin/dockerd $O\n',
  };
  expect(found(hostWith(dropIn))).toEqual([]);
});

test('every check has a row in the documentation, with its severity and controls', () => {
  const page = readFileSync(path.join(__dirname, '..', '..', 'docs', 'host.md'), 'utf8');
  const rows = new Map(
    Array.from(page.matchAll(/^\| `([\w-]+)` +\| .* \| (\w+) +\| ([^|]*) \|$/gm), ([, id, severity, controls]) => [
      id,
      [severity, controls!.trim()],
    ]),
  );
  expect([...rows.keys()].sort()).toEqual(RULES.map(({ id }) => id).sort());
  for (const { id, severity, controls } of RULES) expect([id, rows.get(id)]).toEqual([id, [severity, controls.join(', ')]]);
});
