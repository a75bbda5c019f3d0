import { EngineError } from '../../errors';
import { type Model, mapOf } from '../compose/model';
import type { Bench } from './bench';
import type { Conversion } from './convert';
import { MAX_COPY } from './host/copy-tree';
import { labelsOf } from './options';

/** Named volumes that lead somewhere: a trial has its own instead. What they are bound to of the host is a mount of the host; see copies.ts. */
export function volumeNotes({ volumes = {} }: Model): string[] {
  return Object.entries(volumes).flatMap(([name, volume]) => {
    const { driver, driver_opts } = volume ?? {};
    const options = mapOf(driver_opts);
    if (/(?:^|,)r?bind(?:,|$)/.test(String(options.o ?? ''))) return [];
    // Options may hold a password; their kind does not.
    const kind =
      typeof driver === 'string' && driver !== '' && driver !== 'local' ? driver : options.type === undefined ? '' : String(options.type);
    return kind === '' && Object.keys(options).length === 0
      ? []
      : [`volume ${name} is one of its own in a trial, not ${kind || 'what its options lead to'}`];
  });
}

/** What Docker allows as the name of a volume: anything else would be read as a path. Source: https://github.com/moby/moby/blob/master/daemon/names */
const NAME = /^[a-zA-Z0-9][\w.-]*$/;

/**
 * Gives the named volumes of a trial what the person's volumes hold now. A volume that leads to a directory of the host, or elsewhere, is none that
 * can be copied: it starts empty, which is said.
 *
 * @returns the volumes that were made
 */
export async function fillVolumes(bench: Bench, model: Model, conversion: Conversion, project: string): Promise<string[]> {
  const made: string[] = [];
  for (const [key, volume] of Object.entries(model.volumes ?? {})) {
    const from = String(volume?.name ?? `${model.name ?? ''}_${key}`);
    const there = NAME.test(from) ? await bench.engine.volume(from) : undefined;
    if (there === undefined) continue;
    if (there.Driver === 'local' && Object.keys(there.Options ?? {}).length === 0)
      made.push(...(await fill(bench, conversion, project, key, { Type: 'volume', Source: from })));
    else conversion.notes.push(`volume ${key} starts empty: ${from} leads out of the Engine's own, and is not copied`);
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
    if ('volume' in plan)
      made.push(...(await fill(bench, conversion, project, plan.volume, { Type: 'bind', Source: plan.from }, MAX_COPY)));
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
  from: { Type: 'bind' | 'volume'; Source: string },
  atMost?: number,
): Promise<string[]> {
  const user = Object.values(trial.services).find((service) =>
    (service.volumes as (string | { source?: string })[] | undefined)?.some((mount) =>
      typeof mount === 'string' ? mount.startsWith(`${key}:`) : mount.source === key,
    ),
  );
  if (!user) return [];
  const to = `${project}_${key}`;
  await engine.createVolume(to, { ...labelsOf(scratch.id), 'com.docker.compose.project': project, 'com.docker.compose.volume': key });
  // Not in the short form: a path may hold a colon.
  const container = (mount: Record<string, unknown>): Promise<string> =>
    engine.createContainer({
      Image: String(user.image),
      Cmd: ['-'],
      Labels: labelsOf(scratch.id),
      HostConfig: { NetworkMode: 'none', Mounts: [{ ...mount, Target: '/batten' }] },
    });
  const source = await container({ ...from, ReadOnly: true });
  const target = await container({ Type: 'volume', Source: to, VolumeOptions: { NoCopy: true } });
  try {
    await engine.client.pipe(`/containers/${source}/archive?path=/batten/.`, `/containers/${target}/archive?path=/batten`, atMost);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new EngineError(`${from.Source} is too big to be copied`, {
      hint: 'mount it read-only with --binds ro, or as it is with --binds as-is',
    });
  } finally {
    await engine.removeContainer(source);
    await engine.removeContainer(target);
  }
  trial.volumes![key] = { external: true, name: to };
  return [to];
}
