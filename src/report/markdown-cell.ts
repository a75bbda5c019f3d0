/** A text for a cell of a Markdown table, or a line: nothing in it is markup. */
export const cell = (text: string): string => text.replace(/[\\|<>*_`[\]]/g, '\\$&').replace(/\s+/g, ' ');
