import type { Data } from '../yaml/types';
import type { RunOptions } from './api';
import type { Transform } from './transform';

/**
 * The value of one option of a transform: what is set for the service, else for all services, else the default of a run that names it,
 * else that of the preset.
 *
 * @throws Error when the transform has no such option: a mistake in the transform.
 */
export function settingOf(
  transform: Pick<Transform, 'id' | 'options'>,
  name: string,
  service: string | undefined,
  options: RunOptions,
): Data {
  const spec = transform.options?.find((each) => each.name === name);
  if (!spec) throw new Error(`the transform ${transform.id} has no option "${name}"`);
  const { settings, preset } = options;
  const own = service === undefined ? undefined : settings?.services?.[service]?.[transform.id]?.[name];
  const named = options.only?.includes(transform.id) || options.also?.includes(transform.id) ? spec.named : undefined;
  const byDefault = named ?? (preset === 'strict' ? spec.strict : undefined) ?? spec.default;
  return own ?? settings?.transforms?.[transform.id]?.[name] ?? byDefault;
}
