import { type Image, images } from '../../src/harden/images-of';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Evidence, Proposal } from '../../src/harden/types';
import { trimEndOf } from '../../src/trim';

const transform: Transform = {
  id: 'registry-allowlist',
  title: 'Images from known registries',
  summary: 'Takes images through the mirrors you name, and reports those that come from a registry you do not allow.',
  severity: 'medium',
  controls: ['CIS 4.2', 'NIST 800-190 4.2.1'],
  preset: 'asked',
  options: [
    {
      name: 'allowed',
      type: 'list',
      summary: 'registries, or paths below one, that images may come from: `docker.io/library`, `ghcr.io/acme`; empty = any',
      default: [],
    },
    {
      name: 'mirrors',
      type: 'map',
      summary: 'where to take the images of a registry from: `docker.io: harbor.example.com/dockerhub`',
      default: {},
    },
  ],
  *find(context) {
    for (const image of images(context.project)) {
      const proposal = propose(image, context);
      if (proposal) yield proposal;
    }
  },
};

export default transform;

const SETTING: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/reference/compose-file/services/#image',
  detail:
    'an image without a registry comes from docker.io, and one without a namespace from its library; your configuration says which to use',
};

function propose({ raw, path, services }: Image, context: TransformContext): Proposal | undefined {
  const [service] = services;
  const mirrors = Object.entries(context.setting<Record<string, string>>('mirrors', service)).map(
    ([from, to]) => [trimmed(from), trimmed(String(to))] as const,
  );
  const allowed = context.setting<string[]>('allowed', service).map(trimmed);
  const { name, suffix } = written(raw);
  if (mirrors.some(([, to]) => within(name, to))) return undefined;
  const mirror = mirrors.filter(([from]) => within(name, from)).sort(([a], [b]) => b.length - a.length)[0];
  if (!mirror && (allowed.length === 0 || allowed.some((each) => within(name, each)))) return undefined;
  const names = services.map((each) => `"${each.name}"`).join(', ');
  const common = {
    service: service!.name,
    ...(services.length > 1 && { services: services.map((each) => each.name) }),
    path,
    severity: transform.severity,
    controls: transform.controls,
    evidence: [SETTING],
  };
  if (!mirror) {
    return {
      ...common,
      message: `the image ${raw} of ${names} comes from ${name.split('/')[0]}, which is not allowed`,
      plan: 'take it from a registry that is',
      breaks: '',
      confidence: 'guess',
      refusal: {
        code: 'needs-decision',
        message: `allowed are ${allowed.join(', ')}: name a mirror for it in the configuration, or another image`,
      },
    };
  }
  const [from, to] = mirror;
  const value = `${to}${name.slice(from.length)}${suffix}`;
  return {
    ...common,
    message: `the image ${raw} of ${names} does not come through the mirror`,
    plan: `take it from ${value}`,
    breaks:
      'images that the mirror does not have, and an Engine that is not logged in there; batten knows images by their own names, so run the other transforms before',
    confidence: 'known',
    ops: [{ op: 'replace', path, value }],
    neutral: true,
  };
}

/** The full name of an image as it is written, mirrors not undone, and its tag and digest. */
function written(raw: string): { name: string; suffix: string } {
  const at = raw.indexOf('@');
  const before = at < 0 ? raw : raw.slice(0, at);
  const colon = before.lastIndexOf(':');
  const end = colon > before.lastIndexOf('/') ? colon : before.length;
  const short = raw.slice(0, end);
  const slash = short.indexOf('/');
  const first = short.slice(0, Math.max(slash, 0));
  const hasHost = first.includes('.') || first.includes(':') || first === 'localhost';
  const name = hasHost
    ? short.replace(/^(?:index|registry-1)\.docker\.io(?=\/)/, 'docker.io')
    : `docker.io/${slash < 0 ? 'library/' : ''}${short}`;
  return { name: name.replace(/^docker\.io\/(?=[^/]+$)/, 'docker.io/library/'), suffix: raw.slice(end) };
}

function within(name: string, place: string): boolean {
  return name === place || name.startsWith(`${place}/`);
}

function trimmed(text: string): string {
  return trimEndOf(text, '/');
}
