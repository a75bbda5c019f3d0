/** What `docker inspect` says of a container, as far as this test looks. */
export interface Inspected {
  Id: string;
  Name: string;
  Image: string;
  Config: Record<string, unknown>;
  HostConfig: Record<string, unknown>;
  Mounts: Record<string, unknown>[];
  NetworkSettings: { Networks: Record<string, Record<string, unknown>> };
}

/** What a run was attached to, and where the client writes: nothing of the container. */
const OF_THE_RUN = ['AttachStdin', 'AttachStdout', 'AttachStderr', 'StdinOnce', 'OnBuild', 'ArgsEscaped', 'Shell', 'Volumes'];
const NOT_SAID = ['Binds', 'Mounts', 'ContainerIDFile', 'ConsoleSize', 'AutoRemove', 'PublishAllPorts', 'VolumeDriver'];

/**
 * What a container is, in one form: what the Engine writes as null, as an empty list or not at all is the same, and so are orders that say nothing, ids, and what
 * Compose writes on each of its containers.
 */
export function comparable(container: Inspected, service: string): unknown {
  const { Config, HostConfig, Mounts, NetworkSettings } = container;
  const name = container.Name.slice(1);
  const config = { ...Config };
  for (const key of OF_THE_RUN) delete config[key];
  if (container.Id.startsWith(String(config.Hostname))) delete config.Hostname;
  config.Env = Object.fromEntries(((config.Env ?? []) as string[]).map((text) => [text.split('=')[0], text]));
  config.Labels = Object.fromEntries(
    Object.entries((config.Labels ?? {}) as object).filter(([key]) => !key.startsWith('com.docker.compose.')),
  );
  const host = { ...HostConfig };
  for (const key of NOT_SAID) delete host[key];
  if (host.NetworkMode === 'default') host.NetworkMode = 'bridge';
  if ((host.RestartPolicy as { Name?: string }).Name === 'no') delete host.RestartPolicy;
  // What is there twice says nothing more: Compose writes it once, or refuses it.
  for (const [key, list] of Object.entries(host)) {
    if (!Array.isArray(list)) continue;
    const once = [...new Map(list.map((each) => [JSON.stringify(each), each])).values()];
    host[key] = ['Ulimits', 'CapAdd', 'CapDrop', 'SecurityOpt', 'ExtraHosts', 'Devices'].includes(key)
      ? once.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
      : once;
  }
  return clean({
    config,
    host,
    image: container.Image,
    mounts: Mounts.map((mount) => mountOf(mount, HostConfig)).sort((a, b) => (a.to < b.to ? -1 : 1)),
    networks: Object.fromEntries(
      Object.entries(NetworkSettings.Networks).map(([network, { IPAMConfig, Aliases, DriverOpts, Links }]) => [
        network,
        {
          IPAMConfig,
          DriverOpts,
          Links,
          Aliases: [...new Set((Aliases ?? []) as string[])]
            .filter((alias) => ![name, service, container.Id.slice(0, 12)].includes(alias))
            .sort(),
        },
      ]),
    ),
  });
}

/** A mount, whichever of the Engine's two ways it was asked for in. */
function mountOf(mount: Record<string, unknown>, host: Record<string, unknown>): { to: string } & Record<string, unknown> {
  const { Type, Name, Source, Destination, RW, Propagation, Mode, Driver } = mount as Record<string, string>;
  const long = ((host.Mounts ?? []) as Record<string, Record<string, unknown>>[]).find(({ Target }) => String(Target) === Destination);
  const { NoCopy, Subpath } = (long?.VolumeOptions ?? {}) as Record<string, unknown>;
  const words = (Mode ?? '').split(',');
  return {
    to: Destination!,
    Type,
    RW,
    Driver,
    // Of an empty propagation the Engine makes its own.
    Propagation: Propagation || 'rprivate',
    from: Name === undefined ? Source : /^[0-9a-f]{64}$/.test(Name) ? 'a new one' : Name,
    nocopy: NoCopy === true || words.includes('nocopy'),
    Subpath,
    tmpfs: long?.TmpfsOptions,
    // "z" is what the Engine writes by itself where the long form was used.
    selinux: words.includes('Z') ? 'Z' : undefined,
  };
}

function clean(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(clean);
  if (data === null || typeof data !== 'object') return data;
  return Object.fromEntries(
    Object.entries(data)
      .map(([key, value]): [string, unknown] => [key, clean(value)])
      .filter(([, value]) => !isNothing(value))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
