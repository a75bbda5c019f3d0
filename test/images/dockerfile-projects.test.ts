import { look, projectDirectory, refs } from './own-project';

describe('a start script that steps down', () => {
  const { advice } = look(projectDirectory('step-down'));

  test('needs what its commands use, and the init program KILL', () => {
    expect(advice.capabilities).toMatchObject({ value: ['CHOWN', 'DAC_READ_SEARCH', 'KILL', 'SETGID', 'SETUID'], confidence: 'known' });
    expect(refs(advice.capabilities)).toEqual(['app/docker/start.sh:7', 'app/docker/start.sh:6']);
  });

  test('leaves the user a guess: without root nobody gives it the volume', () => {
    expect(advice).toMatchObject({ startsAsRoot: true, imageUser: 'root', user: { value: '1500:1500', confidence: 'guess' } });
    expect(refs(advice.user)).toContain('app/docker/start.sh:4');
  });

  test('carries the exposed port', () => {
    expect(refs(advice.port(8000, 'tcp'))).toEqual(['app/Dockerfile:15']);
  });
});

describe('stages', () => {
  const at = (service: string) => look(projectDirectory('stages'), service).advice;

  test('the last one counts, with what it is built on', () => {
    const advice = at('production');
    expect(advice).toMatchObject({ family: 'node', imageUser: '1000:1000', startsAsRoot: false, noUser: { confidence: 'known' } });
    expect(advice.capabilities).toMatchObject({ value: [], confidence: 'known' });
    expect(refs(advice.capabilities)).toEqual(['Dockerfile:18', 'Dockerfile:3']);
  });

  test('a target is another image', () => {
    const advice = at('development');
    expect(advice.startsAsRoot).toBe(true);
    expect(advice.capabilities.value).toContain('SETUID');
  });

  test('arguments of the build replace defaults', () => {
    expect(at('old')).toMatchObject({ family: 'node', imageUser: '1234:1234', startsAsRoot: false });
  });
});

describe('an image built on a known one', () => {
  test('keeps what is known when files are all it adds', () => {
    const { advice } = look(projectDirectory('init-scripts'), 'db');
    expect(advice).toMatchObject({
      family: 'postgres',
      variant: 'alpine',
      label: 'the image built for db (on PostgreSQL)',
      user: { value: '70:70', confidence: 'known' },
      readOnly: { confidence: 'known' },
      egress: { value: 'none', confidence: 'known' },
    });
  });

  test('is less sure when build steps change it', () => {
    const { advice } = look(projectDirectory('init-scripts'), 'extended');
    expect(advice).toMatchObject({ user: { value: '70:70', confidence: 'generic' }, readOnly: { confidence: 'generic' } });
    expect(refs(advice.user)).toEqual(['db/Dockerfile.extended:2']);
  });

  test('loses it when a file takes the place of its start script', () => {
    const { advice } = look(projectDirectory('own-start'), 'replaced');
    expect(advice.user).toBeUndefined();
    expect(advice.capabilities.value).toEqual(expect.arrayContaining(['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'SETGID', 'SETUID']));
    expect(advice.readOnly.confidence).toBe('guess');
  });

  test('keeps it when a script of that name lies where PATH does not lead', () => {
    const { evidence, advice } = look(projectDirectory('own-start'), 'worker');
    expect(evidence.images.get('worker')?.ownEntrypoint).toBeUndefined();
    expect(advice).toMatchObject({ family: 'node', startsAsRoot: true });
  });
});

test('a static binary from scratch as another user needs nothing', () => {
  const { advice } = look(projectDirectory('go-static'));
  expect(advice).toMatchObject({ startsAsRoot: false, imageUser: '65532:65532', capabilities: { value: [], confidence: 'known' } });
  expect(refs(advice.capabilities)).toEqual(['Dockerfile:8', 'Dockerfile:6']);
});
