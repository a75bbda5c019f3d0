import { EngineError } from '../../errors';
import type { Model } from '../compose/model';
import type { Bench } from './bench';
import type { Conversion } from './convert';
import { LABEL } from './options';
import { MAX_COPY } from './scratch';

/**
 * Gives the named volumes of a trial what the person's volumes hold now.
 *
 * @returns the volumes that were made
 */
export async function fillVolumes(bench: Bench, model: Model, conversion: Conversion, project: string): Promise<string[]> {
  const made: string[] = [];
  for (const [key, volume] of Object.entries(model.volumes ?? {})) {
    const from = String(volume?.name ?? `${model.name ?? ''}_${key}`);
    if (await bench.engine.hasVolume(from)) made.push(...(await fill(bench, conversion, project, key, from)));
  }
  return made;
}

/**
 * Makes the copies of directories of the host that are volumes.
 *
 * @returns the volumes that were made
 * @throws EngineError when a directory is too big.
 */
export async function fillCopies(bench: Bench, conversion: Conversion, project: string): Promise<string[]> {
  const made: string[] = [];
  for (const plan of conversion.binds) {
    if ('volume' in plan) made.push(...(await fill(bench, conversion, project, plan.volume, plan.from, MAX_COPY)));
  }
  return made;
}

/**
 * The files go from one container to another that are made for it and never started, so that owners and modes stay, whoever batten runs as.
 * What is copied is mounted read-only.
 */
async function fill(
  { engine, scratch }: Bench,
  { model: trial }: Conversion,
  project: string,
  key: string,
  from: string,
  atMost?: number,
): Promise<string[]> {
  const user = Object.values(trial.services).find((service) =>
    (service.volumes as (string | { source?: string })[] | undefined)?.some((mount) =>
      typeof mount === 'string' ? mount.startsWith(`${key}:`) : mount.source === key,
    ),
  );
  if (!user) return [];
  const to = `${project}_${key}`;
  await engine.createVolume(to, { [LABEL]: scratch.id, 'com.docker.compose.project': project, 'com.docker.compose.volume': key });
  const container = (bind: string): Promise<string> =>
    engine.createContainer({
      Image: String(user.image),
      Cmd: ['-'],
      Labels: { [LABEL]: scratch.id },
      HostConfig: { NetworkMode: 'none', Binds: [bind] },
    });
  const source = await container(`${from}:/batten:ro`);
  const target = await container(`${to}:/batten:nocopy`);
  try {
    await engine.client.pipe(`/containers/${source}/archive?path=/batten/.`, `/containers/${target}/archive?path=/batten`, atMost);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new EngineError(`${from} is too big to be copied`, {
      hint: 'mount it read-only with --binds ro, or as it is with --binds as-is',
    });
  } finally {
    await engine.removeContainer(source);
    await engine.removeContainer(target);
  }
  trial.volumes![key] = { external: true, name: to };
  return [to];
}
