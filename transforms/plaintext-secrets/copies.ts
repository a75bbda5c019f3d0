import type { ComposeService } from '../../src/compose/service';
import { isWord, Occurrences } from '../../src/harden/credentials';
import type { TransformContext } from '../../src/harden/transform';
import type { ManualStep } from '../../src/harden/types';
import type { Data } from '../../src/yaml/types';
import { isTelling } from './credentials';

/** Keys of a service whose text Compose hands on, and where a value may stand once more. */
const KEYS = [
  'command',
  'entrypoint',
  'healthcheck',
  'labels',
  'annotations',
  'build',
  'logging',
  'post_start',
  'pre_stop',
  'volumes',
] as const;

/** The secrets that lie in files beside the Compose file, and what they are called. */
export function secretsInFiles({ project, files, beside }: TransformContext): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, secret] of Object.entries(project.top('secrets'))) {
    const path = typeof secret === 'object' && secret !== null && !Array.isArray(secret) ? secret.file : undefined;
    if (typeof path !== 'string' || path.includes('$')) continue;
    const file = files?.read(path);
    const text = beside?.(path.replace(/^\.\//, '')) ?? (file && 'text' in file ? file.text : '');
    const value = text.endsWith('\n') ? text.slice(0, -1) : text;
    if (isTelling(value)) found.set(value, name);
  }
  return found;
}

/** Where values that are kept elsewhere, or are about to be, stand in something else than a variable: what is not moved is named. */
export function* copies(
  { project }: TransformContext,
  values: ReadonlyMap<string, string>,
  draft: Pick<ManualStep, 'severity' | 'controls'>,
): Generator<ManualStep> {
  const telling = [...values].filter(([value]) => isTelling(value));
  if (telling.length === 0) return;
  const words = new Occurrences(telling.map(([value]) => value));
  for (const service of project.services) {
    for (const key of KEYS) {
      const found = new Set(textsOf(service.data(key)).flatMap((text) => standing(text, words)));
      if (found.size > 0)
        yield copy(
          service,
          key,
          [...found].map((word) => telling[word]!),
          draft,
        );
    }
  }
}

function copy(
  service: ComposeService,
  key: string,
  found: readonly (readonly [value: string, name: string])[],
  draft: Pick<ManualStep, 'severity' | 'controls'>,
): ManualStep {
  const names = [...new Set(found.map(([, name]) => name))].join(', ');
  return {
    ...draft,
    service: service.name,
    path: service.at(key),
    subject: key,
    message: `the value of ${names} also stands in ${key} of "${service.name}"`,
    plan: 'leave it to you',
    breaks: '',
    confidence: 'generic',
    evidence: [],
    conceal: found.map(([value, name]) => ({ name, value })),
    refusal: {
      code: 'needs-decision',
      message: `only values of variables are moved: write a variable there, or let "${service.name}" read a file`,
    },
  };
}

function standing(text: string, words: Occurrences): number[] {
  return words
    .in(text)
    .filter(({ start, end, whole }) => whole && (!isWord(text[start - 1]) || text[start - 2] === '-') && !isWord(text[end]))
    .map(({ word }) => word);
}

function textsOf(data: Data | undefined): string[] {
  if (typeof data === 'string') return [data.replaceAll('$$', '$')];
  if (Array.isArray(data)) return data.flatMap(textsOf);
  return typeof data === 'object' && data !== null ? Object.values(data).flatMap(textsOf) : [];
}
