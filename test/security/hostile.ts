/** Names that mean something in JavaScript, and nothing in a Compose file. */
export const NAMES = ['toString', 'constructor', '__proto__', 'hasOwnProperty', 'valueOf'] as const;

export const WEB = 'services:\n  web:\n    image: nginx:1.27\n';

const times = <T>(count: number, each: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => each(index));
const service = (lines: string): string => `${WEB}${lines}`;
const LONG = 'n'.repeat(200_000);

/** A file, by what it tries. */
export const HOSTILE: Record<string, string | Uint8Array> = {
  ...Object.fromEntries(NAMES.map((name) => [`key-${name}`, service(`    ${name}: {x: 1}\n`)])),
  ...Object.fromEntries(NAMES.map((name) => [`service-${name}`, everywhere(name)])),
  ...Object.fromEntries(NAMES.map((name) => [`value-${name}`, asValue(name)])),

  'omap-services': 'services: !!omap\n  - web: {image: nginx:1.27}\n',
  'omap-service': 'services:\n  web: !!omap\n    - image: nginx:1.27\n',
  'set-services': 'services: !!set\n  ? web\n',
  'set-environment': service('    environment: !!set\n      ? A\n'),
  pairs: 'services: !!pairs\n  - web: {image: nginx:1.27}\n',
  'binary-value': 'services:\n  web:\n    image: !!binary bmdpbng=\n',
  'binary-key': 'services:\n  !!binary d2Vi:\n    image: nginx:1.27\n',
  'tags-of-compose': service('    ports: !reset []\n    cap_add: !override [NET_ADMIN]\n'),
  'tags-of-nobody': 'services:\n  web: !foo\n    image: !bar nginx:1.27\n',
  'tag-verbatim': 'services: !<tag:example.com,2000:x>\n  web: {image: nginx:1.27}\n',
  'tag-unknown-handle': 'services:\n  web: !e!x {image: nginx:1.27}\n',
  'tags-that-lie':
    'services:\n  a: !!int {image: nginx}\n  b: !!map [1]\n  c: !!seq {a: 1}\n  d:\n    image: !!timestamp 2001-12-14\n    user: !!float 1\n',
  'tag-long': `services:\n  web: !${LONG}\n    image: nginx\n`,

  'items-ports': service(`    ports:\n${times(20_000, (index) => `      - "${index + 1}:80"\n`).join('')}`),
  'items-capabilities': service(`    cap_add:\n${times(20_000, (index) => `      - C${index}\n`).join('')}`),
  'items-environment': service(`    environment:\n${times(20_000, (index) => `      - V${index}=x\n`).join('')}`),
  'items-flow': service(`    command: [${times(20_000, (index) => `a${index}`).join(',')}]\n`),

  'extends-chain': `services:\n${times(3000, (index) => `  s${index}:\n    extends: s${index + 1}\n`).join('')}  s3000:\n    image: nginx\n`,
  'extends-chain-upwards': `services:\n  s0: {image: nginx}\n${times(3000, (index) => `  s${index + 1}: {extends: s${index}}\n`).join('')}`,
  'extends-cycle': 'services:\n  a: {extends: b}\n  b: {extends: a}\n  c: {extends: c}\n',
  'include-itself': `include: [include-itself.yaml]\n${WEB}`,

  'long-service': `services:\n  ${LONG}:\n    image: nginx:1.27\n`,
  'long-key': service(`    ${LONG}: 1\n`),
  'long-image': `services:\n  web:\n    image: ${LONG}\n`,
  'long-anchor': `services:\n  web: &${LONG}\n    image: nginx\n  b: *${LONG}\n`,

  'deep-flow': service(`    x-a: ${'['.repeat(10_000)}${']'.repeat(10_000)}\n`),
  'deep-maps': service(`    x-a: ${'{a: '.repeat(10_000)}${'}'.repeat(10_000)}\n`),
  'deep-items': service(`    x-a:\n      ${'- '.repeat(10_000)}x\n`),
  'deep-unclosed': service(`    x-a: ${'['.repeat(10_000)}\n`),
  'deep-keys': `${'? '.repeat(10_000)}a\n`,
  'deep-block': `${times(2000, (index) => `${' '.repeat(index)}a:\n`).join('')}${' '.repeat(2000)}b: 1\n`,

  'twice-the-same-key': service('    image: redis:7\n'),
  'twice-the-same-service': `${WEB}  web:\n    image: redis:7\nservices: {}\n`,
  bom: `\ufeff${WEB}`,
  'bom-twice': `\ufeff\ufeff${WEB}`,
  'bom-within': `${WEB}\ufeff  b:\n    image: nginx\n`,
  nul: 'services:\n  web:\n    image: ngi\0nx\n',
  'nul-only': '\0'.repeat(1000),
  'utf-8-invalid': Buffer.from('services:\n  web:\n    image: ngi\xff\xfenx\n', 'latin1'),
  'utf-16': Buffer.from(`\ufeff${WEB}`, 'utf16le'),
  'surrogate-escaped': service('    labels: {a: "\\ud800", b: "\\udc00x"}\n'),
  'surrogate-raw': Buffer.from('services:\n  web:\n    image: \xed\xa0\x80\n', 'latin1'),
  'line-ends-cr': WEB.replaceAll('\n', '\r'),
  'line-ends-mixed': 'services:\r  web:\r\n    image: nginx\n',

  empty: '',
  'empty-documents': '---\n---\n...\n',
  'empty-comment': '# nothing\n',
  'empty-blanks': '\n\n   \n',
  tabs: '\t\t',
  'two-documents': `${WEB}---\n${WEB}`,
  scalar: 'services\n',
  list: '- services\n',
  null: '~\n',

  numbers: service(
    `    mem_limit: ${'9'.repeat(400)}\n    cpus: 1e999\n    pids_limit: 0x${'f'.repeat(300)}\n    ports: ["${'9'.repeat(400)}:80", 99999999999:80]\n` +
      `    stop_grace_period: 1e400s\n    user: ${'9'.repeat(300)}\n    ulimits: {nofile: 1${'0'.repeat(300)}}\n    shm_size: 1e999g\n    scale: .inf\n    mem_reservation: .nan\n`,
  ),
  'merge-cycle': 'services:\n  web: &a\n    <<: *a\n    image: nginx\n',
  'merge-cycle-of-two': 'x-a: &a\n  <<: &b\n    <<: *a\nservices:\n  web:\n    <<: *b\n    image: nginx\n',
  'merge-of-text': service('    <<: x\n'),
  'merge-of-anything': service('    <<: [1, [2], {a: 1}]\n'),
  'merge-of-nothing': service('    <<:\n'),
  'merge-of-no-anchor': service('    <<: *none\n'),
  'anchor-again':
    'x-a: &a {cap_add: [NET_ADMIN]}\nx-b: &a {privileged: true}\nservices:\n  web: &a\n    <<: *a\n    image: nginx\n  b: *a\n',
  'alias-to-itself': service('    x-a: &a [*a]\n'),
  'alias-to-itself-as-key': '&a {*a : 1}\n',
  'alias-to-the-services': 'services: &a\n  web: *a\n',
  'alias-bomb': `x-0: &a0 [l,l,l,l,l,l,l,l,l]\n${times(11, (index) => `x-${index + 1}: &a${index + 1} [${times(9, () => `*a${index}`).join(',')}]\n`).join('')}${service('    command: *a11\n')}`,
  'merge-bomb': `x-0: &a0 {image: nginx}\n${times(11, (index) => `x-${index + 1}: &a${index + 1} {<<: [${times(9, () => `*a${index}`).join(',')}], k${index}: 1}\n`).join('')}services:\n  web:\n    <<: *a11\n`,

  'keys-of-any-kind':
    'services:\n  ? [a, b]\n  : image: nginx\n  1: {image: nginx}\n  1.5: {image: nginx}\n  true: {image: nginx}\n  ~: {image: nginx}\n  "": {image: nginx}\n',
  'values-of-any-kind':
    'services:\n  a: x\n  b: [1]\n  c:\n  d: {image: [1], ports: x, volumes: {a: 1}, environment: 1, cap_add: {a: 1}, command: {a: 1}, networks: 1, depends_on: 1, build: [1], healthcheck: x, deploy: x, logging: x, secrets: x, extends: [1], labels: 1}\nnetworks: x\nvolumes: [1]\ninclude: {a: 1}\n',
  directives: `%YAML 9.9\n%TAG ! x\n---\n${WEB}`,
  escapes: 'services:\n  web:\n    image: "\\xzz"\n    a: "\\U00110000"\n',
  unterminated: 'services:\n  web:\n    image: "nginx\n',
};

