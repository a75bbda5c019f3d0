import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import ts from 'typescript';
import { composeText } from '../../src/convert/compose-text';
import { exportKubernetes } from '../../src/convert/export/kubernetes';
import { exportProject } from '../../src/convert/export/project';
import { exportQuadlet } from '../../src/convert/export/quadlet';
import { exportRun } from '../../src/convert/export/run';
import { stackOfRunLines } from '../../src/convert/run/read';
import type { Keys, Stack } from '../../src/convert/stack';
import { batten } from '../../src/index';
import { YamlDocument } from '../../src/yaml/document';
import { toData } from '../../src/yaml/tree';
import { runWords, WORLD } from './run-line';

const RUNS = process.env.BATTEN_FULL ? 500 : 40;

/** The project that a stack is, as export reads it. */
function projectOf(stack: Stack): ReturnType<typeof exportProject> {
  return exportProject(batten.project({ path: 'compose.yaml', text: composeText(stack, []) }), { directory: '/stacks/acme' });
}

/** A stack in which credentials are variables, as an export has them. */
function stackOf(words: readonly string[]): { stack: Stack; project: ReturnType<typeof exportProject> } {
  const stack = stackOfRunLines(['docker', 'run', '--name', 'svc', ...words]);
  return { stack, project: projectOf(stack) };
}

const without = (keys: Keys | undefined, ...names: string[]): Keys =>
  Object.fromEntries(Object.entries(keys ?? {}).filter(([name]) => !names.includes(name)));

describe('as docker run lines', () => {
  test('what a line says comes back from its Compose file', () => {
    fc.assert(
      fc.property(runWords(WORLD), (words) => {
        const { project } = stackOf(words);
        const { files, losses } = exportRun(project);
        expect(losses.filter(({ code }) => code === 'unsupported')).toEqual([]);
        const again = stackOfRunLines(files[0]!.text);
        expect(again.losses.filter(({ code }) => code !== 'skipped')).toEqual([]);
        // Both read the same way: what differs only in how it is written is the same then.
        expect(projectOf(again).services.get('svc')).toEqual(project.services.get('svc'));
      }),
      { numRuns: RUNS },
    );
  });
});

const QUADLET = [process.env.BATTEN_QUADLET, '/usr/libexec/podman/quadlet', '/usr/lib/podman/quadlet'].find(
  (file) => file !== undefined && existsSync(file),
);
const withQuadlet = QUADLET === undefined ? describe.skip : describe;

