import type { TransformInfo } from '../harden/api';
import type { FileResult } from '../harden/types';
import type { Data } from '../yaml/types';
import { maskLine } from './mask';
import { plural } from './summary';
import { visible, visibleJson } from './text/visible';

/** More than that in one list is for a baseline, not for a person to go through. */
const MOST_IGNORES = 30;

/**
 * A configuration to begin with. Apart from two defaults all of it is commented out: settings with a `#` and no space, so that taking the `#`
 * away leaves a configuration that is understood; words with `# `.
 *
 * @param results of a run over the files there are, for what is worth a word here.
 */
export function starterConfig(results: readonly FileResult[], transforms: readonly TransformInfo[]): string {
  const files = results.filter(({ status }) => status !== 'error').map(({ path }) => path);
  const blocks = [
    [
      `# How batten treats ${files.length > 0 ? `${oneLine(files.slice(0, 5).join(', '))}${files.length > 5 ? ' and more' : ''}` : 'the Compose files here'}.`,
      '# A line that begins with # and no space is a setting: take the # away to make it count. Options win over this file.',
    ],
    [
      '# Which transforms run, and how far they go: recommended, or strict, which a stack may have to be adapted to.',
      'preset: recommended',
    ],
    ['# The least confidence that is applied: known, generic or guess.', 'confidence: generic'],
    transformBlock(results, transforms),
    serviceBlock(results),
    ignoreBlock(results),
    ['# What a search passes over, as in .gitignore. A file that is named is always looked at.', '#exclude:', '#  - legacy/'],
    ['# Findings that are known; batten check --update-baseline writes it.', '#baseline: batten-baseline.json'],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function transformBlock(results: readonly FileResult[], transforms: readonly TransformInfo[]): string[] {
  const found = results.flatMap(({ findings }) => findings);
  const lines = transforms.flatMap(({ id, summary, preset, options }) => {
    const count = found.filter(({ transform }) => transform === id).length;
    const runs = {
      recommended: count > 0 ? `${plural(count, 'finding')} here.` : 'Nothing here.',
      strict: 'In the preset strict.',
      asked: 'Only when it is named.',
    };
    const about = `  # ${oneLine(summary)} ${runs[preset]}`;
    const off = preset === 'recommended' ? 'off' : 'on';
    if (options.length === 0) return [about, `#  ${id}: ${off}`];
    return [
      about,
      `#  ${id}:`,
      ...options.flatMap((option) => [`    # ${oneLine(option.summary)}`, `#    ${option.name}: ${yaml(option.default)}`]),
    ];
  });
  return ['# Transforms: on, off, or their options, which are shown with their defaults.', '#transforms:', ...lines];
}

function serviceBlock(results: readonly FileResult[]): string[] {
  const names = [...new Set(results.flatMap(({ findings }) => findings.map(({ service }) => service)))];
  const [first] = names;
  if (first === undefined) return [];
  return [
    `# What is different for one service. Here are ${oneLine(names.slice(0, 20).join(', '))}${names.length > 20 ? ' and more' : ''}.`,
    '#services:',
    `#  ${yaml(first)}:`,
    '#    skip: []',
    '#    transforms: {}',
  ];
}

/** What is left to the person anyway is what they will want to say a word about. */
function ignoreBlock(results: readonly FileResult[]): string[] {
  const manual = results.flatMap(({ findings }) => findings.filter(({ status }) => status === 'manual'));
  const entries = manual
    .slice(0, MOST_IGNORES)
    .flatMap(({ transform, service, message, refusal }) => [
      `  # ${oneLine(`${message}: ${refusal?.message ?? ''}`)}`,
      `#  - transform: ${transform}`,
      `#    service: ${yaml(service)}`,
      '#    reason: why it may stay',
      '#    until: 2099-12-31',
    ]);
  const example = ['#  - transform: ports', '#    service: db', '#    reason: why it may stay', '#    until: 2099-12-31'];
  return [
    '# Findings to ignore, each with a reason and, if it is not for ever, its last day.',
    '#ignore:',
    ...(entries.length > 0 ? entries : example),
  ];
}

/** Text from a file must not leave the comment it is in. */
function oneLine(text: string): string {
  return visible(maskLine(text));
}

/** JSON is YAML; what needs no quotes gets none. */
function yaml(data: Data): string {
  if (typeof data === 'string' && /^[a-z][\w./-]*$/i.test(data) && !/^(?:true|false|null|on|off|yes|no|y|n)$/i.test(data)) return data;
  return visibleJson(JSON.stringify(data));
}
