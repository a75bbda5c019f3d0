import { batten } from '../../src';
import type { RunOptions } from '../../src/harden/api';

/** Transforms with a finding that is not suppressed, by service. */
function open(text: string, inlineIgnores?: boolean): Record<string, string[]> {
  const out: Record<string, string[]> = {};
  const { findings } = batten.run({ path: 'compose.yaml', text }, { only: ['cap-drop', 'no-new-privileges', 'ports'], inlineIgnores });
  for (const { transform, service, status } of findings) {
    if (status !== 'suppressed') out[service] = [...(out[service] ?? []), transform];
  }
  return out;
}

describe('ignore comments', () => {
  test('above a service count for all of it', () => {
    expect(open('services:\n  # batten: ignore[cap-drop] it mounts things\n  a:\n    image: x:1\n  b:\n    image: x:1\n')).toEqual({
      a: ['no-new-privileges'],
      b: ['cap-drop', 'no-new-privileges'],
    });
  });

  test('at the end of a line count for the key on it', () => {
    const text = 'services:\n  a: # batten: ignore[cap-drop, no-new-privileges]\n    image: x:1\n';
    expect(open(text)).toEqual({});
    expect(open(text, false)).toEqual({ a: ['cap-drop', 'no-new-privileges'] });
  });

  test('count for one list item', () => {
    const ports = '    ports:\n      - "5432:5432" # batten: ignore[ports] the LAN needs it\n      - "5433:5432"\n';
    const text = `services:\n  a:\n    image: postgres:16\n    cap_drop: [ALL]\n    security_opt: [no-new-privileges:true]\n${ports}`;
    expect(open(text)).toEqual({ a: ['ports'] });
  });

  test('without ids silence everything below', () => {
    expect(open('services:\n  # batten: ignore\n\n  # another comment\n  a:\n    image: x:1\n')).toEqual({});
  });

  test('for the file silence everywhere', () => {
    expect(open('# batten: ignore-file[cap-drop]\nservices:\n  a:\n    image: x:1\n  b:\n    image: x:1\n')).toEqual({
      a: ['no-new-privileges'],
      b: ['no-new-privileges'],
    });
  });

  test('are found as comments, not as text', () => {
    const text = 'services:\n  a:\n    image: x:1\n    command: |\n      # batten: ignore-file[cap-drop]\n      true\n';
    expect(open(text)).toEqual({ a: ['cap-drop', 'no-new-privileges'] });
  });
});

describe('warnings about ignore comments', () => {
  function warnings(text: string, options: RunOptions = {}) {
    return (batten.run({ path: 'compose.yaml', text }, options).warnings ?? []).map(
      ({ line, column, message }) => `${line}:${column} ${message}`,
    );
  }

  const SERVICE =
    '  a:\n    image: x:1\n    cap_drop: [ALL]\n    read_only: true\n    user: "1:1"\n    security_opt: [no-new-privileges:true]\n';

  test('one that silences nothing, id by id', () => {
    const text = `services:\n  # batten: ignore[cap-drop, user] x\n  b:\n    image: x:1\n    user: "1:1"\n${SERVICE}`;
    expect(warnings(text)).toEqual(['2:3 this ignore comment silences nothing of user']);
  });

  test('not when what it is about was not looked for', () => {
    const text = `services:\n  # batten: ignore[cap-drop]\n${SERVICE}`;
    expect(warnings(text)).toEqual(['2:3 this ignore comment silences nothing of cap-drop']);
    expect(warnings(text, { skip: ['cap-drop'] })).toEqual([]);
    expect(warnings(text, { services: ['other'] })).toEqual([]);
    expect(warnings(text, { inlineIgnores: false })).toEqual([]);
  });

  test('an id that is no transform, with its place and a suggestion', () => {
    const text = `services:\n${SERVICE.replace('x:1', 'x:1 # batten: ignore[cap-dorp]')}`;
    expect(warnings(text)).toEqual(['3:16 there is no transform "cap-dorp" to ignore: did you mean cap-drop?']);
  });

  test('one with nothing below it', () => {
    expect(warnings(`services:\n${SERVICE}  # batten: ignore[cap-drop]\n`)).toEqual([
      '8:3 this ignore comment silences nothing of cap-drop',
    ]);
  });
});
