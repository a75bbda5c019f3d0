import type { Transform } from '../src/harden/transform';
import buildPrivileges from './build-privileges/transform';
import capDrop from './cap-drop/transform';
import confinement from './confinement/transform';
import dangerousCapabilities from './dangerous-capabilities/transform';
import devices from './devices/transform';
import dockerSocket from './docker-socket/transform';
import dockerfileUser from './dockerfile-user/transform';
import healthcheck from './healthcheck/transform';
import hooks from './hooks/transform';
import hostNamespaces from './host-namespaces/transform';
import imagePin from './image-pin/transform';
import init from './init/transform';
import limits from './limits/transform';
import logging from './logging/transform';
import noNewPrivileges from './no-new-privileges/transform';
import plaintextSecrets from './plaintext-secrets/transform';
import ports from './ports/transform';
import privileged from './privileged/transform';
import readOnly from './read-only/transform';
import registryAllowlist from './registry-allowlist/transform';
import restart from './restart/transform';
import segment from './segment/transform';
import selinuxLabels from './selinux-labels/transform';
import sensitiveMounts from './sensitive-mounts/transform';
import startOrder from './start-order/transform';
import sysctls from './sysctls/transform';
import tmpfsOptions from './tmpfs-options/transform';
import ulimits from './ulimits/transform';
import user from './user/transform';
import userns from './userns/transform';

/** The chain, in order: later transforms see what earlier ones decided. A service that gets a `user` needs no `cap_add`. */
export const transforms: readonly Transform[] = [
  privileged,
  hostNamespaces,
  devices,
  dockerSocket,
  sensitiveMounts,
  selinuxLabels,
  plaintextSecrets,
  dangerousCapabilities,
  user,
  userns,
  dockerfileUser,
  capDrop,
  confinement,
  noNewPrivileges,
  readOnly,
  tmpfsOptions,
  sysctls,
  ports,
  segment,
  limits,
  ulimits,
  logging,
  healthcheck,
  startOrder,
  restart,
  init,
  buildPrivileges,
  hooks,
  imagePin,
  registryAllowlist,
];
