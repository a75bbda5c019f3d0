import fc from 'fast-check';
import { batten } from '../../src';
import { createColors } from '../../src/report/colors';
import { screenDiff as screenDiffText } from '../../src/report/diff';
import { MASK } from '../../src/report/mask';
import { maskKnown } from '../../src/report/mask-known';
import { textOf } from './text-of';

const screenDiff = textOf(screenDiffText);

const STACK = `# the cloud of nextcloud
services:
  nextcloud:
    image: nextcloud:29
    container_name: nextcloud
    depends_on:
      - nextcloud-db
    environment:
      MYSQL_DATABASE: nextcloud
      MYSQL_USER: nextcloud
      MYSQL_PASSWORD: nextcloud
      DATABASE_URL: mysql://nextcloud:nextcloud@nextcloud-db/nextcloud
      TRUSTED: http://nextcloud:80
    volumes:
      - nextcloud:/var/www/html
  nextcloud-db:
    image: mariadb:11
    command: [--user, nextcloud, -pnextcloud]
    environment:
      - MYSQL_DATABASE=nextcloud
      - MYSQL_PASSWORD=\${MYSQL_PASSWORD:-nextcloud}
    healthcheck:
      # logs in with password nextcloud
      test:
        - CMD
        - mysqladmin
        - nextcloud
volumes:
  nextcloud:
`;

test('a word that is a name, too, is masked where it stands as a credential', () => {
  const masked = maskKnown(STACK.split('\n'), [{ name: 'MYSQL_PASSWORD', value: 'nextcloud' }]).join('\n');
  expect(masked).toBe(
    STACK.replace('MYSQL_PASSWORD: nextcloud', `MYSQL_PASSWORD: ${MASK}`)
      .replace('nextcloud:nextcloud@', `nextcloud:${MASK}@`)
      .replace('[--user, nextcloud, -pnextcloud]', `[--user, ${MASK}, -p${MASK}]`)
      .replace(':-nextcloud}', `:-${MASK}}`)
      .replace('password nextcloud', `password ${MASK}`)
      .replace('- mysqladmin\n        - nextcloud', `- mysqladmin\n        - ${MASK}`),
  );
});

test('one that is none is masked wherever it stands', () => {
  const lines = ['a: x-kJ8s-h2Lq9-x', 'b: kJ8s-h2Lq9', '# kJ8s-h2Lq9'];
  expect(maskKnown(lines, [{ name: 'P', value: 'kJ8s-h2Lq9' }])).toEqual([`a: x-${MASK}-x`, `b: ${MASK}`, `# ${MASK}`]);
});

test('a short one is masked in its own lines and in commands', () => {
  const lines = [
    'command: redis-cli -a hunter2 ping',
    'P: "x hunter2"',
    'a: hunter2',
    'healthcheck:',
    '  test: mysqladmin -proot -u admin',
  ];
  const known = [
    { name: 'P', value: 'hunter2' },
    { name: 'ROOT', value: 'root' },
  ];
  expect(maskKnown(lines, known)).toEqual([
    `command: redis-cli -a ${MASK} ping`,
    `P: "x ${MASK}"`,
    'a: hunter2',
    'healthcheck:',
    `  test: mysqladmin -p${MASK} -u admin`,
  ]);
});

test('a line of a flow collection keeps its image', () => {
  const line = '  ghost: { image: ghost, environment: { DB_PASSWORD: ghost, DB_NAME: x } }';
  expect(maskKnown([line], [{ name: 'DB_PASSWORD', value: 'ghost' }])).toEqual([line.replace('PASSWORD: ghost', `PASSWORD: ${MASK}`)]);
});

