import type { Colors } from '../report/colors';
import { hang, pad, trimEnd, widthOf, wrap } from '../report/layout';
import { type Showable, type Shown, say } from '../report/text/screen';

const FENCE = /^\s*```/;
const ITEM = /^(\s*)([-*]|\d+\.)\s+(.*)$/s;
const HEADING = /^(#+)\s+(.*)$/s;

/**
 * A README on a terminal: headings, emphasis and code are coloured, tables aligned, HTML comments left out. Links keep their text; their
 * addresses are only shown in the list of references, where they do not interrupt a sentence.
 */
export function renderMarkdown(markdown: string, colors: Colors, width: number): Shown {
  const lines: Shown[] = [];
  let code = false;
  let table: string[] = [];
  let references = false;
  for (const block of joinParagraphs(withoutComments(markdown))) {
    if (!code && block.startsWith('|')) {
      table.push(block);
      continue;
    }
    lines.push(...renderTable(table, colors));
    table = [];
    const heading = code ? null : HEADING.exec(block);
    if (heading) references = /^(?:references|see also|sources)$/i.test(heading[2]!);
    if (FENCE.test(block)) code = !code;
    else if (code) lines.push(block.trim() === '' ? say`` : say`    ${paintCode(block, colors)}`);
    else lines.push(...renderBlock(block, colors, width, references));
  }
  lines.push(...renderTable(table, colors));
  return say`${say.join(withoutGaps(lines), '\n')}\n`;
}

function renderBlock(block: string, colors: Colors, width: number, urls: boolean): Shown[] {
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
function paintCode(line: string, colors: Colors): Shown {
  if (line.startsWith('+')) return colors.green(line);
  return line.startsWith('-') && !line.startsWith('- ') ? colors.red(line) : colors.cyan(line);
}

function renderTable(rows: readonly string[], colors: Colors): Shown[] {
  const cells = rows
    .filter((row) => !/^\|[\s|:-]+\|$/.test(row))
    .map((row) => row.slice(1, row.trimEnd().endsWith('|') ? row.trimEnd().length - 1 : undefined).split('|'))
    .map((row) => row.map((cell) => inline(cell.trim(), colors, false)));
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? '')))) ?? [];
  return cells.map((row, at) => {
    const line = say.join(
      row.map((cell, column) => pad(cell, widths[column] ?? 0)),
      '  ',
    );
    return trimEnd(say`  ${at === 0 ? colors.dim(line) : line}`);
  });
}

const STRONG = '**';

/** A text with its code and emphasis coloured. */
function inline(text: string, colors: Colors, urls: boolean): Shown {
  const parts = withLinks(text, urls)
    .split('`')
    .flatMap((part, at, all): Showable[] => (at % 2 === 1 && at < all.length - 1 ? [colors.cyan(part)] : marksApart(part)));
  const pairs = Math.floor(parts.filter((part) => part === STRONG).length / 2);
  const done: Showable[] = [];
  let [open, closed]: [number | undefined, number] = [undefined, 0];
  for (const part of parts) {
    if (part !== STRONG || closed === pairs) done.push(part);
    else if (open === undefined) open = done.length;
    else {
      done.push(colors.bold(say.join(done.splice(open), '')));
      open = undefined;
      closed++;
    }
  }
  return say.join(done, '');
}

function marksApart(text: string): string[] {
  return text.split(STRONG).flatMap((part, at) => (at === 0 ? [part] : [STRONG, part]));
}

/** `[label](address)` becomes its label. */
function withLinks(text: string, urls: boolean): string {
  const [first = '', ...rest] = text.split('](');
  return rest.reduce((before, part) => {
    const [from, to] = [before.lastIndexOf('['), part.indexOf(')')];
    if (from === -1 || to === -1) return `${before}](${part}`;
    const [label, url] = [before.slice(from + 1), part.slice(0, to)];
    return `${before.slice(0, from)}${label}${urls && url.startsWith('http') ? ` (${url})` : ''}${part.slice(to + 1)}`;
  }, first);
}

/** Without blank lines at both ends, and with one where there are several. */
function withoutGaps(lines: readonly Shown[]): Shown[] {
  const kept = lines.filter(({ text }, at) => text !== '' || (at > 0 && lines[at - 1]!.text !== ''));
  return kept.at(-1)?.text === '' ? kept.slice(0, -1) : kept;
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

/** Without what stands between `<!--` and `-->`, and the line end after it. */
function withoutComments(markdown: string): string {
  let out = '';
  let from = 0;
  for (;;) {
    const start = markdown.indexOf('<!--', from);
    const end = start < 0 ? -1 : markdown.indexOf('-->', start);
    if (end < 0) return out + markdown.slice(from);
    out += markdown.slice(from, start);
    from = end + '-->'.length;
    if (markdown.startsWith('\r\n', from)) from += 2;
    else if (markdown[from] === '\n') from++;
  }
}
