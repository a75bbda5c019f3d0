import { UsageError } from '../../errors';
import type { Batten, RunOptions, TransformInfo } from '../../harden/api';
import { Configs } from '../../harden/config/nearest';
import { closest, hintFor } from '../../harden/suggest';
import type { FileResult } from '../../harden/types';
import type { ServiceDescription } from '../../images';
import type { Colors } from '../../report/colors';
import { cut, hang, sentence } from '../../report/layout';
import { maskLines } from '../../report/mask';
import { ownersText } from '../../report/owners';
import { evidenceLines, ignoredBy, paintConfidence, paintSeverity } from '../../report/pretty';
import { readmeOf, SHORT_SECTIONS, sectionsOf } from '../../report/readme';
import { type Shown, say } from '../../report/text/screen';
import { type Context, configure, imageConfigPaths, runInput } from '../context';
import { EXIT, inputCode } from '../exit-codes';
import { openInputs } from '../inputs';
import { inspected } from '../inspected';
import { renderMarkdown } from '../markdown';
import { failedInputs } from '../messages';
import { ownedOf, seenOwners } from '../owned';
import { requireServices } from '../selection';
import { ours } from '../trial';

const KINDS = ['transform', 'image', 'service'];

/**
 * `batten explain cap-drop`, `explain postgres:16`, `explain compose.yaml#db`; the kind may be put before the name.
 *
 * @throws UsageError for a name that is nothing of this.
 */
export async function explain(context: Context, words: readonly string[]): Promise<number> {
  const [first = '', second, ...more] = words;
  const kind = second !== undefined && KINDS.includes(first) ? first : undefined;
  if (more.length > 0 || (second !== undefined && !kind)) {
    throw new UsageError('explain takes one name', { hint: `put ${KINDS.join(', ')} or nothing before it` });
  }
  const name = kind ? second! : first;
  const batten = context.host.batten();
  const transforms = batten.transforms();
  const transform = transforms.find(({ id }) => id === name);
  if (kind === 'transform' || (!kind && transform)) {
    const ids = transforms.map(({ id }) => id);
    if (!transform) throw new UsageError(`there is no transform "${name}"`, { hint: hintFor(name, ids) });
    requireText(context);
    return explainTransform(context, transform);
  }
  if (kind === 'service' || (!kind && name.includes('#'))) {
    requireText(context);
    return explainService(context, batten, name);
  }
  if (looksInside(context)) return explainContents(context, name);
  requireText(context);
  return explainImageOf(context, batten, name, kind === undefined ? transforms : []);
}

function looksInside({ options }: Context): boolean {
  return options.inspect === true || options.resolve === true || (options.imageConfig?.length ?? 0) > 0;
}

/** What reads images is a file of its own in the build: few runs need it. */
async function explainContents(context: Context, name: string): Promise<number> {
  const inside = require('../image-facts') as typeof import('../image-facts');
  try {
    await inside.explainContents(context, name);
    return EXIT.ok;
  } catch (error) {
    throw ours(error);
  }
}

/** @throws UsageError where there is nothing to say as JSON. */
function requireText({ options }: Context): void {
  if (options.format === 'json') {
    throw new UsageError('--format json is about an image that is looked into', {
      hint: 'add --inspect, --resolve or --image-config FILE',
    });
  }
}

function explainTransform(context: Context, transform: TransformInfo): number {
  const { out } = context;
  out.print(transformText(transform, out.colors, out.width));
  return 0;
}

/** The README of a transform for a terminal, or the short of it; without one, what the list says. */
export function transformText(transform: TransformInfo, colors: Colors, width: number, short = false): Shown {
  const { id, title, summary, severity, controls } = transform;
  const fallback = `# ${id}\n\n${title}. ${summary}\n\nSeverity: ${severity}\n\nControls: ${controls.join(', ')}\n`;
  const readme = readmeOf(transform) ?? fallback;
  return renderMarkdown(short ? sectionsOf(readme, SHORT_SECTIONS) : readme, colors, width);
}

function explainImageOf(context: Context, batten: Batten, reference: string, transforms: readonly TransformInfo[]): number {
  if (/\.ya?ml$/i.test(reference)) {
    throw new UsageError('explain needs the name of a service too', { file: reference, hint: `write ${reference}#SERVICE` });
  }
  const { explainImage, families, plainProject } = require('../../images') as typeof import('../../images');
  const meant = closest(
    reference,
    transforms.map(({ id }) => id),
  );
  const known = families().some(({ family, images }) => family === reference || images.includes(reference));
  // Any word may be an image; one close to a transform's name is more likely that.
  if (meant !== undefined && !known && !/[:/]/.test(reference)) {
    throw new UsageError(`there is no transform "${reference}"`, {
      hint: `did you mean ${meant}? For an image: explain image ${reference}`,
    });
  }
  const { colors, width } = context.out;
  const lines = laidOut(explainImage(reference), colors, width);
  const plain = plainProject(reference);
  const written = usualLines(batten, plain).map((line) => say`  ${colors.green(line)}`);
  // After what the image is, and before the values one by one.
  const at = lines.findIndex(({ text }) => text === '');
  const title = `what batten writes for it${plain?.includes('volumes:') ? ', with its data in a volume' : ''} and nothing else`;
  if (written.length > 0 && at >= 0) lines.splice(at, 0, say``, colors.bold(title), ...written);
  context.out.print(say.join(lines, '\n'));
  return 0;
}

/** Transforms whose values an image decides. */
const OF_THE_IMAGE = ['user', 'cap-drop', 'no-new-privileges', 'read-only'];

