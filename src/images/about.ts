import { lessSure } from './confidence';
import type { Match } from './match';
import type { Template, TemplateMatch, TemplateSource } from './template';
import type { Confidence } from './types';

/*
 * Which image a source speaks of. `known` is a word about one image: what was read of its parent, of a relative or of the whole family is
 * worth a rule of thumb. The repository in the reference tells, as long as the template says which repositories make which image.
 */

/** `owner/repository` and what is named in it, for each part of a reference. */
interface Part {
  repository: string;
  file: string;
}

const REPOSITORY = /^([\w.-]+\/[\w.-]+)(?:@[0-9a-f]+)?\s+(\S.*)$/;
const SAME_REPOSITORY = /^@[0-9a-f]+\s+(\S.*)$/;
const THREAD = /^https:\/\/github\.com\/([\w.-]+\/[\w.-]+)\/(?:issues|pull|discussions)\/\d+/;

/** Whether a source speaks of the image of this name, and not of another one. */
export function isAbout(source: TemplateSource, entry: TemplateMatch, template: Pick<Template, 'repositories'>): boolean {
  if (source.about) return source.about.includes(entry.name) || (!entry.relative && source.about.includes('each'));
  if (source.ref.includes('{why}')) return entry.why !== undefined;
  const image = lower(entry.name.slice(entry.name.lastIndexOf('/') + 1));
  const repositories = entry.repositories ?? (entry.relative ? [] : template.repositories) ?? [];
  const own = new Set(repositories.map((each) => lower(each).replace('*', image)));
  return partsOf(source.ref).some(({ repository, file }) => {
    const name = lower(repository);
    return own.has(name) || namesake(entry.name) === name || officialOf(name, file) === entry.name;
  });
}

/** The confidence of a value for the image at hand, and what it is lowered by: evidence about another image makes a rule of thumb. */
export function sureness(
  match: Pick<Match, 'template' | 'entry'>,
  confidence: Confidence,
  sources: readonly string[],
): { confidence: Confidence; doubt?: string; added: readonly string[] } {
  const { template, entry } = match;
  if (confidence !== 'known' || !entry) return { confidence, added: [] };
  if (speaksOf(template, entry, sources)) return { confidence, added: [] };
  const parent = template.match.find((each) => each !== entry && !each.relative && speaksOf(template, each, sources));
  // Its own Dockerfile was read, and starts what the other image starts.
  if (parent && entry.unchanged) return { confidence, added: [entry.unchanged] };
  const of = parent ? parent.name.replace(/^docker\.io\/(library\/)?/, '') : 'a relative';
  return { confidence: lessSure(confidence, 'generic'), doubt: `but that was seen of ${of}, and not of this image`, added: [] };
}

/** Whether one of these sources speaks of the image of this name. */
export function speaksOf(template: Template, entry: TemplateMatch, sources: readonly string[]): boolean {
  return sources.some((name) => {
    const source = template.sources[name];
    return source !== undefined && isAbout(source, entry, template);
  });
}

/** The repositories that a reference names. */
export function partsOf(ref: string): Part[] {
  const thread = THREAD.exec(ref);
  if (thread) return [{ repository: thread[1]!, file: '' }];
  if (ref.includes('://')) return [];
  const parts: Part[] = [];
  for (const text of ref.split(/[,;]|\band\b/).map((each) => each.trim())) {
    const named = REPOSITORY.exec(text);
    const last = parts.at(-1);
    if (named) parts.push({ repository: named[1]!, file: named[2]! });
    else if (last) parts.push({ repository: last.repository, file: SAME_REPOSITORY.exec(text)?.[1] ?? text });
  }
  return parts;
}

/** The repository that is called as the image is: that of `ghcr.io/owner/name` is `owner/name`, of Docker's official images `docker-library/name`. */
function namesake(name: string): string | undefined {
  const [, ...path] = name.split('/');
  if (path.length !== 2) return undefined;
  const [owner, image] = path as [string, string];
  return owner === 'library' ? `docker-library/${image}` : lower(`${owner}/${image}`);
}

/** The official image that a file of the documentation of them all is about. */
function officialOf(repository: string, file: string): string | undefined {
  const image = { 'docker-library/docs': /^([\w.-]+)\//, 'docker-library/repo-info': /^repos\/([\w.-]+)[/,]?/ }[repository]?.exec(
    file,
  )?.[1];
  return image === undefined ? undefined : `docker.io/library/${image}`;
}

function lower(text: string): string {
  return text.toLowerCase();
}
