import { advise } from '../../src/images';
import { type ServiceOptions, service } from './service-factory';

function check(options: ServiceOptions): { test?: string; builtin?: boolean; confidence?: string; breaks?: string } | null {
  const verdict = advise(service(options)).healthcheck();
  if (!verdict) return {};
  if (verdict.value === null) return null;
  const { test, builtin } = verdict.value;
  return { test: test.join(' '), builtin, confidence: verdict.confidence, breaks: verdict.breaks };
}

test.each<[string, ServiceOptions, string]>([
  ['a Redis that is not told a password', { image: 'redis:7', command: ['redis-server', '--appendonly', 'yes'] }, 'generic'],
  ['a Redis with a password', { image: 'redis:7', command: ['redis-server', '--requirepass', 'x'] }, 'guess'],
  ['a Redis with a configuration file', { image: 'redis:7', command: ['redis-server', '/etc/redis/redis.conf'] }, 'guess'],
  ['a MongoDB that has mongosh', { image: 'mongo:7' }, 'generic'],
  ['a MongoDB that has mongo', { image: 'mongo:4.4' }, 'guess'],
  ['a MongoDB of unknown version', { image: 'mongo:latest' }, 'guess'],
  ['an n8n on its own port', { image: 'n8nio/n8n:1.60.0' }, 'generic'],
  ['a gitea on another port', { image: 'gitea/gitea:1.22', environment: { HTTP_PORT: '3001' } }, 'guess'],
  ['a selenium node, which has no hub', { image: 'selenium/node-chrome:4.25' }, 'guess'],
])('%s', (_what, options, confidence) => {
  expect(check(options)).toMatchObject({ builtin: false, confidence });
});

test('what a check needs is said', () => {
  expect(check({ image: 'mongo:4.4' })?.breaks).toContain('before version 6 the program is called mongo');
  expect(check({ image: 'gitea/gitea:1.22', environment: { HTTP_PORT: '3001' } })?.breaks).toContain('HTTP_PORT');
});

test('an image may bring its own check, or have nothing to check with', () => {
  expect(check({ image: 'vaultwarden/server:1.32.0' })).toMatchObject({ builtin: true, confidence: 'known' });
  expect(check({ image: 'grafana/loki:3.0.0' })).toBeNull();
});

test.each<[string, ServiceOptions]>([
  ['an unknown image', { image: 'acme/api:1' }],
  ['a language, whose port nobody knows', { image: 'node:22', command: ['node', 'server.js'] }],
  ['a command of its own', { image: 'postgres:16', command: ['sh', '-c', 'sleep 1'] }],
  ['a service that is built', { build: true, image: 'postgres:16' }],
  ['a Windows container', { image: 'redis:nanoserver' }],
])('nothing is said of %s', (_what, options) => {
  expect(check(options)).toEqual({});
});
