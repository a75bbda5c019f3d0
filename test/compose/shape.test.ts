import { batten } from '../../src';
import { InputError } from '../../src/errors';

function failure(text: string): InputError {
  try {
    batten.run({ path: 'compose.yaml', text });
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('files that are no Compose files', () => {
  test.each([
    ['a list', '- services\n', 'not-compose', 1, 1],
    ['a single value', 'hello\n', 'not-compose', 1, 1],
    ['no services', 'volumes:\n  a:\n', 'no-services', 1, 1],
    ['empty services', 'volumes:\n  a:\nservices:\n', 'no-services', 1, 1],
    ['a Compose v1 file', 'web:\n  image: nginx\n  ports:\n    - "80:80"\n', 'compose-v1', 1, 1],
    ['services as a list', 'services:\n  - web\n', 'wrong-type', 1, 1],
    ['a service as a list', 'services:\n  web:\n    - image\n', 'wrong-type', 2, 3],
    ['a service without content', 'services:\n  web:\n', 'wrong-type', 2, 3],
    ['a map where a list belongs', 'services:\n  web:\n    image: x\n    ports:\n      a: b\n', 'wrong-type', 4, 5],
    ['a list where a map belongs', 'services:\n  web:\n    image: x\nnetworks:\n  - a\n', 'wrong-type', 4, 1],
    ['duplicate keys', 'services:\n  web:\n    image: x\n    image: y\n', 'duplicate-key', 4, 5],
    ['broken YAML', 'services:\n  web:\n   image: "x\n', 'yaml-syntax', undefined, undefined],
    ['nothing', '', 'empty', 1, 1],
  ])('%s is an error with its place', (_, text, code, line, column) => {
    const error = failure(text);
    expect(error.code).toBe(code);
    expect(error.file).toBe('compose.yaml');
    expect(error.exitCode).toBe(2);
    expect(error.position).toBeDefined();
    if (line !== undefined) expect(error.position).toEqual({ line, column });
  });

  const many = (count: number, line: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => line(index)).join('');

  test.each([
    [
      'services',
      `services:\n${many(10_001, (index) => `  s${index}: {image: x}\n`)}`,
      1,
      1,
      'services has 10,001 entries, at most 10,000 are read',
    ],
    ['volumes', `services: {a: {image: x}}\nvolumes:\n${many(10_001, (index) => `  v${index}:\n`)}`, 2, 1, 'volumes has 10,001 entries'],
    [
      'variables',
      `services:\n  a:\n    environment:\n${many(10_001, (index) => `      A${index}: x\n`)}`,
      3,
      5,
      'services.a.environment has',
    ],
    ['capabilities', `services:\n  a:\n    cap_add:\n${many(10_001, (index) => `    - A${index}\n`)}`, 3, 5, 'services.a.cap_add has'],
  ])('more than 10,000 %s are refused', (_, text, line, column, message) => {
    const error = failure(text);
    expect(error).toMatchObject({ code: 'too-many', position: { line, column } });
    expect(error.message).toContain(message);
  });

  test('10,000 variables are read', () => {
    const text = `services:\n  a:\n    image: x\n    environment:\n${many(10_000, (index) => `      A${index}: x\n`)}`;
    expect(batten.run({ path: 'compose.yaml', text }).findings.length).toBeGreaterThan(0);
  });

  test('a file with only `include` is a Compose file', () => {
    const result = batten.run({ path: 'compose.yaml', text: 'include:\n  - other.yaml\n' });
    expect(result.status).toBe('clean');
    expect(result.notes.join()).toContain('include');
  });

  test('extension fields are no services', () => {
    const result = batten.run({ path: 'compose.yaml', text: 'services:\n  x-a: [1]\n  web:\n    image: x:1\n' });
    expect(result.findings.every(({ service }) => service === 'web')).toBe(true);
  });
});
