import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BattenError, batten } from '../../src';
import { appendDotEnv, parseDotEnv } from '../../src/compose/dotenv';
import { YamlDocument } from '../../src/yaml/document';
import { batten as run } from '../cli/run';
import { type CorpusFile, corpus, describeWith, some } from './corpus';

/*
 * Credentials that are moved out of real files: every service gets the value it had, by its environment or by the file that is mounted
 * for it, which Compose itself is asked; and no value shows in anything that batten says. BATTEN_COMPOSE names a Compose v2 binary.
 * Without BATTEN_FULL=1 an even sample is taken.
 */

const compose = process.env.BATTEN_COMPOSE;
const files = corpus();
const MOVES = ['fix', 'compose.yaml', '--yes', '--preset', 'strict', '--only', 'plaintext-secrets'];

type Environments = Record<string, Record<string, string | null>>;

/** What of `config --format json` is looked at. */
interface Config {
  services: Record<string, { environment?: Record<string, string | null>; secrets?: { source: string }[] }>;
  secrets?: Record<string, { file?: string }>;
}

/** A file in which each credential is a word that stands nowhere else, so that it can be looked for; undefined when there is none. */
function marked(file: CorpusFile): { text: string; words: string[] } | undefined {
  const { findings } = batten.run({ path: 'compose.yaml', text: file.text }, { only: ['plaintext-secrets'] });
  const document = YamlDocument.open(file.text);
  const words: string[] = [];
  for (const { path: place, conceal = [], status } of findings) {
    // What is refused stays as it is.
    if (status !== 'held') continue;
    const node = document.at(place);
    if (node?.kind !== 'scalar') continue;
    let text = node.text;
    for (const { value } of conceal.filter(({ value: each }, at, all) => all.findIndex((other) => other.value === each) === at)) {
      const word = `q${words.length}Zx'${'$$'}#w${words.length}`.replace(/'|#/g, text.includes('://') ? '_' : '$&');
      if (text.includes('${')) continue;
      const at = text.lastIndexOf(value);
      if (at < 0) continue;
      text = text.slice(0, at) + word + text.slice(at + value.length);
      words.push(word.replaceAll('$$', '$'));
    }
    document.apply({ op: 'replace', path: place, value: text });
  }
  return words.length > 0 ? { text: document.toText(), words } : undefined;
}

/** What Compose gives each service, `$$` undone; undefined when it refuses the file. */
function environments(directory: string): Environments | undefined {
  try {
    const args = ['--profile', '*', '-p', 'batten', '-f', path.join(directory, 'compose.yaml'), 'config', '--format', 'json'];
    const config: Config = JSON.parse(
      execFileSync(compose!, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 64 << 20 }),
    );
    const out: Environments = {};
    for (const [name, service] of Object.entries(config.services)) {
      const environment: Record<string, string | null> = {};
      for (const [key, value] of Object.entries(service.environment ?? {})) {
        environment[key] = typeof value === 'string' ? value.replaceAll('$$', '$') : value;
      }
      for (const [key, value] of Object.entries(environment)) {
        const secret = /^\/run\/secrets\/(.+)$/.exec(value ?? '')?.[1];
        const granted = secret && service.secrets?.some((each) => each.source === secret);
        const source = granted ? config.secrets?.[secret]?.file : undefined;
        if (!source?.startsWith(path.join(directory, 'secrets'))) continue;
        delete environment[key];
        environment[key.replace(/^FILE__|_?_FILE$/g, '')] = readFileSync(source, 'utf8');
      }
      out[name] = environment;
    }
    return out;
  } catch {
    return undefined;
  }
}

const missing = [...(files ? [] : ['BATTEN_CORPUS']), ...(compose ? [] : ['BATTEN_COMPOSE'])];

describeWith('credentials of real files', missing, () => {
  const seen = { files: 0, values: 0, toFile: 0 };
  const candidates = (files ?? []).flatMap((file) => {
    try {
      const found = marked(file);
      return found ? [{ name: file.name, ...found }] : [];
    } catch (error) {
      if (error instanceof BattenError) return [];
      throw error;
    }
  });

  test.each(some(candidates, 25))('$name', ({ text, words }) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'batten-secrets-'));
    try {
      writeFileSync(path.join(directory, 'compose.yaml'), text);
      const before = environments(directory);
      if (!before) return;
      const said = [
        run(['check', 'compose.yaml', '--preset', 'strict', '--only', 'plaintext-secrets', '-v'], { cwd: directory }),
        run([...MOVES.filter((word) => word !== '--yes'), '--diff'], { cwd: directory }),
        run(['patch', 'compose.yaml', '--preset', 'strict'], { cwd: directory }),
        run([...MOVES, '--diff', '--dry-run', '--format', 'concise'], { cwd: directory }),
        run([...MOVES, '--format', 'json'], { cwd: directory }),
      ];
      const moved = readFileSync(path.join(directory, 'compose.yaml'), 'utf8');
      const after = environments(directory);
      expect(after).toEqual(before);
      const shown = said.map(({ out, err }) => out + err).join('\n');
      // A diff that is to apply elsewhere takes no credential away; what it shows around other changes is the person's to look at.
      expect(said[4]!.out).toContain('"fixed"');
      for (const word of words.filter((each) => !moved.includes(each))) expect(shown).not.toContain(word);
      seen.files++;
      seen.values += words.length;
      if (existsSync(path.join(directory, 'secrets'))) {
        seen.toFile += readdirSync(path.join(directory, 'secrets')).length;
        expect(statSync(path.join(directory, 'secrets')).mode & 0o777).toBe(0o700);
        expect(readFileSync(path.join(directory, '.gitignore'), 'utf8')).toContain('/secrets/');
      }
      // Nothing is left to do, and nothing changes.
      run(MOVES, { cwd: directory });
      expect(readFileSync(path.join(directory, 'compose.yaml'), 'utf8')).toBe(moved);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('were many', () => {
    console.log(`${seen.files} files, ${seen.values} credentials, ${seen.toFile} of them in files`);
    expect(seen.files).toBeGreaterThanOrEqual(process.env.BATTEN_FULL === '1' ? 50 : 15);
  });
});

describeWith('.env as Compose reads it', compose ? [] : ['BATTEN_COMPOSE'], () => {
  test('gives back what was written', () => {
    const parts = ['a', "'", '"', '\\', '$', '{', '}', '#', ' ', '\n', '\t', '\r', 'é', '`', '!', '=', '%', '&', '$$', "\\'", ' #z'];
    const values = Array.from({ length: 400 }, (_, n) =>
      [0, 1, 2, 3, 4]
        .slice(0, 1 + (n % 5))
        .map((k) => parts[(n * 7 + k * k * 5 + (n >> 2) * k) % parts.length])
        .join(''),
    );
    const text = values.reduce<string | undefined>((so, value, index) => appendDotEnv(so, `V${index}`, value), undefined)!;
    const directory = mkdtempSync(path.join(tmpdir(), 'batten-dotenv-'));
    const yaml = values.map((_, index) => `      V${index}: "\${V${index}}"\n`).join('');
    writeFileSync(path.join(directory, '.env'), text);
    chmodSync(path.join(directory, '.env'), 0o600);
    writeFileSync(path.join(directory, 'compose.yaml'), `services:\n  a:\n    image: a\n    environment:\n${yaml}`);
    const expected = Object.fromEntries(values.map((value, index) => [`V${index}`, value]));
    expect(environments(directory)).toEqual({ a: expected });
    expect(parseDotEnv(text)).toEqual(expected);
    rmSync(directory, { recursive: true });
  });
});
