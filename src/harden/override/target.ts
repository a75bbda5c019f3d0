/** The override file a run writes. */
export interface OverrideTarget {
  /** As the person knows it; used in messages. */
  path: string;
  /** Where it is; undefined for standard output, and where only texts are worked on. */
  absolute?: string;
  /** What the file holds; undefined = it is new. */
  text?: string;
  /** The comment at the head of a new file, line by line, without `#`. */
  header?: readonly string[];
  /** Whether `!reset` and `!override` may be used: Compose knows both since 2.24.4, and older versions misread them. */
  tags?: boolean;
}

/** Whether a file says something, rather than being new, empty, or a comment, which no YAML document is made of. */
export function saysSomething({ text }: OverrideTarget): boolean {
  return text?.split('\n').some((line) => !/^\uFEFF?\s*(?:#.*)?$/.test(line)) ?? false;
}
