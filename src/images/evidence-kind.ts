import type { Evidence } from './types';

/**
 * What evidence can be, so that nobody takes a page for a run:
 *
 * `source`             a file of the repository that an image or a program is made from, read at a commit
 * `documentation`      a page, a manual page, or a file of documentation
 * `issue`              a thread in which somebody reports it: an issue, a pull request, a discussion
 * `catalogue`          how somebody configures it: a Compose file, an application of a catalogue
 * `engine-run`         a run on an Engine: of this project (templates/engine-runs.yaml), of an image's own scripts, or of the person's stack
 * `image-config`       what an image's configuration says
 * `image`              what was read in an image itself: a file of one of its layers, how it starts
 * `dockerfile`         a file of the person's project
 * `compose-semantics`  the rules of Compose and of the Engine
 */
export const EVIDENCE_KINDS = [
  'source',
  'documentation',
  'issue',
  'catalogue',
  'engine-run',
  'image-config',
  'image',
  'dockerfile',
  'compose-semantics',
] as const;

export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

const URL = /^https?:\/\/\S+$/;
const THREAD = /^https:\/\/[\w.-]+\/[^\s/#]+\/(?:[^\s/#]+\/)*(issues|pull|discussions|merge_requests)\/\d+(#\S*)?$/;
const BLOB = /^https:\/\/github\.com\/[\w.-]+\/[\w.-]+\/blob\/\S+$/;
const MANUAL = /^[\w.-]+\(\d\)(, .+)?$/;
const FILE = /^[\w.-]+\/[\w.-]+(@[0-9a-f]{7,40})? \S/;
const RUN = /^(templates\/engine-runs\.yaml [a-z]|\.batten\/proof\.json$)|\bon Engine \d+\.\d+/;

/** Why a reference is none of its kind; undefined when it is. Of several, which are parted by commas, the first one counts. */
export function misfit(kind: EvidenceKind, ref: string): string | undefined {
  switch (kind) {
    case 'issue':
      return THREAD.test(ref) ? undefined : 'the address of an issue, a pull request or a discussion';
    case 'documentation':
      return (URL.test(ref) && !THREAD.test(ref)) || MANUAL.test(ref) || FILE.test(ref)
        ? undefined
        : 'a page, a manual page such as named(8), or owner/repository@commit and a file';
    case 'source':
      return FILE.test(ref) || BLOB.test(ref) || ref === '{why}' ? undefined : 'owner/repository@commit and a file';
    case 'catalogue':
      return FILE.test(ref) ? undefined : 'owner/repository@commit and a file';
    case 'engine-run':
      return RUN.test(ref) && !ref.includes('://')
        ? undefined
        : 'a case of templates/engine-runs.yaml, or what was run on which Engine, and no page';
    default:
      return undefined;
  }
}

/** Evidence of the kind that its reference is. */
export function cited(ref: string, detail: string): Evidence {
  return { kind: kindOf(ref), ref, detail };
}

function kindOf(ref: string): EvidenceKind {
  if (THREAD.test(ref)) return 'issue';
  if (RUN.test(ref)) return 'engine-run';
  if (BLOB.test(ref)) return 'source';
  if (URL.test(ref) || MANUAL.test(ref)) return 'documentation';
  return /\.(md|rst|txt)$/.test(ref) ? 'documentation' : 'source';
}
