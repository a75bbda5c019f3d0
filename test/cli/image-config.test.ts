import { batten, project, removeProjects } from './run';

afterAll(removeProjects);

const CONFIG = JSON.stringify([{ RepoTags: ['acme/api:1'], Config: { User: '1001', ExposedPorts: { '8080/tcp': {} } } }]);
const COMPOSE = 'services:\n  api:\n    image: acme/api:1\n';
const files = { 'compose.yaml': COMPOSE, 'images/api.json': CONFIG };

describe('--image-config', () => {
  test.each([['images/api.json'], ['images']])('takes %s as evidence', (path) => {
    const { code, out } = batten(['fix', '--yes', '--diff', '--only', 'cap-drop', '--image-config', path], { cwd: project(files) });
    expect(code).toBe(0);
    expect(out).toContain('+      - NET_BIND_SERVICE');
    expect(out).not.toContain('SETUID');
  });

  test('gives the file as evidence', () => {
    const { out } = batten(['check', '--format', 'json', '--image-config', 'images/api.json'], { cwd: project(files) });
    expect(out).toContain('"images/api.json#acme/api:1"');
  });

  test('that cannot be read is blamed once, and nothing is written', () => {
    const cwd = project({ ...files, 'a.yaml': COMPOSE, 'broken.json': '{' });
    const { code, err } = batten(['check', 'compose.yaml', 'a.yaml', '--image-config', 'broken.json'], { cwd });
    expect(code).toBe(2);
    expect(err.match(/is not JSON/g)).toHaveLength(1);
    expect(err).toContain('broken.json');
    expect(batten(['fix', '--yes', '--image-config', 'missing.json'], { cwd })).toMatchObject({ code: 2 });
  });
});

describe('explain says of a service', () => {
  test('what it is by its Dockerfile, and where that is written', () => {
    const cwd = project({ 'compose.yaml': 'services:\n  api:\n    build: .\n', Dockerfile: 'FROM node:22\n\nUSER node\nEXPOSE 3000\n' });
    const { code, out } = batten(['explain', 'compose.yaml#api'], { cwd });
    expect(code).toBe(0);
    expect(out).toContain('the image built for api (on Node.js)  [Dockerfile:1]');
    expect(out).toContain('starts as node (1000:1000), not as root  [Dockerfile:3]');
    expect(out).toContain('listens on 3000/tcp  [Dockerfile:4]');
    expect(out).toMatch(/Conditions that hold, as it is written\n {2}· capabilities: .*with a user: that is not root/);
  });

  test('what it is by a saved configuration', () => {
    const { out } = batten(['explain', 'compose.yaml#api', '--image-config', 'images'], { cwd: project(files) });
    expect(out).toContain('starts as 1001, not as root  [images/api.json#acme/api:1]');
  });

  test('what is not known', () => {
    const cwd = project({ 'compose.yaml': 'services:\n  api:\n    build: ../api\n  db:\n    image: acme/db\n' });
    const { out } = batten(['explain', 'compose.yaml#api'], { cwd });
    expect(out).toContain('its build context ../api is outside of the project');
    expect(batten(['explain', 'compose.yaml#db'], { cwd }).out).toContain('whether it starts as root');
  });
});
