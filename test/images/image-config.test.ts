import path from 'node:path';
import { batten } from '../../src';
import { readImageConfigs } from '../../src/images';
import { GENERIC_CAPABILITIES } from '../../src/images/generic';
import { thrownBy } from '../compose/temporary';
import { directoryWith, look, refs, removeProjects } from './own-project';

afterAll(removeProjects);

interface Config {
  User?: string;
  Entrypoint?: string[] | null;
  Cmd?: string[];
  Env?: string[];
  ExposedPorts?: Record<string, object>;
  Volumes?: Record<string, object> | null;
  Healthcheck?: { Test: string[] };
}

const DIGEST = `sha256:${'a'.repeat(64)}`;

function inspected(names: string[], Config: Config, digests: string[] = []): string {
  return JSON.stringify([{ Id: DIGEST, RepoTags: names, RepoDigests: digests, Config }]);
}

/** A project of one service with an image, and a saved configuration beside it. */
function saved(image: string, json: string, { file = 'image.json', service = '' } = {}): string {
  const compose = `services:\n  app:\n    image: ${image}\n${service.replace(/^/gm, '    ')}\n`;
  return directoryWith({ 'compose.yaml': compose, [file]: json });
}

function lookWith(directory: string, file = 'image.json') {
  return look(directory, 'app', readImageConfigs(path.join(directory, file), file)).advice;
}

describe('a saved configuration belongs to a service', () => {
  const USER = { User: '1001' };
  test.each<[string, string, string, string]>([
    ['by its tag', 'acme/api:1', inspected(['acme/api:1'], USER), 'image.json'],
    ['by a tag that is spelt out', 'acme/api', inspected(['docker.io/acme/api:latest'], USER), 'image.json'],
    ['by its digest', `acme/api:2@${DIGEST}`, inspected([], USER, [`acme/api@${DIGEST}`]), 'image.json'],
    ['by the name of the file, as the service', 'acme/api:1', JSON.stringify({ config: USER }), 'app.json'],
    ['by the name of the file, as the image', 'acme/api:1', JSON.stringify({ config: USER }), 'acme_api_1.json'],
    ['as one object', 'acme/api:1', JSON.stringify({ RepoTags: ['acme/api:1'], Config: USER }), 'image.json'],
  ])('%s', (_what, image, json, file) => {
    expect(lookWith(saved(image, json, { file }), file)).toMatchObject({ startsAsRoot: false, imageUser: '1001' });
  });

  test.each<[string, string, string]>([
    ['another tag', 'acme/api:2', inspected(['acme/api:1'], USER)],
    ['another registry', 'ghcr.io/acme/api:1', inspected(['acme/api:1'], USER)],
    ['another digest', `acme/api:1@${DIGEST.replace('a', 'b')}`, inspected(['acme/api:1'], USER, [`acme/api@${DIGEST}`])],
    ['a tag that hangs on a variable', 'acme/api:${TAG}', inspected(['acme/api:1'], USER)],
    ['no name at all', 'acme/api:1', JSON.stringify({ config: USER })],
  ])('but not with %s', (_what, image, json) => {
    expect(lookWith(saved(image, json)).startsAsRoot).toBeUndefined();
  });
});

describe('what it says of an unknown image', () => {
  const about = (config: Config, service = '') => lookWith(saved('acme/api:1', inspected(['acme/api:1'], config), { service }));

  test('another user than root keeps only what lets a program start', () => {
    const { capabilities } = about({ User: '1001:1001' });
    expect(capabilities).toMatchObject({ value: ['NET_BIND_SERVICE'], confidence: 'generic' });
    expect(refs(capabilities, 'image-config')).toEqual(['image.json#acme/api:1']);
  });

  test('no user is root, which is known now', () => {
    const advice = about({ User: '' });
    expect(advice).toMatchObject({ startsAsRoot: true, imageUser: 'root' });
    expect(advice.capabilities.value).toEqual([...GENERIC_CAPABILITIES].sort());
  });

  test('a name is not root, but no number either', () => {
    expect(about({ User: 'app' })).toMatchObject({ startsAsRoot: false, imageUser: undefined });
  });

  test('the Compose file comes first', () => {
    expect(about({ User: '1001' }, 'user: root')).toMatchObject({ startsAsRoot: true, user: { value: '1001', confidence: 'guess' } });
  });

  test('environment, command, volumes, ports and health check count', () => {
    expect(about({ Env: ['PATH=/bin', 'PUID=1000'] }).noUser?.why).toContain('PUID');
    expect(about({ Cmd: ['crond', '-f'] }).noUser?.why).toContain('crond');
    expect(about({ Volumes: { '/run': {} } }).readOnly.value).toEqual({ tmpfs: [{ path: '/tmp' }] });
    expect(about({ User: '1', Healthcheck: { Test: ['CMD', 'ping', '-c1', 'x'] } }).capabilities.value).toContain('NET_RAW');
    expect(refs(about({ ExposedPorts: { '8080/tcp': {} } }).port(8080, 'tcp'), 'image-config')).toEqual(['image.json#acme/api:1']);
  });

  test('build steps tell where the file has them', () => {
    const config = {
      config: { User: '1' },
      history: [{ created_by: '/bin/sh -c #(nop) ADD file in /' }, { created_by: 'RUN /bin/sh -c setcap cap_sys_nice+ep /x # buildkit' }],
    };
    const directory = saved('acme/api:1', JSON.stringify(config), { file: 'app.json' });
    expect(lookWith(directory, 'app.json').capabilities.value).toEqual(['NET_BIND_SERVICE', 'SYS_NICE']);
  });
});

