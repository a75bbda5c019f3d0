/**
 * Keys of a service of which only Linux has what hardening writes there. An Engine for Windows containers refuses some ("Windows does not support root
 * filesystem in read-only mode", "… host IP addresses in NAT settings"), knows no numbers as users, and has nothing to do with others.
 * Source: https://github.com/moby/moby/blob/master/runconfig/hostconfig_windows.go, https://github.com/microsoft/hcsshim (NAT policies)
 */
export const NOT_ON_WINDOWS: ReadonlySet<string> = new Set([
  'cap_add',
  'cap_drop',
  'init',
  'networks',
  'pids_limit',
  'ports',
  'read_only',
  'security_opt',
  'shm_size',
  'sysctls',
  'tmpfs',
  'ulimits',
  'user',
  'userns_mode',
]);
