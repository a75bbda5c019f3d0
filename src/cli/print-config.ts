import { InputError } from '../errors';
import type { RunOptions, TransformInfo } from '../harden/api';
import { Configs, type LoadedConfig } from '../harden/config/nearest';
import { isOn } from '../harden/select';
import { settingOf } from '../harden/settings';
import { json } from '../report/text/json';
import { type Context, givenRun, type Prepared, prepare, runOf } from './context';

/**
 * `--print-config`: what the configuration and the options come to, as JSON. One object, or a list of them when the files are under
 * different configurations.
 */
export async function printConfig(context: Context, paths: readonly string[]): Promise<number> {
  const { host } = context;
  const transforms = host.batten().transforms();
  const { opened, run } = await preparedOrNot(context, paths);
  const configs = new Configs(host, context.options, transforms);
  const found = opened.length > 0 ? opened : [{ configured: configs.for(host.cwd) }];
  const distinct = [...new Map(found.map((each) => [each.configured?.absolute, each.configured])).values()];
  const printed = distinct.map((configured) => described(configured, runOf({ configured }, run), transforms));
  context.out.print(json(printed.length === 1 ? printed[0] : printed, 2));
  return 0;
}

/** There is a configuration to print also where there is no Compose file yet. */
async function preparedOrNot(context: Context, paths: readonly string[]): Promise<Pick<Prepared, 'opened' | 'run'>> {
  try {
    return await prepare(context, paths);
  } catch (error) {
    if (error instanceof InputError && error.code === 'no-compose-file' && paths.length === 0)
      return { opened: [], run: givenRun(context) };
    throw error;
  }
}

function described(configured: LoadedConfig | undefined, run: RunOptions, transforms: readonly TransformInfo[]) {
  const { preset = 'recommended', confidence = 'generic', perService = {}, settings, ignores = [] } = run;
  const services = new Set([...Object.keys(perService), ...Object.keys(settings?.services ?? {})]);
  return {
    file: configured?.shown ?? null,
    preset,
    confidence,
    transforms: Object.fromEntries(transforms.map((each) => [each.id, { on: isOn(each, run), ...optionsOf(each, undefined, run) }])),
    services: Object.fromEntries(
      [...services].map((name) => [name, { ...perService[name], transforms: settings?.services?.[name] ?? {} }]),
    ),
    ignore: ignores.map(({ transforms: transform, service, reason }) => ({ transform, service, reason })),
    exclude: configured?.config.exclude ?? [],
    probes: configured?.config.probes ?? {},
    baseline: configured?.config.baseline ?? null,
  };
}

function optionsOf(transform: TransformInfo, service: string | undefined, run: RunOptions) {
  if (transform.options.length === 0) return {};
  return { options: Object.fromEntries(transform.options.map(({ name }) => [name, settingOf(transform, name, service, run)])) };
}