/** The name wherever a name of the person's can stand. */
function everywhere(name: string): string {
  return `services:
  ${name}:
    image: postgres:16
    environment: {${name}: x, B: "\${${name}}"}
    labels: {${name}: y}
    sysctls: {${name}: 1}
    healthcheck: {${name}: 1}
    logging: {driver: json-file, options: {${name}: "1"}}
    deploy: {resources: {limits: {${name}: 1}}}
    networks: {${name}: {aliases: [${name}]}}
    volumes: ["${name}:/data"]
    secrets: [${name}]
    configs: [${name}]
    ports: ["8080:80"]
    depends_on: [b]
  b:
    image: nginx:1.27
    extends: ${name}
    depends_on: {${name}: {condition: service_started}}
    links: [${name}]
networks: {${name}: {}}
volumes: {${name}: {}}
secrets: {${name}: {environment: ${name}}}
configs: {${name}: {content: x}}
`;
}

/** The name wherever a word of Compose's is expected. */
function asValue(name: string): string {
  return `services:
  web:
    image: ${name}/${name}:${name}
    restart: ${name}
    pid: ${name}
    ipc: ${name}
    user: ${name}
    cap_add: [${name}]
    security_opt: [${name}, "${name}:x"]
    devices: [${name}]
    environment: [${name}=1, ${name}]
    volumes: [{type: ${name}, source: ${name}, target: /${name}}]
    ports: [{target: 80, published: "80", protocol: ${name}, mode: ${name}}]
    logging: {driver: ${name}}
    command: ${name}
    entrypoint: [${name}]
    healthcheck: {test: [${name}, x]}
  other:
    image: ${name}
    network_mode: ${name}
    privileged: ${name}
networks: {default: {driver: ${name}}}
`;
}
