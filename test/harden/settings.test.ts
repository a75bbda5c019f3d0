import { settingOf } from '../../src/harden/settings';
import type { Transform } from '../../src/harden/transform';

const transform: Transform = {
  id: 'demo',
  title: '',
  summary: '',
  severity: 'low',
  controls: [],
  preset: 'recommended',
  options: [
    { name: 'plain', type: 'boolean', summary: '', default: false },
    { name: 'far', type: 'string', summary: '', default: 'some', strict: 'more', named: 'all' },
  ],
  *find() {},
};
const far = (options: Parameters<typeof settingOf>[3], service?: string): unknown => settingOf(transform, 'far', service, options);

test('the default follows the preset, and a run that names the transform', () => {
  expect(far({})).toBe('some');
  expect(far({ preset: 'strict' })).toBe('more');
  expect(far({ only: ['demo'] })).toBe('all');
  expect(far({ also: ['demo'], preset: 'strict' })).toBe('all');
  expect(far({ only: ['other'] })).toBe('some');
  expect(settingOf(transform, 'plain', undefined, { only: ['demo'], preset: 'strict' })).toBe(false);
});

test('what is set wins, for a service first', () => {
  const settings = { transforms: { demo: { far: 'mine' } }, services: { db: { demo: { far: 'its' } } } };
  expect(far({ settings, only: ['demo'] })).toBe('mine');
  expect(far({ settings }, 'web')).toBe('mine');
  expect(far({ settings }, 'db')).toBe('its');
});

test('an option that is not declared is a mistake of the transform', () => {
  expect(() => settingOf(transform, 'other', undefined, {})).toThrow('demo has no option "other"');
});
