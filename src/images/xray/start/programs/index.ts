import type { Call } from '../call';
import { programName, textsOf } from '../call';
import { ordinary, recordRun } from '../run';
import { SUPERVISORS } from '../supervisors';
import { CHANGING } from './change';
import { LOOKING } from './look';
import type { Program, Programs } from './program';
import { STEPPING_DOWN } from './step-down';
import { WRAPPING } from './wrap';

/** Programs of the system that need privileges of their own, which follow from their names. */
const SYSTEM: Programs = [
  [
    'mount umount iptables ip6tables iptables-restore ip6tables-restore iptables-legacy nft ip sysctl modprobe insmod swapon ifconfig route tc ipset dmesg hwclock nsenter unshare kill killall pkill killall5 renice reboot shutdown poweroff losetup',
    (call, path) => {
      recordRun(call, programName(textsOf(call.words)[0]!), path);
      return ordinary(call);
    },
  ],
];

/** What is known of programs by their names. */
export const PROGRAMS: ReadonlyMap<string, Program> = new Map(
  [...LOOKING, ...CHANGING, ...WRAPPING, ...STEPPING_DOWN, ...SYSTEM, ...SUPERVISORS].flatMap(([names, run, always]) =>
    names.split(' ').map((name): [string, Program] => [name, { run: (call: Call, path) => run(call, path), always: always === 'always' }]),
  ),
);
