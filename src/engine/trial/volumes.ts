import type { Model } from '../compose/model';
import type { Bench } from './bench';
import type { Conversion } from './convert';
import { LABEL } from './options';

/**
 * Gives the named volumes of a trial what the person's volumes hold now. The files go from one container to another that are made for it
 * and never started, so that owners and modes stay, whoever batten runs as. The person's volumes are mounted read-only.
 */
export async function fillVolumes({ engine, scratch }: Bench, model: Model, { model: trial }: Conversion, project: string): Promise<void> {
  for (const [key, volume] of Object.entries(model.volumes ?? {})) {
    const from = String(volume?.name ?? `${model.name ?? ''}_${key}`);
    const user = Object.values(trial.services).find((service) =>
      (service.volumes as { source?: string }[] | undefined)?.some(({ source }) => source === key),
    );
    if (!user || !(await engine.hasVolume(from))) continue;
    const to = `${project}_${key}`;
    await engine.createVolume(to, { [LABEL]: scratch.id, 'com.docker.compose.project': project, 'com.docker.compose.volume': key });
    const image = String(user.image);
    const container = (bind: string): Promise<string> =>
      engine.createContainer({
        Image: image,
        Cmd: ['-'],
        Labels: { [LABEL]: scratch.id },
        HostConfig: { NetworkMode: 'none', Binds: [bind] },
      });
    const source = await container(`${from}:/batten:ro`);
    const target = await container(`${to}:/batten:nocopy`);
    try {
      await engine.client.pipe(`/containers/${source}/archive?path=/batten/.`, `/containers/${target}/archive?path=/batten`);
    } finally {
      await engine.removeContainer(source);
      await engine.removeContainer(target);
    }
    trial.volumes![key] = { external: true, name: to };
  }
}
