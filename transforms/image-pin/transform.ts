import type { ComposeService } from '../../src/compose/service';
import { IMAGE_LOCK, lockKey, readImageLock } from '../../src/harden/image-lock';
import { type Image, images } from '../../src/harden/images-of';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Evidence, Proposal } from '../../src/harden/types';
import { parseReference } from '../../src/images';
import type { Refusal } from '../../src/yaml/types';

const transform: Transform = {
  id: 'image-pin',
  title: 'Images by digest',
  summary: 'Adds the digest to images whose digest is known, keeping the tag; reports images without a tag and `latest`.',
  severity: 'medium',
  controls: ['OWASP RULE#13', 'NIST 800-190 4.2.2'],
  preset: 'strict',
  *find(context) {
    const lock = context.files?.read(IMAGE_LOCK);
    const locked = lock && 'text' in lock ? readImageLock(lock.text) : new Map<string, string>();
    for (const image of images(context.project)) {
      const proposal = propose(image, locked, context);
      if (proposal) yield proposal;
    }
  },
};

export default transform;

const WHY: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests',
  detail: 'a tag can be moved to another image, a digest cannot; with both written the digest decides and the tag says what it was',
};

function propose({ raw, path, services }: Image, locked: ReadonlyMap<string, string>, context: TransformContext): Proposal | undefined {
  const [service] = services as [ComposeService];
  const { tag, digest } = parseReference(raw);
  if (digest !== undefined) return undefined;
  const moving = tag === 'latest';
  const known = digestOf(raw, service, locked, context);
  if (!known && !moving) return undefined;
  const tagged = raw.lastIndexOf(':') > raw.lastIndexOf('/');
  const names = services.map(({ name }) => `"${name}"`).join(', ');
  const message = !tagged
    ? `the image ${raw} of ${names} has no tag`
    : moving
      ? `the image ${raw} of ${names} is whatever is newest`
      : `the image ${raw} of ${names} can become another one under its tag`;
  return {
    service: service.name,
    ...(services.length > 1 && { services: services.map(({ name }) => name) }),
    path,
    severity: moving ? transform.severity : 'low',
    controls: transform.controls,
    message,
    plan: known ? `add its digest, which ${known.source} knows` : 'write the version that runs now as its tag, or its digest',
    breaks: 'updates: pulling, Watchtower and their like change nothing any more until the digest is changed, by Renovate for example',
    confidence: known && !updater(context) && !services.some(follows) ? 'generic' : 'guess',
    evidence: known ? [known.evidence, WHY] : [WHY],
    ...(known
      ? { ops: [{ op: 'replace' as const, path, value: `${raw}${tagged ? '' : ':latest'}@${known.digest}` }], neutral: true }
      : { refusal: unknown(raw) }),
  };
}

function unknown(raw: string): Refusal {
  return {
    code: 'needs-decision',
    message: `which image that is today is not known here: give "docker image inspect ${raw}" with --image-config, or ask the registry with --resolve`,
  };
}

interface Known {
  digest: string;
  source: string;
  evidence: Evidence;
}

/** The digest of an image by the lock file, else by its saved configuration: that of the index, by which it was pulled. */
function digestOf(
  raw: string,
  service: ComposeService,
  locked: ReadonlyMap<string, string>,
  { advise }: TransformContext,
): Known | undefined {
  const key = lockKey(raw);
  const there = key === undefined ? undefined : locked.get(key);
  if (there !== undefined) {
    return { digest: there, source: IMAGE_LOCK, evidence: { kind: 'image-config', ref: IMAGE_LOCK, detail: `${key} was ${there}` } };
  }
  const saved = advise(service).digest;
  return saved && { digest: saved.value, source: 'its saved configuration', evidence: saved.evidence[0]! };
}

/** Whether it is told to fetch what its tag has become. */
function follows(service: ComposeService): boolean {
  return /^(?:always|daily|weekly|every_)/.test(service.evaluate(String(service.data('pull_policy') ?? '')).text);
}

/** A service that updates the others finds nothing to do on a digest. */
function updater({ project, advise }: TransformContext): boolean {
  return project.services.some((service) => advise(service).family === 'watchtower');
}