/** Lines with a credential in them, and lines that call something by the same word. */
const CREDENTIALS: readonly ((word: string) => string)[] = [
  (word) => `    environment:\n      DB_PASSWORD: ${word}`,
  (word) => `    environment:\n      - "DB_PASSWORD=${word}"`,
  (word) => `    environment:\n      - DB_PASSWORD=\${DB_PASSWORD:-${word}}`,
  (word) => `    environment:\n      DB_PASSWORD: "\${DB_PASSWORD-${word}}"`,
  (word) => `    environment:\n      URL: amqp://app:${word}@queue/x`,
  (word) => `    command: redis-server --requirepass ${word} --port 1`,
  (word) => `    command: --password=${word}`,
  (word) => `    command: ["mysqladmin", "-p${word}", "ping"]`,
  (word) => `    entrypoint: curl -u app:${word} http://x`,
  (word) => `    command:\n      - ${word}`,
  (word) => `    healthcheck:\n      test: ["CMD", "x", "-a", '${word}']`,
  (word) => `    # the password is ${word}`,
];
const NAMES: readonly ((word: string) => string)[] = [
  (word) => `    image: ${word}`,
  (word) => `    image: "registry.example/${word}/${word}:1.2"`,
  (word) => `    container_name: ${word}`,
  (word) => `    hostname: ${word} # here`,
  (word) => `    depends_on:\n      - ${word}`,
  (word) => `    volumes:\n      - ${word}:/data/${word}`,
  (word) => `    networks: [${word}]`,
  (word) => `    environment:\n      DB_NAME: ${word}`,
  (word) => `    environment:\n      - DB_USER=${word}`,
  (word) => `    environment:\n      HOST: http://${word}:80/`,
];

const words = fc.stringMatching(/^[a-z]{8,14}$/).filter((word) => !/pass|secret|token|key|command|image|depends/.test(word));
const secrets = fc.stringMatching(/^[A-Za-z0-9_+=!-]{6,14}[0-9][A-Z][0-9]$/);

test('a credential never shows, whatever it is also the name of, and a name always does', () => {
  const parts = fc.array(fc.oneof(...[...CREDENTIALS, ...NAMES].map((make) => fc.constant(make))), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(words, parts, (word, made) => {
      const lines = [`services:`, `  ${word}:`, ...made.flatMap((make) => make(word).split('\n'))];
      const masked = maskKnown(lines, [{ name: 'DB_PASSWORD', value: word }]);
      let at = 2;
      for (const make of made) {
        const length = make(word).split('\n').length;
        const shown = masked.slice(at, at + length).join('\n');
        if (CREDENTIALS.includes(make)) expect(shown).not.toContain(word);
        else expect(shown).toBe(make(word));
        at += length;
      }
      expect(masked[1]).toBe(`  ${word}:`);
    }),
  );
});

test('a credential that names nothing shows nowhere', () => {
  const parts = fc.array(
    fc.oneof(
      ...CREDENTIALS.map((make) => fc.constant(make)),
      fc.constant((it: string) => `      X: a${it}b`),
    ),
  );
  fc.assert(
    fc.property(secrets, parts, (secret, made) => {
      const lines = ['services:', '  web:', ...made.flatMap((make) => make(secret).split('\n'))];
      expect(maskKnown(lines, [{ name: 'DB_PASSWORD', value: secret }]).join('\n')).not.toContain(secret);
    }),
  );
});

test('the diff of a stack whose password is its name shows what it is about', () => {
  const result = batten.run(
    { path: 'compose.yaml', text: STACK, directory: '/nonexistent' },
    { confidence: 'guess', only: ['plaintext-secrets', 'init'] },
  );
  const known = result.findings.flatMap(({ conceal = [] }) => conceal);
  expect(known.map(({ value }) => value)).toContain('nextcloud');
  const shown = screenDiff({ path: 'compose.yaml', before: result.before, after: result.after, known }, createColors(false), {
    context: 99,
  });
  expect(shown).toContain('     image: nextcloud:29\n');
  expect(shown).toContain('      MYSQL_DATABASE: nextcloud\n');
  expect(shown).not.toMatch(/PASSWORD: nextcloud|:nextcloud@|-pnextcloud|:-nextcloud/);
});
