import { fits, plainPath, standsIn } from '../../../src/images/hints/words';

test.each<[string, string, boolean]>([
  ['node-exporter', 'prom/node-exporter', true],
  ['node-exporter', 'prom/node_exporter', true],
  ['node-exporter', 'acme/my.node-exporter-arm64', true],
  ['node-exporter', 'prom/node-exporters', false],
  ['bird', 'acme/blackbird', false],
  ['bird', 'acme/bird', true],
  ['/n8n/', 'n8nio/n8n', true],
  ['/n8n/', 'acme/n8n-worker', false],
  ['gitea$', 'gitea/gitea', true],
  ['gitea$', 'gitea/act_runner', false],
  ['gitea$', 'acme/gitea-mirror', false],
  ['linuxserver/', 'linuxserver/sonarr', true],
  ['linuxserver/', 'acme/linuxserver', false],
  ['datadog/agent', 'datadog/agent', true],
  ['plex*', 'plexinc/pms-docker', true],
  ['plex*', 'acme/complex', false],
  ['*ebpf*', 'acme/my-ebpfagent', true],
])('%s in %s: %p', (word, path, expected) => {
  expect(standsIn(word, plainPath(path))).toBe(expected);
});

test.each<[string, string, boolean]>([
  ['JAVA_*', 'JAVA_OPTS', true],
  ['JAVA_*', 'MY_JAVA_OPTS', false],
  ['*_JAVA_OPTS', 'ES_JAVA_OPTS', true],
  ['a*b*c', 'abc', true],
  ['a*b*c', 'acb', false],
  ['ab*ba', 'aba', false],
  ['*', '', true],
])('%s fits %s: %p', (pattern, text, expected) => {
  expect(fits(pattern, text)).toBe(expected);
});

test('a long text with many stars is no work', () => {
  const begin = Date.now();
  expect(fits(`${'*a'.repeat(200)}*b`, 'a'.repeat(200_000))).toBe(false);
  expect(Date.now() - begin).toBeLessThan(1000);
});
