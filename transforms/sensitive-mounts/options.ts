import { isMap } from '../../src/compose/data';
import { withOptions } from '../../src/compose/mounts';
import type { ComposeService } from '../../src/compose/service';
import type { Mount } from '../../src/compose/types';
import { ownerOf } from '../../src/harden/lists';
import type { Op, Refusal } from '../../src/yaml/types';

/** Ops that give a mount other options, in the words of the short syntax; the others stay as they are. */
export function rewrite(
  service: ComposeService,
  mount: Mount,
  change: (options: string[]) => string[],
  long: { propagation?: string } = {},
): { ops: Op[] } | { refusal: Refusal } {
  const origin = service.origin('volumes');
  if (ownerOf(mount) !== service.name || origin === 'merge' || origin === 'alias') {
    const message = 'the list of volumes is shared with other services: change it where it is written';
    return { refusal: { code: origin === 'alias' ? 'alias' : 'merge-inherited', message } };
  }
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
  if (!options.some((option) => option === 'z' || option === 'Z') && 'selinux' in bind) {
    ops.push({ op: 'remove', path: Object.keys(bind).length > 1 ? [...mount.path, 'bind', 'selinux'] : [...mount.path, 'bind'] });
  }
  return ops;
}
