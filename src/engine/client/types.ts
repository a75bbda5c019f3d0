/** What is known of the Engine a trial ran on. */
export interface EngineFacts {
  address: string;
  version: string;
  os: string;
  kernel: string;
  cgroup: string;
  /** `linux/x86_64`. */
  platform: string;
  /** `seccomp`, `apparmor`, `selinux`, `userns`, `rootless`, … */
  security: string[];
  runtime: string;
}

/** The fields of the Engine's answers that batten reads, by the Engine's own names. */
export interface Described {
  ServerVersion: string;
  OperatingSystem: string;
  KernelVersion: string;
  OSType?: string;
  Architecture?: string;
  CgroupVersion?: string;
  SecurityOptions?: string[];
  DefaultRuntime: string;
  ID?: string;
  /** The name of its host. */
  Name?: string;
  /** Where it keeps its data. */
  DockerRootDir?: string;
}

export interface Listed {
  Id: string;
  Names: string[];
  State: string;
  Labels: Record<string, string>;
}

export interface ImageInfo {
  Id: string;
  RepoDigests?: string[] | null;
  Config?: {
    User?: string;
    Volumes?: Record<string, unknown> | null;
    ExposedPorts?: Record<string, unknown> | null;
    Healthcheck?: { Test?: string[] } | null;
    Env?: string[] | null;
  } | null;
}

export interface ContainerInfo {
  Id: string;
  Name: string;
  Image: string;
  RestartCount: number;
  State: {
    Status: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
    Running: boolean;
    ExitCode: number;
    OOMKilled: boolean;
    Error: string;
    Pid: number;
    StartedAt: string;
    FinishedAt: string;
    Health?: { Status: 'none' | 'starting' | 'healthy' | 'unhealthy'; Log?: { ExitCode: number; Output: string }[] | null };
  };
  Config: { Tty: boolean; User: string; Labels: Record<string, string>; Image: string };
  HostConfig: HostConfig;
  Mounts: { Type: string; Name?: string; Source: string; Destination: string; RW: boolean; Propagation?: string }[];
  NetworkSettings: {
    Networks: Record<string, { IPAddress: string; NetworkID: string }>;
    Ports: Record<string, { HostIp: string; HostPort: string }[] | null>;
  };
}

export interface HostConfig {
  Privileged: boolean;
  CapAdd: string[] | null;
  CapDrop: string[] | null;
  GroupAdd?: string[] | null;
  SecurityOpt: string[] | null;
  ReadonlyRootfs: boolean;
  Tmpfs?: Record<string, string> | null;
  Memory: number;
  MemoryReservation: number;
  NanoCpus: number;
  CpuShares: number;
  CpuQuota: number;
  PidsLimit: number | null;
  NetworkMode: string;
  PidMode: string;
  IpcMode: string;
  UTSMode: string;
  UsernsMode: string;
  CgroupParent: string;
  Devices: unknown[] | null;
  Ulimits: unknown[] | null;
  RestartPolicy: { Name: string; MaximumRetryCount: number };
  Binds: string[] | null;
}

export interface VolumeInfo {
  Name: string;
  Driver: string;
  Options: Record<string, string> | null;
}

export interface Exec {
  ExitCode: number | null;
  Running: boolean;
}

export interface Stats {
  cpu_stats?: { cpu_usage?: { total_usage?: number } };
}
