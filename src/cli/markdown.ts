import type { Colors } from '../report/colors';
import { hang, wrap } from '../report/layout';

/** A README on a terminal: headings, emphasis and code are coloured, links keep their text, the rest stays what it is. */
export function renderMarkdown(markdown: string, colors: Colors, width: number): string {
  const lines: string[] = [];
  let code = false;
  for (const block of joinParagraphs(markdown)) {
    if (/^\s*```/.test(block)) {
      code = !code;
      continue;
    }
    if (code) lines.push(`    ${colors.cyan(block)}`);
    else lines.push(...renderBlock(block, colors, width));
  }
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}

function renderBlock(block: string, colors: Colors, width: number): string[] {
  const heading = /^(#+)\s+(.*)$/.exec(block);
  if (heading) return [(heading[1] === '#' ? colors.underline : (text: string) => text)(colors.bold(inline(heading[2]!, colors)))];
  const item = /^(\s*)([-*]|\d+\.)\s+(.*)$/.exec(block);
  if (item) return hang(`${item[1]}  ${/^\d/.test(item[2]!) ? item[2] : '•'} `, inline(item[3]!, colors), width);
  if (block.startsWith('|')) return [inline(block, colors)];
  return wrap(inline(block, colors), width);
}

function inline(text: string, colors: Colors): string {
  return text
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, (_, label: string, url: string) =>
      /^https?:/.test(url) && label !== url ? `${label} (${url})` : label,
    )
    .replace(/`([^`]+)`/g, (_, code: string) => colors.cyan(code))
    .replace(/\*\*([^*]+)\*\*/g, (_, strong: string) => colors.bold(strong));
}

/** Markdown breaks lines where it likes; a terminal breaks them at its own width. Tables, code and lists stay apart. */
function joinParagraphs(markdown: string): string[] {
  const blocks: string[] = [];
  let code = false;
  for (const line of markdown.split(/\r?\n/)) {
    const fence = /^\s*```/.test(line);
    const last = blocks.at(-1);
    const starts = line.trim() === '' || /^(#|\||\s*([-*]|\d+\.)\s|>)/.test(line);
    const continues = !code && !fence && !starts && last !== undefined && last.trim() !== '' && !/^(#|\||\s*```)/.test(last);
    if (continues) blocks[blocks.length - 1] = `${last} ${line.trim()}`;
    else blocks.push(line);
    if (fence) code = !code;
  }
  return blocks;
}
