import fc from 'fast-check';
import { isAnyAddress, isLoopback, parseLongPort, parseShortPort, withHostIp } from '../../src/compose/ports';

describe('parseShortPort', () => {
  test.each([
    ['80', { target: '80' }],
    ['8080:80', { published: '8080', target: '80' }],
    ['3000-3002:3000-3002', { published: '3000-3002', target: '3000-3002' }],
    ['8000-8002:80', { published: '8000-8002', target: '80' }],
    ['3000-3002', { target: '3000-3002' }],
    ['127.0.0.1:8080:80', { hostIp: '127.0.0.1', published: '8080', target: '80' }],
    ['127.0.0.1::80', { hostIp: '127.0.0.1', target: '80' }],
    ['[::1]:6001:6001', { hostIp: '::1', published: '6001', target: '6001' }],
    ['::1:6000:6000', { hostIp: '::1', published: '6000', target: '6000' }],
    ['[::]:80:80', { hostIp: '::', published: '80', target: '80' }],
    ['53:53/udp', { published: '53', target: '53', protocol: 'udp' }],
    ['53/UDP', { target: '53', protocol: 'udp' }],
    ['9:9/sctp', { published: '9', target: '9', protocol: 'sctp' }],
    [':80', { target: '80' }],
    ['080:80', { published: '80', target: '80' }],
    ['0:80', { published: '0', target: '80' }],
    ['${BIND:-127.0.0.1}:8080:80', { hostIp: '127.0.0.1', published: '8080', target: '80' }],
    ['${BIND:-127.0.0.1}:${PORT:-8080}:80/tcp', { hostIp: '127.0.0.1', published: '8080', target: '80' }],
    ['${WEB:-127.0.0.1:8080}:80', { hostIp: '127.0.0.1', published: '8080', target: '80' }],
    ['${MAP:-8080:80}', { published: '8080', target: '80' }],
    ['${PORT-8080}:80/${PROTO:-udp}', { published: '8080', target: '80', protocol: 'udp' }],
  ])('%s', (raw, expected) => {
    const absent = { hostIp: undefined, published: undefined, protocol: 'tcp' };
    expect(parseShortPort(raw)).toEqual({ ...absent, ...expected, raw, long: false, known: true });
  });

  test.each([
    ['${PORT}:80', { published: undefined, target: '80' }],
    ['${PORT:?set it}:80', { published: undefined, target: '80' }],
    ['${BIND}:8080:80', { hostIp: undefined, published: '8080', target: '80' }],
    ['8080:${PORT}', { published: '8080', target: '' }],
    ['${MAPPING}', { published: undefined, target: '' }],
    ['80:80/${PROTO}', { published: '80', target: '80', protocol: 'tcp' }],
  ])('an unset variable leaves its part open: %s', (raw, expected) => {
    expect(parseShortPort(raw)).toMatchObject({ ...expected, raw, known: false });
  });

  test('the environment fills it in', () => {
    expect(parseShortPort('${PORT}:80', { PORT: '127.0.0.1:9000' })).toMatchObject({ hostIp: '127.0.0.1', published: '9000', known: true });
  });

  test.each([
    '',
    'web',
    'localhost:80:80',
    '80:web',
    '80:',
    '8080:80/icmp',
    '70000:80',
    '3-1:3-1',
    '300.0.0.1:80:80',
    'x:80',
    '80:0',
    '9000:3000-3002',
  ])('refused by Compose: "%s"', (raw) => {
    expect(parseShortPort(raw)).toBeUndefined();
  });
});

describe('parseLongPort', () => {
  test('reads numbers, strings and ranges', () => {
    expect(parseLongPort({ target: 80, published: 8080, host_ip: '127.0.0.1', protocol: 'tcp', mode: 'host' })).toEqual({
      target: '80',
      published: '8080',
      hostIp: '127.0.0.1',
      protocol: 'tcp',
      mode: 'host',
      long: true,
      raw: '127.0.0.1:8080:80',
      known: true,
    });
    expect(parseLongPort({ target: 80, published: '100-101', protocol: 'udp' })).toMatchObject({
      published: '100-101',
      raw: '100-101:80/udp',
    });
    expect(parseLongPort({ target: '80' })).toMatchObject({ published: undefined, hostIp: undefined, protocol: 'tcp', raw: '80' });
    expect(parseLongPort({ target: 80, host_ip: '::1' })).toMatchObject({ hostIp: '::1', raw: '[::1]::80' });
  });

  test('evaluates variables', () => {
    expect(parseLongPort({ target: 80, published: '${PORT:-8080}', host_ip: '${BIND:-0.0.0.0}' })).toMatchObject({
      published: '8080',
      hostIp: '0.0.0.0',
      known: true,
    });
    expect(parseLongPort({ target: 80, published: '${PORT}' })).toMatchObject({ published: undefined, raw: '${PORT}:80', known: false });
  });

  test.each([[{}], [{ published: 80 }], [{ target: 'web' }], [{ target: 80, protocol: 'icmp' }], ['80'], [[80]], [null]])(
    'refuses %j',
    (map) => {
      expect(parseLongPort(map)).toBeUndefined();
    },
  );
});

