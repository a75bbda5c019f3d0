import type { Colors } from '../report/colors';
import { hang, pad, widthOf, wrap } from '../report/layout';

const FENCE = /^\s*```/;
const ITEM = /^(\s*)([-*]|\d+\.)\s+(.*)$/;
const HEADING = /^(#+)\s+(.*)$/;

/**
 * A README on a terminal: headings, emphasis and code are coloured, tables aligned, HTML comments left out. Links keep their text; their
 * addresses are only shown in the list of references, where they do not interrupt a sentence.
 */
export function renderMarkdown(markdown: string, colors: Colors, width: number): string {
  const lines: string[] = [];
  let code = false;
  let table: string[] = [];
  let references = false;
  for (const block of joinParagraphs(markdown.replace(/<!--.*?-->\r?\n?/gs, ''))) {
    if (!code && block.startsWith('|')) {
      table.push(block);
      continue;
    }
    lines.push(...renderTable(table, colors));
    table = [];
    const heading = code ? null : HEADING.exec(block);
    if (heading) references = /^(?:references|see also|sources)$/i.test(heading[2]!);
    if (FENCE.test(block)) code = !code;
    else if (code) lines.push(block.trim() === '' ? '' : `    ${paintCode(block, colors)}`);
    else lines.push(...renderBlock(block, colors, width, references));
  }
  lines.push(...renderTable(table, colors));
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

/** The sections with one of these headings, in the order of the README; all of it when there is none. */
export function sectionsOf(markdown: string, headings: readonly string[]): string {
  const sections = markdown.split(/^(?=## )/m).filter((section) => headings.includes(/^## (.*)/.exec(section)?.[1]?.trim() ?? ''));
  return sections.length === 0 ? markdown : sections.join('');
}

function renderBlock(block: string, colors: Colors, width: number, urls: boolean): string[] {
  const heading = HEADING.exec(block);
  if (heading) {
    const text = colors.bold(inline(heading[2]!, colors, false));
    return [heading[1] === '#' ? colors.underline(text) : text];
  }
  const item = ITEM.exec(block);
  if (item) return hang(`${item[1]}  ${/^\d/.test(item[2]!) ? item[2] : '•'} `, inline(item[3]!, colors, urls), width);
  return wrap(inline(block, colors, urls), width);
}

/** A diff keeps its colours. */
function paintCode(line: string, colors: Colors): string {
  if (line.startsWith('+')) return colors.green(line);
  return line.startsWith('-') && !line.startsWith('- ') ? colors.red(line) : colors.cyan(line);
}

function renderTable(rows: readonly string[], colors: Colors): string[] {
  const cells = rows
    .filter((row) => !/^\|[\s|:-]+\|$/.test(row))
    .map((row) => row.slice(1, row.trimEnd().endsWith('|') ? row.trimEnd().length - 1 : undefined).split('|'))
    .map((row) => row.map((cell) => inline(cell.trim(), colors, false)));
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? '')))) ?? [];
  return cells.map((row, at) => {
    const line = row.map((cell, column) => pad(cell, widths[column] ?? 0)).join('  ');
    return `  ${at === 0 ? colors.dim(line) : line}`.trimEnd();
  });
}

function inline(text: string, colors: Colors, urls: boolean): string {
  return text
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, (_, label: string, url: string) => (urls && url.startsWith('http') ? `${label} (${url})` : label))
    .replace(/`([^`]+)`/g, (_, code: string) => colors.cyan(code))
    .replace(/\*\*([^*]+)\*\*/g, (_, strong: string) => colors.bold(strong));
}

/** Markdown breaks lines where it likes; a terminal breaks them at its own width. Tables, code and lists stay apart. */
function joinParagraphs(markdown: string): string[] {
  const blocks: string[] = [];
  let code = false;
  for (const line of markdown.split(/\r?\n/)) {
    const fence = FENCE.test(line);
    const last = blocks.at(-1);
    const starts = line.trim() === '' || /^(?:#|\||>|\s*(?:[-*]|\d+\.)\s)/.test(line);
    const continues = !code && !fence && !starts && last !== undefined && last.trim() !== '' && !/^(?:#|\||\s*```)/.test(last);
    if (continues) blocks[blocks.length - 1] = `${last} ${line.trim()}`;
    else blocks.push(line);
    if (fence) code = !code;
  }
  return blocks;
}
