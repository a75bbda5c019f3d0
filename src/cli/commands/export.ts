import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { namedOutput } from '../../compose/bounds';
import { makeDirectory, removeFile, writeFileAtomic } from '../../compose/write';
import type { Exported, ExportProject } from '../../convert';
import type { Loss } from '../../convert/stack';
import { BattenError, UsageError } from '../../errors';
import { hintFor } from '../../harden/suggest';
import { plural } from '../../report/summary';
import { say } from '../../report/text/screen';
import { exact } from '../../report/text/text';
import { type Context, prepare } from '../context';
import { EXIT } from '../exit-codes';
import { lossLines } from '../losses';
import { takenBack } from '../side-files';
import { ours } from '../trial';

const FORMATS = ['run', 'quadlet', 'kubernetes'] as const;
type ExportFormat = (typeof FORMATS)[number];

/** `batten export`: the services of a project in another form, with what that form cannot say on standard error and in its first lines. */
export async function exportStack(context: Context, [format, ...paths]: readonly string[]): Promise<number> {
  const { host, options } = context;
  if (!isFormat(format)) throw new UsageError(`unknown format ${format}`, { hint: hintFor(String(format), FORMATS) });
  const { batten, opened } = await prepare(context, paths);
  const [only, ...others] = opened;
  if (others.length > 0) throw new UsageError(`export writes one project, and there are ${opened.length}`, { hint: 'name one' });
  const { input, failure, path, absolute } = only!;
  if (!input) {
    const { code, message, line, column, hint } = failure!.error!;
    throw new BattenError(code, message, EXIT.error, {
      file: path,
      hint,
      ...(line !== undefined && { position: { line, column: column ?? 1 } }),
    });
  }
  const { files, losses } = converted(format, batten.project(input), {
    directory: absolute === '-' ? host.cwd : dirname(absolute),
    services: options.service,
  });
  const lost = losses.filter(({ code }) => code === 'unsupported' || code === 'unknown');
  if (options.strict && lost.length > 0) {
    context.err.print(lossLines(lost, undefined, context.err.colors));
    throw new UsageError(`${plural(lost.length, 'setting')} cannot be said in ${NAMES[format]}`, {
      hint: 'without --strict it is written all the same',
      file: path,
    });
  }
  const head = header(path, format, losses);
  if (options.output === undefined || options.output === '-') context.out.print(exact(`${head}${joined(format, files)}`));
  else write(context, format, files, head);
  if (!options.quiet) context.err.print(lossLines(losses, undefined, context.err.colors));
  return EXIT.ok;
}

const NAMES: Readonly<Record<ExportFormat, string>> = {
  run: 'docker run lines',
  quadlet: 'quadlets',
  kubernetes: 'manifests of Kubernetes',
};

function isFormat(word: string | undefined): word is ExportFormat {
  return FORMATS.some((format) => format === word);
}

function converted(format: ExportFormat, ...[project, options]: Parameters<typeof import('../../convert').exportProject>): Exported {
  const convert = require('../../convert') as typeof import('../../convert');
  const writers: Readonly<Record<ExportFormat, (project: ExportProject) => Exported>> = {
    run: convert.exportRun,
    quadlet: convert.exportQuadlet,
    kubernetes: convert.exportKubernetes,
  };
  try {
    return writers[format](convert.exportProject(project, options));
  } catch (error) {
    throw ours(error);
  }
}

/** Comment lines: where it comes from, and what it does not say. All three forms have the same comments. */
function header(path: string, format: ExportFormat, losses: readonly Loss[]): string {
  const lines = [
    say`Exported from ${path} as ${NAMES[format]}.`.text,
    ...(losses.length > 0 ? ['Not said here, or for you to settle:'] : []),
    ...losses.map(({ service, what, reason }) => say`  ${service === undefined ? '' : `${service}: `}${what}: ${reason}`.text),
  ];
  return `${format === 'run' ? '#!/bin/sh\n' : ''}${lines.map((line) => `# ${line}\n`).join('')}\n${format === 'run' ? 'set -e\n\n' : ''}`;
}

function joined(format: ExportFormat, files: Exported['files']): string {
  if (format === 'kubernetes') return files.map(({ text }) => text).join('---\n');
  if (format === 'run') return files.map(({ text }) => text).join('\n');
  return files.map(({ path, text }) => `# ${say.of(path).text}\n${text}`).join('\n');
}

function write({ host, options, err }: Context, format: ExportFormat, files: Exported['files'], head: string): void {
  const output = options.output!;
  const target = resolve(host.cwd, output);
  const single = format === 'run' || (format === 'kubernetes' && /\.ya?ml$/.test(output));
  const made = single
    ? [{ path: output, absolute: target, text: `${head}${joined(format, files)}` }]
    : files.map(({ path, text }) => ({ path: join(output, path), absolute: join(target, path), text: `${head}${text}` }));
  const there = made.find(({ absolute }) => existsSync(absolute));
  if (there && !options.force)
    throw new UsageError(`${there.path} is there already`, { hint: 'name another place, or replace it with --force' });
  const within = namedOutput(host.cwd);
  const undo: (() => void)[] = [];
  try {
    if (!single) makeDirectory(target, { within, shown: output });
    for (const { path, absolute, text } of made) {
      const isNew = !existsSync(absolute);
      writeFileAtomic(absolute, text, { within, mustBeNew: isNew, shown: path, ...(format === 'run' && { mode: 0o755 }) });
      if (isNew) undo.push(() => removeFile(absolute, { within, expectedText: text, shown: path }));
    }
  } catch (error) {
    throw takenBack(undo, error);
  }
  if (!options.quiet) err.print(say`${plural(made.length, 'file')} in ${output}\n`);
}
