import { normaliseCapability } from '../../compose/capabilities';
import { readNoNewPrivileges } from '../../compose/security-opt';
import type { Data } from '../../yaml/types';
import type { Keys, Loss } from '../stack';
import { plainText } from '../text';

export type Lose = (what: string, reason: string, code?: Loss['code']) => void;

/** The security contexts of a pod and of its container, from the keys of a service. */
export function securityOf(keys: Keys, lose: Lose): { pod: Keys; container: Keys } {
  const pod: Keys = {};
  const container: Keys = {};
  who(keys.user, container, lose);
  groups(list(keys.group_add), pod, lose);
  const sysctls = Object.entries((keys.sysctls as Keys | undefined) ?? {});
  if (sysctls.length > 0) {
    pod.sysctls = sysctls.map(([name, value]) => ({ name, value: String(value) }));
    if (sysctls.some(([name]) => !SAFE_SYSCTLS.has(name)))
      lose('sysctls', 'those that are not safe need allowedUnsafeSysctls of the kubelet', 'decision');
  }
  if (keys.privileged === true) container.privileged = true;
  container.readOnlyRootFilesystem = keys.read_only === true;
  const drop = list(keys.cap_drop).map((each) => normaliseCapability(String(each)));
  const add = list(keys.cap_add).map((each) => normaliseCapability(String(each)));
  if (drop.length + add.length > 0) container.capabilities = { ...(drop.length > 0 && { drop }), ...(add.length > 0 && { add }) };
  options(list(keys.security_opt), keys, pod, container, lose);
  return { pod, container };
}

/** https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/ */
const SAFE_SYSCTLS = new Set(
  `kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies net.ipv4.ping_group_range net.ipv4.ip_unprivileged_port_start
  net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes
  net.ipv4.tcp_rmem net.ipv4.tcp_wmem`.split(/\s+/),
);

function list(value: Data | undefined): Data[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

/** Users are numbers there: of a name the kubelet cannot tell whether it is root. */
function who(user: Data | undefined, container: Keys, lose: Lose): void {
  if (user === undefined) return;
  const text = plainText(String(user));
  const [, uid, gid] = /^(\d+)(?::(\d+))?$/.exec(text ?? '') ?? [];
  if (uid === undefined) {
    if (text === 'root' || text === 'root:root' || text === '0:root') container.runAsUser = 0;
    else lose('user', 'a pod runs as a number: write the uid and the gid', 'decision');
    return;
  }
  container.runAsUser = Number(uid);
  // Without a gid Docker takes the one of the user's entry, else 0; the kubelet does the same.
  if (gid !== undefined) container.runAsGroup = Number(gid);
  if (uid !== '0') container.runAsNonRoot = true;
}

function groups(wanted: readonly Data[], pod: Keys, lose: Lose): void {
  const numbers = wanted.map(String).filter((each) => /^\d+$/.test(each));
  if (numbers.length > 0) pod.supplementalGroups = numbers.map(Number);
  for (const each of wanted)
    if (!/^\d+$/.test(String(each))) lose('group_add', `groups are numbers there: ${String(each)} is a name`, 'decision');
}

function options(all: readonly Data[], keys: Keys, pod: Keys, container: Keys, lose: Lose): void {
  let seccomp: Keys = { type: 'RuntimeDefault' };
  for (const option of all.map(String)) {
    const rule = readNoNewPrivileges(option);
    if (rule !== undefined) {
      // The API refuses it beside what it could not take away.
      if (rule === 'on' && keys.privileged === true)
        lose('security_opt', 'allowPrivilegeEscalation cannot be off for a privileged container');
      else container.allowPrivilegeEscalation = rule !== 'on';
    } else if (/^seccomp[=:]unconfined$/.test(option)) seccomp = { type: 'Unconfined' };
    else if (/^seccomp[=:]/.test(option)) {
      const file = option.slice('seccomp='.length);
      seccomp = { type: 'Localhost', localhostProfile: file.replace(/^(?:\.\/)+/, '').replace(/^\/+/, '') };
      lose('security_opt', `${file} has to be in the directory seccomp of the kubelet on each node`, 'decision');
    } else if (/^apparmor[=:]unconfined$/.test(option)) container.appArmorProfile = { type: 'Unconfined' };
    else if (/^apparmor[=:]/.test(option)) {
      container.appArmorProfile = { type: 'Localhost', localhostProfile: option.slice('apparmor='.length) };
      lose('security_opt', 'the AppArmor profile has to be loaded on each node', 'decision');
    } else if (/^label[=:](?:user|role|type|level):/.test(option)) {
      const [, field = '', value = ''] = /^label[=:](\w+):(.*)$/.exec(option)!;
      container.seLinuxOptions = { ...(container.seLinuxOptions as Keys | undefined), [field]: value };
    } else if (/^systempaths[=:]unconfined$/.test(option)) container.procMount = 'Unmasked';
    else lose(`security_opt ${option}`, 'no security context says it');
  }
  // What Docker does by itself, which a kubelet does only when it is told.
  if (keys.privileged !== true) pod.seccompProfile = seccomp;
}
