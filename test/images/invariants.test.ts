import { covers } from '../../src/compose/container-path';
import { advise, loadTemplates } from '../../src/images';
import { type ServiceOptions, service } from './service-factory';

/** Configurations that change what an image needs. */
const CONFIGURATIONS: ServiceOptions[] = [
  {},
  { user: '0' },
  { user: '12345:12345' },
  { user: 'somebody' },
  { user: '${UID}:${GID}' },
  { init: true },
  { networkMode: 'host' },
  { command: ['sh', '-c', 'exec "$$@"'] },
  { entrypoint: ['/wait-for-it.sh'] },
  { secrets: [{}] },
  { secrets: [{ source: 'environment' }] },
  { mounts: ['bind /var/run/docker.sock:/var/run/docker.sock'] },
  { mounts: ['volume a:/tmp/x', 'volume b:/var/run', 'bind ./c:/var/cache'] },
  { tmpfs: ['/tmp', '/run'] },
];

const IMAGES = loadTemplates().flatMap(({ match }) => match.map((each) => each.name.replace('*', 'app')));

/** Of a process that is not root, only these can be of use: they are file capabilities of programs in the image. */
const FILE_CAPABILITIES = ['NET_BIND_SERVICE', 'NET_RAW'];

/** Images that start as another user and get root back by setuid programs (newuidmap, sudo), which the bounding set limits. */
const MORE_THAN_FILES =
  /^(docker-dind|firefly-iii|home-assistant|karakeep|linuxserver(-.*)?|nginx-proxy-manager|paperless-ngx|plex|wodby-(php|nginx|mariadb))$/;

describe.each([...IMAGES, 'acme/unknown'])('%s', (name) => {
  const advices = ['', ':1', ':alpine', ':${TAG}', '@sha256:abc'].flatMap((tag) =>
    CONFIGURATIONS.map((options) => ({ options, asked: service({ image: name + tag, ...options }) })).map((each) => ({
      ...each,
      advice: advise(each.asked),
    })),
  );

  test('has a user or the reason why not', () => {
    for (const { advice } of advices) expect([advice.user, advice.noUser].filter(Boolean)).toHaveLength(1);
    for (const { advice } of advices) if (advice.user) expect(advice.user.value).toMatch(/^[1-9]\d*(:\d+)?$/);
  });

  test('has sorted capabilities, and for another user than root only those of files', () => {
    for (const { advice, options } of advices) {
      expect(advice.capabilities.value).toEqual([...new Set(advice.capabilities.value)].sort());
      const other = options.user === '12345:12345' || options.user === 'somebody';
      if (other && !MORE_THAN_FILES.test(advice.family ?? ''))
        expect(FILE_CAPABILITIES).toEqual(expect.arrayContaining(advice.capabilities.value));
    }
  });

  test('never covers a mount with a tmpfs, except a single file', () => {
    for (const { advice, asked } of advices) {
      if (advice.readOnly.value === false) continue;
      for (const { path } of advice.readOnly.value.tmpfs) {
        for (const mount of asked.mounts)
          expect(covers(mount.target, path) || (covers(path, mount.target) && !mount.target.endsWith('.sock'))).toBe(false);
        for (const entry of asked.tmpfs) expect(covers(entry.target, path)).toBe(false);
      }
    }
  });

  test("is never surer of a command of one's own than a rule of thumb, but that who is not root has nothing", () => {
    for (const { advice, options } of advices) {
      if (!options.entrypoint) continue;
      if (advice.user) expect(advice.user.confidence).toBe('guess');
      if (advice.startsAsRoot !== false || advice.capabilities.value.length > 0) expect(advice.capabilities.confidence).not.toBe('known');
      expect(advice.readOnly.confidence).not.toBe('known');
    }
  });
});
