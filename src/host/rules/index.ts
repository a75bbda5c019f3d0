import type { HostRule } from '../types';
import { audit } from './audit';
import {
  cgroupNamespace,
  defaultUlimits,
  experimental,
  liveRestore,
  logRotation,
  noNewPrivileges,
  seccomp,
  storage,
  usernsRemap,
} from './daemon-containers';
import { icc, iptables, metrics, registries, tls, userlandProxy } from './daemon-network';
import { format } from './format';
import { dockerGroup, filePermissions } from './host-files';
import { cgroups, contentTrust, securityModules, swarm, sysctls } from './kernel';

/** Every check of a host, in the order in which findings are put to the person. */
export const RULES: readonly HostRule[] = [
  format,
  tls,
  seccomp,
  usernsRemap,
  noNewPrivileges,
  icc,
  logRotation,
  liveRestore,
  userlandProxy,
  defaultUlimits,
  iptables,
  registries,
  experimental,
  cgroupNamespace,
  metrics,
  storage,
  filePermissions,
  dockerGroup,
  securityModules,
  cgroups,
  sysctls,
  contentTrust,
  swarm,
  audit,
];
