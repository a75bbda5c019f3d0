import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isMap, isSeq, type Node, parseDocument } from 'yaml';
import { batten } from '../../src';
import type { Op } from '../../src/yaml/types';
import { changed } from './override-changes';
import { ROWS, type Row } from './override-rows';

const CAP_DROP: Op = { op: 'add', path: ['services', 'a', 'cap_drop'], value: ['ALL'] };

function stack(keys: string): string {
  const lines = keys
    .split('\n')
    .filter(Boolean)
    .map((line) => `    ${line}\n`);
  const rest =
    '  b:\n    image: z\n    healthcheck: {test: [CMD, x]}\nnetworks:\n  front:\nvolumes:\n  v:\nsecrets:\n  s:\n    file: ./s\n';
  return `services:\n  a:\n${/^build:/.test(keys) ? '' : '    image: z\n'}${lines.join('')}${rest}`;
}

/** What a file says of the service, with `!reset` and `!override` made visible. */
function said(text: string): unknown {
  const plain = (node: Node | null): unknown => {
    if (node?.tag === '!reset') return '!reset';
    const items = (list: readonly unknown[]): Node[] => list as Node[];
    const value: unknown = isMap(node)
      ? Object.fromEntries(node.items.map((item) => [String(item.key), plain(item.value as Node | null)]))
      : isSeq(node)
        ? items(node.items).map(plain)
        : (node?.toJSON() ?? null);
    return node?.tag === '!override' ? { '!override': value } : value;
  };
  return plain(parseDocument(text, { logLevel: 'silent' }).getIn(['services', 'a'], true) as Node);
}

describe.each(ROWS)('$name', ({ before, ops, plain, tags = plain }: Row) => {
  const text = stack(before);

  test.each([
    { able: false, wanted: plain },
    { able: true, wanted: tags },
  ])('with tags: $able', ({ able, wanted }) => {
    const { after, findings } = changed(text, [ops], { tags: able });
    const [finding] = findings;
    if (wanted === undefined) {
      expect([after, finding!.status]).toEqual(['', 'manual']);
      expect(finding!.refusal).toEqual(
        expect.objectContaining({ code: 'needs-decision', message: expect.stringMatching(/^an override file cannot /) }),
      );
      // What newer versions can is only offered where they can.
      expect(finding!.refusal!.message.includes('--compose-version')).toBe(tags !== undefined);
      return;
    }
    expect(finding!.status).toBe('fixed');
    expect(said(after)).toEqual(wanted);
    expect(after).not.toContain('secret\n');
  });
});

const compose = process.env.BATTEN_COMPOSE;
(compose ? describe : describe.skip)('Compose itself merges it to what the change in place comes to (set BATTEN_COMPOSE)', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'batten-rows-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const config = (...texts: string[]): unknown => {
    const files = texts.flatMap((text, index) => {
      const file = path.join(directory, `${index}.yaml`);
      writeFileSync(file, text);
      return ['-f', file];
    });
    const out = execFileSync(compose!, ['-p', 'p', ...files, 'config', '--format', 'json'], { encoding: 'utf8', stdio: 'pipe' });
    return JSON.parse(out);
  };

  test.each(ROWS)('$name', ({ before, ops, plain, tags = plain }) => {
    const text = stack(before);
    const inPlace = config(changed(text, [ops]).after);
    for (const able of [false, true]) {
      if ((able ? tags : plain) !== undefined) expect(config(text, changed(text, [ops], { tags: able }).after)).toEqual(inPlace);
    }
  });
});

