import { covers, samePath } from '../../src/compose/container-path';
import { engineSocket } from '../../src/compose/engine-socket';
import type { ComposeService } from '../../src/compose/service';
import type { Mount } from '../../src/compose/types';
import { atMost } from '../../src/harden/confidence';
import { eachContainer, eachItem, lastFirst, placeOfItem } from '../../src/harden/each';
import { rewriteMount } from '../../src/harden/mount-options';
import { isBorrowed, removeFromList, setKey } from '../../src/harden/ops';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Confidence, Draft, Evidence, Proposal } from '../../src/harden/types';
import type { HostVerdict } from '../../src/images/types';
import { trimEndOf } from '../../src/trim';
import type { Refusal } from '../../src/yaml/types';
import { mayBeRelabelled, type Place, placeOf } from './places';

const transform: Transform = {
  id: 'sensitive-mounts',
  title: 'No writable system directories',
  summary: 'Mounts directories of the host that belong to its system read-only where that is enough, and says what else they give away.',
  severity: 'critical',
  controls: ['CIS 5.6', 'CIS 5.20', 'OWASP RULE#8', 'NIST 800-190 4.5.5'],
  preset: 'recommended',
  find: (context) =>
    eachContainer(context, (service) =>
      eachItem(
        ({ mounts }) => lastFirst(mounts),
        service,
        context,
        (who, mount) => (mount.kind === 'bind' && mount.source !== undefined ? propose(who, mount, mount.source, context) : undefined),
      ),
    ),
};

export default transform;

const READ_ONLY: Evidence = {
  kind: 'documentation',
  ref: 'https://docs.docker.com/engine/storage/bind-mounts/#recursive-mounts',
  detail: 'what is mounted below the directory is read-only with it since Engine 25 on Linux 5.12, and stays writable before',
};

function propose(service: ComposeService, mount: Mount, source: string, context: TransformContext): Proposal | undefined {
  const verdict = context.advise(service).hostAccess('mount', source);
  const itsJob = verdict.value === 'needed' || verdict.value === 'optional';
  // Directories that hold the socket of an engine are for docker-socket, unless it is the image's work to see them.
  const place = source === '/' ? ROOT : placeOf(source);
  if (engineSocket(mount) && !(itsJob && place)) return relabelling(service, mount, source);
  const shm = sharedMemory(service, mount, source, context);
  if (shm) return shm;
  if (!place) return relabelling(service, mount, source) ?? propagation(service, mount, source, context);
  if (mount.readOnly) {
    return (
      disclosure(service, mount, source, place, itsJob, context) ??
      relabelling(service, mount, source) ??
      propagation(service, mount, source, context)
    );
  }
  return writing(service, mount, source, place, verdict, context);
}

const ROOT: Place = { what: 'every file of the host', writable: 'critical' };

function common(service: ComposeService, mount: Mount, source: string): Pick<Draft, 'service' | 'path' | 'subject' | 'controls'> {
  return {
    service: service.name,
    path: placeOfItem(mount, service, 'volumes'),
    subject: `${source}:${mount.target}`,
    controls: ['CIS 5.6', 'OWASP RULE#8', 'NIST 800-190 4.5.5'],
  };
}

/** A place that can be written: read-only where it is known, or likely, that reading is enough. */
function writing(
  service: ComposeService,
  mount: Mount,
  source: string,
  place: Place,
  verdict: HostVerdict,
  { preset }: TransformContext,
): Proposal | undefined {
  const itsJob = verdict.value === 'needed' || verdict.value === 'optional';
  if (itsJob && !verdict.readOnly && preset !== 'strict') return undefined;
  const label = hasLabel(mount) && (place.writable === 'critical' || !mayBeRelabelled(source));
  const message = `"${service.name}" may write ${place.what} (${source})`;
  // Where it is a small matter, a list that cannot be changed here is not worth a line a service.
  if (isBorrowed(service, 'volumes') && place.writable === 'low') return undefined;
  const refusal = reasonToAsk(service, mount, place, verdict);
  const sure = itsJob ? verdict.confidence : (place.readOnly ?? 'guess');
  return {
    ...common(service, mount, source),
    severity: place.writable,
    message,
    plan: `mount ${source} read-only into "${service.name}"${label ? ', without relabelling it' : ''}`,
    breaks: itsJob || place.readOnly === 'known' ? '' : 'a program that writes there',
    confidence: sure,
    evidence: [...verdict.evidence, READ_ONLY],
    ...(refusal
      ? { refusal }
      : rewriteMount(service, mount, (options) => ['ro', ...options.filter((option) => option !== 'rw' && !(label && isLabel(option)))])),
  };
}

function reasonToAsk(service: ComposeService, mount: Mount, place: Place, verdict: HostVerdict): Refusal | undefined {
  const itsJob = verdict.value === 'needed' || verdict.value === 'optional';
  if (itsJob && !verdict.readOnly) return decision(`${verdict.why}: take it away only if the service does without`);
  if (place.ask) return decision(place.ask);
  // Read-only reaches /dev/shm below it since Engine 25 (moby/moby#47158).
  if (covers('/dev', mount.target)) return decision('read-only would reach /dev/shm too, which programs need');
  const below = [...service.mounts, ...service.tmpfs, ...service.secrets, ...service.configs].find(
    (other) => other !== mount && covers(mount.target, other.target) && !samePath(mount.target, other.target),
  );
  if (below) return decision(`${below.target} is mounted below it: the start fails when that directory is not on the host already`);
  return undefined;
}

