import { readConfig } from '../../src';
import { configuredExercises } from '../../src/cli/configured-probes';
import type { LoadedConfig } from '../../src/harden/config/nearest';

test('probes of the configuration are what a trial does with a service', () => {
  const text = `probes:
  web:
    - { step: ready, tcp: 8080 }
    - { http: /health, port: 8080, status: 204 }
    - { http: /items, method: POST, body: '{"word":"$BATTEN_WORD"}' }
  db:
    - { step: write, sql: "INSERT INTO t VALUES ('$BATTEN_WORD')" }
    - { step: read, exec: grep -q "$BATTEN_WORD" /data/words, user: postgres }
`;
  const config = readConfig(text, '.batten.yaml', []);
  expect(Object.fromEntries(configuredExercises({ config } as LoadedConfig))).toEqual({
    web: {
      ready: [{ tcp: 8080 }],
      check: [
        { http: '/health', port: 8080, status: 204 },
        { http: '/items', method: 'POST', body: '{"word":"$BATTEN_WORD"}' },
      ],
    },
    db: {
      write: [{ sql: "INSERT INTO t VALUES ('$BATTEN_WORD')" }],
      read: [{ exec: 'grep -q "$BATTEN_WORD" /data/words', user: 'postgres' }],
    },
  });
  expect(configuredExercises(undefined).size).toBe(0);
});
