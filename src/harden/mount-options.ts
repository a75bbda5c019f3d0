import { isMap } from '../compose/data';
import { withOptions } from '../compose/mounts';
import type { ComposeService } from '../compose/service';
import type { Mount } from '../compose/types';
import type { Op } from '../yaml/types';
import { isItsOwn, sharedList } from './ops';
import type { Attempt } from './types';

/** Ops that give a mount other options, in the words of the short syntax; the others stay as they are. */
export function rewriteMount(
  service: ComposeService,
  mount: Mount,
  change: (options: string[]) => string[],
  long: { propagation?: string } = {},
): Attempt {
  if (!isItsOwn(service, 'volumes', mount)) return { refusal: sharedList(service, 'volumes', 'volumes') };
  if (mount.long) return { ops: longOps(mount, change(mount.options), long.propagation) };
  const text = mount.raw === undefined ? undefined : withOptions(mount.raw, change);
  if (text === undefined) {
    return { refusal: { code: 'interpolated', message: 'its options may come from a variable: change them where that is defined' } };
  }
  return { ops: [{ op: 'replace', path: mount.path, value: text }] };
}

function longOps(mount: Mount, options: readonly string[], propagation: string | undefined): Op[] {
  const map = mount.map ?? {};
  const bind = isMap(map.bind) ? map.bind : {};
  const ops: Op[] = [];
  if (options.includes('ro') && !mount.readOnly) {
    const path = [...mount.path, 'read_only'];
    ops.push('read_only' in map ? { op: 'replace', path, value: true } : { op: 'add', path, value: true, near: ['target', 'source'] });
  }
  if (propagation !== undefined) ops.push({ op: 'replace', path: [...mount.path, 'bind', 'propagation'], value: propagation });
  const label = options.find((option) => option === 'z' || option === 'Z');
  const path = [...mount.path, 'bind', 'selinux'];
  if (label === undefined && 'selinux' in bind) ops.push({ op: 'remove', path: Object.keys(bind).length > 1 ? path : path.slice(0, -1) });
  if (label !== undefined && bind.selinux !== label) ops.push({ op: 'selinux' in bind ? 'replace' : 'add', path, value: label });
  return ops;
}