describe('what it says of a known image', () => {
  test('nothing that the template does not know, when it is that image', () => {
    const config = { User: '', Entrypoint: ['docker-entrypoint.sh'], Cmd: ['postgres'], Env: ['PGDATA=/x'] };
    const directory = saved('postgres:16', inspected(['postgres:16'], config), { service: 'volumes: ["data:/var/lib/postgresql/data"]' });
    expect(lookWith(directory)).toMatchObject({ user: { value: '999:999', confidence: 'known' } });
  });

  test('which variant it is, where only a digest is written', () => {
    const image = `postgres@${DIGEST}`;
    const directory = saved(image, inspected(['postgres:16-alpine'], { User: '' }, [image]));
    expect(lookWith(directory)).toMatchObject({ variant: 'alpine', user: { value: '70:70' } });
  });

  test('that it is one, by another name', () => {
    const directory = saved('registry.acme.dev/db:1', inspected(['registry.acme.dev/db:1', 'postgres:16'], { User: '' }));
    expect(lookWith(directory)).toMatchObject({ family: 'postgres', user: { value: '999:999' } });
  });

  test('whom it starts as, when that is somebody else', () => {
    expect(lookWith(saved('redis:8', inspected(['redis:8'], { User: '1001' })))).toMatchObject({
      startsAsRoot: false,
      capabilities: { value: [] },
    });
  });
});

describe('an OCI image layout', () => {
  const blob = (letter: string) => `sha256:${letter.repeat(64)}`;
  const files = (annotations: Record<string, string>) => ({
    'compose.yaml': 'services:\n  app:\n    image: acme/api:1\n',
    'layout/oci-layout': '{"imageLayoutVersion":"1.0.0"}',
    'layout/index.json': JSON.stringify({ manifests: [{ digest: blob('1'), annotations }] }),
    [`layout/blobs/sha256/${'1'.repeat(64)}`]: JSON.stringify({
      manifests: [
        { digest: blob('9'), platform: { os: 'unknown' } },
        { digest: blob('2'), platform: { os: 'linux' } },
      ],
    }),
    [`layout/blobs/sha256/${'2'.repeat(64)}`]: JSON.stringify({ config: { digest: blob('3') } }),
    [`layout/blobs/sha256/${'3'.repeat(64)}`]: JSON.stringify({ os: 'linux', config: { User: '1001' } }),
  });

  test.each<[string, Record<string, string>]>([
    ['the reference', { 'org.opencontainers.image.ref.name': 'acme/api:1' }],
    ['containerd', { 'io.containerd.image.name': 'docker.io/acme/api:1', 'org.opencontainers.image.ref.name': '1' }],
  ])('names its images as %s says', (_what, annotations) => {
    expect(lookWith(directoryWith(files(annotations)), 'layout')).toMatchObject({ startsAsRoot: false, imageUser: '1001' });
  });

  test('reads no blob by a digest that is a path', () => {
    const directory = directoryWith({
      ...files({}),
      'layout/index.json': JSON.stringify({ manifests: [{ digest: 'sha256:../../compose.yaml' }] }),
    });
    expect(thrownBy(() => readImageConfigs(path.join(directory, 'layout')))).toMatchObject({ code: 'image-config' });
  });
});

test('a directory of files is read in order of their names', () => {
  const directory = directoryWith({ 'b.json': inspected(['b:1'], {}), 'a.json': inspected(['a:1'], {}), 'c.txt': 'no' });
  expect(readImageConfigs(directory, 'images').map(({ ref }) => ref)).toEqual(['images/a.json#a:1', 'images/b.json#b:1']);
});

describe('what is no image configuration is an error', () => {
  test.each<[string, string, string]>([
    ['no JSON', '{', 'image-config'],
    ['something else', '{"services": {}}', 'image-config'],
    ['nothing', '[]', 'image-config'],
  ])('%s', (_what, text, code) => {
    const file = path.join(directoryWith({ 'x.json': text }), 'x.json');
    expect(thrownBy(() => readImageConfigs(file, 'x.json'))).toMatchObject({ code, file: 'x.json', exitCode: 2 });
  });

  test('a file that is not there', () => {
    expect(thrownBy(() => readImageConfigs('/nowhere/x.json'))).toMatchObject({ code: 'not-found' });
  });
});

test('the library takes saved configurations, with or without a directory', () => {
  const directory = saved('acme/api:1', inspected(['acme/api:1'], { User: '1001' }));
  const text = 'services:\n  app:\n    image: acme/api:1\n';
  const run = (imageConfigs?: string[]) => batten.run({ path: 'compose.yaml', text }, { only: ['cap-drop'], imageConfigs }).after;
  expect(run([path.join(directory, 'image.json')])).not.toContain('SETUID');
  expect(run()).toContain('SETUID');
});
