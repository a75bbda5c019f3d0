import type { Service } from '../compose/types';
import { sureness } from './about';
import { lessSure } from './confidence';
import { matchByEntrypoint } from './inspected/family';
import { templateFor } from './load';
import type { OwnImage } from './own-image';
import { originals, parseReference, type Reference } from './reference';
import type { Template, TemplateMatch, Variant } from './template';
import type { Confidence, Evidence } from './types';
import { meets, type Version, versionOf } from './version';

/** A template that speaks about an image, and which of its variants the tag names. */
export interface Match {
  template: Template;
  reference: Reference;
  /** Undefined when the tag hangs on a variable, or when only a digest is written and there is more than one variant. */
  variant?: Variant;
  version?: Version;
  /** What the template says of this very name. */
  why?: string;
  entry?: TemplateMatch;
  /** It is known by the script it starts with, and not by its name. */
  byEntrypoint?: boolean;
  /** The image that this one is a copy of, by its name. Nothing is sure of it then. */
  copyOf?: string;
}

const remembered = new Map<string, Match | undefined>();

/**
 * The template for a service's image, by its full name. With `build:`, `image:` is only what the result is called: the template is that of
 * the image its Dockerfile builds on, or none when that is not known. Other names of the same image count too.
 */
export function matchService(service: Service, own?: OwnImage): Match | undefined {
  if (service.build) return own?.source === 'dockerfile' ? matchAny(own.tags) : undefined;
  const named = service.image && matchImage(service.image.known ? service.image.text : service.image.raw);
  if (!own || named?.variant) return named;
  return matchAny(own.tags) ?? named ?? (own.inspected && matchByEntrypoint(own.inspected));
}

function matchAny(names: readonly string[]): Match | undefined {
  return names.map(matchImage).find((match) => match !== undefined);
}

/** The template for an image reference as written, variables included. Remembered per reference. */
export function matchImage(image: string): Match | undefined {
  if (!remembered.has(image)) remembered.set(image, findMatch(parseReference(image)));
  return remembered.get(image);
}

function findMatch(reference: Reference): Match | undefined {
  if (!reference.nameKnown) return undefined;
  const own = templateFor(reference.name);
  const copyOf = own ? undefined : originals(reference).find((each) => templateFor(each));
  const template = own ?? (copyOf === undefined ? undefined : templateFor(copyOf));
  if (!template) return undefined;
  const name = copyOf ?? reference.name;
  const entry = template.match.find((each) => each.name === name || (each.name.endsWith('*') && name.startsWith(each.name.slice(0, -1))));
  const version = reference.tag === undefined ? undefined : versionOf(reference.tag, entry?.version);
  return { template, reference, version, why: entry?.why, entry, copyOf, variant: variantOf(template.variants, reference, version) };
}

/**
 * The first variant whose conditions hold. What is known of a partly undetermined tag (`${V}-alpine`) may name a variant, but cannot rule
 * one out: then, as with an unknown version, the variant is unknown unless there is only one.
 */
function variantOf(variants: readonly Variant[], reference: Reference, version: Version | undefined): Variant | undefined {
  for (const variant of variants) {
    const tag = variant.tag === undefined ? true : tagMatches(variant.tag, reference);
    const major = variant.major === undefined ? true : meets(version, variant.major);
    if (tag === false || major === false) continue;
    if (tag === undefined || major === undefined) return undefined;
    return variant;
  }
  return undefined;
}

function tagMatches(pattern: string, reference: Reference): boolean | undefined {
  if (reference.tag !== undefined && new RegExp(pattern).test(reference.tag)) return true;
  return reference.tagKnown ? false : undefined;
}

/** How sure a value of the template is for the image at hand, why, and by which evidence. */
export function believed(
  match: Pick<Match, 'template' | 'why' | 'entry' | 'copyOf'>,
  { confidence, why, sources }: { confidence: Confidence; why: string; sources: readonly string[] },
): { confidence: Confidence; why: string; evidence: Evidence[] } {
  const sure = sureness(match, confidence, sources);
  const doubt = match.copyOf === undefined ? sure.doubt : `but only by its name the image is a copy of ${match.copyOf}`;
  return {
    confidence: match.copyOf === undefined ? sure.confidence : lessSure(sure.confidence, 'generic'),
    why: doubt ? `${why}; ${doubt}` : why,
    evidence: evidenceOf(match, [...sources, ...sure.added]),
  };
}

/** The sources of a value. A family of many images names, as `{why}`, what is said of the one at hand. */
export function evidenceOf({ template, why, copyOf }: Pick<Match, 'template' | 'why' | 'copyOf'>, sources: readonly string[]): Evidence[] {
  const own = sources.flatMap((name): Evidence[] => {
    const source = template.sources[name];
    return source ? [{ kind: source.kind, ref: source.ref.replace('{why}', why ?? 'of each image'), detail: source.detail }] : [];
  });
  return copyOf === undefined
    ? own
    : [...own, { kind: 'compose-semantics', ref: copyOf, detail: 'by its name the image is a copy of this one' }];
}
