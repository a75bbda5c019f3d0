/**
 * A text that is ready to be written in a language: of a screen, of Markdown, of HTML. What came from outside has been escaped as the language
 * demands, because only the language's own tag makes such a text. What is printed is a `Text`, so that a forgotten escape does not compile.
 */
export class Text<Language extends string = string> {
  constructor(
    readonly language: Language,
    readonly text: string,
  ) {}

  /** Put into a string it would be escaped once more where that is shown. */
  toString(): never {
    throw new TypeError(`a text in the language "${this.language}" was put into a string`);
  }
}

/** What stands between the parts of a list. */
type Between = '' | ' ' | '  ' | '\n' | '\n\n' | ',' | ', ' | ';' | '; ' | ' | ' | ' · ' | ':' | '<br>';

/** What may stand in a text: a string is from outside, and escaped. */
export type Part<Language extends string> = string | number | Text<Language>;

/** The tag of a language: makes a text of what is written in the code, which is taken as it is, and of values, which are escaped. */
export interface Language<Name extends string> {
  (code: TemplateStringsArray, ...values: Part<Name>[]): Text<Name>;
  /** One value. */
  of(value: Part<Name>): Text<Name>;
  /** Several, with something between them. */
  join(values: readonly Part<Name>[], between: Between): Text<Name>;
}

/** @param escaped makes a text from outside say in the language what it says, and nothing else. */
export function language<Name extends string>(name: Name, escaped: (text: string) => string): Language<Name> {
  const part = (value: Part<Name>): string => (typeof value === 'object' ? value.text : escaped(String(value)));
  const tag = (code: TemplateStringsArray, ...values: Part<Name>[]): Text<Name> =>
    new Text(
      name,
      code.reduce((text, next, at) => text + part(values[at - 1]!) + next),
    );
  return Object.assign(tag, {
    of: (value: Part<Name>) => (typeof value === 'object' ? value : new Text(name, part(value))),
    join: (values: readonly Part<Name>[], between: Between) => new Text(name, values.map(part).join(between)),
  });
}

/**
 * A name of letters, digits and `_`, which every language takes as it is.
 *
 * @throws TypeError for any other
 */
export function word<Name extends string>(name: Name, text: string): Text<Name> {
  if (!/^\w+$/.test(text)) throw new TypeError('a word of letters, digits and _ was expected');
  return new Text(name, text);
}

/** Bytes for a program that has to get just these: a patch, a file that was rewritten. Nothing is escaped. */
export function exact(text: string): Text<'exact'> {
  return new Text('exact', text);
}