withQuadlet('as quadlets, read by the generator of Podman', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'batten-quadlet-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** The services that the generator makes of files, by their names. */
  function generated(files: readonly { path: string; text: string }[]): { units: Map<string, string>; complaints: string[] } {
    for (const name of readdirSync(directory)) rmSync(path.join(directory, name));
    for (const { path: name, text } of files) writeFileSync(path.join(directory, name), text);
    const { stdout, stderr } = spawnSync(QUADLET!, ['--dryrun', '--user'], {
      env: { QUADLET_UNIT_DIRS: directory, PATH: process.env.PATH ?? '' },
      encoding: 'utf8',
    });
    const units = new Map(
      stdout
        .split(/^---(?=[\w@.-]+\.service---$)/m)
        .slice(1)
        .map((text) => [text.slice(0, text.indexOf('---')), text]),
    );
    return { units, complaints: stderr.split('\n').filter((line) => /unsupported|converting|error|not fully/i.test(line)) };
  }

  test('each unit runs what its service says', () => {
    fc.assert(
      fc.property(runWords(WORLD), (words) => {
        const { project } = stackOf(words);
        const { files, losses } = exportQuadlet(project);
        const lost = new Set(losses.map(({ what }) => what.replace(/^--/, '')));
        const { units, complaints } = generated(files);
        expect(complaints).toEqual([]);
        const start = /^ExecStart=(.*)$/m.exec(units.get('svc.service') ?? '')?.[1] ?? '';
        const said = stackOfRunLines(['podman', ...systemdWords(start).slice(1)]);
        expect(said.losses.filter(({ code, what }) => code === 'unknown' || !OF_QUADLET.has(what))).toEqual([]);
        const [keys] = [...said.services.values()];
        const wanted = project.services.get('svc')!;
        expect(comparable(keys!, lost)).toEqual(comparable(wanted, lost));
      }),
      { numRuns: RUNS },
    );
  });

  /** What the generator adds, and what a unit says otherwise. */
  const OF_QUADLET = new Set(['--rm', '--replace', '--cidfile', '--cgroups', '--sdnotify', '--secret', '--read-only-tmpfs']);

  const SAME: Readonly<Record<string, string>> = {
    'no-new-privileges:true': 'no-new-privileges',
    'label:disable': 'label=disable',
    'unmask=ALL': 'systempaths=unconfined',
  };

  /** Services of a project and of a line of podman in one form, without what was said to be lost. */
  function comparable(keys: Keys, lost: ReadonlySet<string>): unknown {
    const project = projectOf({
      services: new Map([['svc', keys]]),
      networks: new Map(),
      volumes: new Map(),
      losses: [],
      files: [],
    } as Stack);
    const own = without(
      project.services.get('svc'),
      'restart',
      'networks',
      'network_mode',
      'image',
      'pull_policy',
      'container_name',
      'volumes',
    );
    if (lost.has('domainname')) delete own.domainname;
    if (lost.has('oom-kill-disable')) delete own.oom_kill_disable;
    if (lost.has('runtime')) delete own.runtime;
    if (lost.has('link')) delete own.external_links;
    // Its values are secrets of Podman, or of another form.
    const environment = (own.environment ?? {}) as Keys;
    own.environment = Object.fromEntries(Object.entries(environment).filter(([, value]) => !String(value).includes('${')));
    if (Object.keys(own.environment as Keys).length === 0) delete own.environment;
    for (const key of ['stdin_open', 'gpus']) delete own[key];
    // The generator writes capabilities in small letters, some options in another order, and some in its own words.
    for (const [key, value] of Object.entries(own)) {
      if (!Array.isArray(value) || key === 'command' || key === 'entrypoint') continue;
      const said = value.map((each) => (key.startsWith('cap_') ? String(each).toUpperCase() : (SAME[String(each)] ?? each)));
      own[key] = [...new Set(said)].sort();
    }
    return own;
  }
});

describe('as manifests of Kubernetes', () => {
  /** Documents of all files, read again. */
  function manifests(project: ReturnType<typeof exportProject>): Record<string, unknown>[] {
    const { files } = exportKubernetes(project);
    const texts = files.flatMap(({ text }) => text.split(/^---\n/m));
    return texts.map((text) => toData(YamlDocument.open(text).root) as Record<string, unknown>);
  }

  const validate = (document: Record<string, unknown>): void => {
    const of = {
      apps: require('kubernetes-models/apps/v1'),
      v1: require('kubernetes-models/v1'),
      'networking.k8s.io': require('kubernetes-models/networking.k8s.io/v1'),
    };
    const group = String(document.apiVersion).split('/')[0] as keyof typeof of;
    new (of[group] as Record<string, new (data: unknown) => { validate(): void }>)[String(document.kind)]!(document).validate();
  };

  test('they are what the schemas of Kubernetes take, and hold no field that these do not know', () => {
    const seen: Record<string, unknown>[] = [];
    fc.assert(
      fc.property(runWords(WORLD), (words) => {
        const documents = manifests(stackOf(words).project);
        for (const each of documents) validate(each);
        const names = documents.map(({ kind, metadata }) => `${String(kind)} ${(metadata as { name: string }).name}`);
        expect(new Set(names).size).toBe(names.length);
        if (seen.length < 100) seen.push(...documents);
      }),
      { numRuns: RUNS },
    );
    expect(unknownFields(seen)).toEqual([]);
    expect(unknownFields([{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { portss: [] } }])).toHaveLength(1);
  });

  test('no document holds a credential', () => {
    const { project } = stackOf([
      '-e',
      'PASSWORD=hunter2-Zq81',
      '-e',
      'URL=postgres://u:s3cr3tPw9@db/x',
      '-e',
      'DOLLAR=$(date)',
      'x',
      '--token',
      'tok-8812-abcd',
    ]);
    const text = JSON.stringify(manifests(project));
    for (const secret of ['hunter2', 's3cr3tPw9', 'tok-8812']) expect(text).not.toContain(secret);
    const [{ spec }] = manifests(project) as [{ spec: { template: { spec: { containers: { env: unknown; args: unknown }[] } } } }];
    expect(spec.template.spec.containers[0]).toMatchObject({
      // What is referred to stands before.
      env: [
        { name: 'SVC_TOKEN', valueFrom: { secretKeyRef: { name: 'svc-env', key: 'SVC_TOKEN' } } },
        { name: 'SVC_URL', valueFrom: { secretKeyRef: { name: 'svc-env', key: 'SVC_URL' } } },
        { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'svc-env', key: 'SVC_PASSWORD' } } },
        { name: 'URL', value: 'postgres://u:$(SVC_URL)@db/x' },
        { name: 'DOLLAR', value: '$$(date)' },
      ],
      args: ['--token', '$(SVC_TOKEN)'],
    });
  });
});

