import { advise } from '../../src/images/advise';
import { service } from './service-factory';

const ask = (image: string, kind: Parameters<ReturnType<typeof advise>['hostAccess']>[0], what: string, keys = {}) =>
  advise(service({ image, ...keys })).hostAccess(kind, what);

test('a fact of the template says whose work it is', () => {
  expect(ask('prom/node-exporter:v1.9.0', 'pid', 'host')).toMatchObject({ value: 'needed', confidence: 'known' });
  expect(ask('adguard/adguardhome', 'network', 'host')).toMatchObject({ value: 'optional', confidence: 'known' });
});

test('a fact about a directory counts for what is below it, not above it; the root stands for itself', () => {
  expect(ask('grafana/promtail:3', 'mount', '/var/log/nginx')).toMatchObject({ value: 'needed', readOnly: true });
  expect(ask('grafana/promtail:3', 'mount', '/var').value).not.toBe('needed');
  expect(ask('gcr.io/cadvisor/cadvisor', 'mount', '/var/run/docker').value).toBe('needed');
  expect(ask('telegraf:1', 'mount', '/')).toMatchObject({ value: 'optional', readOnly: true });
});

test('what serves from its own files and needs no privileges needs nothing of the host', () => {
  expect(ask('postgres:16', 'pid', 'host')).toMatchObject({ value: 'not-needed', confidence: 'generic' });
  expect(ask('postgres:16', 'shm', '')).toMatchObject({ value: 'optional', what: '256m' });
});

test('an agent, a language image and a command of one’s own may', () => {
  expect(ask('node:22', 'pid', 'host').value).toBe('unknown');
  expect(ask('postgres:16', 'pid', 'host', { command: ['sh', '-c', 'sleep 1'] }).value).toBe('unknown');
  expect(ask('postgres:16', 'pid', 'host', { command: ['nsenter', '-t', '1', 'sh'] }).value).toBe('needed');
});

test.each([
  ['datadog/agent:7', 'pid', 'needed'],
  ['ghcr.io/acme/zigbee2mqtt', 'pid', 'unknown'],
  ['tailscale/tailscale', 'network', 'needed'],
  ['vllm/vllm-openai', 'ipc', 'optional'],
  ['acme/blackbird', 'network', 'unknown'],
  ['browserless/chrome', 'seccomp', 'optional'],
] as const)('%s and %s: %s', (image, kind, value) => {
  expect(ask(image, kind, 'host').value).toBe(value);
});

test('what an image wants of a tmpfs is known where the service has one already, by either name of /run', () => {
  const advice = advise(service({ image: 'mysql:8.4', tmpfs: ['/var/run/mysqld'] }));
  expect(advice.tmpfs('/run/mysqld')).toMatchObject({ size: '16m' });
  expect(advice.tmpfs('/var/lib/mysql')).toBeUndefined();
});
