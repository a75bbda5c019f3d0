import fc from 'fast-check';
import { hide, secretsOf } from '../../../src/engine/prove/secrets';

const report = (said: string) => ({
  name: 'secret',
  transform: 'plaintext-secrets',
  log: said,
  why: { how: said, lines: [said] },
  exercised: [said],
});

test('what a service said is shown without passwords', () => {
  const secrets = secretsOf({ services: { db: { environment: { DB_PASSWORD: 'hunter22', URL: 'mysql://root:topsecret1@db/x' } } } });
  expect(hide(report('login hunter22 at mysql://root:topsecret1@db'), secrets).log).toBe('login •••• at mysql://root:••••@db');
});

test("batten's own words are no passwords", () => {
  const { name, transform, log } = hide(report('password "secret" refused, secrets are fine'), ['secret']);
  expect({ name, transform }).toEqual({ name: 'secret', transform: 'plaintext-secrets' });
  expect(log).toBe('password "••••" refused, secrets are fine');
});

test('no password is left in what was said, whatever it is made of', () => {
  const password = fc.string({ minLength: 6, maxLength: 20 }).filter((text) => !/^[a-z]{1,9}$/i.test(text) && !'••••'.includes(text));
  fc.assert(
    fc.property(password, fc.string(), fc.string(), (secret, before, after) => {
      const { log, why, exercised } = hide(report(`${before}${secret}${after}`), [secret]);
      for (const text of [log, why.how, ...why.lines, ...exercised]) expect(text).not.toContain(secret);
    }),
  );
});
