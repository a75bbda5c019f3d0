import { compileTemplates, families, loadTemplates } from '../../src/images';
import { familyFinder } from '../../src/images/catalogue';
import { broken, DEMO } from './demo-template';

function compile(text: string) {
  return compileTemplates([{ name: 'demo.yaml', text }]);
}

describe('compileTemplates', () => {
  test('gives plain JSON', () => {
    const templates = compile(DEMO);
    expect(JSON.parse(JSON.stringify(templates))).toEqual(templates);
    expect(templates[0]?.family).toBe('demo');
  });

  test.each<[string, string, string, RegExp]>([
    ['a value without a reason', '    why: it chowns\n', '', /capabilities\[0\]\.why: expected a sentence/],
    ['a confidence that only a run gives', 'known\n    why: it chowns', 'proven\n    why: it chowns', /capabilities\[0\]\.confidence/],
    ['a source that is not defined', '[thread]\negress', '[rumour]\negress', /read_only\[0\]\.sources\[0\].*rumour/],
    ['no source at all', '[thread]\negress', '[]\negress', /read_only\[0\]\.sources: at least one source/],
    ['a misspelt condition', '{ start: root }', '{ starts: root }', /capabilities\[0\]\.when\.starts: unknown field/],
    ['a condition on a variant that is not there', '{ start: root }', '{ variant: alpine }', /capabilities\[0\]\.when\.variant/],
    ['a capability with CAP_', '[CHOWN]', '[CAP_CHOWN]', /capabilities\[0\]\.value\[0\].*CAP_CHOWN/],
    ['a short image name', 'docker.io/acme/demo', 'acme/demo', /match\[0\]\.name: expected a full name/],
    ['a wildcard in the middle', 'docker.io/acme/demo', 'docker.io/*/demo', /match\[0\]\.name/],
    ['a tmpfs that is not absolute', 'path: /tmp', 'path: tmp', /read_only\[0\]\.value\.tmpfs\[0\]\.path/],
    ['a last variant with a condition', '{ id: only,', '{ id: only, tag: alpine,', /variants: the last one/],
    ['a broken regex', '[{ id: only,', '[{ id: a, tag: "(", start: root }, { id: b,', /variants\[0\]\.tag: expected a regular expression/],
    [
      'a variant whose user is a name',
      'start: root, runs_as: "70:70"',
      'start: demo',
      /variants\[0\]\.start: expected "uid:gid" in numbers/,
    ],
    ['a missing field', 'role: app', '', /role: expected one of/],
    ['text that is not YAML', 'title: Demo', 'title: [', /not YAML/],
    [
      'a health check that is no command',
      '[CMD, demo, ping]',
      '[demo, ping]',
      /healthcheck\[0\]\.value\.test\[0\]: expected one of CMD, CMD-SHELL/,
    ],
    [
      'a need of a health check that is met by nothing known',
      '[CMD, demo, ping]',
      '[CMD, demo, ping], met: { version: ">=6" }',
      /healthcheck\[0\]\.value\.met\.version: unknown field/,
    ],
    ['an empty health check', '[CMD, demo, ping]', '[]', /healthcheck\[0\]\.value\.test: expected at least one/],
    ['a secret without its file form', 'file: DEMO_PASSWORD_FILE, ', '', /secrets\[0\]\.file: expected the name of a variable/],
    ['a section of the API that does not exist', '[CONTAINERS]', '[CONTAINER]', /docker_socket\[0\]\.value\.sections\[0\]/],
    ['an unknown kind of host access', 'kind: mount', 'kind: mounts', /host_access\[0\]\.kind: expected one of mount/],
    [
      'a conflict with one side',
      'rejected: [{ says: it needs nothing, sources: [thread] }]',
      'rejected: []',
      /conflicts\[0\]\.rejected: expected at least one/,
    ],
    ['a conflict that does not say why', '    why: with CHOWN it runs either way\n', '', /conflicts\[0\]\.why: expected a sentence/],
    ['a conflict about nothing', 'field: capabilities', 'field: caps', /conflicts\[0\]\.field/],
    [
      'a reading nobody gave',
      'rejected: [{ says: it needs nothing, sources: [thread] }]',
      'rejected: [{ says: it needs nothing, sources: [] }]',
      /conflicts\[0\]\.rejected\[0\]\.sources: at least one/,
    ],
  ])('refuses %s', (_what, from, to, message) => {
    expect(() => compile(broken(from, to))).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(message),
        file: 'demo.yaml',
        position: { line: expect.any(Number), column: expect.any(Number) },
      }),
    );
  });

  test('refuses a user that no variant steps down to', () => {
    const text = broken(', runs_as: "70:70"', '').replace('value: null', 'value: runs_as');
    const line = text.slice(0, text.indexOf('value: runs_as')).split('\n').length;
    expect(() => compile(text)).toThrow(
      expect.objectContaining({ message: 'user[0].value: runs_as, but no variant has one', position: { line, column: 5 } }),
    );
  });

  test('refuses two templates for one image', () => {
    const other = DEMO.replace('family: demo', 'family: other');
    const files = [DEMO, other].map((text, index) => ({ name: `${index}.yaml`, text }));
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
        template.healthcheck ?? [],
        template.secrets ?? [],
        template.docker_socket ?? [],
        template.socket_proxy ?? [],
        template.socket_proxy?.uses ?? [],
        template.host_access ?? [],
        template.lowers ?? [],
        (template.conflicts ?? []).flatMap(({ followed, rejected }) => [followed, ...rejected]),
      ]
        .flat()
        .flatMap((entry) => entry.sources)
        .concat(template.match.flatMap(({ unchanged = [] }) => unchanged));
      expect(Object.keys(template.sources).filter((name) => !used.includes(name))).toEqual([]);
      // A root start keeps what it needs whatever is not known, so its last entry asks for nothing but the start.
      const last = template.capabilities.filter((entry) => entry.when?.start !== 'user').at(-1);
      if (last && template.role !== 'runtime')
        expect(Object.entries(last.when ?? {}).filter(([key, value]) => key !== 'start' && value !== 'any')).toEqual([]);
    },
  );

  test('families lists them with their images', () => {
    const postgres = families().find((each) => each.family === 'postgres');
    expect(postgres).toMatchObject({ title: 'PostgreSQL', role: 'datastore' });
    expect(postgres?.images).toContain('docker.io/library/postgres');
  });
});

describe('finding a family', () => {
  const find = familyFinder([
    { family: 'all', title: 'All', role: 'app', images: ['docker.io/acme/*'] },
    { family: 'one', title: 'One', role: 'app', images: ['docker.io/acme/one'] },
  ]);

  test.each([
    ['docker.io/acme/one', 'one'],
    ['docker.io/acme/two', 'all'],
    ['docker.io/acme/two/three', undefined],
    ['docker.io/acmes/one', undefined],
  ])('%s: %s', (name, family) => {
    expect(find(name)).toBe(family);
  });
});
