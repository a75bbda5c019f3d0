import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { batten } from '../../src';
import { advise } from '../../src/images';
import { service } from './service-factory';

describe('a user for a service that writes to a directory of the host', () => {
  test('is a guess where it was root that wrote there', () => {
    for (const [image, mount] of [
      ['caddy:2', 'bind ./logs:/var/log/caddy'],
      ['ghcr.io/gethomepage/homepage', 'bind ./icons:/app/public/icons'],
      ['mongo-express:1', 'bind ./certificates:/certificates'],
    ] as const)
      expect([image, advise(service({ image, mounts: [mount] })).user?.confidence]).toEqual([image, 'guess']);
  });

  test('is as sure as ever where the same user wrote there before', () => {
    const mounts = ['volume data:/var/lib/postgresql/data', 'bind ./backup:/backup'];
    expect(advise(service({ image: 'postgres:16', mounts })).user).toMatchObject({ value: '999:999', confidence: 'known' });
    expect(advise(service({ image: 'grafana/grafana:11.0.0', mounts: ['bind ./data:/var/lib/grafana'] })).startsAsRoot).toBe(false);
  });

  test.each(['bind ./logs:/var/log/caddy:ro', 'bind ./Caddyfile:/etc/caddy/Caddyfile', 'bind ./page.html:/srv/page.html'])(
    'is as sure as ever with %s, which it only reads',
    (mount) => {
      expect(advise(service({ image: 'caddy:2', mounts: [mount] })).user?.confidence).toBe('generic');
    },
  );
});

describe('a directory of the host that is not there yet', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'batten-absent-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const run = (volumes: string, image = 'redis:8') => {
    const text = `services:\n  app:\n    image: ${image}\n    volumes: [${volumes}]\nvolumes:\n  data:\n`;
    const { after, findings } = batten.run({ path: 'compose.yaml', text, directory }, { apply: true, confidence: 'guess', only: ['user'] });
    return { user: /user: "(.*)"/.exec(after)?.[1], finding: findings.find(({ transform }) => transform === 'user') };
  };

  test('is made by Docker, as root: no user is written, not even as a guess, and the person is told what to do', () => {
    const { user, finding } = run('./data:/data');
    expect(user).toBeUndefined();
    expect(finding?.refusal).toMatchObject({ code: 'needs-decision' });
    expect(finding?.refusal?.message).toContain('make it first, and give it to 999:999');
  });

  test('holds for whatever is written to, in an image that stays root', () => {
    expect(run('./logs:/var/log/caddy', 'caddy:2').user).toBeUndefined();
    expect(run('./apps:/usr/local/tomcat/webapps', 'tomcat:10').user).toBeUndefined();
  });

  test('is a guess once it is there', () => {
    mkdirSync(path.join(directory, 'data'));
    expect(run('./data:/data')).toMatchObject({ user: '999:999', finding: { confidence: 'guess' } });
  });

  test('is nothing to a server that writes to its volume', () => {
    expect(run('data:/data, ./restore:/restore').user).toBe('999:999');
  });

  test.each(['/srv/batten-no-such-directory:/data', '../batten-no-such-directory:/data', '${DATA}:/data', '~/data:/data'])(
    '%s is not looked for: it is a guess',
    (mount) => {
      expect(run(`"${mount}"`)).toMatchObject({ user: '999:999', finding: { confidence: 'guess' } });
    },
  );
});