describe('a new override file', () => {
  test('is written in the style of the Compose file, with its comment', () => {
    const text = "services:\r\n    a:\r\n        image: 'z'\r\n        ports:\r\n        - '80:80'\r\n";
    const { after } = changed(text, [[CAP_DROP], [{ op: 'add', path: ['services', 'a', 'user'], value: '1:1' }]], {
      header: ['Why', '', 'How'],
    });
    expect(after).toBe("# Why\r\n#\r\n# How\r\n\r\nservices:\r\n    a:\r\n        cap_drop:\r\n        - ALL\r\n        user: '1:1'\r\n");
  });

  test('keeps a comment that was alone in the file', () => {
    expect(changed(stack(''), [[CAP_DROP]], { text: '# mine', header: ['Why'] }).after).toBe(
      '# mine\n# Why\n\nservices:\n  a:\n    cap_drop: [ALL]\n',
    );
  });

  test('is none when there is nothing to say', () => {
    const { before, after, override, status } = changed(
      stack('cap_add: [SYS_ADMIN]'),
      [[{ op: 'remove', path: ['services', 'a', 'cap_add'] }]],
      {},
    );
    expect({ before, after, override, status }).toEqual({
      before: '',
      after: '',
      override: { path: 'override.yaml', isNew: true },
      status: 'manual',
    });
  });

  test('holds what one change can although another one cannot', () => {
    const { after, findings } = changed(
      stack('ports: ["80:80"]'),
      [[CAP_DROP], [{ op: 'replace', path: ['services', 'a', 'ports', 0], value: '127.0.0.1:80:80' }]],
      {},
    );
    expect(findings.map(({ status }) => status)).toEqual(['fixed', 'manual']);
    expect(findings[1]!.refusal).toEqual({
      code: 'needs-decision',
      message:
        'an override file cannot take "80:80" out of ports of "a": change compose.yaml, or add --compose-version 2.24.4 if no older Compose reads the override',
      snippet: '# in compose.yaml\nservices:\n  a:\n    ports: ["127.0.0.1:80:80"]',
    });
    expect(findings[1]!.reportedOps).toEqual([]);
    expect(said(after)).toEqual({ cap_drop: ['ALL'] });
  });

  test('leaves a change out as a whole when a part of it cannot be', () => {
    const ops: Op[] = [CAP_DROP, { op: 'remove', path: ['services', 'a', 'volumes', 0] }];
    expect(changed(stack('volumes: ["/x:/x", "/y:/y"]'), [ops], {}).after).toBe('');
  });

  test('says for each service what shared text says in place', () => {
    const text =
      'x-base: &base\n  image: z\n  cap_add: [KILL]\nservices:\n  a:\n    <<: *base\n  b:\n    extends: a\n    security_opt: [x]\n';
    const { after } = changed(text, [[{ op: 'append', path: ['x-base', 'cap_add'], value: 'CHOWN' }]], {});
    expect(after).toBe('services:\n  a:\n    cap_add: [CHOWN]\n\n  b:\n    cap_add: [CHOWN]\n');
  });

  test('keeps numbers as Compose reads them', () => {
    const text = 'services:\n  a:\n    image: z\n    volumes:\n      - {type: tmpfs, target: /t, tmpfs: {mode: 0755}}\n';
    const { after } = changed(text, [[{ op: 'add', path: ['services', 'a', 'volumes', 0, 'read_only'], value: true }]], {});
    expect(after).toContain('mode: 493');
  });

  test('has whole services and networks that are new', () => {
    const ops: Op[] = [
      { op: 'add', path: ['services', 'proxy'], value: { image: 'p', command: [], networks: { net: null } } },
      { op: 'add', path: ['networks', 'net'], value: null },
    ];
    expect(changed(stack(''), [ops], {}).after).toBe(
      'services:\n  proxy:\n    image: p\n    command: []\n    networks: [net]\n\nnetworks:\n  net:\n',
    );
  });
});

