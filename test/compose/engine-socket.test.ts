import { engineSocket } from '../../src/compose/engine-socket';
import { parseLongVolume, parseShortVolume } from '../../src/compose/mounts';

function of(item: string | { [key: string]: string }) {
  const mount = typeof item === 'string' ? parseShortVolume(item) : parseLongVolume(item);
  return engineSocket({ ...mount!, path: [] });
}

describe('engineSocket', () => {
  test.each([
    ['/var/run/docker.sock:/var/run/docker.sock:ro', { engine: 'docker' }],
    ['/run/user/1000/docker.sock:/docker.sock', { engine: 'docker' }],
    ['~/.docker/run/docker.sock:/var/run/docker.sock', { engine: 'docker' }],
    ['/var/run/docker.sock/:/host/var/run/docker.sock', { engine: 'docker' }],
    ['${DOCKER_SOCK}:/var/run/docker.sock', { engine: 'docker' }],
    ['${SOCK:-/run/podman/podman.sock}:/var/run/docker.sock', { engine: 'podman' }],
    ['/run/containerd/containerd.sock:/c.sock', { engine: 'containerd' }],
    ['/var/run/crio/crio.sock:/c.sock', { engine: 'cri-o' }],
    ['/var/run:/var/run', { engine: 'docker', within: '/var/run' }],
    ['/run/:/host', { engine: 'docker', within: '/run' }],
    ['/run/podman:/p', { engine: 'podman', within: '/run/podman' }],
    ['/:/host:ro', { engine: 'docker', within: '/' }],
    ['/var:/v', { engine: 'docker', within: '/var' }],
    ['/var/lib/docker:/d', { engine: 'docker', within: '/var/lib/docker' }],
    ['/run/dbus/system_bus_socket:/d', undefined],
    ['/var/lib/docker/volumes/a:/d', undefined],
    ['docker.sock:/data', undefined],
    ['./docker.sock.d:/data', undefined],
    ['${DATA}:/data', undefined],
  ])('%s', (item, expected) => expect(of(item)).toEqual(expected));

  test('a pipe of Windows', () => {
    const pipe = '\\\\.\\pipe\\docker_engine';
    expect(of({ type: 'npipe', source: pipe, target: pipe })).toEqual({ engine: 'docker' });
  });
});
