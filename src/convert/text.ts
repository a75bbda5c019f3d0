import { closingBraces } from '../compose/interpolate';

/** A part of a text of Compose: what stands there, or a variable, as it is written. */
export type TextPart = { literal: string } | { variable: string; name: string; operator?: string; word?: string };

/** The parts of a text in which `$$` is a dollar and `${NAME}` a variable. A dollar that starts neither is one. */
export function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = [];
  const closings = closingBraces(text);
  let plain = '';
  const flush = (): void => {
    if (plain !== '') parts.push({ literal: plain });
    plain = '';
  };
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '$') {
      plain += text[at];
      continue;
    }
    if (text[at + 1] === '$') {
      plain += '$';
      at++;
      continue;
    }
    const close = text[at + 1] === '{' ? closings.get(at) : undefined;
    const inner = close === undefined ? undefined : /^([A-Za-z_]\w*)(?:(:?[-?+])(.*))?$/s.exec(text.slice(at + 2, close));
    if (inner && close !== undefined) {
      flush();
      const [, name = '', operator, word] = inner;
      parts.push({ variable: text.slice(at, close + 1), name, ...(operator !== undefined && { operator, word: word ?? '' }) });
      at = close;
      continue;
    }
    const bare = /^[A-Za-z_]\w*/.exec(text.slice(at + 1, at + 200))?.[0];
    if (bare === undefined) {
      plain += '$';
      continue;
    }
    flush();
    parts.push({ variable: `\${${bare}}`, name: bare });
    at += bare.length;
  }
  flush();
  return parts;
}

/** A text without variables as it is; undefined when it has some. */
export function plainText(text: string): string | undefined {
  const parts = partsOf(text);
  return parts.every((part) => 'literal' in part) ? parts.map((part) => ('literal' in part ? part.literal : '')).join('') : undefined;
}

/** A text as one word of a POSIX shell, variables left to the shell. */
export function shellWord(text: string): string {
  const plain = plainText(text);
  if (plain !== undefined) return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", "'\\''")}'`;
  const inside = partsOf(text).map((part) =>
    'literal' in part ? part.literal.replace(/[\\"$`]/g, '\\$&') : part.variable.replace(/["`]/g, '\\$&'),
  );
  return `"${inside.join('')}"`;
}