describe('an override file that says something', () => {
  const text = stack('cap_add: [KILL]\nenvironment: [A=1]');

  test('keeps every byte of it, and grows', () => {
    const own = '# mine\nservices:\n    a:\n        cap_drop:\n        - NET_RAW # why\n        labels: {x: y}\n    c:\n        image: q\n';
    const changes: Op[] = [
      { op: 'append', path: [1, 'services', 'a', 'cap_drop'], value: 'ALL' },
      { op: 'append', path: ['services', 'a', 'cap_add'], value: 'CHOWN' },
      { op: 'append', path: ['services', 'a', 'environment'], value: 'B=2' },
      { op: 'add', path: ['services', 'b', 'read_only'], value: true },
    ];
    expect(changed(text, [changes], { text: own }).after).toBe(
      '# mine\nservices:\n    a:\n        cap_drop:\n        - NET_RAW # why\n        - ALL\n        labels: {x: y}\n        cap_add:\n        - CHOWN\n        environment:\n            B: "2"\n    c:\n        image: q\n    b:\n        read_only: true\n',
    );
  });

  test('is brought further where the changes are about what it says itself', () => {
    const own =
      'services:\n  a:\n    environment: {A: "2"}\n    ports: !override ["80:80", "81:81"]\n    deploy: {resources: {limits: {memory: 1g}}}\n';
    const changes: Op[] = [
      { op: 'replace', path: [1, 'services', 'a', 'ports', 0], value: '127.0.0.1:80:80' },
      { op: 'replace', path: [1, 'services', 'a', 'environment', 'A'], value: '3' },
      { op: 'add', path: [1, 'services', 'a', 'deploy', 'resources', 'limits', 'pids'], value: 5 },
    ];
    expect(changed(text, [changes], { text: own }).after).toBe(
      'services:\n  a:\n    environment: {A: "3"}\n    ports: !override ["127.0.0.1:80:80", "81:81"]\n    deploy: {resources: {limits: {memory: 1g, pids: 5}}}\n',
    );
  });

  test('gets nothing that it would take a value of the Compose file away for', () => {
    const own = 'services:\n  a:\n    user: root\n';
    const { after, findings } = changed(text, [[{ op: 'replace', path: ['services', 'a', 'cap_add', 0], value: 'CHOWN' }]], { text: own });
    expect(after).toBe(own);
    expect(findings[0]!.refusal!.message).toMatch(/cannot take "KILL" out of cap_add/);
  });

  test('is an error when it holds something else, or cannot be read', () => {
    const run = (own: string) => () =>
      batten.run({ path: 'compose.yaml', text }, { override: { path: 'override.yaml', absolute: '/p/override.yaml', text: own } });
    expect(run('- a list\n')).toThrow(expect.objectContaining({ file: 'override.yaml', code: 'not-compose' }));
    expect(run('services: [\n')).toThrow(expect.objectContaining({ file: 'override.yaml', code: 'yaml-syntax' }));
  });
});

describe('a run into an override file', () => {
  const input = {
    path: 'compose.yaml',
    text: 'services:\n  db:\n    image: postgres:16\n    ports: ["5432:5432"]\n    environment: {POSTGRES_PASSWORD: hunter2}\n',
  };

  test('finds nothing more when it runs again over the two', () => {
    const target = { path: 'override.yaml', absolute: '/p/override.yaml' };
    const first = batten.run(input, { confidence: 'guess', apply: true, override: target });
    expect(first.status).toBe('fixed');
    expect(first.after).not.toContain('hunter2');
    const again = batten.run(input, { confidence: 'guess', apply: true, override: { ...target, text: first.after } });
    expect(again.after).toBe(first.after);
    expect(again.findings.map(({ status }) => status)).not.toContain('fixed');
  });

  test('asks only what the file can hold, and shows that file', () => {
    const session = batten.session(input, { apply: true, override: { path: 'override.yaml' } });
    const asked: string[] = [];
    for (let question = session.current(); question; question = session.current()) {
      asked.push(question.finding.transform);
      expect(question.path).toBe('compose.yaml');
      expect(question.after).not.toBe(question.before);
      expect(question.after).not.toContain('image:');
      expect(session.answer({ kind: 'ignore', reason: '' })).toEqual({ error: expect.stringContaining('batten: ignore[') });
      session.answer({ kind: 'apply' });
    }
    expect(asked).toContain('cap-drop');
    expect(asked).not.toContain('ports');
    const [result] = session.finish();
    expect(result!.override).toEqual({ path: 'override.yaml', isNew: true });
    expect(result!.findings.find(({ transform }) => transform === 'ports')!.status).toBe('manual');
  });
});
