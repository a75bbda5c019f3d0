import { choose, holds } from '../../src/images/conditions';
import { matchService } from '../../src/images/match';
import { situationOf } from '../../src/images/situation';
import type { Entry, When } from '../../src/images/template';
import { meets, versionOf } from '../../src/images/version';
import { type ServiceOptions, service } from './service-factory';

function holdsFor(when: When, options: ServiceOptions): boolean {
  const asked = service({ image: 'postgres:16-alpine', ...options });
  return holds(when, situationOf(asked, matchService(asked)), asked);
}

const DATA = '/var/lib/postgresql/data';

describe('a condition', () => {
  const table: [string, When, ServiceOptions, boolean][] = [
    ['none at all', {}, {}, true],
    ['start root', { start: 'root' }, {}, true],
    ['start root, user set', { start: 'root' }, { user: '70' }, false],
    ['start user', { start: 'user' }, { user: '70' }, true],
    ['variant', { variant: 'alpine' }, {}, true],
    ['one of several variants', { variant: ['debian', 'alpine'] }, {}, true],
    ['another variant', { variant: 'debian' }, {}, false],
    ['a variant of an unknown tag', { variant: ['debian', 'alpine'] }, { image: 'postgres:${TAG}' }, false],
    ['version met', { major: '>=16' }, {}, true],
    ['version not met', { major: '<16' }, {}, false],
    ['version unknown', { major: '<99' }, { image: 'postgres:alpine' }, false],
    ['data in a volume', { data: 'volume' }, { mounts: [`volume d:${DATA}`] }, true],
    ['data in an anonymous volume', { data: 'volume' }, { mounts: [`anonymous ${DATA}`] }, true],
    ['data in a volume above', { data: 'volume' }, { mounts: ['volume d:/var/lib'] }, true],
    ['data in a bind mount below', { data: 'bind' }, { mounts: [`volume d:${DATA}`, `bind ./x:${DATA}/x`] }, true],
    ['a read-only file below', { data: 'volume' }, { mounts: [`volume d:${DATA}`, `bind ./x.conf:${DATA}/x.conf:ro`] }, true],
    ['data in a tmpfs', { data: 'tmpfs' }, { mounts: [`tmpfs ${DATA}`] }, true],
    ['nothing mounted', { data: 'none' }, { mounts: ['volume d:/backup'] }, true],
    ['all of the host', { data: 'none' }, { mounts: ['bind /:/:ro'] }, true],
    ['data hidden by volumes_from', { data: ['volume', 'bind', 'tmpfs', 'none'] }, { keys: { volumes_from: ['a'] } }, false],
    ["the image's command", {}, { command: ['postgres', '-c', 'a=b'] }, true],
    ["a command of one's own", {}, { command: ['sh'] }, false],
    ["a command of one's own, asked for", { command: 'custom' }, { command: ['sh'] }, true],
    ['any command', { command: 'any' }, { command: ['sh'] }, true],
    ["an entrypoint of one's own", {}, { entrypoint: ['sh'] }, false],
    ['no entrypoint', { entrypoint: 'custom' }, { entrypoint: [] }, true],
    ['init', { init: true }, { init: true }, true],
    ['no init', { init: true }, { init: false }, false],
    ['the host network', { network: 'host' }, { networkMode: 'host' }, true],
    ['another network', { network: 'host' }, { networkMode: 'bridge' }, false],
    ['a network that is not known', { network: 'host' }, { networkMode: '${MODE}' }, true],
    ['a variable', { env: ['A', 'PGDATA'] }, { environment: { PGDATA: '/x' } }, true],
    ['no such variable', { env: 'PGDATA' }, {}, false],
    ['a mount below', { mounts: '/etc/nginx' }, { mounts: ['bind ./a:/etc/nginx/conf.d'] }, true],
    ['a mount beside', { mounts: '/etc/nginx' }, { mounts: ['bind ./a:/etc/nginx2'] }, false],
    ['a file secret', { secrets: 'file' }, { secrets: [{}] }, true],
    ['another secret', { secrets: 'file' }, { secrets: [{ source: 'environment' }] }, false],
    ['no secret', { secrets: 'none' }, {}, true],
    ['a uid', { user: '70' }, { user: '70:70' }, true],
    ['another uid', { user: '70' }, { user: '71' }, false],
    ['all of several', { start: 'root', data: 'none', init: true }, { init: true }, true],
    ['all but one of several', { start: 'root', data: 'volume', init: true }, { init: true }, false],
  ];
  test.each(table)('%s', (_name, when, options, expected) => {
    expect(holdsFor(when, options)).toBe(expected);
  });

  test('the first entry that holds is chosen', () => {
    const entry = (value: number, when?: When): Entry<number> => ({ value, when, confidence: 'known', why: '', sources: [] });
    const asked = service({ image: 'postgres:16' });
    const situation = situationOf(asked, matchService(asked));
    expect(choose([entry(1, { start: 'user' }), entry(2), entry(3)], situation, asked)?.value).toBe(2);
    expect(choose([entry(1, { start: 'user' })], situation, asked)).toBeUndefined();
  });
});

describe('versions', () => {
  test.each([
    ['16', '>=16', true],
    ['16', '>=17', false],
    ['2.4', '<2.4', false],
    ['2.3-alpine', '<2.4', true],
    ['1.9', '<2.4', true],
    ['v3.1.0', '=3', true],
    ['2', '<2.4', undefined],
    ['2', '<3', true],
    ['latest', '>=1', undefined],
  ])('%s %s: %p', (tag, condition, expected) => {
    expect(meets(versionOf(tag), condition)).toBe(expected);
  });
});
