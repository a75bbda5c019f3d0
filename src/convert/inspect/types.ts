/*
 * The answers of an Engine, as far as an import reads them, by the Engine's own names. Source: https://docs.docker.com/reference/api/engine/
 * (v1.41 to v1.50); what an older one does not know is not there.
 */

type Names = Readonly<Record<string, string>> | null;

export interface Health {
  Test?: string[] | null;
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  StartInterval?: number;
  Retries?: number;
}

export interface ContainerConfig {
  Hostname?: string;
  Domainname?: string;
  User?: string;
  Tty?: boolean;
  OpenStdin?: boolean;
  Env?: string[] | null;
  Cmd?: string[] | null;
  Entrypoint?: string[] | null;
  Image?: string;
  Labels?: Names;
  WorkingDir?: string;
  ExposedPorts?: Readonly<Record<string, unknown>> | null;
  Volumes?: Readonly<Record<string, unknown>> | null;
  Healthcheck?: Health | null;
  StopSignal?: string;
  StopTimeout?: number | null;
  MacAddress?: string;
}

export interface EngineMount {
  Type: string;
  Source?: string;
  Target: string;
  ReadOnly?: boolean;
  Consistency?: string;
  BindOptions?: { Propagation?: string; NonRecursive?: boolean; CreateMountpoint?: boolean } | null;
  VolumeOptions?: { NoCopy?: boolean; Labels?: Names; Subpath?: string; DriverConfig?: { Name?: string; Options?: Names } | null } | null;
  TmpfsOptions?: { SizeBytes?: number; Mode?: number } | null;
  ImageOptions?: { Subpath?: string } | null;
}

export interface DeviceRequest {
  Driver?: string;
  Count?: number;
  DeviceIDs?: string[] | null;
  Capabilities?: string[][] | null;
  Options?: Names;
}

type Rate = { Path: string; Rate: number };

export interface ContainerHostConfig {
  [key: string]: unknown;
  Binds?: string[] | null;
  Mounts?: EngineMount[] | null;
  Tmpfs?: Names;
  PortBindings?: Readonly<Record<string, readonly { HostIp?: string; HostPort?: string }[] | null>> | null;
  NetworkMode?: string;
  RestartPolicy?: { Name?: string; MaximumRetryCount?: number };
  LogConfig?: { Type?: string; Config?: Names };
  Devices?: { PathOnHost: string; PathInContainer: string; CgroupPermissions: string }[] | null;
  DeviceRequests?: DeviceRequest[] | null;
  Ulimits?: { Name: string; Soft: number; Hard: number }[] | null;
  Links?: string[] | null;
  VolumesFrom?: string[] | null;
  SecurityOpt?: string[] | null;
  MaskedPaths?: string[] | null;
  ReadonlyPaths?: string[] | null;
  BlkioWeight?: number;
  BlkioWeightDevice?: { Path: string; Weight: number }[] | null;
  BlkioDeviceReadBps?: Rate[] | null;
  BlkioDeviceWriteBps?: Rate[] | null;
  BlkioDeviceReadIOps?: Rate[] | null;
  BlkioDeviceWriteIOps?: Rate[] | null;
}

export interface Endpoint {
  IPAMConfig?: { IPv4Address?: string; IPv6Address?: string; LinkLocalIPs?: string[] | null } | null;
  Aliases?: string[] | null;
  Links?: string[] | null;
  DriverOpts?: Names;
  GwPriority?: number;
  MacAddress?: string;
}

/** `GET /containers/NAME/json`. */
export interface InspectedContainer {
  Id: string;
  Name: string;
  Image: string;
  Config: ContainerConfig;
  HostConfig: ContainerHostConfig;
  Mounts?: { Type: string; Name?: string; Source?: string; Destination: string; Driver?: string }[];
  NetworkSettings?: { Networks?: Readonly<Record<string, Endpoint>> | null };
}

/** `GET /images/ID/json`, the part about what a container of it starts with. */
export interface InspectedImage {
  Config?: ContainerConfig | null;
}

/** `GET /info`, the part about what is the default there. */
export interface InspectedInfo {
  Name?: string;
  CgroupVersion?: string;
  LoggingDriver?: string;
  DefaultRuntime?: string;
}
