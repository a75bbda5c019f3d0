import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { advise } from '../../../src/images';
import { imageFromFacts } from '../../../src/images/inspected';
import { templateOf } from '../../../src/images/load';
import type { Advice } from '../../../src/images/types';
import { scriptFingerprint } from '../../../src/images/xray/fingerprint';
import { type ServiceOptions, service } from '../service-factory';
import { startOf } from '../xray/start-of';
import { type Entry, program, script as scriptFile } from '../xray/tars';
import { capabilities, user } from './advice-of';

const TABLE = parse(readFileSync(path.join(__dirname, '../../../templates/hints/entrypoints.yaml'), 'utf8')) as {
  entrypoints: { family: string; scripts?: string[]; programs?: string[] }[];
};
const scriptOf = (family: string): string => TABLE.entrypoints.find((each) => each.family === family)!.scripts![0]!;

/** What starts as PostgreSQL's images do; its script is put in by its fingerprint. */
const STEPS = 'if [ "$(id -u)" = 0 ]; then chown -R db:db /var/lib/postgresql/data; exec gosu db "$0" "$@"; fi; exec "$@"';

async function adviceOn(
  image: string,
  fingerprint: string,
  { script = STEPS, config = {}, options = {} }: { script?: string; config?: Record<string, unknown>; options?: ServiceOptions } = {},
): Promise<Advice> {
  const more = [
    { ...program('bin/postgres') },
    { path: 'etc/passwd', body: 'root:x:0:0:root:/root:/bin/sh\ndb:x:999:999::/var/lib/postgresql:/bin/sh\n' },
  ];
  const facts = await startOf(script, more, { Cmd: ['postgres'], Volumes: { '/var/lib/postgresql/data': {} }, ...config });
  facts.fingerprint.entrypoint = `sha256:${fingerprint.padEnd(64, '0')}`;
  const own = imageFromFacts({ name: image, facts });
  return advise(service({ image, ...options }), {
    images: new Map([['app', own]]),
    configurations: new Map(),
    absent: new Map(),
    notes: [],
  });
}

const POSTGRES = scriptOf('postgres');
const STRANGE = 'f'.repeat(16);

test('the table names each script and program once, of families that there are', () => {
  const all = TABLE.entrypoints.flatMap(({ scripts = [], programs = [] }) => [...scripts, ...programs]);
  expect(new Set(all).size).toBe(all.length);
  for (const { family, scripts, programs } of TABLE.entrypoints) {
    expect(templateOf(family)?.family).toBe(family);
    expect([...(scripts ?? []), ...(programs ?? [])]).not.toEqual([]);
  }
});

/** What an image is advised that is called by a name nobody knows. */
async function unknown(script: string | undefined, files: Entry[], config: Record<string, unknown>): Promise<Advice> {
  const facts = await startOf(script ?? '', files, config);
  const own = imageFromFacts({ name: 'mirror.example/team/app:1', facts });
  return advise(service({ image: 'mirror.example/team/app:1' }), {
    images: new Map([['app', own]]),
    configurations: new Map(),
    absent: new Map(),
    notes: [],
  });
}

describe('what an image starts with', () => {
  test('is its command, where it has no entrypoint', async () => {
    const body = '#!/bin/sh\n# a comment\n\nexec server\n';
    const files = [scriptFile('start.sh', body), program('bin/server')];
    const { fingerprint } = await startOf('', files, { Entrypoint: [], Cmd: ['/start.sh'] });
    expect(fingerprint.entrypoint).toBe(scriptFingerprint(body));
    expect(scriptFingerprint('#!/bin/sh\n  exec server')).toBe(scriptFingerprint(body));
  });

  test.each([
    ['gatus', ['/gatus']],
    ['mailpit', ['/sbin/tini', '--', '/mailpit']],
  ])('is a program that no other image has: %s', async (family, entrypoint) => {
    const files = entrypoint.filter((each) => each.startsWith('/')).map((each) => program(each.slice(1)));
    const advice = await unknown(undefined, files, { Entrypoint: entrypoint });
    expect(advice.family).toBe(family);
    expect(advice.capabilities.confidence).not.toBe('known');
    expect(advice.capabilities.evidence).toContainEqual(expect.objectContaining({ detail: 'the program of the image is its entrypoint' }));
  });

  test("is nobody's, where the program is elsewhere", async () => {
    const advice = await unknown(undefined, [program('opt/gatus')], { Entrypoint: ['/opt/gatus'] });
    expect(advice.family).toBeUndefined();
  });
});