/** The lines these transforms add to a service of this image that has nothing of its own. */
function usualLines(batten: Batten, text: string | undefined): string[] {
  if (text === undefined) return [];
  const { after } = batten.run({ path: 'compose.yaml', text }, { only: OF_THE_IMAGE });
  const before = new Set(text.split('\n'));
  return after
    .split('\n')
    .filter((line) => !before.has(line))
    .map((line) => line.replace(/^ {4}/, ''));
}

/** Titles stand out, long lines are broken, and the names of sources step back. What is to be copied stays on one line. */
function laidOut(text: string, colors: Colors, width: number): Shown[] {
  return text.split('\n').flatMap((line, index) => {
    const indent = /^ */.exec(line)![0];
    if (indent === '' && index > 0 && !/[.:]$/.test(line)) return [colors.bold(line)];
    if (/^ *CMD(-SHELL)? /.test(line)) return [say.of(line)];
    return hang(indent, line.slice(indent.length), width, (each) => withDimSources(each, colors));
  });
}

/** `… [source, other]` */
function withDimSources(line: Shown, colors: Colors): Shown {
  const at = line.text.lastIndexOf('[');
  if (at === -1 || !/^\[[a-z0-9, -]+\]$/.test(line.text.slice(at))) return line;
  const [before, sources] = cut(line, at);
  return say`${before}${colors.dim(sources)}`;
}

async function explainService(context: Context, batten: Batten, name: string): Promise<number> {
  const at = name.lastIndexOf('#');
  if (at === -1 || at === name.length - 1) {
    throw new UsageError(`"${name}" is no service`, { hint: 'write FILE#SERVICE, such as compose.yaml#db' });
  }
  const service = name.slice(at + 1);
  const file = name.slice(0, at);
  const { host } = context;
  // What is explained is what fix would do here.
  const configs = new Configs(host, context.options, batten.transforms());
  const opened = configure(await openInputs(host, file === '' ? [] : [file]), configs, { cwd: host.cwd, paths: [] });
  requireServices(batten, opened, [service]);
  const imageConfigs = imageConfigPaths(context.host, context.options);
  const run: RunOptions = {
    services: [service],
    confidence: 'guess',
    imageConfigs,
    inspected: await inspected(context, opened, [service]),
  };
  const seen = context.options.inspect ? await Promise.all(opened.map((each) => seenOwners(context, each))) : [];
  const results = opened.map((each, index) => {
    const found = seen[index];
    return runInput(batten, found ? { ...each, owned: ownedOf(found) } : each, run)[0]!;
  });
  context.err.print(failedInputs(results, context.err.colors));
  results.forEach((result, index) => {
    const { input } = opened[index]!;
    const description = result.status === 'error' || !input ? undefined : batten.describe(input, service, run);
    if (!description) return;
    context.out.print(serviceText(result, service, description, context));
    const own = seen[index]?.services.get(service);
    if (own) {
      const proposed = result.findings.find(({ transform }) => transform === 'user')?.editable?.value;
      context.out.print(ownersText(own, proposed, context.out));
    }
  });
  return inputCode(results);
}

function serviceText(result: FileResult, service: string, description: ServiceDescription, { out }: Context): Shown {
  const { colors, width } = out;
  const lines = [colors.underline(`${result.path}#${service}`), ...descriptionLines(description, colors, width)];
  for (const finding of result.findings) {
    const { transform, severity, confidence, message, plan, breaks, refusal, range, status } = finding;
    const snippet = refusal?.snippet?.trimEnd().split('\n') ?? [];
    lines.push(
      say``,
      say`${colors.bold(transform)}  ${paintSeverity(severity, colors)}  ${paintConfidence(confidence, colors)}  ${colors.dim(`line ${range.start.line}`)}`,
      ...hang('  ', sentence(message), width),
      ...(refusal
        ? hang(say`  ${colors.yellow('! ')}`, refusal.message, width)
        : hang(say`  ${colors.green('→ ')}`, status === 'suppressed' ? `${plan} (${ignoredBy(finding)})` : plan, width)),
      ...maskLines(snippet).map((line) => say`    ${colors.dim('│')} ${colors.cyan(line)}`),
      ...(breaks ? hang('  ', `may break: ${breaks}`, width, colors.dim) : []),
      ...evidenceLines(finding, '  ', width, colors),
    );
  }
  if (result.findings.length === 0) lines.push(say``, say`Nothing to harden.`);
  const unknown = result.findings.filter(({ confidence, refusal }) => confidence === 'guess' && !refusal);
  const notKnown = [
    ...description.notKnown,
    ...unknown.map(({ transform }) => `${transform}: nothing is known about this image that fits, so it is a guess`),
    ...result.notes.filter((note) => !description.notKnown.includes(note)),
  ];
  if (notKnown.length > 0) lines.push(say``, colors.bold('Not known'), ...notKnown.flatMap((line) => hang('  · ', line, width)));
  return say`${say.join(lines, '\n')}\n`;
}

/** What the service is, line by line with its place, and which of the template's conditions it meets. */
function descriptionLines({ facts, applies }: ServiceDescription, colors: Colors, width: number): Shown[] {
  const lines = facts.flatMap(({ text, evidence }) => {
    const [place] = evidence;
    const [masked = ''] = maskLines([text]);
    return hang('  ', place ? say`${masked}  ${colors.dim(`[${place.ref}]`)}` : masked, width);
  });
  if (applies.length === 0) return lines;
  const conditions = applies.map(
    ({ field, condition, why }) => `${field}: ${condition === '' ? 'in any configuration' : condition}; ${why}`,
  );
  return [
    ...lines,
    say``,
    colors.bold('Conditions that hold, as it is written'),
    ...conditions.flatMap((line) => hang('  · ', line, width)),
  ];
}
