/** An image reference, normalised. What hangs on a variable without a default is `undefined` and said so by the `…Known` flags. */
export interface Reference {
  /** The registry host, `docker.io` for every spelling and mirror of Docker Hub. */
  registry: string;
  /** The path below the registry, with `library/` for Docker's official images. */
  path: string;
  /** Registry and path, e.g. `docker.io/library/postgres`. */
  name: string;
  /** False when a variable without a default takes part in registry or path: the image is then anybody's guess. */
  nameKnown: boolean;
  /** The tag, `latest` when neither tag nor digest is written. An undetermined part is the character `*`. */
  tag?: string;
  /** False when there is only a digest, or when a variable without a default takes part in the tag. */
  tagKnown: boolean;
  /** The digest, e.g. `sha256:…`. */
  digest?: string;
}

/** Stands for what a variable without a default would put there; no image reference may contain it. */
const UNDETERMINED = '*';

/** Hosts that serve Docker Hub's images under Docker Hub's paths. */
const DOCKER_HUB = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com', 'mirror.gcr.io']);

/** Amazon's copy of the official images has a path of its own. */
const ECR_OFFICIAL = 'public.ecr.aws/docker/library/';

/** Namespaces in which Docker's official images are published for one architecture. */
const ARCHITECTURES = /^(amd64|arm32v[567]|arm64v8|i386|mips64le|ppc64le|riscv64|s390x)\//;

const INNERMOST_VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])([^${}]*))?\}/;
const BARE_VARIABLE = /\$[A-Za-z_][A-Za-z0-9_]*/g;

/**
 * Reads an image reference as Docker does: `postgres`, `acme/api:1`, `host:5000/x@sha256:…`. Variables (`${TAG:-16}`) are replaced by their
 * defaults; a variable without one leaves its part undetermined. Never throws: nonsense gives a name that no template has.
 */
export function parseReference(image: string): Reference {
  let rest = withDefaults(image.trim());
  const at = rest.indexOf('@');
  const digest = at < 0 ? undefined : rest.slice(at + 1);
  if (at >= 0) rest = rest.slice(0, at);
  const colon = rest.lastIndexOf(':');
  const tagged = colon > rest.lastIndexOf('/');
  const written = tagged ? rest.slice(colon + 1) : undefined;
  const { registry, path } = normalise(tagged ? rest.slice(0, colon) : rest);
  const tag = written || (digest === undefined ? 'latest' : undefined);
  const name = `${registry}/${path}`;
  return {
    registry,
    path,
    name,
    nameKnown: path !== '' && !name.includes(UNDETERMINED),
    tag,
    tagKnown: tag !== undefined && !tag.includes(UNDETERMINED),
    digest,
  };
}

/** Parts of a path that say whose images a mirror serves behind them, as proxies of Harbor, Nexus, Artifactory and Amazon are named. */
const ORIGINS: readonly (readonly [RegExp, string])[] = [
  [/^(?:docker[._-]?io|docker[._-]?hub|hub[._-]docker[._-]com)(?:[._-](?:proxy|mirror|cache|remote|virtual|group))?$/, 'docker.io'],
  [/^docker[._-](?:proxy|mirror|cache|remote|virtual|group)$/, 'docker.io'],
  [/^ghcr(?:[._-]io)?(?:[._-](?:proxy|mirror|cache|remote))?$/, 'ghcr.io'],
  [/^(?:quay|quay[._-]io)(?:[._-](?:proxy|mirror|cache|remote))?$/, 'quay.io'],
  [/^lscr[._-]io$/, 'lscr.io'],
  [/^(?:mcr[._-]microsoft[._-]com)$/, 'mcr.microsoft.com'],
  [/^(?:ecr[._-]public|public[._-]ecr[._-]aws)$/, 'public.ecr.aws'],
];

/** Hosts that serve another registry under its own paths. */
const MIRRORS: ReadonlyMap<string, string> = new Map([
  ['docker.m.daocloud.io', 'docker.io'],
  ['docker.mirrors.ustc.edu.cn', 'docker.io'],
  ['hub-mirror.c.163.com', 'docker.io'],
  ['registry.docker-cn.com', 'docker.io'],
  ['ghcr.m.daocloud.io', 'ghcr.io'],
  ['quay.m.daocloud.io', 'quay.io'],
]);

/**
 * The full names that an image of another registry is a copy of, by what its own name says: the part of a path that is a registry
 * (`harbor.example.com/docker.io/grafana/grafana`), a host that mirrors one, or the same namespace and name elsewhere. `library/` alone is no
 * sign: it is the first project of every Harbor. None for Docker Hub itself, for a name of one word, and where a variable takes part.
 */
export function originals({ registry, path, nameKnown }: Reference): string[] {
  if (!nameKnown || registry === 'docker.io') return [];
  const parts = path.split('/');
  const mirrored = MIRRORS.get(registry);
  if (mirrored !== undefined) return [originalOf(mirrored, path)];
  for (const [index, part] of parts.slice(0, -1).entries()) {
    const origin = ORIGINS.find(([pattern]) => pattern.test(part))?.[1];
    if (!origin) continue;
    return [originalOf(origin, parts.slice(index + 1).join('/'))];
  }
  return parts.length < 2 || parts.at(-2) === 'library' ? [] : [`docker.io/${parts.slice(-2).join('/')}`];
}

/** The full name of what a registry has under a path. */
function originalOf(registry: string, path: string): string {
  const known = normalise(`${registry}/${path}`);
  return `${known.registry}/${known.path}`;
}

function normalise(name: string): { registry: string; path: string } {
  if (name.startsWith(ECR_OFFICIAL)) return { registry: 'docker.io', path: `library/${name.slice(ECR_OFFICIAL.length)}` };
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  // A variable in first place may be a registry or a namespace; either way the name is undetermined.
  const isHost = first.includes('.') || first.includes(':') || first === 'localhost';
  const host = isHost ? first : 'docker.io';
  const path = isHost ? name.slice(slash + 1) : name;
  if (!DOCKER_HUB.has(host)) return { registry: host, path };
  return { registry: 'docker.io', path: path === '' || path.includes('/') ? path.replace(ARCHITECTURES, 'library/') : `library/${path}` };
}

/** Replaces variables by their defaults, from the innermost outwards. `${A:+x}` hangs on `A`, so it is undetermined too. */
function withDefaults(text: string): string {
  let result = text;
  for (;;) {
    const match = INNERMOST_VARIABLE.exec(result);
    if (!match) break;
    const [whole, , operator, fallback] = match;
    const value = operator?.endsWith('-') && fallback !== '' ? (fallback ?? UNDETERMINED) : UNDETERMINED;
    result = result.slice(0, match.index) + value + result.slice(match.index + whole.length);
  }
  return result.replace(BARE_VARIABLE, UNDETERMINED);
}
