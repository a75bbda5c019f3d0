import type { Severity } from '../../src/harden/types';
import { trimEndOf } from '../../src/trim';

/** What a device of the host, or a rule about devices, gives away. */
export interface Danger {
  severity: Severity;
  /** What it is: `"db" is given …`. */
  what: string;
  /** What that allows. */
  gives: string;
  /** The host path that facts about images are asked for. */
  path: string;
  /** Only for those who want it strict: it reaches no further than what it is for. */
  strict?: boolean;
}

const MEMORY = 'it may read and write the memory of the machine';
const DISKS = 'it may read and write the file systems on it past all permissions';

const DEVICES: readonly { path: RegExp; severity: Severity; gives: string; strict?: boolean }[] = [
  { path: /^\/dev$/, severity: 'critical', gives: 'it may use every disk, terminal and the memory of the machine' },
  { path: /^\/dev\/(mem|kmem|port)$/, severity: 'critical', gives: MEMORY },
  {
    path: /^\/dev\/(sd[a-z]|hd[a-z]|vd[a-z]|xvd[a-z]|nvme\d|mmcblk\d|dm-\d|md\d|loop\d|bcache\d|zd\d|zvol|mapper|disk|block)/,
    severity: 'high',
    gives: DISKS,
  },
  { path: /^\/dev\/kmsg$/, severity: 'medium', gives: 'it may read and write the messages of the kernel' },
  { path: /^\/dev\/(input|uinput|hidraw\d)(\/|$)/, severity: 'medium', gives: 'it may read what is typed, or type itself', strict: true },
  {
    path: /^\/dev\/(tty\d+|console|vcsa?\d*|fb\d)$/,
    severity: 'medium',
    gives: 'it may read and write the screen of the host',
    strict: true,
  },
  { path: /^\/dev\/watchdog\d*$/, severity: 'low', gives: 'it may restart the host', strict: true },
];

/** What an item of `devices` gives away, `/dev/x[:/dev/y[:rwm]]`; undefined for what is only itself, such as a GPU or a serial port. */
export function dangerOfDevice(text: string): Danger | undefined {
  const [host = '', , permissions = 'rwm'] = text.split(':');
  const path = host.length > 1 ? trimEndOf(host, '/') : host;
  const known = DEVICES.find((each) => each.path.test(path));
  if (!known) return undefined;
  const readOnly = !permissions.includes('w');
  const { gives, severity, strict } = known;
  return {
    severity: readOnly && severity === 'high' ? 'medium' : severity,
    what: path === '/dev' ? 'all devices of the host (/dev)' : `${path} of the host`,
    gives: readOnly ? gives.replace('read and write', 'read') : gives,
    path,
    strict,
  };
}

/** Major numbers of disks: SCSI, IDE, virtio, device mapper, md, NVMe, MMC. Source: https://docs.kernel.org/admin-guide/devices.html */
const DISK_MAJORS = new Set(['3', '7', '8', '9', '22', '65', '66', '67', '68', '69', '70', '71', '179', '202', '252', '253', '254', '259']);

/**
 * What a rule of `device_cgroup_rules` gives away, `TYPE MAJOR:MINOR ACCESS`. The file itself is made by who has MKNOD, which is a
 * capability that every container has by default.
 */
export function dangerOfRule(text: string): Danger | undefined {
  const [, type = '', major = '', minor = ''] = /^\s*([abc])(?:\s+(\d+|\*):(\d+|\*)\s+[rwm]+)?\s*$/.exec(text) ?? [];
  if (type === '') return undefined;
  const rule = (severity: Severity, gives: string, path: string): Danger => ({
    severity,
    what: `the devices "${text.trim()}"`,
    gives,
    path,
  });
  if (type === 'a' || (major === '*' && type === 'b')) return rule('critical', 'it may make and use every disk of the host', '/dev');
  if (type === 'b') return DISK_MAJORS.has(major) ? rule('high', 'it may make and use disks of the host', '/dev/disk') : undefined;
  if (major === '*') return rule('critical', MEMORY, '/dev');
  if (major === '1' && ['*', '1', '2', '4'].includes(minor)) return rule('critical', MEMORY, '/dev/mem');
  return undefined;
}
