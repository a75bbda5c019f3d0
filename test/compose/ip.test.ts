import net from 'node:net';
import fc from 'fast-check';
import { isIP } from '../../src/compose/ip';

describe('isIP', () => {
  test.each([
    '',
    '127.0.0.1',
    '256.1.1.1',
    '01.2.3.4',
    '1.2.3',
    '1.2.3.4.',
    '::',
    '::1',
    'fe80::1',
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7',
    '::ffff:1.2.3.4',
    ':::',
    'a:b',
    '80:80',
    '::g',
  ])('agrees with Node on %j', (text) => {
    expect(isIP(text)).toBe(net.isIP(text));
  });

  test('agrees with Node on addresses of any kind', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.ipV4(), fc.ipV6(), fc.ipV4Extended(), fc.string({ unit: fc.constantFrom(...'0123456789abf:.') })),
        (text) => isIP(text) === net.isIP(text),
      ),
      {
        numRuns: 5000,
      },
    );
  });
});
