import { batten } from '../../src';
import type { FileResult } from '../../src/harden/types';

function run(text: string, only: string[], directory?: string): FileResult {
  return batten.run({ path: 'compose.yaml', text, directory }, { apply: true, confidence: 'guess', only });
}

describe('text that services share', () => {
  test('is changed once when all want the same', () => {
    const text = 'services:\n  web: &web\n    image: acme/app:1\n  worker:\n    <<: *web\n    command: work\n';
    const { after, findings } = run(text, ['no-new-privileges']);
    expect(after).toBe(text.replace('acme/app:1\n', 'acme/app:1\n    security_opt:\n      - no-new-privileges:true\n'));
    expect(findings).toHaveLength(1);
    expect(findings[0]!.plan).toContain('also changes worker');
  });

  test('is changed after those who want something else have keys of their own', () => {
    const text = 'services:\n  web: &web\n    image: postgres:16\n  worker:\n    <<: *web\n    image: caddy:2\n';
    const { findings, after } = run(text, ['cap-drop']);
    expect(findings.map(({ service, status }) => [service, status])).toEqual([
      ['web', 'fixed'],
      ['worker', 'fixed'],
    ]);
    expect(after).toMatch(/image: caddy:2\n {4}cap_drop:\n {6}- ALL\n {4}cap_add:\n {6}- NET_BIND_SERVICE\n/);
  });

  test('is left to the person when that does not shelter them', () => {
    const text = 'services:\n  web: &web\n    image: postgres:16\n  worker:\n    <<: *web\n    image: prom/prometheus:v3.0.0\n';
    const { findings, after } = run(text, ['cap-drop']);
    // The worker needs no cap_add: the database's would come down to it.
    expect(findings.find(({ service }) => service === 'web')).toMatchObject({ status: 'manual', refusal: { code: 'alias' } });
    expect(after).not.toContain('cap_add');
  });

  test('of an alias is changed through its owner', () => {
    const text = 'services:\n  web: &web\n    image: acme/app:1\n  twin: *web\n';
    const { after } = run(text, ['cap-drop']);
    expect(after).toContain('    cap_drop:\n      - ALL\n');
    expect(after).toContain('  twin: *web\n');
  });

  test('by extends is not doubled: Compose refuses equal items in security_opt', () => {
    const text = 'services:\n  base:\n    image: acme/app:1\n  web:\n    extends: base\n';
    const { after } = run(text, ['no-new-privileges']);
    expect(after.match(/no-new-privileges:true/g)).toHaveLength(1);
  });
});

describe('other files of the project', () => {
  test('a service that extends another file is not judged, and the file says so', () => {
    const text = 'services:\n  web:\n    extends:\n      file: base.yaml\n      service: web\n    image: acme/app:1\n';
    const { after, notes } = run(text, ['cap-drop', 'no-new-privileges', 'read-only', 'user']);
    expect(after).toBe(text);
    expect(notes.join()).toContain('base.yaml');
  });

  test('included files keep networks as they are', () => {
    const text = 'include: [other.yaml]\nservices:\n  db:\n    image: postgres:16\n  web:\n    image: acme/app:1\n';
    const { findings } = run(text, ['segment']);
    expect(findings[0]).toMatchObject({ status: 'manual', refusal: { code: 'needs-decision' } });
  });
});
