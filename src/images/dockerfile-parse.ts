import type { Copy, Instruction as Parsed, Run } from 'dockerfile-ast';

/** A here-document of a RUN or COPY: what it is called and what it holds. */
export interface Heredoc {
  name: string;
  content: string;
  /** The 1-based line its content starts on. */
  line: number;
}

/** One instruction, as it is written. */
export interface Instruction {
  /** Upper case. */
  keyword: string;
  /** The arguments with continued lines joined and comments left out, flags too. */
  text: string;
  /** The arguments line by line, for a shell to read. */
  raw: string;
  flags: ReadonlyMap<string, string>;
  /** The items of the JSON form; undefined for the shell form. */
  json?: readonly string[];
  heredocs: readonly Heredoc[];
  /** 1-based. */
  line: number;
}

/** From one FROM to the next. */
export interface Stage {
  /** The name after AS, in lower case. */
  name?: string;
  /** What it is built on, variables included. */
  from: string;
  line: number;
  instructions: readonly Instruction[];
}

export interface ParsedDockerfile {
  /** The ARG instructions before the first FROM. */
  args: readonly Instruction[];
  stages: readonly Stage[];
}

/** Splits a Dockerfile into its stages and instructions. Never throws for text: what is no instruction is left out. */
export function parseDockerfile(text: string): ParsedDockerfile {
  // The parser is only loaded by those who have a Dockerfile.
  const { DockerfileParser } = require('dockerfile-ast') as typeof import('dockerfile-ast');
  const source = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const lines = source.split('\n');
  const args: Instruction[] = [];
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const parsed of DockerfileParser.parse(source).getInstructions()) {
    const instruction = read(parsed, lines);
    if (instruction.keyword === 'FROM') {
      const [from = '', as, name] = instruction.text.split(/\s+/);
      stages.push({
        from,
        name: as?.toLowerCase() === 'as' ? name?.toLowerCase() : undefined,
        line: instruction.line,
        instructions: [],
      });
    } else if (stages.length > 0) {
      stages.at(-1)!.instructions.push(instruction);
    } else if (instruction.keyword === 'ARG') {
      args.push(instruction);
    }
  }
  return { args, stages };
}

function read(parsed: Parsed, lines: readonly string[]): Instruction {
  const flagged = parsed as Partial<Pick<Copy, 'getFlags'>>;
  const flags = new Map((flagged.getFlags?.() ?? []).map((flag) => [flag.getName().toLowerCase(), flag.getValue() ?? '']));
  const from = parsed.getKeyword() === 'FROM' ? parsed.getArguments().map((argument) => argument.getValue()) : undefined;
  const raw = (from ? from.join(' ') : (parsed.getRawArgumentsContent() ?? '')).replace(/^(--[\w-]+(=\S+)?\s+)+/, '');
  const heredocs = heredocsOf(parsed, lines);
  const text = joined(heredocs.length > 0 ? raw.split('\n')[0]! : raw);
  return {
    keyword: parsed.getKeyword(),
    text,
    raw,
    flags,
    json: jsonItems(text),
    heredocs,
    line: parsed.getRange().start.line + 1,
  };
}

/** Comment lines may stand between continued ones. */
function joined(raw: string): string {
  return raw
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .map((line) => line.replace(/\\\s*$/, ''))
    .join(' ')
    .trim();
}

/** A RUN as the shell gets it, line for line: comments and empty lines between continued ones are not in it, nor blanks after a `\\`. */
export function shellText(raw: string): string {
  const lines = raw.split('\n');
  return lines
    .map((line, index) => (index > 0 && index < lines.length - 1 && /^\s*(?:#.*)?$/.test(line) ? '\\' : line.replace(/\\[ \t]+$/, '\\')))
    .join('\n');
}

/** What is not an array of strings is read as the shell form, as Docker does. */
function jsonItems(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const items: unknown = JSON.parse(text);
    return Array.isArray(items) && items.every((item) => typeof item === 'string') ? items : undefined;
  } catch {
    return undefined;
  }
}

function heredocsOf(parsed: Parsed, lines: readonly string[]): Heredoc[] {
  const withHeredocs = parsed as unknown as Partial<Pick<Run, 'getHeredocs'>>;
  return (withHeredocs.getHeredocs?.() ?? []).flatMap((heredoc) => {
    const range = heredoc.getContentRange();
    if (!range) return [];
    const content = lines.slice(range.start.line, range.end.line + 1).join('\n');
    return [{ name: heredoc.getName(), content, line: range.start.line + 1 }];
  });
}
