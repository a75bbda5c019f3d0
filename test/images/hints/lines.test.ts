import { isLine, plainLines } from '../../../src/images/hints/lines';

const plain = (line: string): string | undefined => plainLines(line)[0]?.text;

test.each<[string, string]>([
  ['  method = "native"', 'method=native'],
  ["method='native' # or exec", 'method=native'],
  ['    prober: icmp', 'prober:icmp'],
  ['  "prober" : "icmp",', 'prober:icmp'],
  ['- url: "icmp://example.org"', '- url:icmp://example.org'],
  ['    listen   0.0.0.0:80   default_server;', 'listen 0.0.0.0:80 default_server'],
  ['server {', 'server'],
  ['dhcp-range=10.0.0.2,10.0.0.9,12h', 'dhcp-range=10.0.0.2,10.0.0.9,12h'],
  ['[[Inputs.Ping]]', '[[inputs.ping]]'],
  ['\tUse Chroot = No', 'use chroot=no'],
])('%s', (line, expected) => {
  expect(plain(line)).toBe(expected);
});

test.each(['# method = "native"', '; x', '// x', '! x', '', '   '])('%p is no line', (line) => {
  expect(plain(line)).toBeUndefined();
});

test('a line belongs to the header above it', () => {
  expect(plainLines('a=1\n[one]\nb=2\n[[two]]\nc=3').map(({ section }) => section)).toEqual(['', '[one]', '[one]', '[[two]]', '[[two]]']);
});

test.each<[string, string, boolean]>([
  ['listen 80', 'listen <1024', true],
  ['listen 8080', 'listen <1024', false],
  ['listen 0.0.0.0:443 ssl', 'listen *:<1024 *', true],
  ['listen 10.0.0.1:8443 ssl', 'listen *:<1024 *', false],
  ['listen [::]:80', 'listen *:<1024', true],
  ['dhcp-range=10.0.0.2', 'dhcp-range=*', true],
])('%s is %s: %p', (line, pattern, expected) => {
  expect(isLine(line, pattern)).toBe(expected);
});
