import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const { BATTEN_CORPUS, BATTEN_FULL } = process.env;
/** Whether all is to be done, and not a sample. */
export const FULL = BATTEN_FULL === '1';

const ROOT = path.join(__dirname, '..', '..');

/** Compose files as texts: of the corpus where there is one and all is to be done, else of the fixtures and examples. */
export function composeFiles(most: number): string[] {
  const folders = FULL && BATTEN_CORPUS ? [BATTEN_CORPUS] : [path.join(ROOT, 'examples'), path.join(ROOT, 'test', 'fixtures', 'chain')];
  const found = folders
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name)))
    .filter((file) => /(?:compose[^/]*|input)\.ya?ml$/.test(file))
    .sort();
  // From all over them.
  const step = Math.max(1, found.length / most);
  return Array.from({ length: Math.min(most, found.length) }, (_, at) => readFileSync(found[Math.floor(at * step)]!, 'utf8'));
}

/** The same numbers from 0 to 1 for the same seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A file of some 2,000 lines, as large stacks are: a hundred services of several kinds. */
export function largeFile(lines = 2000): string {
  const kinds = [
    ['nginx:1.27', ['ports:', '  - "80PORT:80"', 'volumes:', '  - ./site:/usr/share/nginx/html:ro']],
    ['postgres:16', ['environment:', '  POSTGRES_PASSWORD: ${PASSWORD}', 'volumes:', '  - data:/var/lib/postgresql/data']],
    ['redis:7', ['command: redis-server --appendonly yes', 'volumes:', '  - cache:/data']],
    ['registry.example.com/app:4', ['environment:', '  - LOG_LEVEL=info', '  - WORKERS=4', 'depends_on:', '  - service0']],
    ['grafana/grafana:11.0.0', ['ports:', '  - "30PORT:3000"', 'user: "472"', 'restart: unless-stopped']],
  ] as const;
  const out = ['services:'];
  for (let at = 0; out.length < lines - 8; at++) {
    const [image, rest] = kinds[at % kinds.length]!;
    const more = [
      'labels:',
      ...Array.from({ length: 10 }, (_, n) => `  com.example.label${n}: "value ${at}.${n}"`),
      'networks:',
      '  - backend',
    ];
    out.push(`  service${at}:`, `    image: ${image}`, `    # Service number ${at}`);
    for (const line of [...rest, ...more]) out.push(`    ${line.replace('PORT', String(at % 90).padStart(2, '0'))}`);
    out.push('');
  }
  out.push('networks:', '  backend: {}', 'volumes:', '  data: {}', '  cache: {}');
  return `${out.join('\n')}\n`;
}
