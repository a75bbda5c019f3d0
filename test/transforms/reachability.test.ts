import { lostReach } from './reachability';
import { undeclaredChanges } from './undeclared';

/** The oracles of the fixtures and the corpus must be able to say no. */

const BEFORE = `
services:
  web: { image: a, ports: ["80:80"] }
  db: { image: b, networks: { default: { aliases: [postgres] } } }
`;

describe('lostReach', () => {
  test('has nothing to say when all stays', () => {
    expect(lostReach(BEFORE, BEFORE)).toEqual([]);
  });

  test('sees a pair without a common network', () => {
    const after = BEFORE.replace('default: { aliases: [postgres] }', 'back: {}');
    expect(lostReach(BEFORE, `${after}networks: { back: {} }`)).toContain('no longer reachable: web -> db as db');
  });

  test('lets a data store part from a proxy or another store, as long as neither names the other', () => {
    const stack = (db: string, more = ''): string => `
services:
  proxy: { image: traefik, ports: ["80:80"]${more} }
  app: { image: a, networks: [default, back] }
  db: { image: postgres, networks: [${db}] }
networks: { back: { internal: true } }`;
    expect(lostReach(stack('default'), stack('back'))).toEqual([]);
    expect(lostReach(stack('default').replace('traefik', 'a'), stack('back'))).not.toEqual([]);
    expect(lostReach(stack('default').replace('traefik', 'a'), stack('back'), { strict: true })).toEqual([]);
    expect(lostReach(stack('default', ', command: "--to tcp://db:5432"'), stack('back'), { strict: true })).not.toEqual([]);
    const cut = stack('back').replace('[default, back]', '[default]');
    expect(lostReach(stack('default'), cut)).toContain('no longer reachable: app -> db as db');
  });

  test('sees an alias that is gone', () => {
    const after = BEFORE.replace('default: { aliases: [postgres] }', 'default: {}');
    expect(lostReach(BEFORE, after)).toEqual(['no longer reachable: web -> db as postgres']);
  });

  test('sees a published port on internal networks only', () => {
    const after = `${BEFORE}networks: { default: { internal: true } }`;
    expect(lostReach(BEFORE, after)).toEqual(['published port is no longer served: web', 'no way out: web']);
  });

  test('follows network_mode and extends', () => {
    const before = `
services:
  vpn: { image: a }
  app: { image: b, network_mode: "service:vpn" }
  base: { image: c, networks: [default] }
  db: { extends: base }
`;
    expect(lostReach(before, before.replace('networks: [default]', 'networks: [back]'))).toContain('no longer reachable: app -> db as db');
  });
});

describe('undeclaredChanges', () => {
  test('sees a value that nobody declared, also where only YAML 1.1 reads it differently', () => {
    expect(undeclaredChanges('a: 1', 'a: 2', [])).toEqual(['a (YAML 1.2)', 'a (YAML 1.1)']);
    expect(undeclaredChanges('a: "0644"', 'a: 0644', [])).toEqual(['a (YAML 1.2)', 'a (YAML 1.1)']);
    expect(undeclaredChanges('a: "yes"', 'a: yes', [])).toEqual(['a (YAML 1.1)']);
  });
});
