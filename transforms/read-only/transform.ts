import type { ComposeService } from '../../src/compose/service';
import { atMost } from '../../src/harden/confidence';
import { about, eachService } from '../../src/harden/each';
import { addToList, setKey } from '../../src/harden/ops';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Proposal } from '../../src/harden/types';
import type { TmpfsMount } from '../../src/images/types';
import type { Op } from '../../src/yaml/types';

const transform: Transform = {
  id: 'read-only',
  title: 'Read-only root filesystem',
  summary: 'Adds `read_only: true` and the `tmpfs` mounts this service writes to, never over a volume, a secret or files of the image.',
  severity: 'medium',
  controls: ['CIS 5.13', 'OWASP RULE#8'],
  preset: 'recommended',
  find: (context) => eachService(context, propose),
};

export default transform;

function propose(service: ComposeService, { advise }: TransformContext): Proposal | undefined {
  if (service.readOnly === true || service.readOnly === 'maybe') return undefined;
  const verdict = advise(service).readOnly;
  const common = {
    ...about(transform, service, 'read_only'),
    message: `"${service.name}" has a writable root filesystem`,
    breaks: verdict.breaks ?? 'a program that writes outside its volumes and the tmpfs mounts, often only later than at start',
    evidence: verdict.evidence,
  };
  if (verdict.value === false) {
    return {
      ...common,
      plan: `leave the filesystem of "${service.name}" writable`,
      confidence: verdict.confidence,
      refusal: { code: 'needs-decision', message: verdict.why },
    };
  }
  const mounts = verdict.value.tmpfs.map(writeTmpfs);
  return {
    ...common,
    plan: describe(service.name, mounts),
    // Who wrote `read_only: false` had a reason.
    confidence: service.readOnly === false ? atMost(verdict.confidence, 'guess') : verdict.confidence,
    ops: ops(service, mounts),
    editable: {
      label: 'tmpfs mounts',
      value: mounts.join(' '),
      rebuild: (value) => {
        const wanted = wantedOf(value);
        const wrong = wanted.find((mount) => !mount.startsWith('/'));
        return wrong ? { error: `"${wrong}" is no absolute path; write mounts such as /tmp /run:uid=999,gid=999` } : ops(service, wanted);
      },
      describe: (value) => describe(service.name, wantedOf(value)),
    },
  };
}

function ops(service: ComposeService, mounts: readonly string[]): Op[] {
  return [...setKey(service, 'read_only', true), ...addToList(service, 'tmpfs', mounts)];
}

/** The short syntax, the only one that can say uid, gid and exec. */
function writeTmpfs({ path, size, mode, uid, gid, exec }: TmpfsMount): string {
  const options = [
    exec ? 'exec' : undefined,
    size === undefined ? undefined : `size=${size}`,
    mode === undefined ? undefined : `mode=${mode}`,
    uid === undefined ? undefined : `uid=${uid}`,
    gid === undefined ? undefined : `gid=${gid}`,
  ].filter((option) => option !== undefined);
  return options.length === 0 ? path : `${path}:${options.join(',')}`;
}

function describe(service: string, mounts: readonly string[]): string {
  const paths = mounts.map((mount) => mount.split(':')[0]!);
  const tmpfs = paths.length === 0 ? 'no tmpfs is needed' : `with a tmpfs on ${paths.join(', ')}`;
  return `make the root filesystem of "${service}" read-only, ${tmpfs}`;
}

function wantedOf(value: string): string[] {
  return value.split(/\s+/).filter(Boolean);
}