/** Fields that the types of Kubernetes do not have, as TypeScript tells of a literal. */
function unknownFields(documents: readonly Record<string, unknown>[]): string[] {
  const name = path.join(__dirname, 'manifests.ts');
  const text = [
    ...[...new Set(documents.map(({ apiVersion, kind }) => `${String(apiVersion)}/${String(kind)}`))].map(
      (type) => `import type { I${type.split('/').at(-1)} } from 'kubernetes-models/${type}';`,
    ),
    ...documents.map((each, at) => `export const m${at}: I${String(each.kind)} = ${JSON.stringify(each)};`),
  ].join('\n');
  const options: ts.CompilerOptions = {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    types: [],
    lib: ['lib.es5.d.ts'],
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.getSourceFile = (file, version) => (file === name ? ts.createSourceFile(file, text, version) : getSourceFile(file, version));
  host.fileExists = (file) => file === name || fileExists(file);
  const program = ts.createProgram([name], options, host);
  return program
    .getSemanticDiagnostics(program.getSourceFile(name))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

describe('what there is, to the byte', () => {
  const fixtures = path.join(__dirname, 'fixtures');
  test.each(readdirSync(fixtures))('%s', (name) => {
    const directory = path.join(fixtures, name);
    const text = readFileSync(path.join(directory, 'compose.yaml'), 'utf8');
    const env = path.join(directory, '.env');
    const project = exportProject(batten.project({ path: 'compose.yaml', text, ...(existsSync(env) && { directory }) }), {
      directory: `/stacks/${name}`,
    });
    for (const [format, write] of [
      ['run', exportRun],
      ['quadlet', exportQuadlet],
      ['kubernetes', exportKubernetes],
    ] as const) {
      const { files, losses } = write(project);
      const made = [
        ...files.map(({ path: file, text: content }) => `# ${file}\n${content}`),
        ...losses.map(({ code, service, what, reason }) => `# ${code} ${service ?? '-'} ${what}: ${reason}\n`),
      ].join('');
      const expected = path.join(directory, `${format}.txt`);
      if (process.env.UPDATE_FIXTURES && !process.env.CI) writeFileSync(expected, made);
      expect(made).toBe(readFileSync(expected, 'utf8'));
    }
  });
});

/** The words of a line of a unit, as systemd.syntax(7) has them. */
function systemdWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    if (char === '\\' && quote !== "'") {
      const next = line[++at]!;
      const named: Record<string, string> = {
        n: '\n',
        t: '\t',
        r: '\r',
        s: ' ',
        '\\': '\\',
        '"': '"',
        "'": "'",
        a: '\u0007',
        b: '\b',
        f: '\f',
        v: '\v',
      };
      const digits = next === 'x' ? 2 : next === 'u' ? 4 : next === 'U' ? 8 : 0;
      if (digits > 0) {
        word = (word ?? '') + String.fromCodePoint(Number.parseInt(line.slice(at + 1, at + 1 + digits), 16));
        at += digits;
      } else word = (word ?? '') + (named[next] ?? `\\${next}`);
    } else if (quote !== undefined) {
      if (char === quote) quote = undefined;
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === ' ') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (word !== undefined) words.push(word);
  return words.map((each) => (each === '${EMPTY}' ? '' : each.replaceAll('%%', '%').replaceAll('$$', '$')));
}
