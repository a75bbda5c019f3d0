import type { Question } from '../harden/api';
import { screenDiffLines } from '../report/diff';
import { hang, sentence } from '../report/layout';
import type { Signs } from '../report/signs';
import { plural } from '../report/summary';
import { type Shown, say } from '../report/text/screen';
import { howSure } from './how-sure';
import type { Look } from './question';
import { alike, type Group, type Item } from './review-groups';
import { hiddenSideFiles, shownSideFiles } from './side-files';

/** So many different changes of a group are told, and so many reasons; the rest is counted. */
const KINDS = 6;
const REASONS = 3;

export interface GroupLook extends Look {
  signs: Signs;
}

/** A group as it is asked about. */
export interface GroupView {
  index: number;
  total: number;
  group: Group;
  /** What the transform is called. */
  title: string;
  /** The path of the file, where it is of one; else how many there are. */
  where: string;
  /** The change that stands for the others. */
  example?: Question;
}

/**
 * One question for many changes: what would be done to whom, each kind of change once with the first it concerns, one diff, and what could break
 * and the evidence, each said once.
 */
export function groupText(view: GroupView, look: GroupLook): Shown {
  const { index, total, group, where, example } = view;
  const { colors, width } = look;
  const { items } = group;
  const name = group.by === 'control' ? group.transform : group.service;
  const count = group.by === 'control' ? plural(items.length, 'service') : plural(items.length, 'change');
  const header = [colors.dim(`[${index}/${total}]`), where, colors.bold(name), count];
  const kinds = alike(items);
  const diff = example ? diffLines(example, look) : [];
  const rest = items.length - 1;
  const lines = [
    '',
    ...hang('', say.join([say.join(header, '  '), howSure(items, colors, 'alone')], '  '), width),
    '',
    ...(group.by === 'control' ? [...hang('  ', view.title, width, colors.bold), ''] : []),
    ...kinds.slice(0, KINDS).flatMap((kind) => kindLines(kind, look)),
    ...(kinds.length > KINDS ? [colors.dim(`  and ${plural(kinds.length - KINDS, 'other kind', 'other kinds')} of change`)] : []),
    '',
    ...diff.map((line) => say`  ${line}`),
    ...(diff.length > 0 && rest > 0 ? [colors.dim(`  ${look.signs.more} and ${rest} more`)] : []),
    '',
    ...once(
      items.map(({ finding }) => finding.breaks),
      'Could break',
      look,
      colors.yellow,
    ),
    ...once(
      items.flatMap(({ finding }) => finding.evidence.map(({ kind, detail }) => `${detail} (${kind})`)),
      'Evidence',
      look,
      colors.dim,
    ),
    '',
  ];
  return say`${say.join(lines, '\n')}\n`;
}

function kindLines(kind: readonly Item[], { colors, width, signs }: GroupLook): Shown[] {
  const [first, ...others] = kind as [Item, ...Item[]];
  const head = say`  ${colors.dim(signs.dot)} `;
  if (others.length === 0) return hang(head, sentence(first.finding.plan), width);
  const names = [...new Set(others.map(({ finding }) => finding.service))].join(', ');
  return hang(head, say`${sentence(first.finding.plan)}${colors.dim('; likewise')} ${names}`, width);
}

/** Different texts, each once. */
function once(texts: readonly string[], label: string, { colors, width }: GroupLook, paint: (text: string) => Shown): Shown[] {
  const different = [...new Set(texts)].filter(Boolean);
  const told = different.slice(0, REASONS);
  const more = different.length - told.length;
  return [
    ...told.flatMap((text, at) =>
      hang(say`  ${at === 0 ? paint(label) : ' '.repeat(label.length)}${' '.repeat(13 - label.length)}`, text, width),
    ),
    ...(more > 0 ? [colors.dim(`               and ${more} more; w shows them`)] : []),
  ];
}

/** The change of a question, with what becomes of files beside it. */
export function diffLines({ path, before, after, files, finding }: Question, { colors }: Look, header = false): Shown[] {
  const diff = screenDiffLines({ path, before, after, known: finding.conceal }, colors, { header, context: header ? undefined : 1 });
  const besides = shownSideFiles(path, files).flatMap((file) => ['', ...screenDiffLines(file, colors)]);
  const hidden = hiddenSideFiles(path, files, colors);
  return [...diff, ...besides, ...hidden].map((line) => say.of(line));
}
