import {
  CAPABILITIES,
  DEFAULT_CAPABILITIES,
  effectiveCapabilities,
  isKnownCapability,
  normaliseCapability,
} from '../../src/compose/capabilities';

test('the lists are sorted, without repeats, and one holds the other', () => {
  expect(CAPABILITIES).toHaveLength(41);
  expect(DEFAULT_CAPABILITIES).toHaveLength(14);
  for (const list of [CAPABILITIES, DEFAULT_CAPABILITIES]) expect([...new Set(list)].sort()).toEqual(list);
  expect(DEFAULT_CAPABILITIES.filter((name) => !CAPABILITIES.includes(name))).toEqual([]);
});

test.each([
  ['cap_net_admin', 'NET_ADMIN', true],
  ['NET_ADMIN', 'NET_ADMIN', true],
  ['Cap_Chown', 'CHOWN', true],
  ['all', 'ALL', true],
  ['CAP_ALL', 'CAP_ALL', false],
  ['NOPE', 'NOPE', false],
  ['CAP_NOPE', 'NOPE', false],
])('%s is %s, known: %s', (name, normal, known) => {
  expect(normaliseCapability(name)).toBe(normal);
  expect(isKnownCapability(name)).toBe(known);
});

describe('effectiveCapabilities', () => {
  test.each([
    ['nothing said', [], [], false, [...DEFAULT_CAPABILITIES]],
    ['all dropped', [], ['ALL'], false, []],
    ['all dropped, some added', ['setuid', 'CAP_CHOWN'], ['all'], false, ['CHOWN', 'SETUID']],
    ['all dropped and all added', ['ALL'], ['ALL'], false, [...CAPABILITIES]],
    ['all added but one', ['ALL'], ['SYS_ADMIN'], false, CAPABILITIES.filter((name) => name !== 'SYS_ADMIN')],
    ['one dropped', [], ['CAP_NET_RAW'], false, DEFAULT_CAPABILITIES.filter((name) => name !== 'NET_RAW')],
    ['one dropped and added', ['NET_RAW'], ['NET_RAW'], false, [...DEFAULT_CAPABILITIES]],
    ['one added', ['SYS_TIME'], [], false, [...DEFAULT_CAPABILITIES, 'SYS_TIME'].sort()],
    ['one that is there added', ['KILL'], [], false, [...DEFAULT_CAPABILITIES]],
    ['an unknown one added', ['NOPE'], ['ALL'], false, []],
    ['privileged', [], ['ALL'], true, [...CAPABILITIES]],
  ])('%s', (_, add, drop, privileged, expected) => {
    expect(effectiveCapabilities(add, drop, privileged)).toEqual(expected);
  });
});
