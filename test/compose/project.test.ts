import { ComposeProject } from '../../src/compose/project';
import { YamlDocument } from '../../src/yaml/document';

function read(text: string): ComposeProject {
  return ComposeProject.read(YamlDocument.open(text));
}

describe('a project', () => {
  test('sees a volume of the top level that is a bind mount', () => {
    const project = read(`services:
  db:
    image: postgres:16
    volumes: [data:/var/lib/postgresql/data, plain:/plain]
volumes:
  plain:
  data:
    driver: local
    driver_opts: { type: none, o: "bind,rw", device: /srv/data }
`);
    expect(project.service('db')!.mounts).toMatchObject([
      { kind: 'bind', source: '/srv/data', target: '/var/lib/postgresql/data' },
      { kind: 'volume', source: 'plain' },
    ]);
  });

  test('merges what a service extends, and what it merges, in Compose’s order', () => {
    const project = read(`x-log: &log
  labels: { a: one }
  read_only: true
services:
  base:
    image: acme/app:1
    cap_add: [CHOWN]
    environment: [A=1, B=1]
  web:
    <<: *log
    extends: base
    cap_add: [KILL]
    environment: { B: 2 }
  reset:
    extends: { service: base }
    cap_add: !reset []
    environment: !override { C: 3 }
`);
    const web = project.service('web')!;
    expect(web.image?.text).toBe('acme/app:1');
    expect(web.origin('image')).toBe('extends');
    expect(web.origin('read_only')).toBe('merge');
    expect(web.readOnly).toBe(true);
    expect(web.capAdd.map(({ text }) => text)).toEqual(['CHOWN', 'KILL']);
    expect([...web.environment].map(([key, value]) => `${key}=${value?.text}`)).toEqual(['A=1', 'B=2']);
    const reset = project.service('reset')!;
    expect(reset.capAdd).toEqual([]);
    expect([...reset.environment.keys()]).toEqual(['C']);
  });

  test('knows whose text is shared', () => {
    const project = read(`services:
  a: &a
    image: x:1
  b:
    <<: *a
  c: *a
  d:
    extends: a
  e:
    image: x:1
`);
    expect(project.sharing(project.service('a')!)).toEqual([
      { service: 'b', through: 'merge' },
      { service: 'c', through: 'alias' },
      { service: 'd', through: 'extends' },
    ]);
    expect(project.sharing(project.service('e')!)).toEqual([]);
  });

  test('says which secrets are files and which are copied in', () => {
    const project = read(`services:
  a:
    image: x:1
    secrets: [one, { source: two, target: sub/two }]
    configs: [{ source: three, target: /etc/three }]
secrets:
  one: { file: ./one }
  two: { environment: TWO }
configs:
  three: { content: hello }
`);
    const service = project.service('a')!;
    expect(service.secrets).toEqual([
      { name: 'one', target: '/run/secrets/one', source: 'file', file: './one' },
      { name: 'two', target: '/run/secrets/sub/two', source: 'environment' },
    ]);
    expect(service.configs).toEqual([{ name: 'three', target: '/etc/three', source: 'content', content: 'hello' }]);
  });

  test('evaluates defaults for detection', () => {
    const project = read(`services:
  a:
    image: "\${REGISTRY:-docker.io}/postgres:\${TAG}"
    privileged: "\${PRIV:-true}"
    read_only: \${RO}
`);
    const service = project.service('a')!;
    expect(service.image).toMatchObject({ text: 'docker.io/postgres:', known: false });
    expect(service.privileged).toBe(true);
    expect(service.readOnly).toBe('maybe');
  });

  test('recognises a Swarm stack', () => {
    expect(read('services:\n  a:\n    image: x\n    deploy: { placement: { constraints: [node.role == manager] } }\n').swarm).toBe(true);
    expect(read('services:\n  a:\n    image: x\n    deploy: { resources: { limits: { memory: 1g } } }\n').swarm).toBe(false);
  });
});