describe('withHostIp', () => {
  test.each([
    ['80', '127.0.0.1::80'],
    ['80/udp', '127.0.0.1::80/udp'],
    [':80', '127.0.0.1::80'],
    ['8080:80', '127.0.0.1:8080:80'],
    ['8080:80/udp', '127.0.0.1:8080:80/udp'],
    ['3000-3002:3000-3002', '127.0.0.1:3000-3002:3000-3002'],
    ['0.0.0.0:80:80', '127.0.0.1:80:80'],
    ['0.0.0.0::80', '127.0.0.1::80'],
    ['[::]:80:80', '127.0.0.1:80:80'],
    [':::80:80', '127.0.0.1:80:80'],
    ['192.168.1.5:80:80', '127.0.0.1:80:80'],
    ['0.0.0.0:${WEB}:80', '127.0.0.1:${WEB}:80'],
    ['${PORT}:80', '127.0.0.1:${PORT}:80'],
    ['$HTTP_PORT:80', '127.0.0.1:$HTTP_PORT:80'],
    ['${PORT:?set PORT: a number}:80', '127.0.0.1:${PORT:?set PORT: a number}:80'],
    ['${WEB:-8080}:80/${PROTO:-tcp}', '127.0.0.1:${WEB:-8080}:80/${PROTO:-tcp}'],
    ['${WEB:-8000-8010}:80', '127.0.0.1:${WEB:-8000-8010}:80'],
    ['${A_PORT}:${B_PORT:-${C:-80}}', '127.0.0.1:${A_PORT}:${B_PORT:-${C:-80}}'],
    ['${WEB:-80}', '127.0.0.1::${WEB:-80}'],
  ])('%s', (raw, text) => {
    expect(withHostIp(raw, '127.0.0.1')).toEqual({ text });
  });

  test('an IPv6 address gets brackets', () => {
    expect(withHostIp('[::]:80:80', '::1')).toEqual({ text: '[::1]:80:80' });
    expect(withHostIp('80', '::1')).toEqual({ text: '[::1]::80' });
  });

  test.each([
    ['${WEB}:80', /\$\{WEB\} in .* may hold an address/],
    ['${WEB:-127.0.0.1:8080}:80', /may hold an address/],
    ['${PORT}', /may hold an address/],
    ['${MAP:-8080:80}', /may hold an address/],
    ['${BIND:-0.0.0.0}:80:80', /address of .* comes from a variable/],
    ['localhost:80:80', /not an IP address/],
    ['web', /not a port mapping/],
  ])('refuses %s', (raw, refusal) => {
    expect(withHostIp(raw, '127.0.0.1')).toEqual({ refusal: expect.stringMatching(refusal) });
  });

  test('refuses an address that is none', () => {
    expect(withHostIp('80:80', 'localhost')).toEqual({ refusal: '"localhost" is not an IP address' });
  });

  test('keeps every other part, and says the same again the second time', () => {
    const number = fc.integer({ min: 1, max: 65535 }).map(String);
    const port = fc.oneof(
      number,
      number.map((digits) => `\${PORT:-${digits}}`),
      fc.constant('${SOME_PORT}'),
    );
    const ip = fc.constantFrom('', '0.0.0.0:', '[::]:', '10.0.0.1:');
    const protocol = fc.constantFrom('', '/tcp', '/udp', '/sctp', '/${PROTO:-udp}');
    fc.assert(
      fc.property(ip, port, port, protocol, fc.constantFrom('127.0.0.1', '::1'), (oldIp, host, target, proto, newIp) => {
        const before = parseShortPort(`${oldIp}${host}:${target}${proto}`)!;
        const result = withHostIp(before.raw, newIp);
        if ('refusal' in result) throw new Error(result.refusal);
        const { raw, ...after } = parseShortPort(result.text)!;
        expect({ ...after, raw: before.raw }).toEqual({ ...before, hostIp: newIp });
        expect(raw.endsWith(`:${host}:${target}${proto}`)).toBe(true);
        expect(withHostIp(result.text, newIp)).toEqual({ text: result.text });
      }),
    );
  });
});

describe('addresses', () => {
  test.each(['127.0.0.1', '127.8.0.1', '::1', '[::1]', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1'])('%s is loopback', (ip) => {
    expect([isLoopback(ip), isAnyAddress(ip)]).toEqual([true, false]);
  });
  test.each([undefined, '', '0.0.0.0', '::', '[::]', '0:0:0:0:0:0:0:0', '::ffff:0.0.0.0'])('%s is any', (ip) => {
    expect([isLoopback(ip), isAnyAddress(ip)]).toEqual([false, true]);
  });
  test.each(['10.0.0.1', '::2', '1::1', '::11', 'fe80::1', '1127.0.0.1', 'localhost'])('%s is neither', (ip) => {
    expect([isLoopback(ip), isAnyAddress(ip)]).toEqual([false, false]);
  });
});
