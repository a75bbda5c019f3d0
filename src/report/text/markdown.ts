import { html } from './html';
import { language, Text } from './text';
import { visible } from './visible';

/** Markdown as GitHub and GitLab read it. */
export type Markdown = Text<'markdown'>;

/**
 * What GitHub and GitLab make a link of or call somebody by, wherever it stands: `@name`, `#1`, `GH-1`, `!1`, `~label`, `www.`, `https://`. Escaping
 * helps against none of them; in code they are left alone.
 */
const REFERENCE = /[@#]\w|[!$&%^]\d|[~%]["\w]|:\/\/|\bwww\.|\bGH-\d/i;

/** Makes Markdown that fits into a line, a heading, an item of a list or a cell of a table: nothing in a value is markup. */
export const md = language('markdown', (text) =>
  visible(text)
    .split(' ')
    .map((word, at) => (REFERENCE.test(word) ? span(word) : at === 0 ? atStart(inText(word)) : inText(word)))
    .join(' '),
);

/** A value as code. */
export function code(text: string): Markdown {
  return new Text('markdown', span(visible(text)));
}

/** A value inside of HTML, where Markdown's escapes count for nothing. */
export function inHtml(text: string): Markdown {
  return new Text('markdown', html`<code>${text}</code>`.text);
}

/** Lines as a block of code, which nothing in them ends. @param info what they are written in, such as `yaml`. */
export function codeBlock(lines: readonly string[], info: 'yaml' | '' = ''): Markdown {
  const shown = lines.map(visible);
  const fence = '`'.repeat(Math.max(3, longestTicks(shown.join('\n')) + 1));
  return new Text('markdown', [`${fence}${info}`, ...shown, fence].join('\n'));
}

function span(text: string): string {
  const ticks = '`'.repeat(longestTicks(text) + 1);
  const room = /^[` ]|[` ]$/.test(text) || text === '' ? ' ' : '';
  // A bar would end the cell of a table, in code as well.
  return `${ticks}${room}${text.replaceAll('|', '\\|')}${room}${ticks}`;
}

function longestTicks(text: string): number {
  return Array.from(text.matchAll(/`+/g), ([run]) => run.length).reduce((most, each) => Math.max(most, each), 0);
}

function inText(word: string): string {
  return word.replace(/[\\`*_[\]|~$]/g, '\\$&').replace(/[&<>@]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** What makes a heading, a list or a line of a text is only that at its start. */
function atStart(word: string): string {
  return word.replace(/^(?=[#+=-])|(?<=^\d{1,9})(?=[.)]$)/, '\\');
}

/** Markdown of batten's own, such as a section of a README: taken as it is, with headings no larger than what is around it. */
export function ownMarkdown(text: string): Markdown {
  return new Text('markdown', text.replace(/^#+ (.*)$/gm, '**$1**'));
}
