import { table } from '../../table';
import { language, type Text } from './text';
import { visible } from './visible';

/** HTML and SVG. */
export type Html = Text<'html'>;

const ENTITIES: Readonly<Record<string, string>> = table({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' });

/** Makes HTML, also for attributes in quotes: nothing in a value is markup, or a character that XML forbids. */
export const html = language('html', (text) => visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!));