describe('an image under another name', () => {
  test('gets the template of what it starts with, and the reason is its entrypoint', async () => {
    const advice = await adviceOn('mirror.example/team/db:1', POSTGRES);
    expect(advice).toMatchObject({ family: 'postgres', role: 'datastore', label: 'PostgreSQL (mirror.example/team/db:1)' });
    expect(advice.capabilities.confidence).toBe('generic');
    expect(advice.capabilities.value).toEqual(expect.arrayContaining(['CHOWN', 'SETGID', 'SETUID']));
    const refs = advice.capabilities.evidence.map(({ kind, ref }) => `${kind} ${ref}`);
    expect(refs).toContainEqual(expect.stringMatching(/^image mirror\.example\/team\/db:1 \/entry\.sh in sha256:/));
    expect(refs).toContainEqual(expect.stringMatching(/^source docker-library\/postgres@/));
  });

  test('none when its script is not known', async () => {
    expect((await adviceOn('mirror.example/team/db:1', STRANGE)).family).toBeUndefined();
  });

  test('is told by its variant from who it becomes', async () => {
    const advice = await adviceOn('mirror.example/team/db:1', POSTGRES);
    expect(user(advice)).toMatch(/999:999$/);
  });

  test('what the layers above changed counts: its own command, and another user', async () => {
    const command = await adviceOn('mirror.example/team/db:1', POSTGRES, { config: { Cmd: ['backup'] } });
    expect(command.capabilities.why).not.toContain('the entrypoint chowns the data directory');
    const other = await adviceOn('mirror.example/team/db:1', POSTGRES, { config: { User: '999' } });
    expect(other.startsAsRoot).toBe(false);
    expect(other.capabilities.value).toEqual([]);
  });

  test('what its start was seen to need is added', async () => {
    const script = `chroot --userspec=db / true; ${STEPS}`;
    const advice = await adviceOn('mirror.example/team/db:1', POSTGRES, { script });
    expect(advice.capabilities.value).toContain('SYS_CHROOT');
    expect(advice.capabilities.why).toContain('as the image itself shows');
  });
});

describe('an image by its name', () => {
  test('keeps what its template says when its entrypoint is one of the family', async () => {
    const plain = advise(service({ image: 'postgres:16' }));
    const advice = await adviceOn('postgres:16', POSTGRES);
    expect(advice.capabilities.confidence).toBe(plain.capabilities.confidence);
    expect(capabilities(plain)).toBe('known: CHOWN DAC_READ_SEARCH SETGID SETUID');
  });

  test('is believed less when its entrypoint is none of the family', async () => {
    const advice = await adviceOn('postgres:16', STRANGE);
    expect(advice.family).toBe('postgres');
    expect(advice.capabilities).toMatchObject({
      confidence: 'generic',
      why: expect.stringContaining('its entrypoint is none that postgres was known to have'),
    });
    expect(advice.readOnly.confidence).not.toBe('known');
  });

  test('is believed as much when it starts with s6-overlay, which says nothing of what it is', async () => {
    const facts = await startOf('', [scriptFile('init', '#!/bin/sh\nexec /bin/server\n'), program('bin/server')], {
      Entrypoint: ['/init'],
    });
    const own = imageFromFacts({ name: 'pihole/pihole:2024.07.0', facts });
    const advice = advise(service({ image: 'pihole/pihole:2024.07.0' }), {
      images: new Map([['app', own]]),
      configurations: new Map(),
      absent: new Map(),
      notes: [],
    });
    expect(advice.capabilities.why).not.toContain('its entrypoint is none that');
  });
});
