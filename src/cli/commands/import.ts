import { existsSync, lstatSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { ANYWHERE, namedOutput, Repository } from '../../compose/bounds';
import { shownPath } from '../../compose/discover';
import { appendDotEnv, parseDotEnv } from '../../compose/dotenv';
import { ignoring } from '../../compose/gitignore';
import { isRepository } from '../../compose/project-root';
import { readIfThere, readInput, readStdin } from '../../compose/read';
import { writeFileAtomic } from '../../compose/write';
import type { MovedSecret } from '../../convert';
import { composeText } from '../../convert/compose-text';
import type { Stack } from '../../convert/stack';
import { type BattenError, UsageError } from '../../errors';
import type { FileChange } from '../../harden/types';
import { plural } from '../../report/summary';
import { type Shown, say } from '../../report/text/screen';
import { exact } from '../../report/text/text';
import type { Context } from '../context';
import { EXIT } from '../exit-codes';
import { lossLines } from '../losses';
import { commandLine } from '../messages';
import { writeSideFiles } from '../side-files';
import { loadEngine, ours } from '../trial';

/** What was read, and how it is called in sentences. */
interface Read {
  stack: Stack;
  from: string;
  /** The file it stands in, for places. */
  file?: string;
}

/** `batten import`: a Compose file that makes the containers of `docker run` lines, or those that an Engine has. */
export async function importStack(context: Context, words: readonly string[]): Promise<number> {
  const { host, options } = context;
  if (options.output !== undefined && options.output !== '-' && !options.force && existsSync(resolve(host.cwd, options.output))) {
    throw new UsageError(`${options.output} is there already`, { hint: 'name another file, or replace it with --force' });
  }
  const read = await readStack(context, words);
  const { stack } = read;
  if (stack.services.size === 0) {
    context.err.print(lossLines(stack.losses, read.file, context.err.colors));
    throw new UsageError('there is no docker run line in it', {
      hint: 'batten import takes lines such as: docker run -d --name web -p 80:80 nginx',
    });
  }
  const output = options.output === '-' ? undefined : options.output;
  const envFile = output === undefined ? options.envFile : (options.envFile ?? `${dirname(output)}/.env`);
  const before = envFile === undefined ? undefined : readIfThere(resolve(host.cwd, envFile), envFile, ANYWHERE);
  const secrets = loadConvert().takeSecretsOut(stack, before);
  const text = composeText(stack, header(read));
  write(context, { output, envFile, before, text, secrets, stack });
  tell(context, read, { output, envFile, secrets });
  return EXIT.ok;
}

/** A bundle of its own: few runs convert anything. */
function loadConvert(): typeof import('../../convert') {
  return require('../../convert') as typeof import('../../convert');
}

async function readStack({ host, options }: Context, words: readonly string[]): Promise<Read> {
  const convert = loadConvert();
  try {
    if (options.fromEngine) {
      const wanted = [...options.fromEngine, ...words];
      const { containers, info, names } = await loadEngine().readContainers(host.env, wanted);
      const stack = convert.stackOfContainers(
        containers as Parameters<typeof convert.stackOfContainers>[0],
        info as Parameters<typeof convert.stackOfContainers>[1],
        names,
      );
      return { stack, from: plural(containers.length, 'container') };
    }
    if (convert.callsEngine(words)) {
      return {
        stack: convert.stackOfRunLines(words, { relocate: relocation(host.cwd, host.cwd, options.output) }),
        from: 'a docker run line',
      };
    }
    if (words.length === 0 && host.stdin.isTTY) {
      throw new UsageError('there is nothing to import', {
        hint: 'batten import docker run …, batten import FILE, or batten import --from-engine NAME',
      });
    }
    return await fromTexts(words, host, options.output);
  } catch (error) {
    throw ours(error);
  }
}

async function fromTexts(words: readonly string[], host: Context['host'], output: string | undefined): Promise<Read> {
  const convert = loadConvert();
  const [word = '-', ...more] = words;
  if (more.length > 0 && !words.every((each) => /\s/.test(each))) {
    throw new UsageError(`${word} is no docker run line, and of files there can be one`, {
      hint: 'batten import docker run …, or batten import FILE',
    });
  }
  // A line in quotes is one word.
  const isLine = word !== '-' && /\s/.test(word.trim()) && !existsSync(resolve(host.cwd, word));
  const absolute = resolve(host.cwd, word);
  const text = isLine ? words.join('\n') : word === '-' ? (await readStdin(host.stdin)).text : readInput(absolute, word, ANYWHERE).text;
  const file = isLine ? undefined : word === '-' ? '<stdin>' : word;
  try {
    // Lines of a file are run where one is, and not where the file is.
    const stack = convert.stackOfRunLines(text, { relocate: relocation(host.cwd, host.cwd, output) });
    return { stack, from: plural(stack.services.size, 'docker run line'), file };
  } catch (error) {
    if (error instanceof Error && 'exitCode' in error) (error as BattenError).file ??= file;
    throw error;
  }
}

/** What makes a path of one directory mean the same where the Compose file is. */
function relocation(cwd: string, from: string, output: string | undefined): (path: string) => string {
  const directory = output === undefined || output === '-' ? cwd : dirname(resolve(cwd, output));
  return (path) => {
    if (directory === from || !/^\.{0,2}(?:[/\\]|$)|^[^/\\$]/.test(path) || /^(?:[A-Za-z]:|~)/.test(path) || path.startsWith('/'))
      return path;
    const there = relative(directory, resolve(from, path)).split(sep).join('/');
    return there === '' ? '.' : there.startsWith('.') ? there : `./${there}`;
  };
}

/** What the file says of itself, and what it does not hold. */
function header({ stack, from }: Read): string[] {
  const lost = stack.losses.filter(({ code }) => code !== 'client' && code !== 'skipped');
  return [
    say`Imported from ${from}.`.text,
    ...(lost.length > 0 ? ['Not in this file, or for you to settle:'] : []),
    ...lost.map(({ service, what, reason }) => say`  ${service === undefined ? '' : `${service}: `}${what}: ${reason}`.text),
  ];
}

interface Written {
  output: string | undefined;
  envFile: string | undefined;
  secrets: readonly MovedSecret[];
}

function write({ host, out }: Context, made: Written & { before: string | undefined; text: string; stack: Stack }): void {
  const { output, envFile, before, text, secrets, stack } = made;
  const there = parseDotEnv(before ?? '');
  const set = secrets.filter(({ name }) => !Object.hasOwn(there, name));
  const after = set.reduce<string | undefined>((env, { name, value }) => appendDotEnv(env, name, value), before);
  if (output === undefined) {
    if (envFile !== undefined && after !== undefined && after !== before) {
      writeFileAtomic(resolve(host.cwd, envFile), after, {
        within: namedOutput(host.cwd),
        expectedText: before,
        mode: 0o600,
        shown: envFile,
      });
    }
    out.print(exact(text));
    return;
  }
  const absolute = resolve(host.cwd, output);
  const directory = dirname(absolute);
  const beside: FileChange[] = stack.files.map(({ path, text: content }) => {
    const there = readIfThere(resolve(directory, path), path, Repository.of(directory));
    if (there !== undefined && there !== content)
      throw new UsageError(`${path} is there already, and says something else`, { hint: 'move it out of the way' });
    return { path, before: there, after: content, secret: false };
  });
  if (after !== undefined && after !== before) {
    const path = relative(directory, resolve(host.cwd, envFile!)).split(sep).join('/');
    beside.push({ path, before, after, mode: 0o600, secret: true });
    const { root } = Repository.of(directory);
    if (isRepository(root) && root === directory) {
      const ignored = readIfThere(resolve(directory, '.gitignore'), '.gitignore', Repository.of(directory));
      beside.push({ path: '.gitignore', before: ignored, after: ignoring(ignored, [`/${path}`]), secret: false });
    }
  }
  const takeBack = writeSideFiles(
    directory,
    beside.filter((file) => file.before !== file.after),
  );
  try {
    const isThere = lstatSync(absolute, { throwIfNoEntry: false }) !== undefined;
    writeFileAtomic(absolute, text, { within: namedOutput(host.cwd), mustBeNew: !isThere, shown: output });
  } catch (error) {
    takeBack();
    throw error;
  }
}

/** What became of it, for the person. */
function tell({ host, err, options }: Context, { stack, from, file }: Read, { output, envFile, secrets }: Written): void {
  if (options.quiet) return;
  const { colors } = err;
  const where = output === undefined ? '' : say`${colors.bold(shownPath(host.cwd, resolve(host.cwd, output)))}: `;
  err.print(say`${where}${plural(stack.services.size, 'service')} from ${from}\n`);
  err.print(lossLines(stack.losses, file, colors));
  if (output === undefined) for (const { path } of stack.files) err.print(say`${path} is needed beside the file: -o FILE writes it\n`);
  if (secrets.length > 0) err.print(secretsText(secrets, envFile));
  if (output !== undefined) err.print(say`next: ${commandLine('batten fix', [output])}, or ${commandLine('batten prove', [output])}\n`);
}

function secretsText(secrets: readonly MovedSecret[], envFile: string | undefined): Shown {
  const names = secrets.map(({ name }) => name).join(', ');
  if (envFile !== undefined) return say`${plural(secrets.length, 'secret')} in ${envFile}: ${names}\n`;
  return say`${plural(secrets.length, 'secret')} left out, for you to set in .env: ${names}\n  -o FILE or --env-file FILE writes them\n`;
}
