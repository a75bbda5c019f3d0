import { compileTemplates, families, loadTemplates } from '../../src/images';

const MINIMAL = `
family: demo
title: Demo
role: app
match: [{ name: docker.io/acme/demo }]
variants: [{ id: only, start: root }]
command: args
sources:
  image: { kind: template, ref: acme/demo@1234567 Dockerfile, detail: stays root }
user: [{ value: null, confidence: known, why: it writes to root's files, sources: [image] }]
capabilities: [{ when: { start: root }, value: [CHOWN], confidence: known, why: it chowns, sources: [image] }]
no_new_privileges: [{ value: true, confidence: known, why: no setuid program, sources: [image] }]
read_only: [{ value: { tmpfs: [{ path: /tmp, size: 64m }] }, confidence: guess, why: only temporary files, sources: [image] }]
egress: [{ value: unknown, confidence: guess, why: nobody looked, sources: [image] }]
privileged: [{ value: not-needed, confidence: known, why: no host access, sources: [image] }]
ports: [{ port: 80, kind: public, sources: [image] }]
`;

function compile(text: string) {
  return compileTemplates([{ name: 'demo.yaml', text }]);
}

describe('compileTemplates', () => {
  test('gives plain JSON', () => {
    const templates = compile(MINIMAL);
    expect(JSON.parse(JSON.stringify(templates))).toEqual(templates);
    expect(templates[0]?.family).toBe('demo');
  });

  test.each([
    ['a value without a reason', 'why: it chowns, ', '', /capabilities\[0\]\.why: expected a sentence/],
    [
      'a confidence that only a run gives',
      'confidence: known, why: it chowns',
      'confidence: proven, why: it chowns',
      /capabilities\[0\]\.confidence/,
    ],
    [
      'a source that is not defined',
      'why: it chowns, sources: [image]',
      'why: it chowns, sources: [rumour]',
      /capabilities\[0\]\.sources\[0\].*rumour/,
    ],
    [
      'no source at all',
      'why: it chowns, sources: [image]',
      'why: it chowns, sources: []',
      /capabilities\[0\]\.sources: at least one source/,
    ],
    ['a misspelt condition', '{ start: root }', '{ starts: root }', /capabilities\[0\]\.when\.starts: unknown field/],
    ['a condition on a variant that is not there', '{ start: root }', '{ variant: alpine }', /capabilities\[0\]\.when\.variant/],
    ['a capability that does not exist', '[CHOWN]', '[CAP_CHOWN]', /capabilities\[0\]\.value\[0\].*CAP_CHOWN/],
    ['a short image name', 'docker.io/acme/demo', 'acme/demo', /match\[0\]\.name: expected a full name/],
    ['a wildcard in the middle', 'docker.io/acme/demo', 'docker.io/*/demo', /match\[0\]\.name/],
    ['a tmpfs that is not absolute', 'path: /tmp', 'path: tmp', /read_only\[0\]\.value\.tmpfs\[0\]\.path/],
    ['a last variant with a condition', '{ id: only, start: root }', '{ id: only, tag: alpine, start: root }', /variants: the last one/],
    [
      'a broken regex',
      '{ id: only, start: root }',
      '{ id: a, tag: "(", start: root }, { id: b, start: root }',
      /variants\[0\]\.tag: expected a regular expression/,
    ],
    ['a user nobody steps down to', 'user: [{ value: null', 'user: [{ value: runs_as', /user\[0\]\.value: runs_as, but no variant/],
    ['a missing field', 'role: app', '', /role: expected one of/],
    ['text that is not YAML', 'family: demo', 'family: [', /not YAML/],
  ])('refuses %s', (_what, from, to, message) => {
    expect(MINIMAL).toContain(from);
    expect(() => compile(MINIMAL.replace(from, to))).toThrow(
      expect.objectContaining({ message: expect.stringMatching(message), file: 'demo.yaml' }),
    );
  });

  test('refuses two templates for one image', () => {
    const other = MINIMAL.replace('family: demo', 'family: other');
    const files = [MINIMAL, other].map((text, index) => ({ name: `${index}.yaml`, text }));
    expect(() => compileTemplates(files)).toThrow('docker.io/acme/demo is claimed by 0.yaml too');
  });
});

describe('the templates', () => {
  test('are all valid, and there are at least thirty', () => {
    expect(loadTemplates().length).toBeGreaterThanOrEqual(30);
  });

  test('are read once', () => {
    expect(loadTemplates()).toBe(loadTemplates());
  });

  test.each(loadTemplates().map((template) => [template.family, template] as const))(
    '%s uses every source it names, and ends safely',
    (_family, template) => {
      const used = [
        template.user,
        template.capabilities,
        template.no_new_privileges,
        template.read_only,
        template.egress,
        template.privileged,
        template.ports,
      ]
        .flat()
        .flatMap((entry) => entry.sources);
      expect(Object.keys(template.sources).filter((name) => !used.includes(name))).toEqual([]);
      // A root start keeps what it needs whatever is not known, so its last entry asks for nothing but the start.
      const last = template.capabilities.filter((entry) => entry.when?.start !== 'user').at(-1);
      if (last && template.role !== 'runtime') expect(Object.keys(last.when ?? {}).filter((key) => key !== 'start')).toEqual([]);
    },
  );

  test('families lists them with their images', () => {
    const postgres = families().find((each) => each.family === 'postgres');
    expect(postgres).toMatchObject({ title: 'PostgreSQL', role: 'datastore' });
    expect(postgres?.images).toContain('docker.io/library/postgres');
  });
});
