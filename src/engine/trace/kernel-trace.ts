/** What the kernel told about a service in both of its lives. Everything sorted. */
export interface KernelTrace {
  /** Of Docker's default capabilities, those that were asked for and granted. */
  capabilities: string[];
  syscalls: string[];
  /** What the runtime itself called behind the container's filter. */
  runtime: string[];
  /** It made namespaces with clone. */
  namespaces: boolean;
  /** Programs, by the path they were started with. */
  programs: string[];
  /** Families and types of sockets: `inet stream`. */
  sockets: string[];
}