/** A place that should not be read either. */
function disclosure(
  service: ComposeService,
  mount: Mount,
  source: string,
  place: Place,
  itsJob: boolean,
  { preset }: TransformContext,
): Proposal | undefined {
  if (itsJob || place.readable === undefined || (place.readableInStrict && preset !== 'strict')) return undefined;
  return {
    ...common(service, mount, source),
    severity: place.readable,
    message: `"${service.name}" may read ${place.what} (${source})`,
    plan: `mount only what "${service.name}" needs of ${source}`,
    breaks: 'what it reads there',
    confidence: 'guess',
    evidence: [READ_ONLY],
    refusal: decision(place.ask ?? 'what it needs of it cannot be seen from here: mount those files alone, or a copy'),
  };
}

const SELINUX: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/engine/storage/bind-mounts/#configure-the-selinux-label',
  detail: '`z` and `Z` change the label of the files on the host; without SELinux they do nothing',
};

/** `:Z` on `/etc` or `/home` takes it from the host itself, or is refused by the Engine. */
function relabelling(service: ComposeService, mount: Mount, source: string): Proposal | undefined {
  if (!hasLabel(mount) || mayBeRelabelled(source)) return undefined;
  return {
    ...common(service, mount, source),
    controls: ['CIS 5.3'],
    severity: 'medium',
    message: `"${service.name}" has ${source} of the host relabelled for SELinux, which takes it from the host or is refused`,
    plan: `mount ${source} into "${service.name}" without relabelling it`,
    breaks: 'on a host with SELinux the container may not be allowed to read it any more',
    confidence: 'generic',
    evidence: [SELINUX],
    ...rewriteMount(service, mount, (options) => options.filter((option) => !isLabel(option))),
  };
}

const PROPAGATION: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/engine/storage/bind-mounts/#configure-bind-propagation',
  detail:
    'with shared or rshared what the container mounts below the directory appears on the host; slave and rslave only go the other way',
};

/** What the container mounts appears on the host: only for those who mount file systems there. */
function propagation(service: ComposeService, mount: Mount, source: string, context: TransformContext): Proposal | undefined {
  const shared = mount.options.find((option) => option === 'shared' || option === 'rshared');
  const mounts = service.privileged === true || service.devices.some(({ text }) => text.startsWith('/dev/fuse'));
  if (!shared || mounts || context.preset !== 'strict') return undefined;
  const slave = shared.replace('shared', 'slave');
  return {
    ...common(service, mount, source),
    controls: ['CIS 5.20'],
    severity: 'low',
    message: `what "${service.name}" mounts below ${source} appears on the host (${shared})`,
    plan: `let mounts below ${source} reach "${service.name}", and not the other way (${slave})`,
    breaks: 'file systems that it mounts for the host or for other containers (rclone, mergerfs, CSI drivers)',
    confidence: 'guess',
    evidence: [PROPAGATION],
    ...rewriteMount(service, mount, (options) => options.map((option) => (option === shared ? slave : option)), { propagation: slave }),
  };
}

/** `/dev/shm` of the host stands for more shared memory, which `shm_size` gives. */
function sharedMemory(service: ComposeService, mount: Mount, source: string, { advise, project }: TransformContext): Proposal | undefined {
  if (trimEndOf(source, '/') !== '/dev/shm' || !samePath(mount.target, '/dev/shm')) return undefined;
  const { value, what, confidence, evidence } = advise(service).hostAccess('shm', '');
  const sharers = project.services.filter((other) => other.mounts.some((each) => each.source?.startsWith('/dev/shm')));
  if ((value !== 'needed' && value !== 'optional') || what === undefined || service.has('shm_size')) return undefined;
  const removed = removeFromList(service, 'volumes', mount);
  const sure: Confidence = sharers.length > 1 && !sameImages(sharers) ? 'guess' : atMost(confidence, 'generic');
  return {
    ...common(service, mount, source),
    severity: 'medium',
    message: `"${service.name}" shares the memory (/dev/shm) of the host`,
    plan: `give "${service.name}" ${what} of shared memory of its own instead of /dev/shm of the host`,
    breaks: 'what exchanges data with the host or other containers through /dev/shm',
    confidence: sure,
    evidence,
    ...(removed.refusal ? removed : { ops: [...setKey(service, 'shm_size', what), ...removed.ops] }),
  };
}

/** Services of one family, such as a grid of browsers, do not talk to each other through memory. */
function sameImages(services: readonly ComposeService[]): boolean {
  const families = new Set(services.map((service) => service.image?.raw.split(':')[0]?.split('/')[0]));
  return families.size === 1;
}

function hasLabel(mount: Mount): boolean {
  return mount.options.some(isLabel);
}

function isLabel(option: string): boolean {
  return option === 'z' || option === 'Z';
}

function decision(message: string): Refusal {
  return { code: 'needs-decision', message };
}
