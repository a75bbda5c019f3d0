import { explainImage } from '../../src/images';

describe('explainImage', () => {
  test('a known image: family, variant, values with condition, reason, confidence and evidence', () => {
    const text = explainImage('postgres:16-alpine');
    expect(text).toContain('PostgreSQL (docker.io/library/postgres:16-alpine): family postgres, variant alpine, datastore');
    expect(text).toContain('Starts as root, then runs as 70:70 (alpine).');
    expect(text).toContain('  70:70  (known, with its data in a volume or nothing mounted for its data)');
    expect(text).toContain('  CHOWN DAC_READ_SEARCH SETGID SETUID  (known, when it starts as root)');
    expect(text).toContain('yes, with a tmpfs at /tmp and /var/run/postgresql  (known)');
    expect(text).toContain('could break:');
    expect(text).toContain('https://github.com/docker-library/postgres/issues/907');
    expect(text).toContain('5432/tcp  datastore');
  });

  test('a tag that is not known', () => {
    expect(explainImage('postgres:${TAG}')).toContain('Which variant this tag is cannot be told.');
  });

  test('an unknown image: what is done instead', () => {
    const text = explainImage('acme/api');
    expect(text).toContain('docker.io/acme/api: no template');
    expect(text).toContain('CHOWN DAC_OVERRIDE FOWNER KILL NET_BIND_SERVICE SETGID SETUID (generic)');
    expect(text).toContain('batten prove');
  });

  test.each(['', ':', '@', '${', 'a/b/c:d@e', '::::'])('says something about %p', (text) => {
    expect(explainImage(text)).toContain('rules of thumb');
  });
});
